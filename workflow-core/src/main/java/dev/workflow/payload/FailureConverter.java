package dev.workflow.payload;

/**
 * Turns exceptions into what is stored and back; causes, messages and stack traces
 * survive.
 */
public interface FailureConverter {

    /**
     * Encodes any throwable; one that is no workflow failure becomes an application
     * failure of its class name.
     */
    FailureInfo encode(Throwable failure);

    /** Rebuilds the failure; always one of {@code dev.workflow.failure}. */
    RuntimeException decode(FailureInfo failure);

}
