package dev.workflow.boot.web;

import java.time.Duration;
import java.util.List;

import dev.workflow.Constraints;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

/** One workflow execution: its description, its result and its end. */
final class ExecutionResource {

    private static final Duration MAX_WAIT = Duration.ofSeconds(60);

    private final WorkflowService workflows;

    private final Waiting waiting;

    ExecutionResource(WorkflowService workflows, Waiting waiting) {
        this.workflows = workflows;
        this.waiting = waiting;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/workflows/{id}", this::describe),
                Endpoint.get("/workflows/{id}/result", this::result),
                Endpoint.post("/workflows/{id}/cancel", this::cancel),
                Endpoint.post("/workflows/{id}/terminate", this::terminate),
                new Endpoint(HttpMethod.DELETE, "/workflows/{id}", false, this::delete));
    }

    private Reply describe(RestCall call) {
        return Reply.ok(WorkflowView.of(this.workflows.describe(call.workflow())));
    }

    private Reply cancel(RestCall call) {
        this.workflows.cancel(call.workflow(), call.body(Reason.class).checked());
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply terminate(RestCall call) {
        this.workflows.terminate(call.workflow(), call.body(Reason.class).checked());
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply delete(RestCall call) {
        String terminate = call.parameter("terminate");
        if (terminate != null && !terminate.equals("true") && !terminate.equals("false")) {
            throw new IllegalArgumentException("terminate: expected true or false, given " + terminate);
        }
        String reason = call.parameter("reason");
        this.workflows.delete(call.workflow(), "true".equals(terminate),
                (reason != null) ? Constraints.text("reason", reason) : null);
        return Reply.empty(HttpStatus.NO_CONTENT);
    }

    private Reply result(RestCall call) {
        WorkflowRef workflow = call.workflow();
        boolean followChain = workflow.runId() == null;
        Duration wait = call.waitTime(MAX_WAIT);
        if (wait.isZero()) {
            return reply(this.workflows.result(workflow, followChain, Duration.ZERO));
        }
        return new Reply.Later(
                this.waiting.atMost(wait, this.workflows.resultAsync(workflow, followChain), ExecutionResource::reply),
                wait.plus(MAX_WAIT));
    }

    private static Reply.Ready reply(@Nullable WorkflowOutcome outcome) {
        if (outcome == null) {
            return Reply.json(HttpStatus.ACCEPTED, new Running(WorkflowStatus.RUNNING));
        }
        Json result = outcome.result();
        if (result == null && outcome.status() == WorkflowStatus.COMPLETED) {
            result = Json.NULL;
        }
        return Reply.ok(new Outcome(outcome.workflowId(), outcome.runId(), outcome.status(), result,
                FailureView.of(outcome.failure()), outcome.continuedRunId()));
    }

    /** The request to end it. */
    private record Reason(@Nullable String reason) {

        @Nullable String checked() {
            return (this.reason != null) ? Constraints.text("reason", this.reason) : null;
        }

    }

    /** No result yet. */
    private record Running(WorkflowStatus status) {
    }

    /** The result. */
    private record Outcome(String workflowId, String runId, WorkflowStatus status, @Nullable Json result,
            @Nullable FailureView failure, @Nullable String continuedRunId) {
    }

}
