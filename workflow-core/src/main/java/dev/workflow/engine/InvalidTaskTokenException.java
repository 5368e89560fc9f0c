package dev.workflow.engine;

/**
 * A task token that was not issued here, or whose activity has ended or gone on to
 * another attempt.
 */
public class InvalidTaskTokenException extends IllegalArgumentException {

    public InvalidTaskTokenException(String message) {
        super(message);
    }

}
