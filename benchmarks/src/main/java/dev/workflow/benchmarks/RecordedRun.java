package dev.workflow.benchmarks;

import java.util.List;

/**
 * What the engine wrote for one run of the workload: the bare path writes the same.
 *
 * @param events its events, in order
 * @param activityType the type of its activities
 */
record RecordedRun(List<Event> events, String activityType) {

    /** Started, three times scheduled and completed, completed. */
    static final int EVENTS = 8;

    /**
     * An event.
     *
     * @param type its type
     * @param attributes its attributes, as JSON
     */
    record Event(String type, String attributes) {
    }

    /** Reads the only run of a database. */
    static RecordedRun readFrom(Database database) {
        List<Event> events = database.query("select event_type, attributes from workflow_event order by event_id",
                (row) -> new Event(row.getString(1), row.getString(2)));
        if (events.size() != EVENTS) {
            throw new IllegalStateException("A run of three steps has " + EVENTS + " events, not " + events);
        }
        return new RecordedRun(events, database.text("""
                select attributes::json ->> 'activityType' from workflow_event
                where event_type = 'ActivityTaskScheduled' limit 1"""));
    }

}
