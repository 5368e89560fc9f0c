package dev.workflow.engine;

/** The engine has stopped; what was asked of it did not happen here. */
public class EngineStoppedException extends IllegalStateException {

    public EngineStoppedException(String message) {
        super(message);
    }

    static EngineStoppedException whileWaiting() {
        return new EngineStoppedException(
                "The engine has stopped, and hears no more of results and answers; what was begun goes on elsewhere");
    }

}
