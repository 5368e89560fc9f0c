package dev.workflow.history;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.workflow.payload.EncryptionKeys;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.UnreadablePayloadException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class StoredEventsTests {

    private static final PayloadCodecs ENCRYPTED = PayloadCodecs.of(List.of(), null,
            EncryptionKeys.of("k1", "MDEyMzQ1Njc4OWFiY2RlZg==", Map.of()), false);

    private final StoredEvents plain = new StoredEvents(PayloadCodecs.NONE);

    private final StoredEvents encrypted = new StoredEvents(ENCRYPTED);

    static Stream<Class<?>> types() {
        return EventSamples.types();
    }

    @ParameterizedTest
    @MethodSource("types")
    void withoutCodecsTheStoredFormIsThePlainOne(Class<?> type) {
        HistoryEvent event = EventSamples.full(type);
        assertThat(this.plain.encode(event)).isEqualTo(EventCodec.encode(event));
        assertThat(decode(this.plain, event, EventCodec.encode(event))).isEqualTo(event);
    }

    /**
     * The values of the samples stand for secrets; memos, search attributes and headers
     * are not among them.
     */
    @ParameterizedTest
    @MethodSource("types")
    void payloadsAndFailuresOfEveryEventAreEncrypted(Class<?> type) {
        HistoryEvent event = EventSamples.full(type);
        String stored = this.encrypted.encode(event);
        assertThat(stored).doesNotContain("\\\\u0000", "{\"a\": ", "the message", "the stackTrace");
        boolean secret = Stream.of(type.getRecordComponents())
            .anyMatch((c) -> c.getType() == Json.class || c.getType() == FailureInfo.class);
        assertThat(stored.contains("binary/encrypted")).isEqualTo(secret);
        assertThat(decode(this.encrypted, event, stored)).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("types")
    void whatWasWrittenBeforeTheCodecIsReadable(Class<?> type) {
        HistoryEvent event = EventSamples.full(type);
        assertThat(decode(this.encrypted, event, this.plain.encode(event))).isEqualTo(event);
    }

    @Test
    void ofAFailureTheTypeStaysReadable() {
        FailureInfo cause = FailureInfo.application("Cause", "the inner secret", true);
        FailureInfo failure = new FailureInfo(FailureInfo.Kind.APPLICATION, "the outer secret", "Declined",
                "at a.B.c(B.java:1)", false, null, new Json("[\"the detail\"]"), null, null, null, null, null, null,
                cause);
        HistoryEvent event = new WorkflowExecutionFailed(2, EventSamples.TIME, failure, null);
        String stored = this.encrypted.encode(event);
        assertThat(stored)
            .contains("\"kind\":\"APPLICATION\"", "\"type\":\"Declined\"", "\"type\":\"Cause\"",
                    "\"message\":\"Encoded failure\"", "\"encodedAttributes\":{\"metadata\":{")
            .doesNotContain("secret", "a.B.c", "the detail");
        assertThat(decode(this.encrypted, event, stored)).isEqualTo(event);
    }

    @Test
    void withoutTheKeyTheEventIsNamedAndShownAsItIsStored() {
        HistoryEvent event = new WorkflowExecutionCompleted(7, EventSamples.TIME, new Json("\"secret\""), null);
        String stored = this.encrypted.encode(event);
        assertThatExceptionOfType(UnreadablePayloadException.class).isThrownBy(() -> decode(this.plain, event, stored))
            .withMessageStartingWith("event 7 (WorkflowExecutionCompleted): ")
            .withMessageContaining("key 'k1'");
        StoredEvents lenient = new StoredEvents(PayloadCodecs.NONE.lenient());
        assertThat(((WorkflowExecutionCompleted) decode(lenient, event, stored)).result().text())
            .contains("binary/encrypted");
        HistoryEvent failed = new WorkflowExecutionFailed(7, EventSamples.TIME,
                FailureInfo.application("Declined", "secret", true), null);
        assertThat(((WorkflowExecutionFailed) decode(lenient, failed, this.encrypted.encode(failed))).failure())
            .returns("Declined", FailureInfo::type)
            .returns("Encoded failure", FailureInfo::message);
    }

    private static HistoryEvent decode(StoredEvents codec, HistoryEvent event, String attributes) {
        return codec.decode(event.eventId(), event.eventTime(), event.eventType(), EventCodec.FORMAT, attributes);
    }

}
