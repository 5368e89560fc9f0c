package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * Who steps in from outside, and why.
 *
 * @param identity who; null: whoever the context of the calling thread names, else the
 * application
 * @param reason why
 */
public record Operator(@Nullable String identity, @Nullable String reason) {

    /** Nobody in particular, for no reason given. */
    public static final Operator UNKNOWN = new Operator(null, null);

}
