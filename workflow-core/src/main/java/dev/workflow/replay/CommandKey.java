package dev.workflow.replay;

import dev.workflow.history.ActivityTaskCancelRequested;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.MarkerRecorded;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionInitiated;
import dev.workflow.history.SignalExternalWorkflowExecutionInitiated;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.TimerCanceled;
import dev.workflow.history.WorkflowExecutionUpdateCompleted;
import org.jspecify.annotations.Nullable;

/**
 * What must be the same when a command is ordered again: its type and what it is about.
 * Everything else, such as timeouts and arguments, may change with the code; the
 * history's is used then.
 *
 * @param type the type of its event
 * @param subject what it is about, empty where the type says all
 */
record CommandKey<E extends CommandEvent>(Class<E> type, String subject) {

    static CommandKey<? extends CommandEvent> of(CommandEvent event) {
        String subject = switch (event) {
            case ActivityTaskScheduled e -> e.activityType();
            case ActivityTaskCancelRequested e -> event(e.scheduledEventId());
            case TimerCanceled e -> event(e.startedEventId());
            case MarkerRecorded e -> marker(e.markerName(), e.id());
            case WorkflowExecutionUpdateCompleted e -> e.updateId();
            case StartChildWorkflowExecutionInitiated e -> e.workflowType();
            case SignalExternalWorkflowExecutionInitiated e -> signal(e.signalName(), e.workflowId());
            case RequestCancelExternalWorkflowExecutionInitiated e -> workflow(e.workflowId());
            default -> "";
        };
        return new CommandKey<>(event.getClass(), subject);
    }

    static String marker(String name, @Nullable String id) {
        return (id != null) ? name + " " + id : name;
    }

    static String signal(String name, String workflowId) {
        return name + " " + workflow(workflowId);
    }

    static String workflow(String workflowId) {
        return "of workflow " + workflowId;
    }

    static String event(long eventId) {
        return "of event " + eventId;
    }

    static String describe(HistoryEvent event) {
        return (event instanceof CommandEvent command) ? of(command).toString() : event.eventType();
    }

    @Override
    public String toString() {
        String name = this.type.getSimpleName();
        return this.subject.isEmpty() ? name : name + "(" + this.subject + ")";
    }

}
