package dev.workflow.schedule;

/** The row of a schedule cannot be read on this node. */
public class UnreadableScheduleException extends IllegalStateException {

    private final String scheduleId;

    /**
     * An exception.
     * @param scheduleId whose row it is
     * @param cause why it cannot be read
     */
    public UnreadableScheduleException(String scheduleId, RuntimeException cause) {
        super("Schedule '" + scheduleId + "' cannot be read on this node: " + cause.getMessage(), cause);
        this.scheduleId = scheduleId;
    }

    /** The id of the schedule. */
    public String scheduleId() {
        return this.scheduleId;
    }

}
