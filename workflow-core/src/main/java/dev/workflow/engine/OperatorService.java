package dev.workflow.engine;

import java.util.List;
import java.util.Optional;

import dev.workflow.client.ConcurrencyDescription;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.OperatorAction;
import org.jspecify.annotations.Nullable;

/**
 * What people do from outside to what runs. It takes effect at once, whichever node has
 * the run, and is no part of a transaction of the caller's; who did it, what and when is
 * found in the run's history, and of what is no run among the {@link #actions actions}.
 */
public interface OperatorService {

    /**
     * Steps in at an activity of the open run.
     * @param activityId its id in that run
     * @throws dev.workflow.client.WorkflowNotFoundException when no such workflow is open
     * @throws UnknownActivityException when no such activity is open
     * @throws ActionRefusedException when that is not possible as the activity stands
     */
    void activity(WorkflowRef workflow, String activityId, ActivityAction action, Operator operator);

    /**
     * Lets the open run not go on: it takes messages, but its code does not advance, its
     * timers wait, and no activity of it begins. What runs may end. Nothing where it is
     * paused already.
     */
    void pause(WorkflowRef workflow, Operator operator);

    /** Lets it go on; nothing where it is not paused. */
    void unpause(WorkflowRef workflow, Operator operator);

    /**
     * Lets no node go on with the runs of a task queue or workflow type, nor, of a queue,
     * begin activities. Nothing where it is paused already.
     */
    void pause(EngineStore.Control.Kind kind, String name, Operator operator);

    /** Lets them go on; nothing where it is not paused. */
    void unpause(EngineStore.Control.Kind kind, String name, Operator operator);

    /** As above, for no reason given. */
    default void unpause(EngineStore.Control.Kind kind, String name) {
        unpause(kind, name, Operator.UNKNOWN);
    }

    /**
     * Limits how many activities of a task queue begin in a second, on all nodes
     * together.
     * @param perSecond more than 0; null: no limit
     */
    void limitRate(String taskQueue, @Nullable Double perSecond, Operator operator);

    /** As above, for no reason given. */
    default void limitRate(String taskQueue, @Nullable Double perSecond) {
        limitRate(taskQueue, perSecond, Operator.UNKNOWN);
    }

    /**
     * Sets the slots of a task queue on each node, while they run.
     * @param activitySlots at least 1; null: what is set there
     * @param workflowSlots at least 1; null: what is set there
     */
    void setSlots(String taskQueue, @Nullable Integer activitySlots, @Nullable Integer workflowSlots,
            Operator operator);

    /** As above, for no reason given. */
    default void setSlots(String taskQueue, @Nullable Integer activitySlots, @Nullable Integer workflowSlots) {
        setSlots(taskQueue, activitySlots, workflowSlots, Operator.UNKNOWN);
    }

    /**
     * Limits how many workflows of a type may be in progress at once, on all nodes
     * together. Who is over a lower limit goes on; nobody new begins until there is room.
     * @param limit null: no limit, so that all that wait begin
     */
    void limitConcurrency(String workflowType, @Nullable ConcurrencyLimit limit, Operator operator);

    /** Goes back to the limit that this node's configuration says, if it says one. */
    void resetConcurrency(String workflowType, Operator operator);

    /** The limit of a type, and how it stands. */
    ConcurrencyDescription concurrency(String workflowType);

    /** The types that have a limit. */
    List<String> limitedTypes();

    /** What was decided about task queues. */
    List<EngineStore.Control> taskQueues();

    /** What was decided about a task queue, if anything. */
    default Optional<EngineStore.Control> taskQueue(String name) {
        return taskQueues().stream().filter((control) -> control.name().equals(name)).findFirst();
    }

    /**
     * How many activities of the queue begin in a second on this node, as its
     * configuration says; null: it says nothing.
     */
    @Nullable Double configuredRate(String taskQueue);

    /** How slots are shared over fairness keys. */
    FairnessService fairness();

    /** The task queues and workflow types that are paused. */
    List<EngineStore.Control> pauses();

    /**
     * What people did that is in no history, newest first.
     * @param subject to what kind of thing; null: to any
     * @param name to which one; null: to any
     * @param before the number of the action before which they are
     * @param limit how many, from 1 to 1000
     */
    List<OperatorAction> actions(OperatorAction.@Nullable Subject subject, @Nullable String name, long before,
            int limit);

}
