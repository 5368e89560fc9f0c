package dev.workflow.engine;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import org.jspecify.annotations.Nullable;

/**
 * Brings to runs what this node has for them: through the mailbox where the run is here,
 * else through the inbox table, of which whoever holds it, or may claim it, is told.
 */
final class Deliveries {

    /**
     * How many new children of one step a node claims before it wakes others for them.
     */
    private static final int CHILDREN_TO_KEEP = 20;

    private final WorkflowEngine engine;

    Deliveries(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * Hands an activity's end to its run: through the mailbox where the run is here, else
     * through its inbox.
     * @param idle takes an actor that has no thread, to lend it one
     */
    void deliver(EngineStore.ClaimedActivity activity, ActivityOutcome outcome, long owner, Consumer<RunActor> idle) {
        UUID runId = activity.key().runId();
        RunActor actor = this.engine.resident().get(runId);
        Delivery.Outcome delivery = new Delivery.Outcome(activity.key().scheduledEventId(), outcome, activity.attempt(),
                null);
        if (actor != null && actor.owner() == owner && actor.offer(delivery, idle)) {
            return;
        }
        deliverThroughInbox(activity, outcome, owner);
    }

    void deliverThroughInbox(EngineStore.ClaimedActivity activity, ActivityOutcome outcome, long owner) {
        Delivery.Outcome delivery = new Delivery.Outcome(activity.key().scheduledEventId(), outcome, activity.attempt(),
                null);
        this.engine.retrying(() -> spill(activity.key().runId(), activity.workflowId(), owner, delivery));
    }

    /** A transactional activity has committed its result. */
    void resultDelivered(EngineStore.ClaimedActivity activity, EngineStore.Delivered delivered, ActivityOutcome outcome,
            Consumer<RunActor> idle) {
        RunActor actor = this.engine.resident().get(activity.key().runId());
        if (actor != null && delivered.messageId() > 0
                && actor.offer(new Delivery.Outcome(activity.key().scheduledEventId(), outcome, activity.attempt(),
                        delivered.messageId()), idle)) {
            return;
        }
        announce(activity.key().runId(), delivered);
    }

    /**
     * Puts something into the inbox table that could not go through a mailbox; returns
     * whether it found its run.
     */
    boolean spill(UUID runId, String workflowId, long owner, Delivery.Input input) {
        Instant now = this.engine.clock().instant();
        EngineStore.Delivered delivered = switch (input) {
            case Delivery.Outcome outcome -> announced(runId,
                    this.engine.store()
                        .deliverOutcome(new EngineStore.ActivityKey(runId, outcome.scheduledEventId()), outcome.guard(),
                                owner, this.engine.json().writeOutcome(outcome.outcome()), now));
            case Delivery.Signal signal -> deliverToOpen(runId, new Transition.NewMessage(Message.Kind.SIGNAL,
                    signal.call().name(), signal.requestId(), this.engine.json().writeCall(signal.call())));
            case Delivery.Update update -> deliverToOpen(runId, new Transition.NewMessage(Message.Kind.UPDATE,
                    update.call().name(), update.updateId(), this.engine.json().writeCall(update.call())));
            // Whoever has the run next repeats it.
            case Delivery.LocalOutcome local -> null;
            case Delivery.Cancel cancel -> deliverToOpen(runId, new Transition.NewMessage(Message.Kind.CANCEL, null,
                    null, this.engine.json().writeRequest(cancel.request())));
            // These come from the inbox and stay in it.
            case Delivery.Answer answer -> null;
            case Delivery.ChildClosed closed -> null;
            case Delivery.Note note -> null;
        };
        switch (input) {
            case Delivery.Signal signal -> acknowledge(signal.acknowledged(), delivered, workflowId);
            case Delivery.Cancel cancel -> acknowledge(cancel.acknowledged(), delivered, workflowId);
            case Delivery.Update update -> {
                if (delivered != null) {
                    this.engine.updates().sentAs(runId, update.updateId(), delivered.messageId());
                }
            }
            case Delivery.Answer answer -> {
                // As above.
            }
            case Delivery.ChildClosed closed -> {
                // As above.
            }
            case Delivery.Note note -> {
                // As above.
            }
            case Delivery.LocalOutcome local -> {
                // Nobody waits for it.
            }
            case Delivery.Outcome outcome -> {
                // An outcome that finds no row belongs to an attempt that others have
                // repeated or given up.
            }
        }
        return delivered != null;
    }

    /** To the run, or, where that has gone on in another one, to the one that is open. */
    private EngineStore.@Nullable Delivered deliverToOpen(UUID runId, Transition.NewMessage message) {
        EngineStore.Delivered delivered = announced(runId,
                this.engine.store().deliver(runId, message, this.engine.clock().instant()));
        if (delivered != null) {
            return delivered;
        }
        EngineStore.ExecutionRow ended = this.engine.store().execution(runId);
        UUID next = (ended != null) ? ended.continuedRunId() : null;
        return (next != null) ? deliverToOpen(next, message) : null;
    }

    private EngineStore.@Nullable Delivered announced(UUID runId, EngineStore.@Nullable Delivered delivered) {
        if (delivered != null) {
            announce(runId, delivered);
        }
        return delivered;
    }

    private static void acknowledge(CompletableFuture<Void> future, EngineStore.@Nullable Delivered delivered,
            String workflowId) {
        if (delivered != null) {
            future.complete(null);
        }
        else {
            future.completeExceptionally(new WorkflowNotFoundException(workflowId));
        }
    }

    /** Tells whoever holds the run, or may claim it, that its inbox has something. */
    void announce(UUID runId, EngineStore.Delivered delivered) {
        RunActor actor = this.engine.resident().get(runId);
        if (actor != null && actor.offer(new Delivery.InboxHint())) {
            return;
        }
        if (delivered.owner() == 0) {
            this.engine.poller().claimSoon(runId);
            this.engine.wakeups().due(delivered.taskQueue());
        }
        else if (delivered.owner() != this.engine.nodeId()) {
            this.engine.wakeups().messageFor(delivered.owner(), runId);
        }
        else {
            this.engine.poller().wake();
        }
    }

    /** What the parent of a run that has ended is told. */
    Transition.NewMessage childNotice(long initiatedEventId, WorkflowStatus status, String runId,
            @Nullable String result, @Nullable String failure) {
        ChildOutcome outcome = new ChildOutcome(status, runId,
                (result != null) ? this.engine.json().readPayload(result) : null,
                (failure != null) ? this.engine.json().readFailure(failure) : null);
        String order = Long.toString(initiatedEventId);
        return new Transition.NewMessage(Message.Kind.CHILD, order, order,
                this.engine.json().writeChildOutcome(outcome));
    }

    /**
     * Wakes those for whom a transition has written something: children and targets that
     * are here at once, the others by a look of every node.
     */
    void wakeRelated(Relations relations) {
        boolean elsewhere = relations.orphaned() != null;
        for (Relations.Child child : relations.children()) {
            Transition.NewExecution execution = child.execution();
            this.engine.admissions().begun(execution);
            if (this.engine.runsHere(execution.workflowType(), execution.taskQueue())
                    && this.engine.builds().isMine(execution.version())) {
                this.engine.poller().claimSoon(execution);
            }
            else {
                elsewhere = true;
            }
        }
        // Many children are shared with whoever else has time.
        elsewhere |= relations.children().size() > CHILDREN_TO_KEEP;
        for (Relations.Ask ask : relations.asks()) {
            elsewhere |= !hint(this.engine.resident().get(ask.workflowId()));
        }
        Relations.Parent parent = relations.parent();
        if (parent != null && parent.notice() != null) {
            elsewhere |= !hint(this.engine.resident().get(parent.runId()));
        }
        if (elsewhere) {
            this.engine.wakeups().due("");
        }
    }

    /** Lets an actor look into its inbox; false when it is not here. */
    static boolean hint(@Nullable RunActor actor) {
        return actor != null && actor.offer(new Delivery.InboxHint());
    }

}
