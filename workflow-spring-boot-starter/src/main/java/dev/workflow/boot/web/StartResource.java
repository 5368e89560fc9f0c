package dev.workflow.boot.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.workflow.Constraints;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.engine.StartRequest;
import dev.workflow.engine.StartResult;
import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.Json;
import dev.workflow.visibility.SearchAttributes;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/** Starts workflows. */
final class StartResource {

    private static final int DEFAULT_PRIORITY = 3;

    private final WorkflowService workflows;

    private final ArgumentCheck check;

    StartResource(WorkflowService workflows, ArgumentCheck check) {
        this.workflows = workflows;
        this.check = check;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.post("/workflows", this::start));
    }

    private Reply start(RestCall call) {
        StartRequest request = call.body(Body.class).toRequest(call);
        this.check.start(request.workflowType(), request.input());
        StartRequest.Signal signal = request.signal();
        if (signal != null) {
            this.check.signal(request.workflowType(), signal.name(), signal.input());
        }
        StartResult result = this.workflows.start(request);
        return Reply
            .json(result.started() ? HttpStatus.CREATED : HttpStatus.OK,
                    new Started(result.workflowId(), result.runId()))
            .header("Location", call.locationOf(result.workflowId()));
    }

    /** The answer. */
    private record Started(String workflowId, String runId) {
    }

    /** A signal to send with the start. */
    record SignalBody(@Nullable String name, @Nullable Json args) {

        StartRequest.Signal toSignal(RestCall call) {
            return new StartRequest.Signal(Constraints.id("signal.name", this.name),
                    call.arguments("signal.args", this.args));
        }

    }

    /** The request. */
    record Body(@Nullable String workflowType, @Nullable String workflowId, @Nullable String taskQueue,
            @Nullable Json args, @Nullable String requestId, @Nullable IdReusePolicy idReusePolicy,
            @Nullable IdConflictPolicy idConflictPolicy, @Nullable Duration executionTimeout,
            @Nullable Duration runTimeout, @Nullable Duration startDelay, @Nullable String cron,
            @Nullable Map<String, Json> memo, @Nullable Map<String, Object> searchAttributes,
            @Nullable Integer priority, @Nullable String fairnessKey, @Nullable SignalBody signal) {

        StartRequest toRequest(RestCall call) {
            return new StartRequest(Constraints.id("workflowType", this.workflowType),
                    id("workflowId", this.workflowId), id("taskQueue", this.taskQueue),
                    call.arguments("args", this.args), id("requestId", this.requestId),
                    (this.idReusePolicy != null) ? this.idReusePolicy : IdReusePolicy.ALLOW_DUPLICATE,
                    (this.idConflictPolicy != null) ? this.idConflictPolicy : IdConflictPolicy.FAIL,
                    timeout("executionTimeout", this.executionTimeout), timeout("runTimeout", this.runTimeout),
                    (this.startDelay != null) ? Constraints.notNegative("startDelay", this.startDelay) : null, null,
                    id("cron", this.cron), memo(call), attributes(),
                    (this.priority != null) ? Constraints.priority(this.priority) : DEFAULT_PRIORITY,
                    (this.fairnessKey != null) ? Constraints.fairnessKey(this.fairnessKey) : null,
                    (this.signal != null) ? this.signal.toSignal(call) : null);
        }

        private Map<String, Json> memo(RestCall call) {
            if (this.memo == null) {
                return Map.of();
            }
            Constraints.attributes("memo", this.memo);
            this.memo.forEach((name, value) -> {
                if (call.payload(value).isNull()) {
                    throw new IllegalArgumentException("memo[" + name + "]: expected a value, given null");
                }
            });
            return this.memo;
        }

        private Map<String, Object> attributes() {
            return (this.searchAttributes != null) ? SearchAttributes.ofStart(this.searchAttributes) : Map.of();
        }

        private static @Nullable String id(String name, @Nullable String value) {
            return (value != null) ? Constraints.id(name, value) : null;
        }

        private static @Nullable Duration timeout(String name, @Nullable Duration value) {
            return (value != null) ? Constraints.positive(name, value) : null;
        }

    }

}
