package dev.workflow.replay;

import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.ChildWorkflowExecutionCompleted;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.history.MarkerRecorded;
import dev.workflow.history.SignalExternalWorkflowExecutionInitiated;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowExecutionUpdateCompleted;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * How much an event adds to a history, roughly: the same live and in replay, and nothing
 * is encoded for it.
 */
final class EventSize {

    private static final long WITHOUT_PAYLOAD = 100;

    private EventSize() {
    }

    static long of(HistoryEvent event) {
        return WITHOUT_PAYLOAD + switch (event) {
            case WorkflowExecutionStarted e -> length(e.input());
            case WorkflowExecutionSignaled e -> length(e.input());
            case WorkflowExecutionUpdateAccepted e -> length(e.input());
            case WorkflowExecutionUpdateCompleted e -> length(e.result());
            case ActivityTaskScheduled e -> length(e.input());
            case ActivityTaskCompleted e -> length(e.result());
            case StartChildWorkflowExecutionInitiated e -> length(e.input());
            case ChildWorkflowExecutionCompleted e -> length(e.result());
            case SignalExternalWorkflowExecutionInitiated e -> length(e.input());
            case LocalActivityMarkerRecorded e -> length(e.result());
            case MarkerRecorded e -> length(e.details());
            default -> 0L;
        };
    }

    private static long length(@Nullable Json payload) {
        return (payload != null) ? payload.text().length() : 0;
    }

}
