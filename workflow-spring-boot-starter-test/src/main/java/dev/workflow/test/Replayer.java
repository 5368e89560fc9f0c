package dev.workflow.test;

import java.util.List;

import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;

/**
 * Runs workflow code over histories; a bean of every {@link WorkflowTest @WorkflowTest},
 * or made by {@link #of} for a plain unit test.
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

    /**
     * A replayer of these workflows alone, without an application and a database.
     * Activities that they are injected with are stubs, which nobody calls in a replay.
     * @param classes the workflow classes, classes of other beans that these are injected
     * with, and those of activities that are injected in other ways than by their own
     * type
     * @throws IllegalArgumentException when a workflow needs something that is not there
     * @throws RuntimeException when a class is not a valid workflow
     */
    static Replayer of(Class<?>... classes) {
        return PlainReplayer.of(List.of(classes));
    }

    /**
     * As {@link #of(Class...)}, with further beans.
     * @param classes as above
     * @param beans what else workflows are injected with; a {@code PayloadConverter} or
     * {@code FailureConverter}, workflow interceptors and context propagators among them
     * are used as an application would
     */
    static Replayer of(List<Class<?>> classes, Object... beans) {
        return PlainReplayer.of(classes, beans);
    }

    /** Drops every cached run, so that the next step replays. */
    void evictAll();

}
