package dev.workflow.history;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadException;
import dev.workflow.payload.StoredJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.ObjectReader;

/**
 * History events as JSON, in plain text; their rows are written and read by
 * {@link StoredEvents}. An event is its id, its type, its time and its attributes, the
 * latter a JSON object from which whatever is absent, empty or false is left out. Readers
 * ignore attributes that they do not know; anything else that an older reader would get
 * wrong is a new {@linkplain #FORMAT format}.
 */
public final class EventCodec {

    /** The format that this version writes; it reads this one and all before it. */
    public static final int FORMAT = 1;

    private static final ObjectReader DOCUMENT = StoredJson.mapper().build().readerFor(DocumentEvent[].class);

    private EventCodec() {
    }

    /** Writes the attributes of an event: everything but its id, type and time. */
    public static String encode(HistoryEvent event) {
        return HistoryCodec.PLAIN.encode(event);
    }

    /**
     * Reads an event.
     * @param eventId its place in the history
     * @param eventTime when it happened
     * @param eventType its type, for example {@code TimerStarted}
     * @param format the format in which it was written
     * @param attributes what {@link #encode} wrote
     * @throws UnsupportedHistoryFormatException when the type or the format is newer than
     * this version
     * @throws PayloadException when the attributes are not those of that type
     */
    public static HistoryEvent decode(long eventId, Instant eventTime, String eventType, int format,
            String attributes) {
        return decode(HistoryCodec.PLAIN, eventId, eventTime, eventType, format, attributes);
    }

    static HistoryEvent decode(HistoryCodec codec, long eventId, Instant eventTime, String eventType, int format,
            String attributes) {
        if (format < 1 || format > FORMAT) {
            throw new UnsupportedHistoryFormatException(
                    "event %d (%s) is written in format %d, this version reads formats up to %d".formatted(eventId,
                            eventType, format, FORMAT));
        }
        return codec.decode(eventId, eventTime, eventType, attributes);
    }

    /** Writes a history as one JSON document, an array with a line for each event. */
    public static String toDocument(List<? extends HistoryEvent> history) {
        StringBuilder document = new StringBuilder("[");
        for (HistoryEvent event : history) {
            document.append((document.length() == 1) ? "\n" : ",\n").append(toElement(event));
        }
        return document.append("\n]\n").toString();
    }

    /**
     * An event as {@link #toDocument} writes it, for a history that is written in parts.
     */
    public static String toElement(HistoryEvent event) {
        return "{\"eventId\":" + event.eventId() + ",\"eventType\":\"" + event.eventType() + "\",\"eventTime\":\""
                + event.eventTime() + "\",\"format\":" + FORMAT + ",\"attributes\":" + encode(event) + '}';
    }

    /**
     * Reads a history from what {@link #toDocument} wrote. Where an event lacks its
     * format, the first is assumed.
     * @throws UnsupportedHistoryFormatException when something in it is newer than this
     * version
     * @throws PayloadException when it is no such document
     */
    public static List<HistoryEvent> fromDocument(String json) {
        List<HistoryEvent> history = new ArrayList<>();
        for (DocumentEvent event : documentEvents(json)) {
            int format = (event.format() != null) ? event.format() : 1;
            String attributes = (event.attributes() != null) ? event.attributes().text() : "{}";
            history.add(decode(event.eventId(), event.eventTime(), event.eventType(), format, attributes));
        }
        return List.copyOf(history);
    }

    private static List<DocumentEvent> documentEvents(String json) {
        try {
            DocumentEvent @Nullable [] events = StoredJson.read(DOCUMENT, json);
            if (events != null && Arrays.stream(events).allMatch(DocumentEvent::isComplete)) {
                return List.of(events);
            }
        }
        catch (JacksonException ex) {
            TokenStreamLocation location = ex.getLocation();
            throw new PayloadException("the text is no history: %s (line %d, column %d)"
                .formatted(StoredJson.reason(ex), location.getLineNr(), location.getColumnNr()), ex);
        }
        throw new PayloadException(
                "the text is no history: expected an array of events with eventId, eventType and eventTime", null);
    }

    /** An event of a document. */
    private record DocumentEvent(long eventId, String eventType, Instant eventTime, @Nullable Integer format,
            @Nullable Json attributes) {

        @SuppressWarnings({ "ConstantValue", "NullAway" })
        static boolean isComplete(@Nullable DocumentEvent event) {
            return event != null && event.eventId > 0 && event.eventType != null && event.eventTime != null;
        }

    }

}
