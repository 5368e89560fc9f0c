package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.ParentExecution;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionInitiated;
import dev.workflow.history.SignalExternalWorkflowExecutionInitiated;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.WorkflowExecutionStarted;
import org.jspecify.annotations.Nullable;

/** Makes rows for others of what a run has ordered. */
final class ChildStarts {

    static final String PARENT_ENDED = "The parent workflow ended (parent close policy)";

    private final WorkflowEngine engine;

    private final WorkflowExecutionStarted parent;

    private final RunVersion version;

    ChildStarts(WorkflowEngine engine, WorkflowExecutionStarted parent, RunVersion version) {
        this.engine = engine;
        this.parent = parent;
        this.version = version;
    }

    Relations.Child child(StartChildWorkflowExecutionInitiated order) {
        Instant now = order.eventTime();
        Duration execution = order.workflowExecutionTimeout();
        ParentExecution from = new ParentExecution(this.parent.workflowId(), this.parent.runId(), order.eventId(),
                order.parentClosePolicy());
        String queue = queue(order);
        RunVersion child = this.engine.builds()
            .next(this.version, null, queue.equals(this.parent.taskQueue()), queue, order.workflowId());
        WorkflowExecutionStarted first = new WorkflowExecutionStarted(1, now, order.workflowId(), order.runId(),
                order.workflowType(), queue, order.input(), order.runId(), null, 1, execution,
                order.workflowRunTimeout(), (execution != null) ? now.plus(execution) : null, order.retryPolicy(), null,
                order.memo(), order.searchAttributes(), from, this.parent.priority(), this.parent.fairnessKey(), null,
                order.header(), null, null, null, child.known(), this.engine.machineSettings().warnEvents());
        UUID runId = UUID.fromString(order.runId());
        boolean chosen = !order.workflowId()
            .equals(StartChildWorkflowExecutionInitiated.derivedId(this.parent.runId(), order.eventId()));
        return new Relations.Child(order.eventId(), this.engine.admissions()
            .placed(new Transition.NewExecution(runId, order.workflowId(), chosen, first.workflowType(),
                    first.taskQueue(), first.priority(), now, now, runId, null, IdReusePolicy.ALLOW_DUPLICATE, from,
                    order.memo().isEmpty() ? null : this.engine.json().writeMemo(order.memo()),
                    order.searchAttributes().isEmpty() ? null
                            : this.engine.json().writeAttributes(order.searchAttributes()),
                    new Transition.EventRow(1, first.eventType(), now, this.engine.events().encode(first)), null, child)
                .sharing(first.fairnessKey()), first));
    }

    private String queue(StartChildWorkflowExecutionInitiated order) {
        if (order.taskQueue() != null) {
            return order.taskQueue();
        }
        return Objects.requireNonNullElse(this.engine.types().taskQueueOf(order.workflowType()),
                this.parent.taskQueue());
    }

    Relations.Ask ask(CommandEvent event) {
        String dedupKey = this.parent.runId() + ":" + event.eventId();
        return switch (event) {
            case SignalExternalWorkflowExecutionInitiated e -> new Relations.Ask(e.eventId(), e.workflowId(),
                    runId(e.runId()), new Transition.NewMessage(Message.Kind.SIGNAL, e.signalName(), dedupKey,
                            this.engine.json().writeCall(new HandlerCall(e.signalName(), e.input(), e.header()))));
            case RequestCancelExternalWorkflowExecutionInitiated e ->
                new Relations.Ask(e.eventId(), e.workflowId(), runId(e.runId()), new Transition.NewMessage(
                        Message.Kind.CANCEL, null, dedupKey, this.engine.json().writeText(e.reason())));
            default -> throw new IllegalArgumentException("Asks nothing of others: " + event);
        };
    }

    private static @Nullable UUID runId(@Nullable String text) {
        return (text != null) ? UUID.fromString(text) : null;
    }

}
