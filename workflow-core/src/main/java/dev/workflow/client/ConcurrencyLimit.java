package dev.workflow.client;

import dev.workflow.Constraints;
import org.jspecify.annotations.Nullable;

/**
 * How many workflows of a type may be in progress at once, on all nodes together. At
 * least one of the two is given.
 *
 * @param max how many in all, at least 1; null: any number
 * @param maxPerKey how many of one fairness key, at least 1; null: any number. 1: one
 * after the other, in the order of their starts. Workflows without a fairness key do not
 * count for it
 */
public record ConcurrencyLimit(@Nullable Integer max, @Nullable Integer maxPerKey) {

    private static final int MOST = 1_000_000;

    public ConcurrencyLimit {
        if (max == null && maxPerKey == null) {
            throw new IllegalArgumentException(
                    "A concurrency limit: expected max or maxPerKey, or both; neither is given");
        }
        if (max != null) {
            Constraints.between("max", max, 1, MOST);
        }
        if (maxPerKey != null) {
            Constraints.between("maxPerKey", maxPerKey, 1, MOST);
        }
    }

    /** So many in all. */
    public static ConcurrencyLimit of(int max) {
        return new ConcurrencyLimit(max, null);
    }

    /** So many of each fairness key; 1: one after the other. */
    public static ConcurrencyLimit perKey(int maxPerKey) {
        return new ConcurrencyLimit(null, maxPerKey);
    }

    /** The same, and so many of each fairness key. */
    public ConcurrencyLimit withMaxPerKey(int value) {
        return new ConcurrencyLimit(this.max, value);
    }

}
