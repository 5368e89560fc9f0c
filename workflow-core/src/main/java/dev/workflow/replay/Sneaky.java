package dev.workflow.replay;

/**
 * Throws checked exceptions of user code as they are: a wrapper would change which
 * failure a run ends with.
 */
final class Sneaky {

    private Sneaky() {
    }

    /** Throws it; declared to return so that callers can throw the call. */
    @SuppressWarnings("unchecked")
    static <E extends Throwable> RuntimeException rethrow(Throwable thrown) throws E {
        throw (E) thrown;
    }

}
