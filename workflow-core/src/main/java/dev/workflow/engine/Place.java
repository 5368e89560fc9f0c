package dev.workflow.engine;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What a run of a type with a concurrency limit needs before its code begins.
 *
 * @param key the key that it counts for; null: for none
 * @param expiresAt when it is out of time, also while it waits
 */
public record Place(@Nullable String key, Instant expiresAt) {
}
