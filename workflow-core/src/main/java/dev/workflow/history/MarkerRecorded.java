package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * The code recorded a value: a side effect, a version.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param markerName SideEffect, MutableSideEffect or Version
 * @param id the id that the code gave
 * @param details the value
 */
public record MarkerRecorded(long eventId, Instant eventTime, String markerName, @Nullable String id,
        Json details) implements CommandEvent {
}
