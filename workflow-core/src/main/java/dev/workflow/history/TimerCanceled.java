package dev.workflow.history;

import java.time.Instant;

/**
 * A timer was canceled.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param startedEventId the event that started the timer
 */
public record TimerCanceled(long eventId, Instant eventTime, long startedEventId) implements CommandEvent {
}
