package dev.workflow.boot.web;

import java.util.List;
import java.util.Objects;

import dev.workflow.Constraints;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.engine.ChildIsOpenException;
import dev.workflow.engine.StartResult;
import dev.workflow.engine.WorkflowService;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Sets workflows back and forks them. */
final class ResetResource {

    private final WorkflowService workflows;

    ResetResource(WorkflowService workflows) {
        this.workflows = workflows;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.post("/workflows/{id}/reset", this::reset),
                Endpoint.post("/workflows/{id}/fork", this::fork));
    }

    private Reply reset(RestCall call) {
        Body body = call.body(Body.class);
        if (body.newWorkflowId() != null) {
            throw new IllegalArgumentException(
                    "newWorkflowId: a reset keeps the workflow id; POST /workflows/{id}/fork makes a new workflow");
        }
        return made(call, this.workflows.reset(call.workflow(), body.toPoint(), body.toOptions()));
    }

    private Reply fork(RestCall call) {
        Body body = call.body(Body.class);
        String id = Constraints.id("newWorkflowId", body.newWorkflowId());
        try {
            return made(call, this.workflows.fork(call.workflow(), body.toPoint(), id, body.toOptions()));
        }
        catch (ChildIsOpenException ex) {
            throw ProblemType.CHILD_IS_OPEN.because(String.valueOf(ex.getMessage()));
        }
    }

    private static Reply made(RestCall call, StartResult run) {
        return Reply.json(run.started() ? HttpStatus.CREATED : HttpStatus.OK, new Made(run.workflowId(), run.runId()))
            .header("Location", call.locationOf(run.workflowId()));
    }

    /** The points that have a name. */
    enum Point {

        FIRST, LAST

    }

    /**
     * What a point is in a request: an event, or one that has a name, which is the last
     * one where none is given.
     */
    static ResetPoint point(@Nullable Long eventId, @Nullable Point point) {
        if (eventId != null) {
            if (point != null) {
                throw new IllegalArgumentException("eventId, point: expected one of them, given both");
            }
            return ResetPoint.event(eventId);
        }
        return (point == Point.FIRST) ? ResetPoint.first() : ResetPoint.last();
    }

    /** The new run. */
    private record Made(String workflowId, String runId) {
    }

    /** The request. */
    private record Body(@Nullable Long eventId, @Nullable Point point, @Nullable String reason,
            @Nullable Boolean keepSignals, @Nullable String requestId, @Nullable String newWorkflowId) {

        ResetPoint toPoint() {
            return ResetResource.point(this.eventId, this.point);
        }

        ResetOptions toOptions() {
            ResetOptions options = ResetOptions.defaults()
                .keepSignals(Objects.requireNonNullElse(this.keepSignals, true));
            options = (this.reason != null) ? options.reason(this.reason) : options;
            return (this.requestId != null) ? options.requestId(this.requestId) : options;
        }

    }

}
