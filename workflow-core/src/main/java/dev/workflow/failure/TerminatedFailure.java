package dev.workflow.failure;

import org.jspecify.annotations.Nullable;

/**
 * A workflow was ended from outside, without its code being asked. The message is the
 * reason that was given.
 */
public final class TerminatedFailure extends WorkflowException {

    public TerminatedFailure(@Nullable String reason) {
        super(reason, null);
    }

    /** The reason that was given, if one was. */
    public @Nullable String reason() {
        return getMessage();
    }

}
