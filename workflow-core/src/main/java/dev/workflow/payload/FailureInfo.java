package dev.workflow.payload;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A failure as it is stored: enough to rebuild the exception with its causes anywhere.
 *
 * @param kind which of the failures of {@code dev.workflow.failure} it is
 * @param message the message, as thrown
 * @param type of an application failure: its type
 * @param stackTrace the stack trace, as text
 * @param nonRetryable of an application failure: whether a retry is pointless; also of an
 * exception that ended a run whose retry policy excludes a class that it extends
 * @param nextRetryDelay of an application failure: the delay that it asks for
 * @param details of an application failure: a JSON array; of a heartbeat timeout: the
 * last details
 * @param timeoutKind of a timeout: a name of {@code TimeoutFailure.Kind}
 * @param activityType of an activity failure
 * @param activityId of an activity failure
 * @param workflowId of a child's or a workflow's failure
 * @param workflowType of a child's or a workflow's failure
 * @param runId of a child's or a workflow's failure
 * @param cause what caused it
 */
public record FailureInfo(Kind kind, @Nullable String message, @Nullable String type, @Nullable String stackTrace,
        boolean nonRetryable, @Nullable Duration nextRetryDelay, @Nullable Json details, @Nullable String timeoutKind,
        @Nullable String activityType, @Nullable String activityId, @Nullable String workflowId,
        @Nullable String workflowType, @Nullable String runId, @Nullable FailureInfo cause) {

    /** The kinds of failure that travel. */
    public enum Kind {

        APPLICATION, ACTIVITY, CHILD_WORKFLOW, TIMEOUT, CANCELED, TERMINATED, WORKFLOW

    }

    /** An application failure without cause, details or stack trace. */
    public static FailureInfo application(String type, String message, boolean nonRetryable) {
        return new FailureInfo(Kind.APPLICATION, message, type, null, nonRetryable, null, null, null, null, null, null,
                null, null, null);
    }

    /** A timeout. */
    public static FailureInfo timeout(String timeoutKind, String message, @Nullable Json details,
            @Nullable FailureInfo cause) {
        return new FailureInfo(Kind.TIMEOUT, message, null, null, false, null, details, timeoutKind, null, null, null,
                null, null, cause);
    }

    /** A cancellation. */
    public static FailureInfo canceled(@Nullable String message) {
        return new FailureInfo(Kind.CANCELED, message, null, null, false, null, null, null, null, null, null, null,
                null, null);
    }

    /** A termination by an operator. */
    public static FailureInfo terminated(@Nullable String reason) {
        return new FailureInfo(Kind.TERMINATED, reason, null, null, false, null, null, null, null, null, null, null,
                null, null);
    }

    /** The same, not to be retried. */
    public FailureInfo withoutRetry() {
        return new FailureInfo(this.kind, this.message, this.type, this.stackTrace, true, this.nextRetryDelay,
                this.details, this.timeoutKind, this.activityType, this.activityId, this.workflowId, this.workflowType,
                this.runId, this.cause);
    }

}
