package dev.workflow.boot.web;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.workflow.Constraints;
import dev.workflow.client.ResultTimeoutException;
import dev.workflow.engine.UpdateOutcome;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/** What workflows handle while they run: signals, queries and updates. */
final class HandlerResource {

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);

    private static final Duration MAX_WAIT = Duration.ofSeconds(60);

    /** For a worker to take an update, however short its outcome is waited for. */
    private static final Duration MIN_ACCEPTANCE = Duration.ofSeconds(1);

    private final WorkflowService workflows;

    private final ArgumentCheck check;

    private final Waiting waiting;

    HandlerResource(WorkflowService workflows, ArgumentCheck check, Waiting waiting) {
        this.workflows = workflows;
        this.check = check;
        this.waiting = waiting;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.post("/workflows/{id}/signals/{name}", this::signal),
                Endpoint.ask("/workflows/{id}/queries/{name}", this::query),
                Endpoint.post("/workflows/{id}/updates/{name}", this::update));
    }

    private Reply signal(RestCall call) {
        WorkflowRef workflow = call.workflow();
        String name = call.variable("name");
        SignalBody body = call.body(SignalBody.class);
        Json arguments = call.arguments("args", body.args);
        String requestId = (body.requestId != null) ? Constraints.id("requestId", body.requestId) : null;
        this.check.signal(workflow, name, arguments);
        this.workflows.signal(workflow, name, arguments, requestId);
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    private Reply query(RestCall call) {
        WorkflowRef workflow = call.workflow();
        String name = call.variable("name");
        Json arguments = call.arguments("args", call.body(QueryBody.class).args);
        this.check.query(workflow, name, arguments);
        return Reply.ok(new Result(this.workflows.query(workflow, name, arguments)));
    }

    private Reply update(RestCall call) {
        WorkflowRef workflow = call.workflow();
        String name = call.variable("name");
        UpdateBody body = call.body(UpdateBody.class);
        Json arguments = call.arguments("args", body.args);
        // Known before anything is sent, so that every answer can name it.
        String updateId = (body.updateId != null) ? Constraints.id("updateId", body.updateId)
                : UUID.randomUUID().toString();
        Duration wait = (body.waitTime != null) ? RestCall.bounded(body.waitTime, MAX_WAIT) : DEFAULT_WAIT;
        this.check.update(workflow, name, arguments);
        AtomicReference<@Nullable UpdateOutcome> reached = new AtomicReference<>();
        CompletableFuture<Reply.Ready> reply = this.waiting.begin(
                this.workflows.asHere(() -> update(workflow, updateId, name, arguments, wait, reached)),
                () -> stopped(updateId, reached.get()));
        return new Reply.Later(reply, wait.plus(MAX_WAIT));
    }

    private static Reply.Ready stopped(String updateId, @Nullable UpdateOutcome reached) {
        if (reached != null) {
            return reply(reached);
        }
        throw ProblemType.ENGINE_STOPPED
            .because("This node stops. The update may still be taken: repeat it with the same updateId.")
            .with("updateId", updateId);
    }

    private Reply.Ready update(WorkflowRef workflow, String updateId, String name, Json arguments, Duration wait,
            AtomicReference<@Nullable UpdateOutcome> reached) {
        try {
            return taken(workflow, updateId, name, arguments, wait, reached);
        }
        catch (RuntimeException ex) {
            throw Problems.of(ex).with("updateId", updateId);
        }
    }

    private Reply.Ready taken(WorkflowRef workflow, String updateId, String name, Json arguments, Duration wait,
            AtomicReference<@Nullable UpdateOutcome> reached) {
        long deadline = System.nanoTime() + wait.toNanos();
        UpdateOutcome accepted = accept(workflow, updateId, name, arguments, wait);
        reached.set(accepted);
        if (accepted.stage() != UpdateOutcome.Stage.ACCEPTED) {
            return reply(accepted);
        }
        try {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            return reply(this.workflows.updateOutcome(workflow.workflowId(), accepted, left));
        }
        catch (ResultTimeoutException ex) {
            return reply(accepted);
        }
    }

    private UpdateOutcome accept(WorkflowRef workflow, String updateId, String name, Json arguments, Duration wait) {
        try {
            return this.workflows.update(workflow, updateId, name, arguments, false,
                    (wait.compareTo(MIN_ACCEPTANCE) < 0) ? MIN_ACCEPTANCE : wait);
        }
        catch (ResultTimeoutException ex) {
            throw notAccepted(workflow, updateId);
        }
    }

    private RestProblem notAccepted(WorkflowRef workflow, String updateId) {
        String blocked = this.workflows.describe(workflow).problem();
        String why = (blocked != null) ? "The run does not get on, and took no update in time: " + blocked
                : "No worker took the update in time.";
        return ProblemType.NO_WORKER
            .because(why + " It may still be taken: repeat it with the same updateId to learn its outcome.")
            .with("updateId", updateId);
    }

    private static Reply.Ready reply(UpdateOutcome outcome) {
        return switch (outcome.stage()) {
            case ACCEPTED ->
                Reply.json(HttpStatus.ACCEPTED, new Accepted(outcome.updateId(), outcome.runId(), outcome.stage()));
            case COMPLETED ->
                Reply.ok(new Updated(outcome.updateId(), (outcome.result() != null) ? outcome.result() : Json.NULL));
            case FAILED -> throw problem(ProblemType.UPDATE_FAILED, outcome);
            case REJECTED -> throw problem(ProblemType.UPDATE_REJECTED, outcome);
        };
    }

    private static RestProblem problem(ProblemType type, UpdateOutcome outcome) {
        FailureInfo failure = outcome.failure();
        String message = (failure != null && failure.message() != null) ? failure.message() : type.title();
        return type.because(message).with("updateId", outcome.updateId()).with("failure", FailureView.of(failure));
    }

    /** The request of a signal. */
    private record SignalBody(@Nullable Json args, @Nullable String requestId) {
    }

    /** The request of a query. */
    private record QueryBody(@Nullable Json args) {
    }

    /** The request of an update. */
    private record UpdateBody(@Nullable Json args, @Nullable String updateId,
            @JsonProperty("wait") @Nullable Duration waitTime) {
    }

    /** The answer to a query. */
    private record Result(Json result) {
    }

    /** The answer to an update that is done. */
    private record Updated(String updateId, Json result) {
    }

    /** The answer to an update that goes on. */
    private record Accepted(String updateId, String runId, UpdateOutcome.Stage stage) {
    }

}
