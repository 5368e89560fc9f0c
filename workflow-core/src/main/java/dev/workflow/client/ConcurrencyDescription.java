package dev.workflow.client;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How the concurrency of a workflow type is limited, and how it stands.
 *
 * @param limit the limit; null: there is none
 * @param limitedBy who decided so; null: the configuration
 * @param limitedAt when; null: nobody ever has
 * @param inProgress how many workflows have a place, counted only where there is a limit
 * @param waiting how many wait for one
 * @param delayed how many wait for the end of their start delay
 */
public record ConcurrencyDescription(@Nullable ConcurrencyLimit limit, @Nullable String limitedBy,
        @Nullable Instant limitedAt, long inProgress, long waiting, long delayed) {
}
