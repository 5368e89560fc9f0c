package dev.workflow.replay;

import java.time.Instant;

import dev.workflow.failure.CanceledFailure;
import dev.workflow.history.RetryPolicy;
import dev.workflow.history.WorkflowExecutionCanceled;
import dev.workflow.history.WorkflowExecutionCompleted;
import dev.workflow.history.WorkflowExecutionContinuedAsNew;
import dev.workflow.history.WorkflowExecutionFailed;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.schedule.CronRuns;
import org.jspecify.annotations.Nullable;

/**
 * How the run ends. Open, then decided, by the main method's end or by a failure on any
 * thread; the first decision counts. The other threads then go on as far as they come
 * without ordering anything, so that update handlers which only wait for the main
 * method's last step are answered; then the closing event is recorded.
 */
final class RunEnd {

    private final Run run;

    private @Nullable Runnable closing;

    private boolean cancelRequested;

    RunEnd(Run run) {
        this.run = run;
    }

    boolean isDecided() {
        return this.closing != null;
    }

    /** Records the closing event. */
    void close() {
        if (this.closing != null) {
            this.closing.run();
        }
    }

    void completed(Json result) {
        decide(() -> this.run.log()
            .issue(new CommandKey<>(WorkflowExecutionCompleted.class, ""),
                    (id, time) -> new WorkflowExecutionCompleted(id, time, result, recursAs(time))));
    }

    /** A thread ended with this. */
    void threw(Throwable thrown) {
        if (thrown instanceof ContinueAsNewError next) {
            continuedAsNew(next.next());
        }
        else if (isCancellation(thrown)) {
            canceled(this.run.failures().encode(thrown));
        }
        else if (isFailure(thrown)) {
            failed(failure(thrown));
        }
        else {
            this.run.threads()
                .fail(new WorkflowTaskFailedException("The code of " + this.run.describe() + " threw " + thrown
                        + ", which is no workflow failure; the run waits and tries again once the code is changed",
                        thrown));
        }
    }

    /** Whether the run fails by it, and does not wait for other code. */
    boolean isFailure(Throwable thrown) {
        return this.run.failures().isFailure(thrown) || this.run.settings().failRunOnUnexpectedException();
    }

    /** Whether this is how code ends because the run was canceled. */
    boolean isCancellation(Throwable thrown) {
        return this.run.rootScope().isCancelRequested() && CanceledFailure.isCancellation(thrown);
    }

    private void canceled(FailureInfo failure) {
        decide(() -> this.run.log()
            .issue(new CommandKey<>(WorkflowExecutionCanceled.class, ""),
                    (id, time) -> new WorkflowExecutionCanceled(id, time, failure)));
    }

    /**
     * The failure as it is recorded. That the retry policy excludes a class which the
     * exception extends can only be known now: whoever reads the failure sees its own.
     */
    private FailureInfo failure(Throwable thrown) {
        FailureInfo failure = this.run.failures().encode(thrown);
        RetryPolicy policy = this.run.log().started().retryPolicy();
        return (policy != null && policy.excludes(thrown)) ? failure.withoutRetry() : failure;
    }

    private void failed(FailureInfo failure) {
        decide(() -> this.run.log()
            .issue(new CommandKey<>(WorkflowExecutionFailed.class, ""),
                    (id, time) -> new WorkflowExecutionFailed(id, time, failure, retriedAs(failure, time))));
    }

    private @Nullable String retriedAs(FailureInfo failure, Instant time) {
        boolean again = this.run.log().started().backoffAfter(failure, time) != null;
        return (again && !this.cancelRequested) ? this.run.nextRunId() : recursAs(time);
    }

    private @Nullable String recursAs(Instant time) {
        boolean again = CronRuns.backoff(this.run.log().started(), time) != null;
        return (again && !this.cancelRequested) ? this.run.nextRunId() : null;
    }

    /** From now on nothing follows this run, however its code ends. */
    void cancelRequested() {
        this.cancelRequested = true;
    }

    private void continuedAsNew(ContinueAsNewError.Next next) {
        decide(() -> this.run.log()
            .issue(new CommandKey<>(WorkflowExecutionContinuedAsNew.class, ""),
                    (id, time) -> new WorkflowExecutionContinuedAsNew(id, time, this.run.nextRunId(),
                            next.workflowType(), next.taskQueue(), next.input(), next.runTimeout(), next.startDelay(),
                            next.memo(), next.versioning())));
    }

    private void decide(Runnable closing) {
        if (this.closing == null) {
            this.closing = closing;
            this.run.threads().refuseCommands();
        }
    }

}
