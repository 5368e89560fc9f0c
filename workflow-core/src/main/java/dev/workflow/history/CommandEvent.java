package dev.workflow.history;

/**
 * Something that the code ordered while it advanced after the input before it; a replay
 * must order the same.
 */
public sealed interface CommandEvent extends HistoryEvent
        permits ActivityTaskScheduled, ActivityTaskCancelRequested, TimerStarted, TimerCanceled, MarkerRecorded,
        UpsertWorkflowSearchAttributes, WorkflowPropertiesModified, WorkflowExecutionUpdateCompleted,
        StartChildWorkflowExecutionInitiated, SignalExternalWorkflowExecutionInitiated,
        RequestCancelExternalWorkflowExecutionInitiated, WorkflowExecutionCompleted, WorkflowExecutionFailed,
        WorkflowExecutionCanceled, WorkflowExecutionContinuedAsNew {

}
