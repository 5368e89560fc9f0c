package dev.workflow.history;

import java.time.Instant;
import java.util.Map;

/**
 * One fact in the life of a run. The ids of a run's events are dense and start at 1.
 * Names and attributes follow Temporal's; there are no workflow-task events.
 */
public sealed interface HistoryEvent permits InputEvent, CommandEvent, NoteEvent {

    /** Its place in the history, from 1. */
    long eventId();

    /**
     * When it happened, by the engine's clock; never earlier than the event before it.
     */
    Instant eventTime();

    /** Its type, for example {@code TimerStarted}. */
    default String eventType() {
        return getClass().getSimpleName();
    }

    /** Everything else, as JSON types: maps, lists, strings, numbers, booleans. */
    default Map<String, Object> attributes() {
        return HistoryCodec.attributes(this);
    }

    /** Whether it ends the run. */
    default boolean closesRun() {
        return switch (this) {
            case WorkflowExecutionCompleted e -> true;
            case WorkflowExecutionFailed e -> true;
            case WorkflowExecutionCanceled e -> true;
            case WorkflowExecutionTerminated e -> true;
            case WorkflowExecutionTimedOut e -> true;
            case WorkflowExecutionContinuedAsNew e -> true;
            default -> false;
        };
    }

}
