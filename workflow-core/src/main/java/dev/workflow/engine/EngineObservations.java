package dev.workflow.engine;

import java.util.Map;
import java.util.function.Supplier;

/**
 * What is put around what the engine does, so that it can be observed as it happens, and
 * a trace be carried from a caller to the activities of its workflow.
 */
public interface EngineObservations {

    /** Observes nothing. */
    EngineObservations NONE = new EngineObservations() {
    };

    /**
     * Makes a call of a client, on the caller's thread.
     * @param call what it is
     * @param header what travels with the call; may be added to before it is made
     * @param body makes it, once
     * @return what it returned
     * @throws Throwable what it threw
     */
    default <T, X extends Throwable> T outgoing(Observed call, Map<String, String> header, Body<T, X> body) throws X {
        return body.run();
    }

    /**
     * Carries out what a call led to: a turn of workflow code that happens for the first
     * time, or an attempt of an activity.
     * @param what what it is
     * @param header what travelled with the call
     * @param body carries it out, once
     * @return what it returned
     * @throws Throwable what it threw
     */
    default <T, X extends Throwable> T incoming(Observed what, Map<String, String> header, Body<T, X> body) throws X {
        return body.run();
    }

    /** Work to be done on another thread, as part of what is observed on this one. */
    default <T> Supplier<T> asHere(Supplier<T> work) {
        return work;
    }

    /** Whether nothing is observed, so that nothing has to be prepared for it. */
    default boolean isNone() {
        return this == NONE;
    }

    /** What can be observed. */
    enum Kind {

        START, SIGNAL, QUERY, UPDATE, WORKFLOW_TASK, ACTIVITY

    }

    /**
     * Something that is observed.
     *
     * @param kind what kind of thing
     * @param name the type of the workflow or activity, or the name of the signal, query
     * or update
     * @param workflowId the workflow; empty where it has no id yet
     * @param runId the run; empty where it is not known
     */
    record Observed(Kind kind, String name, String workflowId, String runId) {
    }

    /** What is done. */
    @FunctionalInterface
    interface Body<T, X extends Throwable> {

        T run() throws X;

    }

}
