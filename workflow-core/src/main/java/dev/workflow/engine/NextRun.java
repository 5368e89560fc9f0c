package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

import dev.workflow.VersioningBehavior;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.history.WorkflowExecutionContinuedAsNew;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.schedule.CronRuns;
import org.jspecify.annotations.Nullable;

/**
 * The run in which a workflow goes on when one of its runs has ended: because the code
 * continues as new, because it is tried again, or because it recurs.
 */
final class NextRun {

    private final WorkflowEngine engine;

    private final HeldRun run;

    private final RunState state;

    private final boolean admitted;

    /**
     * @param run the one that ends
     * @param state how it ends
     * @param admitted whether it has a place in the limit of its type, if that has one
     */
    NextRun(WorkflowEngine engine, HeldRun run, RunState state, boolean admitted) {
        this.engine = engine;
        this.run = run;
        this.state = state;
        this.admitted = admitted;
    }

    /** The next run, or null. */
    Transition.@Nullable NewExecution after(Turn turn) {
        WorkflowExecutionStarted before = this.state.started();
        WorkflowExecutionContinuedAsNew continued = turn.continued();
        String followedBy = turn.followedBy();
        if (continued != null) {
            Map<String, Json> memo = (continued.memo() != null) ? continued.memo() : this.state.memo();
            RunVersion fresh = nextVersion(continued.versioning(), continued.taskQueue());
            return next(
                    new WorkflowExecutionStarted(1, continued.eventTime(), this.run.workflowId(),
                            continued.newExecutionRunId(), continued.workflowType(), continued.taskQueue(),
                            continued.input(), before.firstExecutionRunId(), this.run.runId().toString(), 1,
                            before.workflowExecutionTimeout(),
                            (continued.workflowRunTimeout() != null) ? continued.workflowRunTimeout()
                                    : before.workflowRunTimeout(),
                            before.workflowExecutionExpirationTime(), before.retryPolicy(), before.cronSchedule(),
                            Map.copyOf(memo), Map.copyOf(this.state.searchAttributes()), before.parent(),
                            before.priority(), before.fairnessKey(), before.lastCompletionResult(), before.header(),
                            before.identity(), null, continued.startDelay(), fresh.known(),
                            this.engine.machineSettings().warnEvents()),
                    fresh, !continued.workflowType().equals(this.run.workflowType()));
        }
        if (followedBy != null) {
            FailureInfo failure = turn.failure();
            Instant now = this.state.time();
            Duration retry = (failure != null) ? before.backoffAfter(failure, now) : null;
            Duration backoff = (retry != null) ? retry : CronRuns.backoff(before, now);
            Json result = (turn.result() != null) ? turn.result() : before.lastCompletionResult();
            RunVersion fresh = nextVersion(null, before.taskQueue());
            return next(new WorkflowExecutionStarted(1, now, this.run.workflowId(), followedBy, before.workflowType(),
                    before.taskQueue(), before.input(), before.firstExecutionRunId(), this.run.runId().toString(),
                    (retry != null) ? before.attempt() + 1 : 1, before.workflowExecutionTimeout(),
                    before.workflowRunTimeout(), before.workflowExecutionExpirationTime(), before.retryPolicy(),
                    before.cronSchedule(), Map.copyOf(this.state.memo()), Map.copyOf(this.state.searchAttributes()),
                    before.parent(), before.priority(), before.fairnessKey(), result, before.header(),
                    before.identity(), failure, backoff, fresh.known(), this.engine.machineSettings().warnEvents()),
                    fresh, retry == null);
        }
        return null;
    }

    private RunVersion nextVersion(@Nullable VersioningBehavior wanted, String queue) {
        return this.engine.builds()
            .next(this.run.version(), wanted, queue.equals(this.run.taskQueue()), queue, this.run.workflowId());
    }

    /**
     * @param fresh the builds that it is for
     * @param again whether it stands in line once more, where its type has a limit: else
     * it keeps its place, if it has one
     */
    private Transition.NewExecution next(WorkflowExecutionStarted first, RunVersion fresh, boolean again) {
        Transition.NewExecution next = new Transition.NewExecution(UUID.fromString(first.runId()),
                this.run.workflowId(), true, first.workflowType(), first.taskQueue(), first.priority(),
                first.eventTime(), first.beginTime(), UUID.fromString(first.firstExecutionRunId()), null,
                IdReusePolicy.ALLOW_DUPLICATE, first.parent(),
                first.memo().isEmpty() ? null : this.engine.json().writeMemo(first.memo()),
                first.searchAttributes().isEmpty() ? null
                        : this.engine.json().writeAttributes(first.searchAttributes()),
                new Transition.EventRow(1, first.eventType(), first.eventTime(), this.engine.events().encode(first)),
                null, fresh)
            .sharing(first.fairnessKey());
        return (again || !this.admitted) ? this.engine.admissions().placed(next, first) : next;
    }

}
