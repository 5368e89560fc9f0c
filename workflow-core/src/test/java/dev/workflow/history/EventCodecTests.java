package dev.workflow.history;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EventCodecTests {

    private static final Instant TIME = EventSamples.TIME;

    static Stream<Class<?>> types() {
        return EventSamples.types();
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyEventSurvivesWithAllItsAttributes(Class<?> type) {
        HistoryEvent event = EventSamples.full(type);
        assertThat(roundTrip(event)).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyEventSurvivesWithoutOptionalAttributes(Class<?> type) {
        HistoryEvent event = EventSamples.minimal(type);
        assertThat(roundTrip(event)).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("types")
    void attributesOfALaterVersionAreIgnored(Class<?> type) {
        HistoryEvent event = EventSamples.full(type);
        String later = "{\"eventId\":1,\"eventTime\":\"1970-01-01T00:00:00Z\",\"addedLater\":{\"x\":[1]}"
                + EventCodec.encode(event).replaceFirst("^\\{(?!})", ",");
        assertThat(decode(event.eventType(), later)).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("types")
    void idTypeAndTimeAreNoAttributes(Class<?> type) {
        assertThat(EventSamples.full(type).attributes()).doesNotContainKeys("eventId", "eventType", "eventTime");
    }

    /**
     * Histories in this form are in databases: a difference means that they cannot be
     * read, or a new format.
     */
    @Test
    void theWrittenFormOfFormat1HasNotChanged() {
        List<HistoryEvent> events = types()
            .flatMap((type) -> Stream.of(EventSamples.full(type), EventSamples.minimal(type)))
            .toList();
        assertThat(EventCodec.toDocument(events).lines()).containsExactlyElementsOf(golden().lines().toList());
    }

    @Test
    void theGoldenDocumentCanBeRead() {
        List<HistoryEvent> events = types()
            .flatMap((type) -> Stream.of(EventSamples.full(type), EventSamples.minimal(type)))
            .toList();
        assertThat(EventCodec.fromDocument(golden())).isEqualTo(events);
    }

    @ParameterizedTest
    @ValueSource(strings = { "null", "1.10", "1E400", "-0", "12345678901234567890.123456789", "\"\\u0000\"", "\"😀\"",
            "\"\\ud83d\"", "\"\\\\\\/\"", "[]", "[ 1 , {\"a\" : [ ]} ]", "{\"b\":1,\"a\":1,\"b\":2}", "\"\"" })
    void payloadsAreKeptCharacterForCharacter(String text) {
        HistoryEvent event = new ActivityTaskCompleted(9, TIME, 5, 1, new Json(text));
        assertThat(roundTrip(event)).isEqualTo(event);
        assertThat(EventCodec.fromDocument(EventCodec.toDocument(List.of(event)))).containsExactly(event);
    }

    @Test
    void longPayloadsAreKeptCharacterForCharacter() {
        String text = "[\"" + "é".repeat(100_000) + "\", " + "1.50,".repeat(50_000) + "1.50 ]";
        HistoryEvent event = new WorkflowExecutionSignaled(9, TIME, "s", new Json(text), "r", Map.of("k", "v"));
        assertThat(roundTrip(event)).isEqualTo(event);
    }

    @Test
    void deeplyNestedPayloadsAreKept() {
        HistoryEvent event = new WorkflowExecutionCompleted(9, TIME, new Json("[".repeat(900) + "]".repeat(900)), null);
        assertThat(roundTrip(event)).isEqualTo(event);
    }

    @Test
    void whatADatabaseRefusesIsEscaped() {
        Json loneSurrogate = new Json("\"a\ud83d\"");
        String attributes = EventCodec.encode(
                new WorkflowExecutionSignaled(9, TIME, "\ude00\u0000😀", loneSurrogate, null, Map.of("\ud83d", "x")));
        assertThat(attributes).isEqualTo(
                "{\"signalName\":\"\\ude00\\u0000😀\",\"input\":\"a\\ud83d\"," + "\"header\":{\"\\ud83d\":\"x\"}}");
        WorkflowExecutionSignaled read = (WorkflowExecutionSignaled) decode("WorkflowExecutionSignaled", attributes);
        assertThat(read.signalName()).isEqualTo("\ude00\u0000😀");
        assertThat(read.header()).containsEntry("\ud83d", "x");
    }

    @Test
    void anAbsentResultAndANullResultAreDifferent() {
        var absent = new WorkflowExecutionUpdateCompleted(9, TIME, "u", 3, null, FailureInfo.canceled(null));
        var isNull = new WorkflowExecutionUpdateCompleted(9, TIME, "u", 3, Json.NULL, null);
        assertThat(EventCodec.encode(absent)).doesNotContain("result");
        assertThat(EventCodec.encode(isNull)).contains("\"result\":null");
        assertThat(roundTrip(absent)).isEqualTo(absent);
        assertThat(roundTrip(isNull)).isEqualTo(isNull);
    }

    @Test
    void aMemoThatIsClearedAndOneThatStaysAreDifferent() {
        var stays = new WorkflowExecutionContinuedAsNew(9, TIME, "r", "T", "q", Json.EMPTY_ARRAY, null, null, null,
                null);
        var cleared = new WorkflowExecutionContinuedAsNew(9, TIME, "r", "T", "q", Json.EMPTY_ARRAY, null, null,
                Map.of(), null);
        assertThat(EventCodec.encode(stays)).doesNotContain("memo");
        assertThat(EventCodec.encode(cleared)).contains("\"memo\":{}");
        assertThat(roundTrip(stays)).isEqualTo(stays);
        assertThat(roundTrip(cleared)).isEqualTo(cleared);
    }

    @Test
    void anInstantAmongSearchAttributesBecomesItsIsoText() {
        var event = new UpsertWorkflowSearchAttributes(9, TIME, Map.of("DueAt", TIME));
        assertThat(((UpsertWorkflowSearchAttributes) roundTrip(event)).searchAttributes())
            .isEqualTo(Map.of("DueAt", "2026-11-23T08:15:30.123456Z"));
    }

    @Test
    void attributesAreJsonTypes() {
        HistoryEvent event = new ActivityTaskCompleted(9, TIME, 5, 1, new Json("{\"list\":[true,null,\"x\"]}"));
        assertThat(event.attributes()).containsOnlyKeys("scheduledEventId", "attempt", "result");
        assertThat(event.attributes()).containsEntry("scheduledEventId", 5).containsEntry("attempt", 1);
        assertThat(event.attributes().get("result")).isInstanceOf(Map.class).hasToString("{list=[true, null, x]}");
    }

    @Test
    void anUnknownTypeIsNamed() {
        assertThatExceptionOfType(UnsupportedHistoryFormatException.class)
            .isThrownBy(() -> EventCodec.decode(4, TIME, "NexusOperationScheduled", 1, "{}"))
            .withMessage("event 4 is of type NexusOperationScheduled, which this version does not know");
    }

    @Test
    void aNewerFormatIsNamed() {
        assertThatExceptionOfType(UnsupportedHistoryFormatException.class)
            .isThrownBy(() -> EventCodec.decode(4, TIME, "TimerStarted", 2, "{}"))
            .withMessage("event 4 (TimerStarted) is written in format 2, this version reads formats up to 1");
    }

    @Test
    void aMissingAttributeIsNamed() {
        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> decode("TimerStarted", "{}"))
            .withMessageContaining("cannot read event 9 (TimerStarted)")
            .withMessageContaining("'startToFireTimeout'");
    }

    @Test
    void anAttributeOfTheWrongKindIsNamed() {
        assertThatExceptionOfType(PayloadException.class)
            .isThrownBy(() -> decode("TimerFired", "{\"startedEventId\":\"x\"}"))
            .withMessageContaining("cannot read event 9 (TimerFired)")
            .withMessageContaining("startedEventId")
            .withMessageContaining("not a valid `long` value");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "null", "[]", "{", "{} {}", "{\"startedEventId\":1" })
    void brokenAttributesAreRefused(String attributes) {
        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> decode("TimerFired", attributes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = { "", "null", "{}", "[{}]", "[null]", "[", "[{\"eventId\":1,\"eventType\":\"TimerFired\"}]" })
    void whatIsNoHistoryIsRefused(String document) {
        assertThatExceptionOfType(PayloadException.class).isThrownBy(() -> EventCodec.fromDocument(document))
            .withMessageStartingWith("the text is no history");
    }

    @Test
    void aDocumentWithoutFormatIsOfTheFirst() {
        assertThat(EventCodec.fromDocument("""
                [{"eventId": 2, "eventTime": "2026-11-23T08:15:30.123456Z", "eventType": "TimerFired",
                  "attributes": {"startedEventId": 1}}]
                """)).containsExactly(new TimerFired(2, TIME, 1));
    }

    private static HistoryEvent roundTrip(HistoryEvent event) {
        return decode(event.eventType(), EventCodec.encode(event));
    }

    private static HistoryEvent decode(String eventType, String attributes) {
        return EventCodec.decode(9, TIME, eventType, EventCodec.FORMAT, attributes);
    }

    private static String golden() {
        try (InputStream resource = EventCodecTests.class.getResourceAsStream("history-format-1.json")) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
        catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

}
