package dev.workflow.benchmarks;

/** A turn did not end, or not as it must. */
final class TrialFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    TrialFailedException(Throwable cause) {
        super(cause.getMessage(), cause);
    }

}
