package dev.workflow.client;

/** There is a schedule of that id; nothing was created. */
public final class ScheduleAlreadyExistsException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String scheduleId;

    /** An exception for the given id. */
    public ScheduleAlreadyExistsException(String scheduleId) {
        super("There is a schedule '" + scheduleId + "' already; update it, delete it before, or choose another id");
        this.scheduleId = scheduleId;
    }

    /** The id that was asked for. */
    public String scheduleId() {
        return this.scheduleId;
    }

}
