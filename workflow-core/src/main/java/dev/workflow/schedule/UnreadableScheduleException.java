package dev.workflow.schedule;

/** The row of a schedule cannot be read on this node. */
public class UnreadableScheduleException extends IllegalStateException {

    UnreadableScheduleException(String scheduleId, RuntimeException cause) {
        super("Schedule '" + scheduleId + "' cannot be read on this node: " + cause.getMessage(), cause);
    }

}
