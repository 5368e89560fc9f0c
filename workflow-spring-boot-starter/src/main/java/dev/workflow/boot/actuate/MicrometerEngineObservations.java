package dev.workflow.boot.actuate;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import dev.workflow.engine.EngineObservations;
import dev.workflow.engine.TypeRegistry;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;

import static io.micrometer.observation.transport.Kind.CLIENT;
import static io.micrometer.observation.transport.Kind.CONSUMER;
import static io.micrometer.observation.transport.Kind.PRODUCER;

/**
 * Observes what the engine does. Calls of clients send, and turns and attempts receive,
 * so that a tracer writes its context into the header that the history keeps, and finds
 * it there on whichever node goes on. Names of this application's code are tags; other
 * names, and ids, are for traces only.
 */
public final class MicrometerEngineObservations implements EngineObservations {

    private final ObservationRegistry registry;

    private final KnownNames names;

    /**
     * Observations of an engine.
     * @param types whose names are tags; all others are one
     */
    public MicrometerEngineObservations(ObservationRegistry registry, TypeRegistry types) {
        this.registry = registry;
        this.names = new KnownNames(types);
    }

    @Override
    public boolean isNone() {
        return this.registry.isNoop();
    }

    @Override
    public <T, X extends Throwable> T outgoing(Observed call, Map<String, String> header, Body<T, X> body) throws X {
        if (isNone()) {
            return body.run();
        }
        boolean waits = call.kind() == Kind.QUERY || call.kind() == Kind.UPDATE;
        SenderContext<Map<String, String>> context = new SenderContext<>(
                (carrier, key, value) -> Objects.requireNonNull(carrier).put(key, value), waits ? CLIENT : PRODUCER);
        context.setCarrier(header);
        return observe("workflow.client." + word(call), call, context, body);
    }

    @Override
    public <T, X extends Throwable> T incoming(Observed what, Map<String, String> header, Body<T, X> body) throws X {
        if (isNone()) {
            return body.run();
        }
        ReceiverContext<Map<String, String>> context = new ReceiverContext<>((carrier, key) -> carrier.get(key),
                CONSUMER);
        context.setCarrier(header);
        return observe("workflow.worker." + word(what), what, context, body);
    }

    @Override
    public <T> Supplier<T> asHere(Supplier<T> work) {
        Observation current = this.registry.getCurrentObservation();
        return (current == null) ? work : () -> {
            try (Observation.Scope scope = current.openScope()) {
                return work.get();
            }
        };
    }

    private <T, X extends Throwable> T observe(String name, Observed what, Observation.Context context, Body<T, X> body)
            throws X {
        Observation observation = Observation.createNotStarted(name, () -> context, this.registry)
            .contextualName(word(what) + " " + what.name())
            .lowCardinalityKeyValue("name", this.names.of(what))
            .highCardinalityKeyValues(ids(what));
        observation.start();
        try (Observation.Scope scope = observation.openScope()) {
            return body.run();
        }
        catch (Throwable thrown) {
            observation.error(thrown);
            throw thrown;
        }
        finally {
            observation.stop();
        }
    }

    private static KeyValues ids(Observed what) {
        KeyValues ids = KeyValues.empty();
        if (!what.workflowId().isEmpty()) {
            ids = ids.and(KeyValue.of("workflow.id", what.workflowId()));
        }
        return what.runId().isEmpty() ? ids : ids.and(KeyValue.of("workflow.run.id", what.runId()));
    }

    private static String word(Observed what) {
        return (what.kind() == Kind.WORKFLOW_TASK) ? "turn" : what.kind().name().toLowerCase(Locale.ROOT);
    }

}
