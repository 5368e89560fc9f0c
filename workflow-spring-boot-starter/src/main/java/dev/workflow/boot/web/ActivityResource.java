package dev.workflow.boot.web;

import java.util.List;

import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/** Activities that are completed from outside, by their task token. */
final class ActivityResource {

    private static final int MAX_TOKEN_LENGTH = 4_000;

    private final WorkflowService workflows;

    ActivityResource(WorkflowService workflows) {
        this.workflows = workflows;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.post("/activities/{token}/complete", this::complete),
                Endpoint.post("/activities/{token}/fail", this::fail),
                Endpoint.post("/activities/{token}/heartbeat", this::heartbeat));
    }

    private Reply complete(RestCall call) {
        Completion body = call.body(Completion.class);
        this.workflows.completeActivity(token(call), call.payload(body.result));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply fail(RestCall call) {
        Failure body = call.body(Failure.class);
        this.workflows.failActivity(token(call), ReportedFailure.of(call, body.message, body.type,
                Boolean.TRUE.equals(body.nonRetryable), body.details));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply heartbeat(RestCall call) {
        Heartbeat body = call.body(Heartbeat.class);
        boolean cancelRequested = this.workflows.heartbeatActivity(token(call), call.payload(body.details));
        return Reply.ok(new Acknowledged(cancelRequested));
    }

    private static String token(RestCall call) {
        String token = String.valueOf(call.variables().get("token"));
        if (token.length() > MAX_TOKEN_LENGTH) {
            throw ProblemType.UNKNOWN_TASK_TOKEN.because("This is no task token.");
        }
        return token;
    }

    /** How it succeeded. */
    private record Completion(@Nullable Json result) {
    }

    /** How it failed. */
    private record Failure(@Nullable String message, @Nullable String type, @Nullable Boolean nonRetryable,
            @Nullable Json details) {
    }

    /** What it says while it runs. */
    private record Heartbeat(@Nullable Json details) {
    }

    /** What it is told then. */
    private record Acknowledged(boolean cancelRequested) {
    }

}
