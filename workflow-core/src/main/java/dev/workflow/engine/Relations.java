package dev.workflow.engine;

import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What a transition does to other runs, in its own transaction.
 *
 * @param children children that it starts; what becomes of each start is a message to the
 * run itself
 * @param asks messages to other workflows; whether each found an open run is a message to
 * the run itself
 * @param parent of a child whose run ends: its parent
 * @param orphaned of a run that ends with open children: what they are told, as the
 * payload of a message; the policy of each says whether it is terminated, canceled or
 * left alone
 */
public record Relations(List<Child> children, List<Ask> asks, @Nullable Parent parent, @Nullable String orphaned) {

    /** Why a child was not started: its workflow id is in use. */
    public static final String ALREADY_EXISTS = "WORKFLOW_ALREADY_EXISTS";

    /** Why a message was not delivered: no run of that workflow is open. */
    public static final String NOT_FOUND = "EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND";

    /**
     * A child that is started.
     *
     * @param initiatedEventId the event that ordered it
     * @param execution its first run, with its first event
     */
    public record Child(long initiatedEventId, Transition.NewExecution execution) {
    }

    /**
     * A message to another workflow.
     *
     * @param initiatedEventId the event that ordered it
     * @param workflowId the workflow
     * @param firstRunId the first run of the chain that is meant, or null for any
     * @param message what is delivered
     */
    public record Ask(long initiatedEventId, String workflowId, @Nullable UUID firstRunId,
            Transition.NewMessage message) {
    }

    /**
     * The parent of a child whose run ends. Its row is share-locked, so that it cannot
     * end at the same time: either it sees the child's new run, or the child its end.
     *
     * @param runId the parent's run
     * @param notice how the child ended; null when it goes on in another run
     */
    public record Parent(UUID runId, Transition.@Nullable NewMessage notice) {
    }

}
