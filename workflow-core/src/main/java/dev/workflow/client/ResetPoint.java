package dev.workflow.client;

import dev.workflow.Constraints;

/**
 * Where in its history a workflow is set back to, or forked at. A new run keeps what is
 * before it and does the rest again.
 * <p>
 * Any event may be the last one that is kept, but for the one that ends the run. After
 * something that happened to the run, the code decides anew what to do about it; after
 * something that it ordered, it goes on behind that order. An activity that was ordered
 * and has no result in what is kept is done again; a timer keeps its time.
 */
public sealed interface ResetPoint {

    /** Right after the start: everything is done again. */
    record First() implements ResetPoint {
    }

    /**
     * Before the last thing that the code ordered: what followed from the last input is
     * done again.
     */
    record Last() implements ResetPoint {
    }

    /**
     * Right after an event, which the new run keeps.
     *
     * @param eventId the event, 1 or more
     */
    record Event(long eventId) implements ResetPoint {

        public Event {
            Constraints.between("eventId", eventId, 1, Long.MAX_VALUE);
        }

    }

    /** As {@link First}. */
    static ResetPoint first() {
        return new First();
    }

    /** As {@link Last}. */
    static ResetPoint last() {
        return new Last();
    }

    /**
     * As {@link Event}.
     * @param eventId the last event to keep, 1 or more
     */
    static ResetPoint event(long eventId) {
        return new Event(eventId);
    }

}
