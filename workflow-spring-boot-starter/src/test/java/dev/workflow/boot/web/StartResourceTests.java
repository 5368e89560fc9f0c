package dev.workflow.boot.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.engine.StartRequest;
import dev.workflow.engine.UnknownWorkflowTypeException;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/** Starts over REST: what is passed on, and every way to get it wrong. */
class StartResourceTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @Test
    void newWorkflowIsCreatedWithItsLocation() {
        MvcTestResult result = start("""
                {"workflowType":"OrderWorkflow","workflowId":"a b-ü","args":["x",1]}""");
        assertThat(result).hasStatus(HttpStatus.CREATED)
            .hasHeader("Location", "/api/v1/workflows/a%20b-%C3%BC")
            .bodyJson()
            .isEqualTo("{\"workflowId\":\"a b-ü\",\"runId\":\"" + FakeWorkflowService.RUN_ID + "\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a/b         | base64:YS9i
            a\\\\b   | base64:YVxi
            a;b         | base64:YTti
            a%2Fb       | base64:YSUyRmI
            a\\nb     | base64:YQpi
            .           | base64:Lg
            ..          | base64:Li4
            count       | base64:Y291bnQ
            base64:YQ   | base64:YmFzZTY0OllR
            """)
    void idThatServersRefuseInAPathIsSpelledOtherwise(String id, String segment) {
        MvcTestResult result = start(
                "{\"workflowType\":\"OrderWorkflow\",\"workflowId\":\"" + id + "\",\"args\":[\"x\",1]}");
        assertThat(result).hasStatus(HttpStatus.CREATED).hasHeader("Location", "/api/v1/workflows/" + segment);
        String workflowId = this.fixture.service.starts.getFirst().workflowId();
        this.fixture.service.histories.put(workflowId, List.of());
        assertThat(this.fixture.get("/workflows/" + segment)).hasStatusOk()
            .bodyJson()
            .extractingPath("$.workflowId")
            .isEqualTo(workflowId);
    }

    @Test
    void locationOfALongIdFitsIntoAHeader() {
        String id = "\u6f22".repeat(433);
        MvcTestResult result = start(
                "{\"workflowType\":\"OrderWorkflow\",\"workflowId\":\"" + id + "\",\"args\":[\"x\",1]}");
        assertThat(result.getResponse().getHeader("Location")).hasSizeLessThan(4_000)
            .isEqualTo("/api/v1/workflows/" + "%E6%BC%A2".repeat(433));
    }

    @ParameterizedTest
    @ValueSource(strings = { "base64:", "base64:*", "base64:_w", "base64:AA" })
    void spellingThatIsNoneIsRefused(String segment) {
        ProblemAssert.assertThat(this.fixture.get("/workflows/" + segment), 400, "invalid-request").startsWith("id: ");
    }

    @Test
    void everyFieldReachesTheEngine() {
        assertThat(start("""
                {"workflowType":"OrderWorkflow","workflowId":"o-1","taskQueue":"fast","args":["x", 1],
                 "requestId":"r-1","idReusePolicy":"REJECT_DUPLICATE","idConflictPolicy":"USE_EXISTING",
                 "executionTimeout":"7d","runTimeout":"PT1H","startDelay":"500ms","cron":"0 * * * *",
                 "memo":{"note":{"a":1.50}},"searchAttributes":{"CustomerId":"c-1","Amount":5,"Gone":null},
                 "priority":1,"fairnessKey":"tenant","signal":{"name":"approve","args":["Ann"]}}""")).hasStatus(201);
        StartRequest request = this.fixture.service.starts.getFirst();
        assertThat(request.taskQueue()).isEqualTo("fast");
        assertThat(request.input()).isEqualTo(new Json("[\"x\", 1]"));
        assertThat(request.requestId()).isEqualTo("r-1");
        assertThat(request.idConflictPolicy()).isEqualTo(IdConflictPolicy.USE_EXISTING);
        assertThat(request.executionTimeout()).isEqualTo(Duration.ofDays(7));
        assertThat(request.runTimeout()).isEqualTo(Duration.ofHours(1));
        assertThat(request.startDelay()).isEqualTo(Duration.ofMillis(500));
        assertThat(request.memo()).containsEntry("note", new Json("{\"a\":1.50}"));
        assertThat(request.searchAttributes()).containsOnlyKeys("Amount", "CustomerId").containsEntry("Amount", 5L);
        assertThat(request.priority()).isEqualTo(1);
        assertThat(request.fairnessKey()).isEqualTo("tenant");
        assertThat(request.signal()).isEqualTo(new StartRequest.Signal("approve", new Json("[\"Ann\"]")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~',
            textBlock = """
                    "workflowId":5                  | Field 'workflowId': expected a text, found 5.
                    "workflowId":{}                 | Field 'workflowId': expected a text, found an object.
                    "workflowId":[1]                | Field 'workflowId': expected a text, found an array.
                    "priority":"high"               | Field 'priority': expected a whole number, found "high".
                    "priority":1.5                  | Field 'priority': expected a whole number, found 1.5.
                    "priority":99999999999          | Field 'priority': expected a whole number, found 99999999999.
                    "priority":true                 | Field 'priority': expected a whole number, found true.
                    "executionTimeout":"soon"       | Field 'executionTimeout': expected a duration such as 30s, 5m, 2h, 7d or PT1H30M, found "soon".
                    "executionTimeout":5            | Field 'executionTimeout': expected a duration such as 30s, 5m, 2h, 7d or PT1H30M, found 5.
                    "idReusePolicy":"X"             | Field 'idReusePolicy': expected one of ALLOW_DUPLICATE, ALLOW_DUPLICATE_FAILED_ONLY, REJECT_DUPLICATE, found "X".
                    "idConflictPolicy":2            | Field 'idConflictPolicy': expected one of FAIL, USE_EXISTING, TERMINATE_EXISTING, found 2.
                    "memo":[1]                      | Field 'memo': expected an object, found an array.
                    "searchAttributes":"x"          | Field 'searchAttributes': expected an object, found "x".
                    "signal":"approve"              | Field 'signal': expected an object, found "approve".
                    "signal":{"name":1}             | Field 'signal.name': expected a text, found 1.
                    "signal":{"nam":"x"}            | Unknown field 'signal.nam'. Known are: args, name.
                    """)
    void fieldOfTheWrongKindIsRefusedInPlainWords(String field, String detail) {
        ProblemAssert
            .assertThat(start("{\"workflowType\":\"OrderWorkflow\",\"args\":[\"x\",1]," + field + "}"), 400,
                    "invalid-request")
            .isEqualTo(detail);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~',
            textBlock = """
                    {                             | Line 1, column 2: Unexpected end-of-input: expected close marker for Object
                    {"workflowId":5,"args":[}     | Line 1, column 25: Unexpected close marker '}': expected ']'
                    {"args":[NaN]}                | Line 1, column 13: Non-standard token 'NaN'
                    {"args":[1]} x                | Line 1, column 14: Unrecognized token 'x'
                    /* */{}                       | Line 1, column 1: Unexpected character ('/' (code 47)): maybe a (non-standard) comment?
                    """)
    void malformedJsonIsRefusedInPlainWords(String body, String detail) {
        ProblemAssert.assertThat(start(body), 400, "malformed-json")
            .startsWith(detail)
            .doesNotContain("Feature", "REDACTED");
    }

    @Test
    void deepNestingIsRefusedInPlainWords() {
        ProblemAssert.assertThat(start("{\"args\":" + "[".repeat(5_000)), 400, "malformed-json")
            .matches("Document nesting depth \\(\\d+\\) exceeds the maximum allowed \\(\\d+\\)")
            .doesNotContain("Constraints");
    }

    @Test
    void existingWorkflowIsOkWhereThePolicyUsesIt() {
        this.fixture.service.existing = true;
        assertThat(start("{\"workflowType\":\"OrderWorkflow\",\"args\":[\"x\",1]}")).hasStatusOk();
    }

    @Test
    void takenIdIsConflictThatNamesTheRun() {
        this.fixture.service.failure = new WorkflowAlreadyStartedException("o-1", "run-9");
        MvcTestResult result = start("{\"workflowType\":\"OrderWorkflow\",\"workflowId\":\"o-1\",\"args\":[\"x\",1]}");
        ProblemAssert.assertThat(result, 409, "workflow-already-started");
        assertThat(result).bodyJson().extractingPath("$.runId").isEqualTo("run-9");
        assertThat(result).bodyJson().extractingPath("$.workflowId").isEqualTo("o-1");
    }

    @Test
    void unknownTypeIsRefusedAndTheKnownOnesNamed() {
        this.fixture.service.failure = new UnknownWorkflowTypeException("Nope", List.of("OrderWorkflow"));
        ProblemAssert.assertThat(start("{\"workflowType\":\"Nope\"}"), 400, "unknown-workflow-type")
            .contains("Nope", "OrderWorkflow");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ["x", "y"]   | argument 2 of 2: expected int
            [1, 2]       | argument 1 of 2: expected a text, found 1
            ["x", 1, 2]  | found 3
            ["x"]        | 1 given
            []           | 0 given
            ["x", null]  | expected int, found null
            ["x", 1.5]   | expected int, found 1.5""")
    void argumentsThatDoNotFitAreRefusedAndTheExpectedNamed(String args, String reason) {
        MvcTestResult result = start("{\"workflowType\":\"OrderWorkflow\",\"args\":" + args + "}");
        ProblemAssert.assertThat(result, 400, "invalid-arguments")
            .contains("OrderWorkflow takes (java.lang.String, int)", reason);
        assertThat(result).bodyJson().extractingPath("$.expected").asArray().containsExactly("java.lang.String", "int");
        assertThat(this.fixture.service.starts).isEmpty();
    }

    @Test
    void argumentsThatAreNoArrayAreRefused() {
        ProblemAssert
            .assertThat(start("{\"workflowType\":\"OrderWorkflow\",\"args\":{\"a\":1}}"), 400, "invalid-arguments")
            .contains("args", "array");
    }

    @Test
    void workflowThatTakesAnythingTakesAnything() {
        assertThat(start("{\"workflowType\":\"AnythingWorkflow\",\"args\":[1,\"x\",{}]}")).hasStatus(201);
    }

    @Test
    void typeOfAnotherApplicationIsNotChecked() {
        assertThat(start("{\"workflowType\":\"Elsewhere\",\"taskQueue\":\"other\",\"args\":[1]}")).hasStatus(201);
    }

    @Test
    void signalWithWrongArgumentsStartsNothing() {
        ProblemAssert
            .assertThat(
                    start("{\"workflowType\":\"OrderWorkflow\",\"args\":[\"x\",1],\"signal\":{\"name\":\"approve\"}}"),
                    400, "invalid-arguments")
            .contains("Signal approve takes (java.lang.String)");
        assertThat(this.fixture.service.starts).isEmpty();
    }

    @Test
    void unknownFieldIsRefusedAndTheKnownOnesNamed() {
        ProblemAssert
            .assertThat(start("{\"workflowType\":\"OrderWorkflow\",\"workflowid\":\"x\"}"), 400, "invalid-request")
            .contains("Unknown field 'workflowid'", "workflowId", "idReusePolicy");
        ProblemAssert.assertThat(start("{\"workflowType\":\"W\",\"signal\":{\"nam\":\"x\"}}"), 400, "invalid-request")
            .contains("signal.nam");
    }

    @Test
    void malformedJsonIsRefusedWithItsPlace() {
        MvcTestResult result = start("{\"workflowType\":\n  \"OrderWorkflow\",,}");
        ProblemAssert.assertThat(result, 400, "malformed-json").contains("Line 2");
        assertThat(result).bodyJson().extractingPath("$.line").isEqualTo(2);
        assertThat(result).bodyJson().extractingPath("$.column").isEqualTo(19);
        ProblemAssert.assertThat(start("{\"workflowType\":\"OrderWorkflow\""), 400, "malformed-json");
        ProblemAssert.assertThat(start("{\"workflowType\":\"OrderWorkflow\"} x"), 400, "malformed-json");
        ProblemAssert.assertThat(start("{\"workflowType\":\"A\",\"workflowType\":\"B\"}"), 400, "malformed-json");
        ProblemAssert.assertThat(start("{\"workflowType\":\"A\",\"args\":[nope]}"), 400, "malformed-json");
    }

    @Test
    void bodyThatIsNoObjectIsRefused() {
        ProblemAssert.assertThat(start("[1,2]"), 400, "invalid-request");
        ProblemAssert.assertThat(start("null"), 400, "invalid-request");
    }

    @Test
    void bodyThatIsNotUtf8IsRefused() {
        byte[] body = "{\"workflowType\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        body[17] = (byte) 0xff;
        MvcTestResult result = this.fixture.mvc.post()
            .uri("/api/v1/workflows")
            .contentType(MediaType.APPLICATION_JSON)
            .content(body)
            .exchange();
        ProblemAssert.assertThat(result, 400, "malformed-json").contains("UTF-8");
    }

    @Test
    void missingTypeIsRefused() {
        ProblemAssert.assertThat(start("{}"), 400, "invalid-request").contains("workflowType");
        ProblemAssert.assertThat(start(""), 400, "invalid-request").contains("workflowType");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "runTimeout":"soon"                       | runTimeout
            "runTimeout":30                           | runTimeout
            "runTimeout":"0s"                         | runTimeout
            "startDelay":"-PT1S"                      | startDelay
            "executionTimeout":"999999999999d"        | executionTimeout
            "priority":6                              | priority
            "priority":"1"                            | priority
            "idReusePolicy":"SOMETIMES"               | ALLOW_DUPLICATE_FAILED_ONLY
            "workflowId":5                            | workflowId
            "workflowId":" "                          | workflowId
            "workflowId":"a\\u0000b"                  | NUL
            "workflowId":"a\\ud800"                   | surrogate
            "taskQueue":"a\\u0000b"                   | taskQueue
            "requestId":"\\u0000"                     | requestId
            "memo":[1]                                | memo
            "memo":{"a":null}                         | memo
            "searchAttributes":{"Status":"x"}         | Status
            "searchAttributes":{"A":{"b":1}}          | 'A'
            "searchAttributes":{"A":"x\\u0000"}       | 'A'
            "signal":{"args":[]}                      | signal.name""")
    void invalidFieldIsRefusedByName(String field, String named) {
        ProblemAssert
            .assertThat(start("{\"workflowType\":\"OrderWorkflow\",\"args\":[\"x\",1]," + field + "}"), 400,
                    "invalid-request")
            .contains(named);
        assertThat(this.fixture.service.starts).isEmpty();
    }

    @Test
    void idOfMoreThanAThousandCharactersIsRefused() {
        String body = "{\"workflowType\":\"OrderWorkflow\",\"args\":[\"x\",1],\"workflowId\":\"%s\"}";
        ProblemAssert.assertThat(start(body.formatted("i".repeat(1_001))), 400, "invalid-request")
            .contains("workflowId", "1000");
        assertThat(start(body.formatted("i".repeat(1_000)))).hasStatus(201);
    }

    @Test
    void nulAndNumbersInPayloadsAreKeptAsTheyWereSpelled() {
        start("{\"workflowType\":\"AnythingWorkflow\",\"args\":[\"a\\u0000b\",1.500,12345678901234567890.1,\"ü\\ud800\"]}");
        assertThat(this.fixture.service.starts.getFirst().input().text())
            .isEqualTo("[\"a\\u0000b\",1.500,12345678901234567890.1,\"ü\\ud800\"]");
    }

    @Test
    void payloadThatIsTooLargeIsRefused() {
        String args = "[\"" + "x".repeat(RestFixture.MAX_PAYLOAD) + "\"]";
        MvcTestResult result = start("{\"workflowType\":\"AnythingWorkflow\",\"args\":" + args + "}");
        ProblemAssert.assertThat(result, 413, "payload-too-large").contains("1000");
        assertThat(result).bodyJson().extractingPath("$.maxBytes").isEqualTo(RestFixture.MAX_PAYLOAD);
    }

    @Test
    void payloadIsMeasuredInBytes() {
        String args = "[\"" + "ü".repeat(RestFixture.MAX_PAYLOAD / 2) + "\"]";
        ProblemAssert.assertThat(start("{\"workflowType\":\"AnythingWorkflow\",\"args\":" + args + "}"), 413,
                "payload-too-large");
    }

    @Test
    void bodyThatIsTooLargeIsRefused() {
        ProblemAssert.assertThat(start("x".repeat(5 * 1024 * 1024)), 413, "payload-too-large");
    }

    @Test
    void otherContentTypeIsRefused() {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "application/jsonx",
                "application/json;charset=ISO-8859-1", "application/json;charset=nonsense", "nonsense")) {
            ProblemAssert.assertThat(this.fixture.mvc.post()
                .uri("/api/v1/workflows")
                .header("Content-Type", type)
                .content("{\"workflowType\":\"OrderWorkflow\"}")
                .exchange(), 415, "unsupported-media-type");
        }
        ProblemAssert.assertThat(this.fixture.mvc.post()
            .uri("/api/v1/workflows")
            .content("{\"workflowType\":\"OrderWorkflow\"}")
            .exchange(), 415, "unsupported-media-type");
        ProblemAssert.assertThat(this.fixture.mvc.post().uri("/api/v1/workflows").exchange(), 400, "invalid-request");
        assertThat(this.fixture.service.starts).isEmpty();
    }

    @Test
    void charsetBesideTheContentTypeIsAccepted() {
        assertThat(this.fixture.mvc.post()
            .uri("/api/v1/workflows")
            .header("Content-Type", "application/json;charset=UTF-8")
            .content("{\"workflowType\":\"OrderWorkflow\",\"args\":[\"x\",1]}")
            .exchange()).hasStatus(201);
    }

    private MvcTestResult start(String body) {
        return this.fixture.post("/workflows", body);
    }

}
