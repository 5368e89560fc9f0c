package dev.workflow.engine;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.workflow.client.WorkflowNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * Brings signals, cancellations and terminations to runs, the shortest safe way: to the
 * actor, where the run is in this node's memory; through the caller's transaction, where
 * there is one; else through the inbox table.
 * <p>
 * <b>Acknowledged.</b> When a call returns, what it brought is committed, or commits with
 * the caller's transaction. <b>Once.</b> What an actor does not take in time is withdrawn
 * before it goes through the table; what cannot be withdrawn any more is waited for.
 */
final class RunMessages {

    /** How long an actor may take until something goes through the table. */
    private static final Duration TAKE = Duration.ofSeconds(2);

    private final WorkflowEngine engine;

    private final RunLookup runs;

    private final OutgoingCalls calls;

    RunMessages(WorkflowEngine engine, RunLookup runs, OutgoingCalls calls) {
        this.engine = engine;
        this.runs = runs;
        this.calls = calls;
    }

    void signal(WorkflowRef workflow, HandlerCall given, @Nullable String requestId) {
        this.calls.checkSize(given.input());
        this.calls.send(OutgoingCalls.observed(EngineObservations.Kind.SIGNAL, workflow, given), given.header(),
                (header) -> {
                    signalWith(workflow, given.withHeader(header).by(this.calls.sender(header)), requestId);
                    return true;
                });
    }

    private void signalWith(WorkflowRef workflow, HandlerCall call, @Nullable String requestId) {
        this.engine.backPressure().admit(() -> this.runs.queueOf(workflow));
        send(workflow, () -> new Transition.NewMessage(Message.Kind.SIGNAL, call.name(), requestId,
                this.engine.json().writeCall(call)), (ack) -> new Delivery.Signal(call, requestId, null, ack));
    }

    void cancel(WorkflowRef workflow, @Nullable String reason) {
        Request request = this.calls.request(reason);
        send(workflow, () -> new Transition.NewMessage(Message.Kind.CANCEL, null, null,
                this.engine.json().writeRequest(request)), (ack) -> new Delivery.Cancel(request, null, ack));
    }

    /** The same; nothing where the run has ended, perhaps just now. */
    void cancelIfOpen(WorkflowRef workflow, @Nullable String reason) {
        try {
            cancel(workflow, reason);
        }
        catch (WorkflowNotFoundException ex) {
            if (this.runs.find(workflow).closedAt() == null) {
                throw ex;
            }
        }
    }

    /**
     * Brings it there.
     * @param stored what goes through the table, made only when it does
     * @param local what goes through a mailbox
     */
    private void send(WorkflowRef workflow, Supplier<Transition.NewMessage> stored,
            Function<CompletableFuture<Void>, Delivery.Input> local) {
        EngineStore.CallerTransaction transaction = this.engine.store().callerTransaction();
        if (transaction != null) {
            sendIn(transaction, workflow, stored.get());
            return;
        }
        for (Pursuit pursuit = new Pursuit(); pursuit.goesOn();) {
            RunActor actor = this.runs.resident(workflow);
            if (actor != null && sendTo(actor, local.apply(new CompletableFuture<>()))) {
                return;
            }
            EngineStore.ExecutionRow row = this.runs.open(workflow);
            Transition.NewMessage message = stored.get();
            EngineStore.Delivered delivered = this.engine
                .patiently(() -> this.engine.store().deliver(row.runId(), message, this.engine.clock().instant()));
            if (delivered != null) {
                this.engine.deliveries().announce(row.runId(), delivered);
                return;
            }
        }
        throw new WorkflowNotFoundException(workflow.workflowId());
    }

    /** Through the mailbox; false when the actor does not take it. */
    private boolean sendTo(RunActor actor, Delivery.Input delivery) {
        if (!actor.offer(delivery)) {
            return false;
        }
        CompletableFuture<Void> acknowledged = switch (delivery) {
            case Delivery.Signal signal -> signal.acknowledged();
            case Delivery.Cancel cancel -> cancel.acknowledged();
            default -> throw new IllegalArgumentException("Not acknowledged: " + delivery);
        };
        try {
            this.engine.waits().get(acknowledged, TAKE);
            return true;
        }
        catch (TimeoutException ex) {
            if (actor.withdraw(delivery)) {
                return false;
            }
        }
        catch (ExecutionException ex) {
            if (ex.getCause() instanceof WorkflowNotFoundException) {
                return false;
            }
            throw Waits.failure(ex);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted; whether it was delivered is not known", ex);
        }
        this.engine.waits().durable(acknowledged);
        return true;
    }

    private void sendIn(EngineStore.CallerTransaction transaction, WorkflowRef workflow,
            Transition.NewMessage message) {
        transaction.requireWritable();
        for (Pursuit pursuit = new Pursuit(); pursuit.goesOn();) {
            EngineStore.ExecutionRow row = this.runs.open(workflow);
            EngineStore.Delivered delivered = transaction.deliver(row.runId(), message, this.engine.clock().instant());
            if (delivered != null) {
                transaction.touch(workflow.workflowId());
                transaction.afterCommit(() -> this.engine.deliveries().announce(row.runId(), delivered));
                return;
            }
            // It has just ended, and may go on in its next run.
        }
        throw new WorkflowNotFoundException(workflow.workflowId());
    }

    void terminate(WorkflowRef workflow, @Nullable String reason) {
        Request request = this.calls.request(reason);
        EngineStore.CallerTransaction transaction = this.engine.store().callerTransaction();
        if (transaction != null) {
            // The wish is what commits with the caller; the end itself is written right
            // after.
            sendIn(transaction, workflow, new Transition.NewMessage(Message.Kind.TERMINATE, null,
                    Message.Kind.TERMINATE.name(), this.engine.json().writeRequest(request)));
            return;
        }
        for (Pursuit pursuit = new Pursuit(); pursuit.goesOn();) {
            UUID runId = this.runs.open(workflow).runId();
            if (this.engine.patiently(() -> this.engine.terminations().terminate(runId, request))) {
                return;
            }
        }
        throw new WorkflowNotFoundException(workflow.workflowId());
    }

}
