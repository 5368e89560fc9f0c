package dev.workflow.engine;

import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * An update that a run which is started gets as its first message. Used by one thread.
 */
final class FirstUpdate {

    private final WorkflowEngine engine;

    private final String id;

    private final HandlerCall call;

    private UpdateWaiters.@Nullable Waiting waiting;

    FirstUpdate(WorkflowEngine engine, String id, HandlerCall call) {
        this.engine = engine;
        this.id = id;
        this.call = call;
    }

    String id() {
        return this.id;
    }

    HandlerCall call() {
        return this.call;
    }

    Transition.NewMessage message() {
        return new Transition.NewMessage(Message.Kind.UPDATE, this.call.name(), this.id,
                this.engine.json().writeCall(this.call));
    }

    Delivery.Update delivery() {
        return new Delivery.Update(this.id, this.call, null);
    }

    /** Waits for what becomes of it in this run, and in none before. */
    void awaitIn(UUID runId) {
        forget();
        this.waiting = this.engine.updates().await(runId, this.id, 0);
        this.engine.updates().sentAs(runId, this.id, UpdateWaiters.UNKNOWN_MESSAGE);
        this.engine.wakeups().waitFor(runId);
    }

    UpdateWaiters.Waiting waiting() {
        return Objects.requireNonNull(this.waiting);
    }

    void forget() {
        if (this.waiting != null) {
            this.engine.updates().forget(this.waiting);
        }
    }

}
