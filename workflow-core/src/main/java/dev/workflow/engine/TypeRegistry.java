package dev.workflow.engine;

import java.util.Collection;

import dev.workflow.VersioningBehavior;
import dev.workflow.replay.WorkflowDefinition;
import org.jspecify.annotations.Nullable;

/**
 * The workflow and activity types whose code is in this application. Complete before the
 * engine starts.
 */
public interface TypeRegistry {

    /** The workflow type, or a dynamic one, or null. */
    @Nullable WorkflowDefinition workflow(String type);

    /** The queue that the workflow type declares. */
    @Nullable String taskQueueOf(String workflowType);

    /** Which builds may run the workflow type, as its code says. */
    default VersioningBehavior versioningOf(String workflowType) {
        return VersioningBehavior.UNSPECIFIED;
    }

    /** All workflow types by name. */
    Collection<String> workflowTypes();

    /** The activity type, or null. */
    @Nullable ActivityDefinition activity(String type);

    Collection<String> activityTypes();

    /**
     * The queue in which a dynamic workflow runs the types that have no bean; null: there
     * is no such workflow.
     */
    default @Nullable String queueOfUnknownWorkflows() {
        return null;
    }

    /** Whether a dynamic activity runs the types that have no bean. */
    default boolean runsUnknownActivities() {
        return false;
    }

    /**
     * The queues that this node serves: those of its workflow types, of its activities
     * and those configured.
     */
    Collection<String> taskQueues();

}
