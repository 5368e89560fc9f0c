package dev.workflow.history;

/** Something that happened to the run from outside; the code advances after it. */
public sealed interface InputEvent extends HistoryEvent permits WorkflowExecutionStarted, WorkflowExecutionSignaled,
        WorkflowExecutionCancelRequested, ActivityTaskStarted, ActivityTaskCompleted, ActivityTaskFailed,
        ActivityTaskTimedOut, ActivityTaskCanceled, TimerFired, LocalActivityMarkerRecorded,
        StartChildWorkflowExecutionFailed, ChildWorkflowExecutionStarted, ChildWorkflowExecutionCompleted,
        ChildWorkflowExecutionFailed, ChildWorkflowExecutionCanceled, ChildWorkflowExecutionTimedOut,
        ChildWorkflowExecutionTerminated, ExternalWorkflowExecutionSignaled, SignalExternalWorkflowExecutionFailed,
        ExternalWorkflowExecutionCancelRequested, RequestCancelExternalWorkflowExecutionFailed,
        WorkflowExecutionUpdateAccepted, WorkflowExecutionTerminated, WorkflowExecutionTimedOut {

}
