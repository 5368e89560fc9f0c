package dev.workflow.visibility;

/**
 * A list query, group or page token that is refused. The message says where, what was
 * found and what is allowed; it is meant for the caller and carries nothing of the
 * database.
 */
public class ListQueryException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    static final String ALLOWED = "allowed are fields, 'text', numbers, TRUE and FALSE with =, !=, <>, <, <=, >, >=, "
            + "IN, BETWEEN, STARTS_WITH and IS NULL, joined by AND, OR, NOT and parentheses, then ORDER BY";

    public ListQueryException(String message) {
        super(message);
    }

    /** What is wrong, and at which character of the query, counted from 1. */
    static ListQueryException at(int position, String message) {
        return new ListQueryException(message + " (at position " + (position + 1) + " of the query)");
    }

    static ListQueryException notAllowed(int position, String found) {
        return at(position, "Unexpected " + found + ": " + ALLOWED);
    }

}
