package dev.workflow.client;

/** There is no schedule of that id. */
public final class ScheduleNotFoundException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String scheduleId;

    /** An exception for the given id. */
    public ScheduleNotFoundException(String scheduleId) {
        super("There is no schedule '" + scheduleId + "'");
        this.scheduleId = scheduleId;
    }

    /** The id that was asked for. */
    public String scheduleId() {
        return this.scheduleId;
    }

}
