package dev.workflow.sample.input;

/** Says what was expected, and what was given instead. */
public final class InvalidInputException extends RuntimeException {

    public InvalidInputException(String name, String expected, Object given) {
        super(name + ": expected " + expected + ", given " + given);
    }

}
