package dev.workflow.history;

/** Something that happened to the run from outside; the code advances after it. */
public sealed interface InputEvent extends HistoryEvent
        permits WorkflowExecutionStarted, WorkflowExecutionSignaled, WorkflowExecutionCancelRequested,
        ActivityTaskStarted, ActivityTaskCompleted, ActivityTaskFailed, ActivityTaskTimedOut, ActivityTaskCanceled,
        TimerFired, WorkflowExecutionUpdateAccepted, WorkflowExecutionTerminated, WorkflowExecutionTimedOut {

}
