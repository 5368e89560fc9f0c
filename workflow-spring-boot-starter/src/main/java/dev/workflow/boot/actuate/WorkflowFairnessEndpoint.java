package dev.workflow.boot.actuate;

import java.util.List;

import dev.workflow.engine.FairnessWeight;
import dev.workflow.engine.WorkflowService;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.util.Assert;

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
     * @param weight its weight
     * @param reason why
     */
    @WriteOperation
    public void weigh(SecurityContext security, @Nullable String fairnessKey, @Nullable Double weight,
            @Nullable String reason) {
        WorkflowsEndpoint.change(() -> {
            Assert.notNull(weight, "Expected a weight; DELETE gives back what is set on each node");
            set(security, fairnessKey, weight, reason);
        });
    }

    /**
     * Gives back, on all nodes, the weight that is set for a key on each of them.
     * @param security who does so
     * @param fairnessKey the key; null: what runs without one share
     * @param reason why
     */
    @DeleteOperation
    public void reset(SecurityContext security, @Nullable String fairnessKey, @Nullable String reason) {
        WorkflowsEndpoint.change(() -> set(security, fairnessKey, null, reason));
    }

    private void set(SecurityContext security, @Nullable String fairnessKey, @Nullable Double weight,
            @Nullable String reason) {
        this.workflows.operator()
            .fairness()
            .weigh((fairnessKey != null) ? fairnessKey : "", weight, WorkflowsEndpoint.operator(security, reason));
    }

    /**
     * What the endpoint shows.
     *
     * @param weights the weights that people have set
     */
    public record FairnessDescription(List<FairnessWeight> weights) {
    }

}
