package dev.workflow.replay;

import dev.workflow.ExternalWorkflow;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowContext.RecordedCall;
import org.jspecify.annotations.Nullable;

/**
 * Another workflow as code of this run holds it.
 *
 * @param <W> the type of that workflow
 */
final class RunExternalWorkflow<W> implements ExternalWorkflow<W> {

    private final Run run;

    private final @Nullable Class<W> type;

    private final ExternalCalls.Target target;

    RunExternalWorkflow(Run run, @Nullable Class<W> type, String workflowId) {
        this.run = run;
        this.type = type;
        this.target = new ExternalCalls.Target(workflowId, null, false);
    }

    @Override
    public void signal(VoidCall<W> call) {
        signal(this.run, this.target, this.type, call);
    }

    @Override
    public void signal(String name, Object... args) {
        this.run.externals().signal(this.target, name, args).get();
    }

    @Override
    public void cancel() {
        this.run.externals().cancel(this.target, null).get();
    }

    static <W> void signal(Run run, ExternalCalls.Target target, @Nullable Class<W> type, VoidCall<W> call) {
        if (type == null) {
            throw new IllegalArgumentException("The class of workflow " + target.workflowId()
                    + " is not known here: signal it by the signal's name");
        }
        RecordedCall recorded = run.settings().stubs().record(type, call);
        if (!recorded.signal()) {
            throw new IllegalArgumentException("The lambda must call a @SignalMethod of " + type.getName() + ", but "
                    + recorded.method() + " is its @WorkflowMethod");
        }
        run.externals().signal(target, recorded.method(), recorded.arguments()).get();
    }

}
