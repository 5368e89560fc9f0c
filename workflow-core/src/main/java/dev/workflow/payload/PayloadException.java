package dev.workflow.payload;

import org.jspecify.annotations.Nullable;

/**
 * A value that cannot be written as JSON, or a JSON text that does not fit what was
 * expected of it.
 */
public class PayloadException extends RuntimeException {

    public PayloadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
