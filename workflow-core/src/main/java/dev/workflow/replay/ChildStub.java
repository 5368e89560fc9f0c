package dev.workflow.replay;

import java.util.Map;
import java.util.function.Function;

import dev.workflow.ChildOptions;
import dev.workflow.WorkflowContext.RecordedCall;
import dev.workflow.interceptor.WorkflowInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * What the stub of a child does with calls: its workflow method starts the child and
 * waits, its signals go to that child.
 */
final class ChildStub implements Function<RecordedCall, @Nullable Object> {

    private final Run run;

    private final ChildOptions options;

    private ChildCalls.@Nullable ChildCall<Object> child;

    ChildStub(Run run, ChildOptions options) {
        this.run = run;
        this.options = options;
    }

    @Override
    public @Nullable Object apply(RecordedCall call) {
        ChildCalls.ChildCall<Object> started = this.child;
        if (call.signal()) {
            if (started == null) {
                throw new IllegalStateException("Signal '" + call.method() + "' of a child that was not started: call "
                        + "its workflow method first, in Workflows.async, or use Workflows.startChild");
            }
            this.run.externals().signal(started.target(), call.method(), call.arguments()).get();
            return null;
        }
        if (started != null) {
            throw new IllegalStateException("This stub has started its child '" + started.workflowId()
                    + "' already: another child needs another stub");
        }
        return this.run
            .<Object>outgoing(WorkflowInterceptor::child, call.workflowType(), call.arguments(),
                    header -> start(call, header))
            .get();
    }

    private RunPromise<Object> start(RecordedCall call, Map<String, String> header) {
        ChildCalls.ChildCall<Object> started = this.run.children()
            .order(call.workflowType(), call.taskQueue(), call.resultType(), this.options, header, call.arguments());
        this.child = started;
        return started.result();
    }

}
