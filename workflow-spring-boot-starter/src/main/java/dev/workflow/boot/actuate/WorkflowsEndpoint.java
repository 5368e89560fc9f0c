package dev.workflow.boot.actuate;

import java.security.Principal;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.workflow.client.OperatorAction;
import dev.workflow.engine.DatabaseSample;
import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.NodeDirectory.NodeStatus;
import dev.workflow.engine.NodeDirectory.TaskQueueStatus;
import dev.workflow.engine.OperationGauges;
import dev.workflow.engine.Operator;
import dev.workflow.engine.ScheduleGauges;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowService;
import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.Assert;

/**
 * How many workflows there are, what waits where, who works, and which types this
 * application has.
 */
@Endpoint(id = "workflows")
public final class WorkflowsEndpoint {

    private static final int ACTIONS = 20;

    /** How long the database is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** After so long without a sign of it the database is not asked. */
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private final WorkflowLists lists;

    private final NodeDirectory directory;

    private final TypeRegistry types;

    private final EngineGauges engine;

    private final WorkflowService workflows;

    private final Duration patience;

    public WorkflowsEndpoint(WorkflowLists lists, NodeDirectory directory, TypeRegistry types, EngineGauges engine,
            WorkflowService workflows) {
        this(lists, directory, types, engine, workflows, PATIENCE);
    }

    WorkflowsEndpoint(WorkflowLists lists, NodeDirectory directory, TypeRegistry types, EngineGauges engine,
            WorkflowService workflows, Duration patience) {
        this.patience = patience;
        this.engine = engine;
        this.workflows = workflows;
        this.lists = lists;
        this.directory = directory;
        this.types = types;
    }

    /**
     * Shows what there is. It does not wait for a database that is away: then it shows
     * what this node knows by itself, and says so.
     */
    @ReadOperation
    public WorkflowsDescription workflows() {
        Duration silence = this.engine.sinceLastHeartbeat();
        if (silence.compareTo(SILENCE) > 0) {
            return withoutDatabase("The database has not answered for " + silence.toSeconds() + " s");
        }
        CompletableFuture<WorkflowsDescription> answer = new CompletableFuture<>();
        Thread asks = Thread.ofVirtual().name("workflow-endpoint").start(() -> {
            try {
                answer.complete(withDatabase());
            }
            catch (RuntimeException | Error ex) {
                answer.completeExceptionally(ex);
            }
        });
        try {
            return answer.get(this.patience.toMillis(), TimeUnit.MILLISECONDS);
        }
        catch (TimeoutException ex) {
            asks.interrupt();
            return withoutDatabase("The database did not answer within " + this.patience);
        }
        catch (ExecutionException ex) {
            return withoutDatabase(
                    "The database could not be asked: " + NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
        }
        catch (InterruptedException ex) {
            asks.interrupt();
            Thread.currentThread().interrupt();
            return withoutDatabase("Interrupted");
        }
    }

    private WorkflowsDescription withDatabase() {
        return description(new Stored(this.lists.count(null, "Status"), this.directory.taskQueues(),
                this.directory.nodes(), this.workflows.operator().actions(null, null, Long.MAX_VALUE, ACTIONS)), null);
    }

    private WorkflowsDescription withoutDatabase(String problem) {
        return description(new Stored(Map.of(), List.of(), List.of(), List.of()), problem);
    }

    private record Stored(Map<String, Long> counts, List<TaskQueueStatus> taskQueues, List<NodeStatus> nodes,
            List<OperatorAction> operatorActions) {
    }

    private WorkflowsDescription description(Stored stored, @Nullable String problem) {
        return new WorkflowsDescription(stored.counts(), stored.taskQueues(), stored.nodes(), this.engine.database(),
                this.types.workflowTypes().stream().sorted().toList(),
                this.types.activityTypes().stream().sorted().toList(), limits(), schedules(), node(),
                stored.operatorActions(), problem);
    }

    private Schedules schedules() {
        ScheduleGauges schedules = this.engine.scheduleGauges();
        return new Schedules(schedules.count(), schedules.paused(), schedules.failing(), schedules.lag(),
                schedules.missed());
    }

    private ThisNode node() {
        return new ThisNode(this.engine.cachedRuns(),
                this.engine.taskQueues().stream().filter(this.engine::isPaused).sorted().toList(),
                this.engine.transactionalSlots(), this.engine.transactionalSlotsUsed(),
                this.engine.oldestTransactionalActivity(), this.engine.lostNotifications(), this.engine.clockSkew());
    }

    private Limits limits() {
        OperationGauges operations = this.engine.operationGauges();
        Map<String, Rate> rates = new TreeMap<>();
        for (String queue : this.engine.taskQueues()) {
            double limit = operations.rateLimit(queue);
            double tokens = operations.rateTokens(queue);
            if (!Double.isNaN(limit)) {
                rates.put(queue, new Rate(limit, Double.isNaN(tokens) ? null : tokens, this.engine.backlog(queue)));
            }
        }
        return new Limits(rates, operations.refusedCalls(), operations.heldUpSchedules(), operations.deletedRuns(),
                operations.deletionAge());
    }

    /**
     * Sets the slots of a task queue on each node.
     * @param security who does so
     * @param taskQueue its name
     * @param activitySlots how many of its activities run at once; null: what is set
     * there
     * @param workflowSlots how many of its runs are brought into memory at once; null:
     * what is set there
     * @param reason why
     */
    @WriteOperation
    public void slots(SecurityContext security, @Selector String taskQueue, @Nullable Integer activitySlots,
            @Nullable Integer workflowSlots, @Nullable String reason) {
        change(() -> {
            Assert.isTrue(activitySlots != null || workflowSlots != null,
                    "Expected activitySlots, workflowSlots or both; DELETE gives back what is set on each node");
            this.workflows.operator().setSlots(taskQueue, activitySlots, workflowSlots, operator(security, reason));
        });
    }

    /**
     * Gives back, on all nodes, what is set on each of them.
     * @param security who does so
     * @param taskQueue the queue
     * @param reason why
     */
    @DeleteOperation
    public void resetSlots(SecurityContext security, @Selector String taskQueue, @Nullable String reason) {
        change(() -> this.workflows.operator().setSlots(taskQueue, null, null, operator(security, reason)));
    }

    /** Makes a change; what is asked for and cannot be is the caller's error. */
    static void change(Runnable change) {
        try {
            change.run();
        }
        catch (IllegalArgumentException ex) {
            String reason = String.valueOf(ex.getMessage());
            throw new InvalidEndpointRequestException(reason, reason, ex);
        }
    }

    /** Whoever uses the endpoint, and why. */
    static Operator operator(SecurityContext security, @Nullable String reason) {
        Principal principal = security.getPrincipal();
        return new Operator((principal != null) ? principal.getName() : null, reason);
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
     * @param limits what limits and cleaning do
     * @param schedules how the schedules stand
     * @param thisNode how the node stands that answers
     * @param operatorActions what people did lastly that is in no history
     * @param problem why what comes from the database is missing; null: it is not
     */
    public record WorkflowsDescription(Map<String, Long> counts, List<TaskQueueStatus> taskQueues,
            List<NodeStatus> nodes, DatabaseSample database, Collection<String> workflowTypes,
            Collection<String> activityTypes, Limits limits, Schedules schedules, ThisNode thisNode,
            List<OperatorAction> operatorActions, @Nullable String problem) {
    }

    /**
     * How the schedules stand, whichever node they were created on, as of the last count.
     *
     * @param count how many there are
     * @param paused how many of them are paused
     * @param failing how many of them cannot get on; their descriptions say why
     * @param lag how late the one of them is that is due for the longest
     * @param missed how many of their times have passed the catch-up window without a run
     */
    public record Schedules(long count, long paused, long failing, Duration lag, long missed) {
    }

    /**
     * How the node stands that answers.
     *
     * @param cachedRuns how many runs it has in memory
     * @param pausedTaskQueues those of its queues that are paused
     * @param transactionalSlots how many activities with a transaction it runs at once at
     * most
     * @param transactionalSlotsUsed how many it runs
     * @param oldestTransaction for how long the oldest of them has been running
     * @param lostNotifications how many notifications between nodes did not arrive
     * @param clockSkew by how much its clock differs from the database's
     */
    public record ThisNode(int cachedRuns, List<String> pausedTaskQueues, int transactionalSlots,
            int transactionalSlotsUsed, Duration oldestTransaction, long lostNotifications, Duration clockSkew) {
    }

    /**
     * What limits and cleaning do.
     *
     * @param rates the task queues of this node that are limited
     * @param refusedCalls how many calls this node has refused since too much waited
     * @param heldUpSchedules how often schedules had to wait on it for that reason
     * @param deletedRuns how many runs it has deleted whose time was over
     * @param deletionAge for how long it has been looking for them, this time
     */
    public record Limits(Map<String, Rate> rates, long refusedCalls, long heldUpSchedules, long deletedRuns,
            Duration deletionAge) {
    }

    /**
     * The limit of a task queue.
     *
     * @param activitiesPerSecond how many may begin in a second on all nodes
     * @param tokens how many may begin at once, as of half a minute ago at most
     * @param waiting how many runs and activities wait in the queue
     */
    public record Rate(double activitiesPerSecond, @Nullable Double tokens, long waiting) {
    }

}
