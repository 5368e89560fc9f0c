package dev.workflow.boot.web;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.jayway.jsonpath.JsonPath;
import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.TimerFired;
import dev.workflow.history.TimerStarted;
import dev.workflow.history.WorkflowExecutionCompleted;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/** Histories over REST, page by page and live. */
class HistoryResourceTests {

    private final RestFixture fixture = new RestFixture();

    private List<HistoryEvent> history;

    @BeforeEach
    void fill() {
        this.history = this.fixture.service.histories.get("order-1");
        this.history.add(new TimerStarted(2, Instant.EPOCH, Duration.ofSeconds(9)));
        this.history.add(new TimerFired(3, Instant.EPOCH.plusSeconds(9), 2));
    }

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @Test
    void historyShowsEventsWithTheirAttributes() {
        MvcTestResult result = this.fixture.get("/workflows/order-1/history");
        assertThat(result).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"events":[{"eventId":1,"eventType":"WorkflowExecutionStarted",
                  "attributes":{"workflowType":"OrderWorkflow","input":[]}},
                 {"eventId":2,"eventType":"TimerStarted","eventTime":"1970-01-01T00:00:00Z"},
                 {"eventId":3,"eventType":"TimerFired","eventTime":"1970-01-01T00:00:09Z",
                  "attributes":{"startedEventId":2}}]}""");
        assertThat(result).bodyText().doesNotContain("nextPageToken");
    }

    @Test
    void downloadIsTheDocumentThatAReplayReads() throws Exception {
        for (int i = 4; i < 2_500; i += 2) {
            this.history.add(new TimerStarted(i, Instant.EPOCH, Duration.ofSeconds(9)));
            this.history.add(new TimerFired(i + 1, Instant.EPOCH.plusSeconds(9), i));
        }
        MvcTestResult result = this.fixture.get("/workflows/order-1/history?download=true");
        assertThat(result).hasStatusOk()
            .hasHeader("Content-Disposition",
                    "attachment; filename=\"history-" + FakeWorkflowService.RUN_ID + ".json\"")
            .hasHeader("Cache-Control", "no-store")
            .hasContentTypeCompatibleWith(MediaType.APPLICATION_JSON);
        String document = result.getResponse().getContentAsString();
        assertThat(EventCodec.fromDocument(document)).isEqualTo(this.history);
        assertThat(document).isEqualTo(EventCodec.toDocument(this.history));
    }

    @Test
    void downloadWhoseFirstEventsCannotBeEncodedIsAProblem() {
        Map<String, String> unreadable = new AbstractMap<>() {

            @Override
            public Set<Entry<String, String>> entrySet() {
                throw new IllegalStateException("The test lets nobody read it");
            }

        };
        this.history.add(new WorkflowExecutionSignaled(4, Instant.EPOCH.plusSeconds(9), "approve", Json.EMPTY_ARRAY,
                null, unreadable));
        MvcTestResult result = this.fixture.get("/workflows/order-1/history?download=true");
        ProblemAssert.assertThat(result, 500, "internal-error");
        assertThat(result).doesNotContainHeader("Content-Disposition");
    }

    @Test
    void downloadOfNothingIsAProblem() {
        ProblemAssert.assertThat(this.fixture.get("/workflows/other/history?download=true"), 404, "unknown-workflow");
        ProblemAssert.assertThat(this.fixture.get("/workflows/order-1/history?download=yes"), 400, "invalid-request");
    }

    @Test
    void pagesFollowEachOther() throws Exception {
        MvcTestResult first = this.fixture.get("/workflows/order-1/history?pageSize=2");
        assertThat(first).bodyJson().extractingPath("$.events[*].eventId").asArray().containsExactly(1, 2);
        String token = JsonPath.read(first.getResponse().getContentAsString(), "$.nextPageToken");
        MvcTestResult second = this.fixture.get("/workflows/order-1/history?pageSize=2&pageToken=" + token);
        assertThat(second).bodyJson().extractingPath("$.events[*].eventId").asArray().containsExactly(3);
        assertThat(second).bodyText().doesNotContain("nextPageToken");
    }

    @Test
    void pagesThatLargeEventsMakeShortFollowEachOther() throws Exception {
        this.fixture.service.largestPage = 2;
        MvcTestResult first = this.fixture.get("/workflows/order-1/history");
        assertThat(first).bodyJson().extractingPath("$.events[*].eventId").asArray().containsExactly(1, 2);
        String token = JsonPath.read(first.getResponse().getContentAsString(), "$.nextPageToken");
        MvcTestResult second = this.fixture.get("/workflows/order-1/history?pageToken=" + token);
        assertThat(second).bodyJson().extractingPath("$.events[*].eventId").asArray().containsExactly(3);
        assertThat(second).bodyText().doesNotContain("nextPageToken");
        assertThat(EventCodec.fromDocument(
                this.fixture.get("/workflows/order-1/history?download=true").getResponse().getContentAsString()))
            .isEqualTo(this.history);
    }

    @ParameterizedTest
    @ValueSource(strings = { "x", "1", ".1", "run.x", "run.-1" })
    void pageTokenThatIsNoneIsRefused(String token) {
        ProblemAssert
            .assertThat(this.fixture.get("/workflows/order-1/history?pageToken=" + token), 400, "invalid-request")
            .contains("pageToken");
    }

    @Test
    void streamShowsEventsUntilTheRunHasClosed() throws Exception {
        this.history.add(new WorkflowExecutionCompleted(4, Instant.EPOCH.plusSeconds(9), new Json("7"), null));
        MvcTestResult result = stream("2");
        assertThat(result).hasStatusOk().hasContentTypeCompatibleWith(MediaType.TEXT_EVENT_STREAM);
        assertThat(result.getResponse().getContentAsString()).doesNotContain(id(2))
            .containsSubsequence(id(3) + "data: {\"eventId\":3,", id(4) + "data: {\"eventId\":4,", "event: end\n");
    }

    @Test
    void streamShowsEventsAsTheyCome() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CountDownLatch stop = new CountDownLatch(1);
        HistoryStream stream = new HistoryStream(this.fixture.service, "order-1", position(0));
        Thread writer = Thread.startVirtualThread(
                () -> assertThatNoException().isThrownBy(() -> stream.writeTo(out, Duration.ofMillis(5), stop)));
        this.history.add(new WorkflowExecutionCompleted(4, Instant.EPOCH.plusSeconds(9), new Json("7"), null));
        assertThat(writer.join(Duration.ofSeconds(10))).isTrue();
        assertThat(out.toString(StandardCharsets.UTF_8)).containsSubsequence(id(1), id(2), id(3), id(4),
                "event: end\n");
    }

    @Test
    void streamEndsWhenTheApplicationStops() throws Exception {
        CountDownLatch stop = new CountDownLatch(1);
        stop.countDown();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new HistoryStream(this.fixture.service, "order-1", position(0)).writeTo(out, Duration.ofMinutes(1), stop);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains(id(3)).doesNotContain("event: end");
    }

    @Test
    void clientThatHasSeenTheEndIsToldNotToComeBack() {
        this.history.add(new WorkflowExecutionCompleted(4, Instant.EPOCH.plusSeconds(9), new Json("7"), null));
        assertThat(stream("4")).hasStatus(204);
    }

    @Test
    void clientThatHasNotSeenTheEndIsShownIt() throws Exception {
        this.history.add(new WorkflowExecutionCompleted(4, Instant.EPOCH.plusSeconds(9), new Json("7"), null));
        assertThat(stream("3").getResponse().getContentAsString()).contains(id(4), "event: end\n");
    }

    @Test
    void clientGoesOnInTheRunThatItHasSeenThoughAnotherOneIsThere() throws Exception {
        String earlier = "0198f3a0-0000-7000-8000-000000000000";
        List<HistoryEvent> ended = new ArrayList<>(this.history);
        ended.add(new WorkflowExecutionCompleted(4, Instant.EPOCH.plusSeconds(9), new Json("7"), null));
        this.fixture.service.earlierRuns.put(earlier, ended);
        assertThat(stream(earlier + ".4")).hasStatus(204);
        assertThat(stream(earlier + ".3").getResponse().getContentAsString())
            .contains("id: " + earlier + ".4\n", "event: end\n")
            .doesNotContain(FakeWorkflowService.RUN_ID);
        ProblemAssert.assertThat(stream("0198f3a0-0000-7000-8000-00000000000f.4"), 404, "unknown-workflow");
    }

    @ParameterizedTest
    @ValueSource(strings = { "x", "-1", ".1", "run.x", "run.-1" })
    void lastEventIdThatIsNoneIsRefused(String id) {
        ProblemAssert.assertThat(stream(id), 400, "invalid-request").contains("Last-Event-ID");
    }

    @Test
    void lastEventIdThatTheRunNeverHadIsRefused() {
        ProblemAssert.assertThat(stream("99"), 400, "invalid-request").contains("Last-Event-ID", "no event 99");
    }

    @Test
    void streamBeginsBeforeThereIsAnythingNew() throws Exception {
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch flushed = new CountDownLatch(1);
        OutputStream out = new ByteArrayOutputStream() {

            @Override
            public void flush() {
                flushed.countDown();
            }

        };
        HistoryStream stream = new HistoryStream(this.fixture.service, "order-1", position(3));
        Thread writer = Thread.startVirtualThread(
                () -> assertThatNoException().isThrownBy(() -> stream.writeTo(out, Duration.ofMillis(5), stop)));
        assertThat(flushed.await(10, TimeUnit.SECONDS)).isTrue();
        stop.countDown();
        assertThat(writer.join(Duration.ofSeconds(10))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "application/json, text/event-stream;q=0.1", "text/event-stream;q=0", "*/*",
            "text/event-stream;q=0.1, */*", "text/*, application/json" })
    void whoeverPrefersJsonGetsAPage(String accept) {
        assertThat(this.fixture.mvc.get()
            .uri("/api/v1/workflows/order-1/history")
            .header("Accept", accept)
            .exchange(Duration.ofSeconds(10))).hasStatusOk().hasContentTypeCompatibleWith(MediaType.APPLICATION_JSON);
    }

    @Test
    void streamOfAnUnknownRunIsNotFound() {
        ProblemAssert.assertThat(this.fixture.mvc.get()
            .uri("/api/v1/workflows/order-1/history?runId=0198f3a0-0000-7000-8000-00000000000f")
            .accept(MediaType.TEXT_EVENT_STREAM)
            .exchange(), 404, "unknown-workflow");
    }

    @Test
    void streamOfAnUnknownWorkflowIsNotFound() {
        ProblemAssert.assertThat(this.fixture.mvc.get()
            .uri("/api/v1/workflows/none/history")
            .accept(MediaType.TEXT_EVENT_STREAM)
            .exchange(), 404, "unknown-workflow");
    }

    @Test
    void moreStreamsThanAllowedAreRefused() {
        HistoryStreams streams = new HistoryStreams(1, Duration.ofMillis(5));
        streams.reserve();
        assertThatExceptionOfType(RestProblem.class).isThrownBy(streams::reserve)
            .extracting(RestProblem::type)
            .isEqualTo(ProblemType.TOO_MANY_STREAMS);
        streams.giveBack();
        assertThatNoException().isThrownBy(streams::reserve);
    }

    private static HistoryPosition position(long eventId) {
        return new HistoryPosition(FakeWorkflowService.RUN_ID, eventId);
    }

    private static String id(long eventId) {
        return "id: " + position(eventId) + "\n";
    }

    private MvcTestResult stream(String lastEventId) {
        return this.fixture.mvc.get()
            .uri("/api/v1/workflows/order-1/history")
            .accept(MediaType.TEXT_EVENT_STREAM)
            .header("Last-Event-ID", lastEventId)
            .exchange(Duration.ofSeconds(10));
    }

}
