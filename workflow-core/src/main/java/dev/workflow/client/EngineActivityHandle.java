package dev.workflow.client;

import java.util.Optional;

import dev.workflow.ActivityOptions;
import dev.workflow.engine.ActivityAction;
import dev.workflow.engine.Operator;
import dev.workflow.engine.WorkflowRef;
import org.jspecify.annotations.Nullable;

/** An activity on the engine. */
final class EngineActivityHandle implements ActivityHandle {

    private final ClientCalls calls;

    private final WorkflowRef workflow;

    private final String activityId;

    EngineActivityHandle(ClientCalls calls, WorkflowRef workflow, String activityId) {
        this.calls = calls;
        this.workflow = workflow;
        this.activityId = activityId;
    }

    @Override
    public String activityId() {
        return this.activityId;
    }

    @Override
    public Optional<PendingActivity> describe() {
        return this.calls
            .call("describeActivity",
                    () -> new Descriptions(this.calls.payloads()).of(this.calls.service().describe(this.workflow)),
                    this.workflow.workflowId(), this.activityId)
            .pendingActivities()
            .stream()
            .filter((pending) -> pending.activityId().equals(this.activityId))
            .findFirst();
    }

    @Override
    public void runNow() {
        act("runActivityNow", new ActivityAction.RunNow(), Operator.UNKNOWN);
    }

    @Override
    public void pause(String reason) {
        act("pauseActivity", new ActivityAction.Pause(), new Operator(null, reason));
    }

    @Override
    public void unpause() {
        unpause(false);
    }

    @Override
    public void unpause(boolean resetAttempts) {
        act("unpauseActivity", new ActivityAction.Unpause(resetAttempts), Operator.UNKNOWN);
    }

    @Override
    public void reset() {
        act("resetActivity", new ActivityAction.Reset(), Operator.UNKNOWN);
    }

    @Override
    public void updateOptions(ActivityOptions options) {
        act("updateActivityOptions", new ActivityAction.ChangeOptionsOf(options), Operator.UNKNOWN);
    }

    @Override
    public void complete(@Nullable Object result) {
        act("completeActivity", new ActivityAction.Complete(this.calls.payloads().encode(result)), Operator.UNKNOWN);
    }

    @Override
    public void fail(RuntimeException failure) {
        act("failActivity", new ActivityAction.Fail(this.calls.failures().encode(failure)), Operator.UNKNOWN);
    }

    private void act(String name, ActivityAction action, Operator operator) {
        this.calls.run(name,
                () -> this.calls.service().operator().activity(this.workflow, this.activityId, action, operator),
                this.workflow.workflowId(), this.activityId, action);
    }

}
