package dev.workflow.visibility;

/**
 * A list query, group or page token that is refused. The message says where, what was
 * found and what was expected; it is meant for the caller and carries nothing of the
 * database.
 */
public class ListQueryException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public ListQueryException(String message) {
        super(message);
    }

    /** What is wrong, and at which character of the query, counted from 1. */
    static ListQueryException at(int position, String message) {
        return new ListQueryException(message + " (at position " + (position + 1) + " of the query)");
    }

}
