package dev.workflow.engine;

/**
 * A start met another one of the same id whose transaction did not end in time. Nothing
 * was started.
 */
public class StartBlockedException extends IllegalStateException {

    public StartBlockedException(String message) {
        super(message);
    }

}
