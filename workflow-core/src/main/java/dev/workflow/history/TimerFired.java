package dev.workflow.history;

import java.time.Instant;

/**
 * A timer came due.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param startedEventId the event that started the timer
 */
public record TimerFired(long eventId, Instant eventTime, long startedEventId) implements InputEvent {
}
