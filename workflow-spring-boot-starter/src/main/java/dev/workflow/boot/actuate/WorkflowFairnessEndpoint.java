package dev.workflow.boot.actuate;

import java.util.List;

import dev.workflow.engine.FairnessWeight;
import dev.workflow.engine.WorkflowService;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/** How slots are shared over fairness keys. */
@Endpoint(id = "workflowfairness")
public final class WorkflowFairnessEndpoint {

    private final WorkflowService workflows;

    public WorkflowFairnessEndpoint(WorkflowService workflows) {
        this.workflows = workflows;
    }

    @ReadOperation
    public FairnessDescription weights() {
        return new FairnessDescription(this.workflows.operator().fairness().weights());
    }

    /**
     * Sets the weight of a key on all nodes.
     * @param security who does so
     * @param fairnessKey the key; null: what runs without one share
     * @param weight its weight; null: what each node has set for it
     */
    @WriteOperation
    public void weigh(SecurityContext security, @Nullable String fairnessKey, @Nullable Double weight) {
        String key = (fairnessKey != null) ? fairnessKey : "";
        WorkflowsEndpoint.change(
                () -> this.workflows.operator().fairness().weigh(key, weight, WorkflowsEndpoint.operator(security)));
    }

    /**
     * What the endpoint shows.
     *
     * @param weights the weights that people have set
     */
    public record FairnessDescription(List<FairnessWeight> weights) {
    }

}
