package dev.workflow.engine;

/** A fork would have to share a child that goes on for the original alone. */
public final class ChildIsOpenException extends ActionRefusedException {

    public ChildIsOpenException(String message) {
        super(message);
    }

}
