package dev.workflow.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import dev.workflow.Arguments;
import org.springframework.core.ParameterizedTypeReference;

/**
 * Arguments that a handler decodes itself. They know with which exceptions they refused
 * to, so that what comes of a message's arguments can be told from a bug in its handler.
 */
final class MessageArguments implements Arguments {

    private final Arguments arguments;

    private List<RuntimeException> refusals = List.of();

    MessageArguments(Arguments arguments) {
        this.arguments = arguments;
    }

    /** Whether this was thrown because the arguments are not what was asked for. */
    boolean refusedWith(Throwable thrown) {
        return this.refusals.stream().anyMatch((refusal) -> refusal == thrown);
    }

    @Override
    public int size() {
        return this.arguments.size();
    }

    @Override
    public <T> T get(int index, Class<T> type) {
        return remembering(() -> this.arguments.get(index, type));
    }

    @Override
    public <T> T get(int index, ParameterizedTypeReference<T> type) {
        return remembering(() -> this.arguments.get(index, type));
    }

    private <T> T remembering(Supplier<T> argument) {
        try {
            return argument.get();
        }
        catch (IllegalArgumentException | IndexOutOfBoundsException unfit) {
            if (this.refusals.isEmpty()) {
                this.refusals = new ArrayList<>(1);
            }
            this.refusals.add(unfit);
            throw unfit;
        }
    }

    @Override
    public String toString() {
        return this.arguments.toString();
    }

}
