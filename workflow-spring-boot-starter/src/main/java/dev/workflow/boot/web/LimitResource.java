package dev.workflow.boot.web;

import java.util.List;
import java.util.Optional;

import dev.workflow.engine.EngineStore.Control;
import dev.workflow.engine.OperatorService;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/** What limits a task queue. */
final class LimitResource {

    private final OperatorService operator;

    LimitResource(OperatorService operator) {
        this.operator = operator;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/task-queues/{name}/limits", this::limits),
                Endpoint.put("/task-queues/{name}/rate-limit", this::limitRate),
                Endpoint.put("/task-queues/{name}/slots", this::setSlots));
    }

    private Reply limits(RestCall call) {
        Optional<Control> queue = this.operator.taskQueue(call.variable("name"));
        return Reply.ok(new Limits(queue.map(Control::rateLimit).orElse(null),
                queue.map(Control::activitySlots).orElse(null), queue.map(Control::workflowSlots).orElse(null)));
    }

    private Reply limitRate(RestCall call) {
        Rate body = call.body(Rate.class);
        this.operator.limitRate(call.variable("name"), body.activitiesPerSecond, Because.operator(call, body.reason));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply setSlots(RestCall call) {
        Slots body = call.body(Slots.class);
        this.operator.setSlots(call.variable("name"), body.activitySlots, body.workflowSlots,
                Because.operator(call, body.reason));
        return Reply.empty(HttpStatus.ACCEPTED);
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
