package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * Who steps in from outside, and why.
 *
 * @param identity who; null: whoever the context of the calling thread names, else this
 * node
 * @param reason why
 * @param requestId names the action, so that one that is repeated right after itself
 * changes nothing; of activities only
 */
public record Operator(@Nullable String identity, @Nullable String reason, @Nullable String requestId) {

    /** Nobody in particular, for no reason given. */
    public static final Operator UNKNOWN = new Operator(null, null);

    /** An action that is done each time that it is asked for. */
    public Operator(@Nullable String identity, @Nullable String reason) {
        this(identity, reason, null);
    }

}
