package dev.workflow.engine;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The weight that people gave to a fairness key.
 *
 * @param key the key; empty: what whatever has none shares
 * @param weight how much of the slots it gets, against the others
 * @param changedAt since when
 * @param changedBy by whom
 */
public record FairnessWeight(String key, double weight, Instant changedAt, @Nullable String changedBy) {
}
