package dev.workflow.engine;

/** No node that could have answered did so in time. */
public class NoWorkerException extends RuntimeException {

    public NoWorkerException(String message) {
        super(message);
    }

}
