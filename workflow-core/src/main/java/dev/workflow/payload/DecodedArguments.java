package dev.workflow.payload;

import java.lang.reflect.Type;
import java.util.Arrays;

import dev.workflow.Arguments;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/** Arguments that are decoded as the receiver asks for them. */
public final class DecodedArguments implements Arguments {

    private final Json input;

    private final PayloadConverter payloads;

    private final int size;

    /**
     * Arguments of a call.
     * @param input a JSON array
     * @param payloads decodes them
     */
    public DecodedArguments(Json input, PayloadConverter payloads) {
        this.input = input;
        this.payloads = payloads;
        this.size = (payloads.decode(input, Object[].class) instanceof Object[] all) ? all.length : 0;
    }

    /**
     * The arguments as a method takes them: a method whose only parameter is
     * {@link Arguments} takes all of them.
     * @throws PayloadException when they do not fit
     */
    public static @Nullable Object[] of(PayloadConverter payloads, Json input, Type... parameterTypes) {
        if (parameterTypes.length == 1 && parameterTypes[0] == Arguments.class) {
            return new @Nullable Object[] { new DecodedArguments(input, payloads) };
        }
        return payloads.decodeArguments(input, parameterTypes);
    }

    @Override
    public int size() {
        return this.size;
    }

    @Override
    public <T> T get(int index, Class<T> type) {
        return decode(index, type);
    }

    @Override
    public <T> T get(int index, ParameterizedTypeReference<T> type) {
        return decode(index, type.getType());
    }

    @SuppressWarnings({ "unchecked", "NullAway", "TypeParameterUnusedInFormals" })
    private <T> T decode(int index, Type type) {
        if (index < 0 || index >= this.size) {
            throw new IndexOutOfBoundsException("There are " + this.size + " arguments; there is none at " + index);
        }
        Type[] types = new Type[this.size];
        Arrays.fill(types, Object.class);
        types[index] = type;
        @Nullable Object[] decoded;
        try {
            decoded = this.payloads.decodeArguments(this.input, types);
        }
        catch (PayloadException unfit) {
            throw new IllegalArgumentException(unfit.getMessage(), unfit);
        }
        return (T) decoded[index];
    }

    @Override
    public String toString() {
        return this.input.text();
    }

}
