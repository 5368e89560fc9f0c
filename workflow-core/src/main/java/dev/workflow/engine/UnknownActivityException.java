package dev.workflow.engine;

/** The workflow has no such activity, or it has its result already. */
public class UnknownActivityException extends IllegalArgumentException {

    /** An exception with that message. */
    public UnknownActivityException(String message) {
        super(message);
    }

}
