package dev.workflow.engine;

/**
 * What people do from outside to what runs. It takes effect at once, whichever node has
 * the run, and is no part of a transaction of the caller's; who did it, what and when is
 * found in the run's history.
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

}
