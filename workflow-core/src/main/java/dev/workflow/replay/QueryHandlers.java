package dev.workflow.replay;

import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

import dev.workflow.Arguments;
import dev.workflow.interceptor.WorkflowInterceptor;
import dev.workflow.payload.Json;
import dev.workflow.payload.LimitedPayloadConverter;
import dev.workflow.payload.PayloadException;
import dev.workflow.replay.WorkflowDefinition.Handler;
import org.jspecify.annotations.Nullable;

/** The queries of a run: its own and those that every run answers. */
final class QueryHandlers {

    private static final String STACK_TRACE = "__stack_trace";

    private static final String STATE = "__state";

    private static final String CURRENT_DETAILS = "__current_details";

    private final Run run;

    private final Endpoints endpoints;

    QueryHandlers(Run run) {
        this.run = run;
        this.endpoints = new Endpoints(run.settings().payloads());
    }

    void bind(Map<String, Handler> methods, Object workflow) {
        this.endpoints.bind(methods, workflow);
    }

    void register(String name, Endpoint endpoint) {
        this.endpoints.add(name, endpoint);
    }

    void registerAny(BiFunction<String, Arguments, ?> handler) {
        this.endpoints.any(handler);
    }

    Json answer(String name, Json input, Map<String, String> header) {
        return switch (name) {
            case STACK_TRACE -> show(StackTraces.of(this.run.threads().parked()));
            case STATE -> new InstanceState(this.run.settings().payloads()).of(this.run.instance());
            case CURRENT_DETAILS -> show(this.run.details());
            default -> ask(name, input, header);
        };
    }

    /** For a run that has failed; null: nothing that could be said of it. */
    @Nullable Json answerAfter(RuntimeException failure, String name) {
        return switch (name) {
            case STACK_TRACE -> show(StackTraces.of(failure, this.run.threads().parked()));
            case STATE, CURRENT_DETAILS -> answer(name, Json.EMPTY_ARRAY, Map.of());
            default -> null;
        };
    }

    /** What is always answered may have any size: it is not stored. */
    private Json show(String text) {
        return LimitedPayloadConverter.unlimited(this.run.settings().payloads()).encode(text);
    }

    private Json ask(String name, Json input, Map<String, String> header) {
        Endpoint endpoint = this.endpoints.get(name);
        if (endpoint == null) {
            String known = this.endpoints.names().stream().map((query) -> query + ", ").collect(Collectors.joining());
            throw new QueryRejected("There is no query '" + name + "'; there are " + known + STACK_TRACE + ", " + STATE
                    + " and " + CURRENT_DETAILS, null);
        }
        try {
            Object result = this.run.intercepted(WorkflowInterceptor::query, name, this.run.headerWith(header),
                    endpoint.prepare(input));
            return this.run.settings().payloads().encode(result);
        }
        catch (PayloadException unfit) {
            throw new QueryRejected("Query '" + name + "': " + unfit.getMessage(), unfit);
        }
        catch (Throwable thrown) {
            throw new QueryRejected("Query '" + name + "' threw " + describe(thrown), thrown);
        }
    }

    private static String describe(Throwable thrown) {
        String message = thrown.getMessage();
        return thrown.getClass().getSimpleName() + ((message != null) ? ": " + message : "");
    }

}
