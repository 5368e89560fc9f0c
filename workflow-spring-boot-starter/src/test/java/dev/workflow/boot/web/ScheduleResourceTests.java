package dev.workflow.boot.web;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

import dev.workflow.client.CalendarSpec;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/** Schedules over REST: what is passed on, and every way to get it wrong. */
class ScheduleResourceTests {

    private static final String WORKFLOW = "{\"workflowType\":\"OrderWorkflow\",\"args\":[\"x\",1]}";

    private final RestFixture fixture = new RestFixture();

    private final FakeScheduleService schedules = this.fixture.service.schedules;

    @AfterEach
    void close() {
        this.fixture.close();
    }

    private MvcTestResult send(HttpMethod method, String path, String body) {
        return this.fixture.mvc.method(method)
            .uri("/api/v1" + path)
            .contentType(MediaType.APPLICATION_JSON)
            .content(body)
            .exchange();
    }

    private MvcTestResult create(String spec) {
        return this.fixture.post("/schedules",
                "{\"scheduleId\":\"weekly\",\"spec\":" + spec + ",\"workflow\":" + WORKFLOW + "}");
    }

    @Test
    void everyFieldReachesTheEngine() {
        assertThat(this.fixture.post("/schedules", """
                {"scheduleId":"weekly",
                 "spec":{"cron":["0 2 * * *","30 2 * * *"],"skip":[{"month":"DEC","dayOfMonth":"25"}],
                   "timeZone":"Europe/Berlin","jitter":"5m","startAt":"2026-01-01T00:00:00Z",
                   "endAt":"2027-01-01T00:00:00+01:00"},
                 "workflow":{"workflowType":"OrderWorkflow","workflowId":"report","args":["x",1],"taskQueue":"fast",
                   "executionTimeout":"6h","priority":2},
                 "overlap":"BUFFER_ONE","catchUpWindow":"1h","pauseOnFailure":true,"remainingActions":9,
                 "paused":true,"note":"not yet"}""")).hasStatus(HttpStatus.CREATED)
            .hasHeader("Location", "/api/v1/schedules/weekly")
            .bodyJson()
            .extractingPath("$.scheduleId")
            .isEqualTo("weekly");
        assertThat(this.schedules.specs).containsExactly(ScheduleSpec.cron("0 2 * * *", "30 2 * * *")
            .skip(new CalendarSpec("*", "*", "*", "25", "DEC", "*", "*"))
            .timeZone(ZoneId.of("Europe/Berlin"))
            .jitter(Duration.ofMinutes(5))
            .startAt(Instant.parse("2026-01-01T00:00:00Z"))
            .endAt(Instant.parse("2026-12-31T23:00:00Z")));
        assertThat(this.schedules.options).containsExactly(ScheduleOptions.defaults()
            .overlap(OverlapPolicy.BUFFER_ONE)
            .catchUpWindow(Duration.ofHours(1))
            .pauseOnFailure(true)
            .remainingActions(9)
            .paused(true)
            .note("not yet"));
        assertThat(this.schedules.actions.getFirst().workflowId()).isEqualTo("report");
        assertThat(this.schedules.actions.getFirst().taskQueue()).isEqualTo("fast");
        assertThat(this.schedules.actions.getFirst().executionTimeout()).isEqualTo(Duration.ofHours(6));
    }

    @Test
    void specificationIsCronOrAnIntervalOrCalendars() {
        assertThat(create("{\"cron\":\"@daily\"}")).hasStatus(HttpStatus.CREATED);
        assertThat(create("{\"interval\":\"1h\",\"offset\":\"5m\"}")).hasStatus(HttpStatus.CREATED);
        assertThat(create("{\"calendars\":[{\"hour\":\"12\",\"dayOfWeek\":\"MON-FRI\"}]}"))
            .hasStatus(HttpStatus.CREATED);
        assertThat(this.schedules.specs).containsExactly(ScheduleSpec.cron("@daily"),
                ScheduleSpec.every(Duration.ofHours(1), Duration.ofMinutes(5)),
                ScheduleSpec.calendar(new CalendarSpec("0", "0", "12", "*", "*", "MON-FRI", "*")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~',
            textBlock = """
                    {}                                  | spec: expected one of cron, interval and calendars, given 0
                    {"cron":"@daily","interval":"1h"}   | spec: expected one of cron, interval and calendars, given 2
                    {"cron":[]}                         | cron: expected at least one, given none
                    {"cron":5}                          | Field 'spec.cron': expected a text, found 5.
                    {"cron":"@daily","offset":"1h"}     | spec.offset: expected with an interval only
                    {"interval":"soon"}                 | Field 'spec.interval': expected a duration such as 30s, 5m, 2h, 7d or PT1H30M, found "soon".
                    {"cron":"@daily","timeZone":"Mars"} | spec.timeZone: expected the id of a time zone such as Europe/Berlin, given Mars
                    {"cron":"@daily","startAt":"now"}   | spec.startAt: expected an instant such as 2026-11-01T02:00:00Z, given now
                    {"calendars":[{},null]}             | spec.calendars[1]: expected a value, given null
                    {"cron":"@daily","skip":[null]}     | spec.skip[0]: expected a value, given null
                    {"crom":"@daily"}                   | Unknown field 'spec.crom'. Known are: calendars, cron, endAt, interval, jitter, offset, skip, startAt, timeZone.
                    """)
    void specificationThatIsNoneIsRefused(String spec, String detail) {
        ProblemAssert.assertThat(create(spec), 400, "invalid-request").isEqualTo(detail);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~',
            textBlock = """
                    {"spec":{"cron":"@daily"},"workflow":W}                                     | scheduleId: expected a value, given null
                    {"scheduleId":"s","workflow":W}                                             | spec: expected a value, given null
                    {"scheduleId":"s","spec":{"cron":"@daily"}}                                 | workflow: expected a value, given null
                    {"scheduleId":"s","spec":{"cron":"@daily"},"workflow":{}}                   | workflowType: expected a value, given null
                    {"scheduleId":"s","spec":{"cron":"@daily"},"workflow":W,"overlap":"MAYBE"}  | Field 'overlap': expected one of SKIP, BUFFER_ONE, BUFFER_ALL, CANCEL_OTHER, TERMINATE_OTHER, ALLOW_ALL, found "MAYBE".
                    {"scheduleId":"s","spec":{"cron":"@daily"},"workflow":W,"remainingActions":-1} | remainingActions: expected 0 or more, given -1
                    {"scheduleId":"s","spec":{"cron":"@daily"},"workflow":{"workflowType":"OrderWorkflow","args":["x",1],"idConflictPolicy":"FAIL"}} | workflow.idConflictPolicy: expected nothing in what a schedule starts, since each run has an id of its own
                    {"scheduleId":"s","spec":{"cron":"@daily"},"workflow":{"workflowType":"OrderWorkflow","args":["x",1],"signal":{"name":"approve"}}} | workflow.signal: expected nothing in what a schedule starts, since it is sent with a single start
                    """)
    void creationThatIsIncompleteIsRefused(String body, String detail) {
        ProblemAssert
            .assertThat(this.fixture.post("/schedules", body.replace(":W", ":" + WORKFLOW)), 400, "invalid-request")
            .isEqualTo(detail);
    }

    @Test
    void argumentsAreCheckedAgainstTheWorkflow() {
        ProblemAssert.assertThat(this.fixture.post("/schedules",
                "{\"scheduleId\":\"s\",\"spec\":{\"cron\":\"@daily\"},\"workflow\":{\"workflowType\":\"OrderWorkflow\"}}"),
                400, "invalid-arguments");
    }

    @Test
    void scheduleThatIsThereIsAConflict() {
        ProblemAssert.assertThat(
                this.fixture.post("/schedules",
                        "{\"scheduleId\":\"nightly\",\"spec\":{\"cron\":\"@daily\"},\"workflow\":" + WORKFLOW + "}"),
                409, "schedule-already-exists")
            .startsWith("There is a schedule 'nightly' already");
    }

    @Test
    void scheduleThatThisNodeCannotReadIsAConflictThatSaysWhy() {
        ProblemAssert.assertThat(this.fixture.post("/schedules/strange/trigger", "{}"), 409, "unreadable-schedule")
            .isEqualTo("Schedule 'strange' cannot be read on this node: Unknown time zone Mars/Base");
        ProblemAssert.assertThat(this.fixture.post("/schedules/strange/pause", "{}"), 409, "unreadable-schedule");
    }

    @Test
    void descriptionShowsHowItStands() {
        assertThat(this.fixture.get("/schedules/nightly")).hasStatusOk().bodyJson().isEqualTo("""
                {"scheduleId":"nightly","workflowType":"OrderWorkflow","paused":false,"note":"why",
                 "nextRuns":["1970-01-01T00:00:00Z"],"recentRuns":[{"workflowId":"w-1","runId":"r-1"}],"openRuns":[],
                 "waitingCount":1,"actionCount":7,"missedCount":2,"skippedCount":3,"createdAt":"1970-01-01T00:00:00Z",
                 "spec":{"cron":["0 2 * * *"]},"overlap":"SKIP"}""");
    }

    @Test
    void listIsPaged() {
        assertThat(this.fixture.get("/schedules?pageSize=1")).hasStatusOk()
            .bodyJson()
            .extractingPath("$.nextPageToken")
            .isEqualTo("bmlnaHRseQ");
        assertThat(this.fixture.get("/schedules?pageToken=bmlnaHRseQ")).hasStatusOk()
            .bodyJson()
            .hasPathSatisfying("$.schedules[0].scheduleId", (id) -> assertThat(id).isEqualTo("weekly"))
            .doesNotHavePath("$.nextPageToken");
        ProblemAssert.assertThat(this.fixture.get("/schedules?pageToken=**"), 400, "invalid-request")
            .startsWith("pageToken: expected the nextPageToken of a page before");
    }

    @Test
    void scheduleIsChangedPausedTriggeredMadeUpAndDeleted() {
        assertThat(send(HttpMethod.PATCH, "/schedules/nightly", "{\"note\":\"n\",\"paused\":true}")).hasStatusOk();
        assertThat(send(HttpMethod.PATCH, "/schedules/nightly", "{\"spec\":{\"interval\":\"2h\"}}")).hasStatusOk();
        assertThat(this.fixture.post("/schedules/nightly/pause", "{\"note\":\"holidays\"}")).hasStatusOk();
        assertThat(this.fixture.post("/schedules/nightly/unpause", "")).hasStatusOk();
        assertThat(this.fixture.post("/schedules/nightly/trigger", "")).hasStatus(HttpStatus.ACCEPTED);
        assertThat(this.fixture.post("/schedules/nightly/trigger", "{\"overlap\":\"ALLOW_ALL\"}"))
            .hasStatus(HttpStatus.ACCEPTED);
        assertThat(this.fixture.post("/schedules/nightly/backfill",
                "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\",\"overlap\":\"BUFFER_ALL\"}"))
            .hasStatus(HttpStatus.ACCEPTED);
        assertThat(send(HttpMethod.DELETE, "/schedules/nightly", "")).hasStatus(HttpStatus.NO_CONTENT);
        assertThat(this.schedules.calls).containsExactly("update null ScheduleOptions{note=n, paused=true}",
                "update ScheduleSpec{interval=PT2H, offset=PT0S} ScheduleOptions{}", "pause holidays", "unpause ",
                "trigger null", "trigger ALLOW_ALL", "backfill 2026-01-01T00:00:00Z 2026-01-02T00:00:00Z BUFFER_ALL",
                "delete");
    }

    @ParameterizedTest
    @CsvSource({ "GET,", "PATCH,", "DELETE,", "POST,/pause", "POST,/unpause", "POST,/trigger" })
    void scheduleThatIsNotThereIsUnknown(HttpMethod method, String action) {
        ProblemAssert
            .assertThat(send(method, "/schedules/gone" + ((action != null) ? action : ""), "{}"), 404,
                    "unknown-schedule")
            .isEqualTo("There is no schedule 'gone'");
    }

    @Test
    void periodHasToBeOne() {
        ProblemAssert
            .assertThat(this.fixture.post("/schedules/nightly/backfill", "{\"to\":\"2026-01-01T00:00:00Z\"}"), 400,
                    "invalid-request")
            .isEqualTo("from: expected a value, given null");
        ProblemAssert
            .assertThat(
                    this.fixture.post("/schedules/nightly/backfill",
                            "{\"from\":\"2026-01-02T00:00:00Z\",\"to\":\"2026-01-01T00:00:00Z\"}"),
                    400, "invalid-request")
            .startsWith("to: expected an instant that is not before");
    }

    @Test
    void changeNeedsAJsonBody() {
        assertThat(this.fixture.mvc.patch().uri("/api/v1/schedules/nightly").content("{}").exchange())
            .hasStatus(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
    }

}
