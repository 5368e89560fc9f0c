package dev.workflow.engine;

/** The engine has stopped; what was asked of it did not happen here. */
public class EngineStoppedException extends IllegalStateException {

    public EngineStoppedException(String message) {
        super(message);
    }

}
