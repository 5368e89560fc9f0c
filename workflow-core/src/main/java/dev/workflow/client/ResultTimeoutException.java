package dev.workflow.client;

import java.time.Duration;

/**
 * The result of a workflow or of an update was not there in time. The workflow still
 * runs.
 */
public class ResultTimeoutException extends RuntimeException {

    private final String workflowId;

    private final Duration timeout;

    public ResultTimeoutException(String workflowId, Duration timeout) {
        super("No result of workflow " + workflowId + " within " + timeout
                + ". It has not ended: ask again, with a longer timeout, or use resultAsync(). "
                + "If it does not get on, problem() may say why.");
        this.workflowId = workflowId;
        this.timeout = timeout;
    }

    /** The workflow that was waited for. */
    public String workflowId() {
        return this.workflowId;
    }

    /** How long. */
    public Duration timeout() {
        return this.timeout;
    }

}
