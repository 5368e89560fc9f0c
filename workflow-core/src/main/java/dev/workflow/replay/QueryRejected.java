package dev.workflow.replay;

import org.jspecify.annotations.Nullable;

/**
 * A query that was not answered: unknown, with arguments that do not fit, or its handler
 * threw.
 */
public class QueryRejected extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says why. */
    public QueryRejected(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
