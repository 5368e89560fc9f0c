package dev.workflow.history;

import java.time.Duration;
import java.time.Instant;

/**
 * A timer was started.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param startToFireTimeout how long
 */
public record TimerStarted(long eventId, Instant eventTime, Duration startToFireTimeout) implements CommandEvent {
}
