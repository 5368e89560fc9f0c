package dev.workflow.engine;

import java.util.Map;

import dev.workflow.payload.Json;

/**
 * A signal, query or update as the engine takes it.
 *
 * @param name its name
 * @param input the arguments, a JSON array
 * @param header what travels with it; what the context propagators capture is added
 */
public record HandlerCall(String name, Json input, Map<String, String> header) {

    public HandlerCall {
        header = Map.copyOf(header);
    }

    HandlerCall withHeader(Map<String, String> other) {
        return new HandlerCall(this.name, this.input, other);
    }

}
