package dev.workflow.replay;

import dev.workflow.ChildHandle;
import dev.workflow.Promise;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowExecution;
import org.jspecify.annotations.Nullable;

/**
 * A child as the code that started it holds it.
 *
 * @param <W> the type of the child
 * @param <R> what the child returns
 */
final class RunChildHandle<W, R> implements ChildHandle<W, R> {

    private final Run run;

    private final @Nullable Class<W> type;

    private final ChildCalls.ChildCall<R> call;

    RunChildHandle(Run run, @Nullable Class<W> type, ChildCalls.ChildCall<R> call) {
        this.run = run;
        this.type = type;
        this.call = call;
    }

    @Override
    public Promise<WorkflowExecution> started() {
        return this.call.started();
    }

    @Override
    public Promise<R> result() {
        return this.call.result();
    }

    @Override
    public void signal(VoidCall<W> signal) {
        RunExternalWorkflow.signal(this.run, this.call.target(), this.type, signal);
    }

    @Override
    public void signal(String name, Object... args) {
        this.run.externals().signal(this.call.target(), name, args).get();
    }

    @Override
    public void cancel() {
        this.call.cancel();
    }

}
