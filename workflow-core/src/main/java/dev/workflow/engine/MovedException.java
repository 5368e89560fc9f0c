package dev.workflow.engine;

/** The run left this node's memory before it could answer; ask again. */
final class MovedException extends RuntimeException {

    MovedException() {
        super("The run left memory", null, false, false);
    }

}
