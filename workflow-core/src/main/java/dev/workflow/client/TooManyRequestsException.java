package dev.workflow.client;

import java.time.Duration;

/**
 * More is asked for than can be done now: nothing was done. Try it again after some time.
 */
public class TooManyRequestsException extends RuntimeException {

    private final Duration retryAfter;

    /**
     * An exception with that message.
     * @param retryAfter after which time to try it again
     */
    public TooManyRequestsException(String message, Duration retryAfter) {
        super(message);
        this.retryAfter = retryAfter;
    }

    /** After which time to try it again. */
    public Duration retryAfter() {
        return this.retryAfter;
    }

}
