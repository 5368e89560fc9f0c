package dev.workflow.engine;

/** What was asked for is not possible as things stand; nothing was changed. */
public class ActionRefusedException extends IllegalStateException {

    /** An exception with that message. */
    public ActionRefusedException(String message) {
        super(message);
    }

}
