package dev.workflow.history;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Somebody stepped in from outside.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when it was recorded
 * @param action what was done, for example {@code PauseActivity}
 * @param identity who did it
 * @param requestTime when it was done, which may be earlier than when it was recorded
 * @param reason why
 * @param scheduledEventId the event that ordered the activity that it was done to
 * @param options what the activity's options are from then on
 */
public record OperatorActionRecorded(long eventId, Instant eventTime, String action, String identity,
        Instant requestTime, @Nullable String reason, @Nullable Long scheduledEventId,
        @Nullable ActivityTaskOptions options) implements NoteEvent {

    /** The same, at its place in a history. */
    public OperatorActionRecorded at(long id, Instant time) {
        return new OperatorActionRecorded(id, time, this.action, this.identity, this.requestTime, this.reason,
                this.scheduledEventId, this.options);
    }

}
