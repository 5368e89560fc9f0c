package dev.workflow.boot.web;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import dev.workflow.engine.EngineStore.Control;
import dev.workflow.engine.OperatorService;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/** Runs, task queues and workflow types that do not go on for a while. */
final class PauseResource {

    private final OperatorService operator;

    PauseResource(OperatorService operator) {
        this.operator = operator;
    }

    List<Endpoint> endpoints() {
        return Stream.of(
                List.of(Endpoint.get("/pauses", (call) -> Reply.ok(pauses())),
                        Endpoint.post("/workflows/{id}/pause", this::pause),
                        Endpoint.post("/workflows/{id}/unpause", this::unpause)),
                of("/task-queues/{name}/", Control.Kind.TASK_QUEUE),
                of("/workflow-types/{name}/", Control.Kind.WORKFLOW_TYPE))
            .flatMap(List::stream)
            .toList();
    }

    private List<Endpoint> of(String path, Control.Kind kind) {
        return List.of(Endpoint.post(path + "pause", (call) -> {
            this.operator.pause(kind, call.variable("name"), call.body(Because.class).operator(call));
            return Reply.empty(HttpStatus.ACCEPTED);
        }), Endpoint.post(path + "unpause", (call) -> {
            this.operator.unpause(kind, call.variable("name"), call.body(Because.class).operator(call));
            return Reply.empty(HttpStatus.ACCEPTED);
        }));
    }

    private Reply pause(RestCall call) {
        this.operator.pause(call.workflow(), call.body(Because.class).operator(call));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply unpause(RestCall call) {
        this.operator.unpause(call.workflow(), call.body(Because.class).operator(call));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Pauses pauses() {
        return new Pauses(this.operator.pauses()
            .stream()
            .map((control) -> new Pause(control.kind(), control.name(), control.pausedAt(), control.pausedBy(),
                    control.reason()))
            .toList());
    }

    /** The answer about what is paused. */
    private record Pauses(List<Pause> pauses) {
    }

    /** What is paused, since when, by whom and why. */
    private record Pause(Control.Kind kind, String name, @Nullable Instant pausedAt, @Nullable String pausedBy,
            @Nullable String reason) {
    }

}
