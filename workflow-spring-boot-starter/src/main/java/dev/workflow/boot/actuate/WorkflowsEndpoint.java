package dev.workflow.boot.actuate;

import java.security.Principal;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.workflow.client.OperatorAction;
import dev.workflow.engine.DatabaseSample;
import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.NodeDirectory.NodeStatus;
import dev.workflow.engine.NodeDirectory.TaskQueueStatus;
import dev.workflow.engine.Operator;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowService;
import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * How many workflows there are, what waits where, who works, and which types this
 * application has.
 */
@Endpoint(id = "workflows")
public final class WorkflowsEndpoint {

    private static final int ACTIONS = 20;

    private final WorkflowLists lists;

    private final NodeDirectory directory;

    private final TypeRegistry types;

    private final EngineGauges engine;

    private final WorkflowService workflows;

    public WorkflowsEndpoint(WorkflowLists lists, NodeDirectory directory, TypeRegistry types, EngineGauges engine,
            WorkflowService workflows) {
        this.engine = engine;
        this.workflows = workflows;
        this.lists = lists;
        this.directory = directory;
        this.types = types;
    }

    @ReadOperation
    public WorkflowsDescription workflows() {
        return new WorkflowsDescription(this.lists.count(null, "Status"), this.directory.taskQueues(),
                this.directory.nodes(), this.engine.database(), this.types.workflowTypes().stream().sorted().toList(),
                this.types.activityTypes().stream().sorted().toList(),
                this.workflows.operator().actions(null, null, Long.MAX_VALUE, ACTIONS));
    }

    /**
     * Sets the slots of a task queue on each node.
     * @param security who does so
     * @param taskQueue its name
     * @param activitySlots how many of its activities run at once; null: what is set
     * there
     * @param workflowSlots how many of its runs are brought into memory at once; null:
     * what is set there
     */
    @WriteOperation
    public void slots(SecurityContext security, @Selector String taskQueue, @Nullable Integer activitySlots,
            @Nullable Integer workflowSlots) {
        this.workflows.operator().setSlots(taskQueue, activitySlots, workflowSlots, operator(security));
    }

    /** Whoever uses the endpoint. */
    static Operator operator(SecurityContext security) {
        Principal principal = security.getPrincipal();
        return new Operator((principal != null) ? principal.getName() : null, null);
    }

    /**
     * What the endpoint shows.
     *
     * @param counts how many workflows there are of each status
     * @param taskQueues what waits where
     * @param nodes who works
     * @param database how the database was at the last look, which is half a minute at
     * most
     * @param workflowTypes the workflow types of this application
     * @param activityTypes the activity types of this application
     * @param operatorActions what people did lastly that is in no history
     */
    public record WorkflowsDescription(Map<String, Long> counts, List<TaskQueueStatus> taskQueues,
            List<NodeStatus> nodes, DatabaseSample database, Collection<String> workflowTypes,
            Collection<String> activityTypes, List<OperatorAction> operatorActions) {
    }

}
