package dev.workflow.replay;

import java.time.Duration;
import java.util.Map;

import dev.workflow.VersioningBehavior;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/** Carries what a run goes on as from the code to the end of its thread. */
final class ContinueAsNewError extends Error {

    private static final long serialVersionUID = 1L;

    private final transient Next next;

    ContinueAsNewError(Next next) {
        super("The run continues as new; only the engine catches this", null, false, false);
        this.next = next;
    }

    Next next() {
        return this.next;
    }

    /**
     * The new run.
     *
     * @param workflowType its type
     * @param taskQueue its queue
     * @param input its arguments
     * @param runTimeout its run timeout
     * @param startDelay how long it waits
     * @param memo its memo; null: as before
     * @param versioning which builds may run it; null: as before
     */
    record Next(String workflowType, String taskQueue, Json input, @Nullable Duration runTimeout,
            @Nullable Duration startDelay, @Nullable Map<String, Json> memo, @Nullable VersioningBehavior versioning) {
    }

}
