package dev.workflow.boot.web;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.workflow.client.ConcurrencyDescription;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.engine.EngineStore.Control;
import dev.workflow.engine.OperatorService;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

/** What limits a task queue or workflow type. */
final class LimitResource {

    private final OperatorService operator;

    LimitResource(OperatorService operator) {
        this.operator = operator;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/task-queues/{name}/limits", this::limits),
                Endpoint.put("/task-queues/{name}/rate-limit", this::limitRate),
                Endpoint.put("/task-queues/{name}/slots", this::setSlots),
                Endpoint.get("/workflow-types/{name}/concurrency", this::concurrency),
                Endpoint.put("/workflow-types/{name}/concurrency", this::limitConcurrency),
                new Endpoint(HttpMethod.DELETE, "/workflow-types/{name}/concurrency", false, this::resetConcurrency));
    }

    private Reply concurrency(RestCall call) {
        ConcurrencyDescription now = this.operator.concurrency(call.variable("name"));
        ConcurrencyLimit limit = now.limit();
        return Reply
            .ok(new ConcurrencyView((limit != null) ? limit.max() : null, (limit != null) ? limit.maxPerKey() : null,
                    now.limitedBy(), now.limitedAt(), now.inProgress(), now.waiting(), now.delayed()));
    }

    private Reply limitConcurrency(RestCall call) {
        Concurrency body = call.bodyWith(Concurrency.class, "max", "maxPerKey");
        ConcurrencyLimit limit = (body.max != null || body.maxPerKey != null)
                ? new ConcurrencyLimit(body.max, body.maxPerKey) : null;
        this.operator.limitConcurrency(call.variable("name"), limit, Because.operator(call, body.reason));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply resetConcurrency(RestCall call) {
        this.operator.resetConcurrency(call.variable("name"), Because.operator(call, null));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply limits(RestCall call) {
        Optional<Control> queue = this.operator.taskQueue(call.variable("name"));
        return Reply.ok(new Limits(queue.map(Control::rateLimit).orElse(null),
                queue.map(Control::activitySlots).orElse(null), queue.map(Control::workflowSlots).orElse(null)));
    }

    private Reply limitRate(RestCall call) {
        Rate body = call.bodyWith(Rate.class, "activitiesPerSecond");
        this.operator.limitRate(call.variable("name"), body.activitiesPerSecond, Because.operator(call, body.reason));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply setSlots(RestCall call) {
        Slots body = call.bodyWith(Slots.class, "activitySlots", "workflowSlots");
        this.operator.setSlots(call.variable("name"), body.activitySlots, body.workflowSlots,
                Because.operator(call, body.reason));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    /** How many workflows are in progress at once; both null: any number. */
    private record Concurrency(@Nullable Integer max, @Nullable Integer maxPerKey, @Nullable String reason) {
    }

    /** The answer about how many are in progress at once, may be, and wait. */
    private record ConcurrencyView(@Nullable Integer max, @Nullable Integer maxPerKey, @Nullable String limitedBy,
            @Nullable Instant limitedAt, long inProgress, long waiting, long delayed) {
    }

    /** The answer about limits. */
    private record Limits(@Nullable Double activitiesPerSecond, @Nullable Integer activitySlots,
            @Nullable Integer workflowSlots) {
    }

    /** How many activities begin in a second, on all nodes; null: as many as can. */
    private record Rate(@Nullable Double activitiesPerSecond, @Nullable String reason) {
    }

    /** Slots on each node; null: what is set there. */
    private record Slots(@Nullable Integer activitySlots, @Nullable Integer workflowSlots, @Nullable String reason) {
    }

}
