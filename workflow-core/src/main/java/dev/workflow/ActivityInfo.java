package dev.workflow;

import java.time.Instant;

/**
 * The attempt of an activity that the current thread runs.
 *
 * @param workflowId the workflow that ordered it
 * @param runId the run that ordered it
 * @param workflowType the type of that workflow
 * @param activityId its id, unique in the run
 * @param activityType its type, for example {@code Payments.charge}
 * @param taskQueue the task queue that it was taken from
 * @param attempt which attempt this is, from 1
 * @param taskToken names this attempt when it is completed from outside
 * @param scheduledTime when the activity was ordered
 * @param deadline when this attempt times out: the earlier of its own timeout and that of
 * the whole activity
 * @param idempotencyKey the same for all attempts of this activity and for no other
 * activity: what to hand to a service that recognizes repeated requests
 */
public record ActivityInfo(String workflowId, String runId, String workflowType, String activityId, String activityType,
        String taskQueue, int attempt, String taskToken, Instant scheduledTime, Instant deadline,
        String idempotencyKey) {
}
