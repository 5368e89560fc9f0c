package dev.workflow.payload;

/**
 * A value as it is stored: one JSON text. Two are equal when their texts are.
 *
 * @param text a complete JSON value, never blank
 */
public record Json(String text) {

    /** The JSON value {@code null}. */
    public static final Json NULL = new Json("null");

    /** The empty list of arguments. */
    public static final Json EMPTY_ARRAY = new Json("[]");

    public boolean isNull() {
        return this.text.equals("null");
    }

    @Override
    public String toString() {
        return this.text;
    }

}
