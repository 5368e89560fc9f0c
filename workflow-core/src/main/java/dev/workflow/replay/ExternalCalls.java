package dev.workflow.replay;

import java.util.HashMap;
import java.util.Map;

import dev.workflow.Constraints;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionInitiated;
import dev.workflow.history.SignalExternalWorkflowExecutionInitiated;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a run asks of other workflows: signals and cancellations. Each is ordered; then it
 * is known whether it reached an open run.
 */
final class ExternalCalls {

    private final Run run;

    private final Map<Long, Asked> pending = new HashMap<>();

    ExternalCalls(Run run) {
        this.run = run;
    }

    /** Signals another workflow; completes when the signal is in its inbox. */
    RunPromise<Void> signal(Target target, String signalName, @Nullable Object... arguments) {
        RunScope scope = this.run.threads().requireCommandable("signal " + signalName).scope();
        scope.throwIfCanceled();
        // An event without them could be written, and never be read again.
        Constraints.notNull("workflowId", target.workflowId());
        Constraints.notNull("signalName", signalName);
        CommandKey<SignalExternalWorkflowExecutionInitiated> key = new CommandKey<>(
                SignalExternalWorkflowExecutionInitiated.class, CommandKey.signal(signalName, target.workflowId()));
        Json input = this.run.encodeArguments(key, SignalExternalWorkflowExecutionInitiated::input, arguments);
        SignalExternalWorkflowExecutionInitiated event = this.run.log()
            .issue(key, (id, time) -> new SignalExternalWorkflowExecutionInitiated(id, time, target.workflowId(),
                    target.runId(), signalName, input, target.child(), this.run.outgoing()));
        return asked(event.eventId(), "Signal '" + signalName + "'", target);
    }

    /**
     * Requests the cancellation of another workflow, also where this one is canceled
     * itself.
     */
    RunPromise<Void> cancel(Target target, @Nullable String reason) {
        this.run.threads().requireCommandable("cancel");
        Constraints.notNull("workflowId", target.workflowId());
        return requestCancel(target, reason);
    }

    /** The same where a scope is canceled, by whichever thread. */
    RunPromise<Void> requestCancel(Target target, @Nullable String reason) {
        RequestCancelExternalWorkflowExecutionInitiated event = this.run.log()
            .issue(new CommandKey<>(RequestCancelExternalWorkflowExecutionInitiated.class,
                    CommandKey.workflow(target.workflowId())),
                    (id, time) -> new RequestCancelExternalWorkflowExecutionInitiated(id, time, target.workflowId(),
                            target.runId(), target.child(), reason));
        return asked(event.eventId(), "Cancellation", target);
    }

    private RunPromise<Void> asked(long eventId, String what, Target target) {
        RunPromise<Void> promise = this.run.promises().open();
        this.pending.put(eventId, new Asked(what, target, promise));
        return promise;
    }

    void delivered(long initiatedEventId) {
        Asked asked = this.pending.remove(initiatedEventId);
        if (asked != null) {
            asked.promise.completeWith(() -> null);
        }
    }

    void failed(long initiatedEventId, String cause) {
        Asked asked = this.pending.remove(initiatedEventId);
        if (asked != null) {
            FailureInfo failure = FailureInfo.application("ExternalWorkflowExecutionNotFound",
                    asked.what + " did not reach workflow " + asked.target.workflowId() + ": " + cause, true);
            asked.promise.failWith(() -> this.run.failures().decode(failure));
        }
    }

    /**
     * The workflow that is meant.
     *
     * @param workflowId its id
     * @param runId the first run of its chain, or null for whichever run is open
     * @param child whether it is a child of this run
     */
    record Target(String workflowId, @Nullable String runId, boolean child) {
    }

    private record Asked(String what, Target target, RunPromise<Void> promise) {
    }

}
