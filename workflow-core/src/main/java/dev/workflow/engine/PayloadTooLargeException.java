package dev.workflow.engine;

/** A payload is larger than the node allows. */
public class PayloadTooLargeException extends IllegalArgumentException {

    public PayloadTooLargeException(long bytes, long limit) {
        super("The payload has " + bytes + " bytes; at most " + limit
                + " are allowed (workflow.payload.max-size). Store large data elsewhere and pass a reference to it.");
    }

}
