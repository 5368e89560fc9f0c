package dev.workflow.payload;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

/**
 * Turns the values of workflow code, activities and callers into stored JSON and back. It
 * has a mapper of its own, so that a change to the application's mapper never makes a
 * history unreadable.
 */
public interface PayloadConverter {

    /**
     * Encodes one value.
     * @throws PayloadException when the value cannot be written as JSON; the message
     * names its class
     */
    Json encode(@Nullable Object value);

    /** Encodes the arguments of a call as a JSON array. */
    Json encodeArguments(@Nullable Object... arguments);

    /**
     * Decodes one value.
     * @throws PayloadException when the JSON does not fit; the message says what was
     * expected and what was found
     */
    @Nullable Object decode(Json json, Type type);

    /**
     * Decodes the arguments of a call. Trailing missing arguments are {@code null}, or
     * the zero of a primitive type.
     * @throws PayloadException when there are more arguments than types or one does not
     * fit; the message names the position, the expected type and what was found
     */
    @Nullable Object[] decodeArguments(Json array, Type... types);

}
