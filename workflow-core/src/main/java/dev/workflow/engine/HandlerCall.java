package dev.workflow.engine;

import java.util.Map;

import dev.workflow.Constraints;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * A signal, query or update as the engine takes it.
 *
 * @param name its name
 * @param input the arguments, a JSON array
 * @param header what travels with it; what the context propagators capture is added
 * @param identity in whose name a signal is sent, as the history shows it; null: nobody's
 */
public record HandlerCall(String name, Json input, Map<String, String> header, @Nullable String identity) {

    public HandlerCall {
        Constraints.notNull("name", name);
        header = Map.copyOf(header);
    }

    /** A call in nobody's name. */
    public HandlerCall(String name, Json input, Map<String, String> header) {
        this(name, input, header, null);
    }

    HandlerCall withHeader(Map<String, String> other) {
        return new HandlerCall(this.name, this.input, other, this.identity);
    }

    HandlerCall by(@Nullable String sender) {
        return (sender != null) ? new HandlerCall(this.name, this.input, this.header, sender) : this;
    }

}
