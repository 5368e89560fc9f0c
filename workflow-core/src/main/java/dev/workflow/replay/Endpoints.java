package dev.workflow.replay;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

import dev.workflow.Arguments;
import dev.workflow.payload.PayloadConverter;
import org.jspecify.annotations.Nullable;

/**
 * What can be called on a run by name, of one kind: the methods of its type, and what its
 * code has added. A method is bound to the instance when it is called: most runs wait far
 * longer than they are called, and there may be many of them.
 */
final class Endpoints {

    private static final String OF_THE_ENGINE = "__";

    private final PayloadConverter payloads;

    private Map<String, WorkflowDefinition.Handler> methods = Map.of();

    private @Nullable Object instance;

    private Map<String, @Nullable Endpoint> added = Collections.emptyMap();

    private @Nullable BiFunction<String, Arguments, ?> any;

    Endpoints(PayloadConverter payloads) {
        this.payloads = payloads;
    }

    /** From now on the methods can be called. */
    void bind(Map<String, WorkflowDefinition.Handler> methodsByName, Object workflow) {
        this.methods = methodsByName;
        this.instance = workflow;
    }

    /** Adds one, or replaces the one of that name; null: by none. */
    void add(String name, @Nullable Endpoint endpoint) {
        if (this.added.isEmpty()) {
            this.added = new HashMap<>(4);
        }
        this.added.put(name, endpoint);
    }

    /** Sets the one for names that have none, or removes it. */
    void any(@Nullable BiFunction<String, Arguments, ?> handler) {
        this.any = handler;
    }

    @Nullable Endpoint get(String name) {
        Endpoint own = own(name);
        // Before the methods are bound nobody knows which names have none.
        return (own != null || this.instance == null) ? own : anyOf(name);
    }

    /** The one of that name, not the one for any. */
    @Nullable Endpoint own(String name) {
        if (this.instance == null || this.added.containsKey(name)) {
            return this.added.get(name);
        }
        WorkflowDefinition.Handler method = this.methods.get(name);
        return (method != null) ? Endpoint.of(method, this.instance, this.payloads) : null;
    }

    private @Nullable Endpoint anyOf(String name) {
        BiFunction<String, Arguments, ?> handler = this.any;
        return (handler != null && !name.startsWith(OF_THE_ENGINE))
                ? Endpoint.of((arguments) -> handler.apply(name, arguments), this.payloads) : null;
    }

    /** The names, in alphabetical order. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(this.methods.keySet());
        names.addAll(this.added.keySet());
        return names;
    }

}
