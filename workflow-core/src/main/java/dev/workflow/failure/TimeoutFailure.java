package dev.workflow.failure;

import org.jspecify.annotations.Nullable;

/** Something took longer than it was allowed to. */
public final class TimeoutFailure extends WorkflowException {

    private final Kind kind;

    private final @Nullable String lastHeartbeatDetails;

    /** Which timeout ran out. */
    public enum Kind {

        /** One attempt of an activity took too long. */
        START_TO_CLOSE,

        /** An activity waited too long for a worker. */
        SCHEDULE_TO_START,

        /** An activity took too long in all. */
        SCHEDULE_TO_CLOSE,

        /** An attempt of an activity was too long without a heartbeat. */
        HEARTBEAT,

        /** A workflow took too long in all. */
        EXECUTION,

        /** A run took too long. */
        RUN,

        /** A promise was not completed while workflow code was willing to wait for it. */
        PROMISE

    }

    public TimeoutFailure(Kind kind, @Nullable String message, @Nullable Throwable cause) {
        this(kind, message, cause, null);
    }

    /**
     * A timeout of an activity that has sent heartbeats.
     * @param lastHeartbeatDetails what the last one said, as JSON
     */
    public TimeoutFailure(Kind kind, @Nullable String message, @Nullable Throwable cause,
            @Nullable String lastHeartbeatDetails) {
        super(message, cause);
        this.kind = kind;
        this.lastHeartbeatDetails = lastHeartbeatDetails;
    }

    /** Which timeout ran out. */
    public Kind kind() {
        return this.kind;
    }

    /** What the activity's last heartbeat said, as JSON; null when it said nothing. */
    public @Nullable String lastHeartbeatDetails() {
        return this.lastHeartbeatDetails;
    }

}
