package dev.workflow.history;

import java.time.Instant;

import dev.workflow.payload.PayloadCodecs;

/**
 * History events as the engine's tables hold them: in the form of {@link EventCodec},
 * their payloads and failures encoded. Thread-safe.
 */
public final class StoredEvents {

    private final HistoryCodec codec;

    /**
     * Events whose payloads go through the given codecs.
     */
    public StoredEvents(PayloadCodecs codecs) {
        this.codec = HistoryCodec.through(codecs);
    }

    /** As {@link EventCodec#encode}. */
    public String encode(HistoryEvent event) {
        return this.codec.encode(event);
    }

    /**
     * As {@link EventCodec#decode}.
     * @throws dev.workflow.payload.UnreadablePayloadException when a payload cannot be
     * decoded here, unless the codecs are lenient
     */
    public HistoryEvent decode(long eventId, Instant eventTime, String eventType, int format, String attributes) {
        return EventCodec.decode(this.codec, eventId, eventTime, eventType, format, attributes);
    }

}
