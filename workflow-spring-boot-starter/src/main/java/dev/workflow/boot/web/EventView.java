package dev.workflow.boot.web;

import java.time.Instant;
import java.util.Map;

import dev.workflow.history.HistoryEvent;

/** A history event. */
record EventView(long eventId, String eventType, Instant eventTime, Map<String, Object> attributes) {

    static EventView of(HistoryEvent event) {
        return new EventView(event.eventId(), event.eventType(), event.eventTime(), event.attributes());
    }

}
