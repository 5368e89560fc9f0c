package dev.workflow.test;

import java.util.List;

import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;

/**
 * Runs workflow code over histories; a bean of every {@link WorkflowTest @WorkflowTest}.
 */
public interface Replayer {

    /**
     * Runs the present code over the history, in memory and without activities.
     * @param history all events of one run, the first one first, such as
     * {@code WorkflowHandle.history()} gives them
     * @throws dev.workflow.failure.NonDeterminismException at the first difference
     * @throws RuntimeException when the code throws what is no workflow failure, or there
     * is no such workflow type
     */
    void replay(List<? extends HistoryEvent> history);

    /**
     * Runs the present code over a saved history.
     * @param document the JSON that {@code GET /workflows/{id}/history?download=true} or
     * {@link EventCodec#toDocument} gives
     * @throws dev.workflow.failure.NonDeterminismException at the first difference
     * @throws RuntimeException when the text is no such document, and as above
     */
    default void replay(String document) {
        replay(EventCodec.fromDocument(document));
    }

    /** Drops every cached run, so that the next step replays. */
    void evictAll();

}
