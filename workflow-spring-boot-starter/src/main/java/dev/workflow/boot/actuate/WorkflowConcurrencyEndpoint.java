package dev.workflow.boot.actuate;

import java.util.Map;
import java.util.TreeMap;

import dev.workflow.client.ConcurrencyDescription;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.engine.OperatorService;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.util.Assert;

/** How many workflows of a type are in progress at once, may be, and wait. */
@Endpoint(id = "workflowconcurrency")
public final class WorkflowConcurrencyEndpoint {

    private final OperatorService operator;

    public WorkflowConcurrencyEndpoint(OperatorService operator) {
        this.operator = operator;
    }

    /** By workflow type, those that have a limit. */
    @ReadOperation
    public Map<String, ConcurrencyDescription> limits() {
        Map<String, ConcurrencyDescription> limits = new TreeMap<>();
        this.operator.limitedTypes().forEach((type) -> limits.put(type, this.operator.concurrency(type)));
        return limits;
    }

    @ReadOperation
    public ConcurrencyDescription limit(@Selector String workflowType) {
        return this.operator.concurrency(workflowType);
    }

    /**
     * Limits a type, on all nodes together, or says that it has no limit whatever the
     * configuration says.
     * @param caller who does so
     * @param workflowType the type
     * @param max how many of its workflows may be in progress at once; null: any number
     * @param maxPerKey how many of one fairness key; null: any number
     * @param unlimited true, and nothing of the above: no limit
     * @param reason why
     */
    @WriteOperation
    public void setLimit(SecurityContext caller, @Selector String workflowType, @Nullable Integer max,
            @Nullable Integer maxPerKey, @Nullable Boolean unlimited, @Nullable String reason) {
        boolean limited = max != null || maxPerKey != null;
        WorkflowsEndpoint.change(() -> {
            Assert.isTrue(limited != Boolean.TRUE.equals(unlimited),
                    "Expected max, maxPerKey or both, or \"unlimited\": true;"
                            + " DELETE goes back to what is configured");
            this.operator.limitConcurrency(workflowType, limited ? new ConcurrencyLimit(max, maxPerKey) : null,
                    WorkflowsEndpoint.operator(caller, reason));
        });
    }

    /**
     * Goes back to what the configuration of this node says.
     * @param caller who does so
     * @param workflowType the type
     * @param reason why
     */
    @DeleteOperation
    public void reset(SecurityContext caller, @Selector String workflowType, @Nullable String reason) {
        WorkflowsEndpoint
            .change(() -> this.operator.resetConcurrency(workflowType, WorkflowsEndpoint.operator(caller, reason)));
    }

}
