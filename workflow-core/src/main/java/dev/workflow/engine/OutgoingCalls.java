package dev.workflow.engine;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * What every call of a client carries along: the context of the thread that makes it,
 * what observes it, who makes it, and the bound on how much it may hand over.
 */
final class OutgoingCalls {

    private final WorkflowEngine engine;

    OutgoingCalls(WorkflowEngine engine) {
        this.engine = engine;
    }

    /** The header of a call: the context of this thread, and what was given with it. */
    Map<String, String> header(Map<String, String> given) {
        Map<String, String> captured = this.engine.interceptors().context().capture(Map.of());
        if (captured.isEmpty()) {
            return given;
        }
        Map<String, String> header = new LinkedHashMap<>(captured);
        header.putAll(given);
        return header;
    }

    /**
     * Makes a call that carries the context of this thread.
     * @param call makes it with that header
     */
    <T extends @Nullable Object> T send(EngineObservations.Observed observed, Map<String, String> given,
            Function<Map<String, String>, T> call) {
        Map<String, String> header = header(given);
        EngineObservations observations = this.engine.observations();
        if (observations.isNone()) {
            return call.apply(header);
        }
        Map<String, String> carrier = new LinkedHashMap<>(header);
        return observations.outgoing(observed, carrier, () -> call.apply(carrier));
    }

    /** Work that makes calls on another thread as if this one made them. */
    <T> Supplier<T> asHere(Supplier<T> work) {
        ContextPropagation context = this.engine.interceptors().context();
        Map<String, String> header = context.capture(Map.of());
        String acting = this.engine.identities().acting();
        Supplier<T> observed = this.engine.observations().asHere(work);
        return () -> {
            try (ContextPropagation.Restored restored = context.restore(header);
                    WorkflowService.Acting same = this.engine.identities().actAs(acting)) {
                return observed.get();
            }
        };
    }

    static EngineObservations.Observed observed(EngineObservations.Kind kind, WorkflowRef workflow, HandlerCall call) {
        return new EngineObservations.Observed(kind, call.name(), workflow.workflowId(),
                Objects.requireNonNullElse(workflow.runId(), ""));
    }

    /** Who asks for something, and why. */
    Request request(@Nullable String reason) {
        checkSize(new Json(this.engine.json().writeText(reason)));
        return new Request(reason, this.engine.identities().current());
    }

    /** In whose name a call with that header is made; null: nobody is named. */
    @Nullable String sender(Map<String, String> header) {
        String acting = this.engine.identities().acting();
        String named = (acting != null) ? acting : header.get(ContextPropagator.PRINCIPAL);
        return (named != null) ? Texts.storable(named, Identities.MAX_IDENTITY) : null;
    }

    void checkSize(Json payload) {
        int limit = this.engine.settings().maxPayloadBytes();
        // A character is at least one byte, so short texts need no counting.
        if (payload.text().length() * 3L > limit && payload.text().getBytes(StandardCharsets.UTF_8).length > limit) {
            throw new PayloadTooLargeException(payload.text().getBytes(StandardCharsets.UTF_8).length, limit);
        }
    }

}
