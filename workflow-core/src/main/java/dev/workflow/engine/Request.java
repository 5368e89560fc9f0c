package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * What an operator asks of a run.
 *
 * @param reason why
 * @param identity who asks
 */
record Request(@Nullable String reason, @Nullable String identity) {
}
