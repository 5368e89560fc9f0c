package dev.workflow.boot.web;

import java.util.List;

import dev.workflow.Constraints;
import dev.workflow.client.WorkerVersions;
import dev.workflow.engine.WorkflowService;
import org.jspecify.annotations.Nullable;

/** The builds that run what waits in a task queue. */
final class VersionResource {

    private final WorkflowService workflows;

    VersionResource(WorkflowService workflows) {
        this.workflows = workflows;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/task-queues/{name}/versions",
                        (call) -> Reply.ok(this.workflows.workerVersions().describe(queue(call)))),
                Endpoint.put("/task-queues/{name}/versions", this::set));
    }

    private static String queue(RestCall call) {
        return Constraints.id("taskQueue", call.variable("name"));
    }

    private Reply set(RestCall call) {
        String queue = queue(call);
        Body body = call.body(Body.class).checked();
        WorkerVersions versions = this.workflows.workerVersions();
        if (body.currentBuildId() != null) {
            versions.set(queue, body.currentBuildId(), body.rampingBuildId(),
                    (body.rampPercentage() != null) ? body.rampPercentage() : 0);
        }
        else {
            versions.setCurrent(queue, null);
        }
        return Reply.ok(versions.describe(queue));
    }

    /** What is to be set; whatever is missing is not set any more. */
    private record Body(@Nullable String currentBuildId, @Nullable String rampingBuildId,
            @Nullable Integer rampPercentage) {

        /** All of it, before any of it is set. */
        Body checked() {
            if (this.currentBuildId != null) {
                Constraints.id("currentBuildId", this.currentBuildId);
            }
            require((this.rampingBuildId == null) == (this.rampPercentage == null),
                    "expected rampingBuildId and rampPercentage together or neither, given only one");
            if (this.rampingBuildId != null && this.rampPercentage != null) {
                Constraints.id("rampingBuildId", this.rampingBuildId);
                Constraints.between("rampPercentage", this.rampPercentage, 0, 100);
                require(this.currentBuildId != null,
                        "rampingBuildId: expected a currentBuildId, which gets the rest, given none");
                require(!this.rampingBuildId.equals(this.currentBuildId),
                        "rampingBuildId: expected another build than the current one, given the same");
            }
            return this;
        }

        private static void require(boolean condition, String message) {
            if (!condition) {
                throw new IllegalArgumentException(message);
            }
        }

    }

}
