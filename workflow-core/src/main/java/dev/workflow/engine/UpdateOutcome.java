package dev.workflow.engine;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * How far an update came.
 *
 * @param updateId the update id
 * @param runId the run
 * @param stage how far
 * @param result what the handler returned, when completed
 * @param failure why it was rejected, or what the handler threw
 * @param acceptedEventId the event that says that the run has accepted it; 0 at every
 * other stage
 */
public record UpdateOutcome(String updateId, String runId, Stage stage, @Nullable Json result,
        @Nullable FailureInfo failure, long acceptedEventId) {

    public UpdateOutcome(String updateId, String runId, Stage stage, @Nullable Json result,
            @Nullable FailureInfo failure) {
        this(updateId, runId, stage, result, failure, 0);
    }

    /** The stages of an update. */
    public enum Stage {

        ACCEPTED, COMPLETED, FAILED, REJECTED

    }

}
