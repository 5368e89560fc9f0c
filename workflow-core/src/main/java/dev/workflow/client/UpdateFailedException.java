package dev.workflow.client;

import org.jspecify.annotations.Nullable;

/**
 * An update's validator refused it, its handler failed, or its run ended before it
 * answered. The cause says which.
 */
public class UpdateFailedException extends RuntimeException {

    private final boolean rejected;

    /**
     * A failure.
     * @param message what is wrong
     * @param rejected whether it was refused before anything of it was recorded
     * @param cause what the validator or the handler threw
     */
    public UpdateFailedException(@Nullable String message, boolean rejected, @Nullable Throwable cause) {
        super(message, cause);
        this.rejected = rejected;
    }

    /**
     * Whether it was refused before anything of it was recorded; else it was accepted and
     * failed then.
     */
    public boolean isRejected() {
        return this.rejected;
    }

}
