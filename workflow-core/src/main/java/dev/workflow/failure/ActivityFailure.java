package dev.workflow.failure;

import org.jspecify.annotations.Nullable;

/**
 * An activity failed for good. The cause says why: an {@link ApplicationFailure}, a
 * {@link TimeoutFailure} or a {@link CanceledFailure}.
 */
public final class ActivityFailure extends WorkflowException {

    private final String activityType;

    private final String activityId;

    public ActivityFailure(String activityType, String activityId, @Nullable Throwable cause) {
        super(failed("Activity " + activityType + " (" + activityId + ")", cause), cause);
        this.activityType = activityType;
        this.activityId = activityId;
    }

    /** The type of the activity, for example {@code Payments.charge}. */
    public String activityType() {
        return this.activityType;
    }

    /** The id of the activity, unique in its run. */
    public String activityId() {
        return this.activityId;
    }

}
