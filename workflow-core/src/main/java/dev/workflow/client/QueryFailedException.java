package dev.workflow.client;

import org.jspecify.annotations.Nullable;

/**
 * A query was not answered: there is no such handler, the arguments do not fit, or the
 * handler threw.
 */
public class QueryFailedException extends RuntimeException {

    /**
     * A failure.
     * @param message what is wrong, and what would have been right
     * @param cause what the handler threw
     */
    public QueryFailedException(@Nullable String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
