package dev.workflow.payload;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;

import dev.workflow.failure.ApplicationFailure;
import org.jspecify.annotations.Nullable;

/**
 * Refuses values that are too large where they are written: with a failure that no retry
 * mends, so that it ends what was about to write them instead of being tried for ever.
 */
public final class LimitedPayloadConverter implements PayloadConverter {

    private final PayloadConverter delegate;

    private final int maxBytes;

    /**
     * A limit on another converter.
     * @param delegate encodes and decodes
     * @param maxBytes the largest value, in bytes of UTF-8
     */
    public LimitedPayloadConverter(PayloadConverter delegate, int maxBytes) {
        this.delegate = delegate;
        this.maxBytes = maxBytes;
    }

    /** The converter without its limit, if it has one. */
    public static PayloadConverter unlimited(PayloadConverter converter) {
        return (converter instanceof LimitedPayloadConverter limited) ? limited.delegate : converter;
    }

    /**
     * What code is told that gave too large a value.
     * @param message which limit it exceeds
     */
    public static ApplicationFailure tooLarge(String message) {
        return ApplicationFailure.nonRetryable(message, "PayloadTooLarge");
    }

    @Override
    public Json encode(@Nullable Object value) {
        return checked(this.delegate.encode(value));
    }

    @Override
    public Json encodeArguments(@Nullable Object... arguments) {
        return checked(this.delegate.encodeArguments(arguments));
    }

    private Json checked(Json json) {
        // No character takes more than three bytes, so short texts need no counting.
        if (json.text().length() * 3L > this.maxBytes) {
            int bytes = json.text().getBytes(StandardCharsets.UTF_8).length;
            if (bytes > this.maxBytes) {
                throw tooLarge("The payload has " + bytes + " bytes; at most " + this.maxBytes
                        + " are allowed (workflow.payload.max-size). Store large data elsewhere and pass a reference "
                        + "to it.");
            }
        }
        return json;
    }

    @Override
    public @Nullable Object decode(Json json, Type type) {
        return this.delegate.decode(json, type);
    }

    @Override
    public @Nullable Object[] decodeArguments(Json array, Type... types) {
        return this.delegate.decodeArguments(array, types);
    }

}
