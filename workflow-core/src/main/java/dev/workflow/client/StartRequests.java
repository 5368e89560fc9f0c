package dev.workflow.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import dev.workflow.RetryOptions;
import dev.workflow.engine.StartRequest;
import dev.workflow.history.RetryPolicy;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.SearchAttributes;
import org.jspecify.annotations.Nullable;

/** Makes the engine's start of a caller's options. */
final class StartRequests {

    private static final int DEFAULT_PRIORITY = 3;

    private final PayloadConverter payloads;

    StartRequests(PayloadConverter payloads) {
        this.payloads = payloads;
    }

    /**
     * A start.
     * @param defaultPolicy what an open run of the same id means where the options do not
     * say
     */
    StartRequest of(String workflowType, Json input, WorkflowOptions options, IdConflictPolicy defaultPolicy,
            StartRequest.@Nullable Signal signal) {
        return new StartRequest(workflowType, options.id(), options.taskQueue(), input, options.requestId(),
                Objects.requireNonNullElse(options.idReusePolicy(), IdReusePolicy.ALLOW_DUPLICATE),
                Objects.requireNonNullElse(options.idConflictPolicy(), defaultPolicy), options.executionTimeout(),
                options.runTimeout(), options.startDelay(), retryPolicy(options.retry()), options.cron(),
                memo(options.memo()), searchAttributes(options.searchAttributes()),
                Objects.requireNonNullElse(options.priority(), DEFAULT_PRIORITY), options.fairnessKey(), signal);
    }

    private static @Nullable RetryPolicy retryPolicy(@Nullable RetryOptions retry) {
        return (retry != null) ? RetryPolicy.of(retry, RetryOptions.defaults()) : null;
    }

    private Map<String, Json> memo(@Nullable Map<String, ?> memo) {
        Map<String, Json> encoded = new LinkedHashMap<>();
        if (memo != null) {
            memo.forEach((name, value) -> encoded.put(name, this.payloads.encode(value)));
        }
        return encoded;
    }

    private static Map<String, Object> searchAttributes(@Nullable Map<String, ?> attributes) {
        return (attributes != null) ? SearchAttributes.ofStart(attributes) : Map.of();
    }

}
