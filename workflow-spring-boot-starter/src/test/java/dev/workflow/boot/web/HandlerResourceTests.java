package dev.workflow.boot.web;

import java.time.Duration;

import com.jayway.jsonpath.JsonPath;
import dev.workflow.client.QueryFailedException;
import dev.workflow.client.ResultTimeoutException;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.UpdateOutcome;
import dev.workflow.engine.UpdateOutcome.Stage;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/** Signals, queries and updates over REST. */
class HandlerResourceTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @Test
    void signalIsAccepted() {
        assertThat(this.fixture.post("/workflows/order-1/signals/approve", "{\"args\":[\"Ann\"],\"requestId\":\"r\"}"))
            .hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("signal approve[\"Ann\"] r");
    }

    @Test
    void signalThatTheCodeMayRegisterLaterIsAccepted() {
        assertThat(this.fixture.post("/workflows/order-1/signals/other", "")).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("signal other[] null");
    }

    @ParameterizedTest
    @CsvSource({ "signals/approve,Signal approve takes (java.lang.String)", "queries/status,Query status takes ()",
            "updates/changeAddress,Update changeAddress takes (java.lang.String)" })
    void argumentsThatDoNotFitAreRefusedAndTheExpectedNamed(String handler, String expected) {
        ProblemAssert
            .assertThat(this.fixture.post("/workflows/order-1/" + handler, "{\"args\":[1,2]}"), 400,
                    "invalid-arguments")
            .contains(expected);
        assertThat(this.fixture.service.calls).isEmpty();
    }

    @Test
    void unknownFieldIsRefused() {
        ProblemAssert
            .assertThat(this.fixture.post("/workflows/order-1/signals/approve", "{\"arg\":[]}"), 400, "invalid-request")
            .contains("'arg'", "args, requestId");
    }

    @Test
    void payloadThatIsTooLargeIsRefused() {
        String args = "{\"args\":[\"" + "x".repeat(RestFixture.MAX_PAYLOAD) + "\"]}";
        for (String handler : new String[] { "signals/approve", "queries/status", "updates/changeAddress" }) {
            ProblemAssert.assertThat(this.fixture.post("/workflows/order-1/" + handler, args), 413,
                    "payload-too-large");
        }
    }

    @Test
    void queryIsAnswered() {
        this.fixture.service.answer = new Json("{\"step\": 1.50}");
        assertThat(this.fixture.post("/workflows/order-1/queries/status", "{}")).hasStatusOk()
            .bodyText()
            .isEqualTo("{\"result\":{\"step\": 1.50}}");
    }

    @Test
    void refusedQueryIsUnprocessable() {
        this.fixture.service.failure = new QueryFailedException("Unknown query 'x'. Known: status", null);
        ProblemAssert.assertThat(this.fixture.post("/workflows/order-1/queries/x", "{}"), 422, "query-failed")
            .contains("status");
    }

    @Test
    void updateThatCompletesAtOnceIsAnswered() {
        this.fixture.service.accepted = new UpdateOutcome("u-1", FakeWorkflowService.RUN_ID, Stage.COMPLETED,
                new Json("7"), null);
        assertThat(update("{\"args\":[\"Main St\"],\"updateId\":\"u-1\"}")).hasStatusOk()
            .bodyText()
            .isEqualTo("{\"updateId\":\"u-1\",\"result\":7}");
        assertThat(this.fixture.service.calls).containsExactly("update changeAddress[\"Main St\"] u-1");
    }

    @Test
    void updateThatCompletesLaterIsAnswered() {
        this.fixture.service.updated = new UpdateOutcome("u-1", FakeWorkflowService.RUN_ID, Stage.COMPLETED, null,
                null);
        assertThat(update("{\"args\":[\"Main St\"]}")).hasStatusOk()
            .bodyText()
            .isEqualTo("{\"updateId\":\"u-1\",\"result\":null}");
    }

    @Test
    void updateThatGoesOnIsAccepted() {
        MvcTestResult result = update("{\"args\":[\"Main St\"],\"wait\":\"10ms\"}");
        assertThat(result).hasStatus(202).bodyJson().extractingPath("$.stage").isEqualTo("ACCEPTED");
        assertThat(result).bodyJson().extractingPath("$.updateId").isEqualTo("u-1");
    }

    @Test
    void refusedUpdateIsUnprocessable() {
        this.fixture.service.accepted = new UpdateOutcome("u-1", FakeWorkflowService.RUN_ID, Stage.REJECTED, null,
                FailureInfo.application("java.lang.IllegalArgumentException", "no such street", false));
        MvcTestResult result = update("{\"args\":[\"?\"]}");
        ProblemAssert.assertThat(result, 422, "update-rejected").isEqualTo("no such street");
        assertThat(result).bodyJson().extractingPath("$.failure.kind").isEqualTo("APPLICATION");
    }

    @Test
    void failedUpdateIsUnprocessable() {
        this.fixture.service.updated = new UpdateOutcome("u-1", FakeWorkflowService.RUN_ID, Stage.FAILED, null,
                FailureInfo.application("Moved", "already shipped", false));
        ProblemAssert.assertThat(update("{\"args\":[\"x\"]}"), 422, "update-failed").isEqualTo("already shipped");
    }

    @Test
    void updateThatNoWorkerTakesIsUnavailable() {
        FakeWorkflowService service = this.fixture.service;
        service.failOnUpdate = new ResultTimeoutException("order-1", Duration.ZERO);
        MvcTestResult result = update("{\"args\":[\"x\"],\"wait\":\"1s\",\"updateId\":\"u-1\"}");
        ProblemAssert.assertThat(result, 503, "no-worker").contains("updateId");
        assertThat(result).bodyJson().extractingPath("$.updateId").isEqualTo("u-1");
    }

    @Test
    void updateWithoutAnIdCanBeRepeatedByTheOneItGot() throws Exception {
        this.fixture.service.failOnUpdate = new ResultTimeoutException("order-1", Duration.ZERO);
        MvcTestResult result = update("{\"args\":[\"x\"]}");
        String updateId = JsonPath.read(result.getResponse().getContentAsString(), "$.updateId");
        assertThat(this.fixture.service.calls).contains("update changeAddress[\"x\"] " + updateId);
    }

    @Test
    void updateThatTheDatabaseCutOffCanBeRepeatedByTheIdThatItGot() throws Exception {
        this.fixture.service.failOnUpdate = new StoreException(StoreException.Kind.TRANSIENT, "connection refused",
                null);
        MvcTestResult result = update("{\"args\":[\"x\"]}");
        ProblemAssert.assertThat(result, 503, "database-unavailable");
        String updateId = JsonPath.read(result.getResponse().getContentAsString(), "$.updateId");
        assertThat(this.fixture.service.calls).contains("update changeAddress[\"x\"] " + updateId);
    }

    @Test
    void updateOfABlockedRunSaysWhatBlocksIt() {
        this.fixture.service.failOnUpdate = new ResultTimeoutException("order-1", Duration.ZERO);
        this.fixture.service.problem = "The code threw java.lang.IndexOutOfBoundsException";
        ProblemAssert.assertThat(update("{\"args\":[\"x\"]}"), 503, "no-worker").contains("IndexOutOfBounds");
    }

    @Test
    void updateThatIsNotWaitedForHasTimeToBeAccepted() {
        assertThat(update("{\"args\":[\"Main St\"],\"wait\":\"0s\"}")).hasStatus(202)
            .bodyJson()
            .extractingPath("$.stage")
            .isEqualTo("ACCEPTED");
        assertThat(this.fixture.service.updateTimeout).isEqualTo(Duration.ofSeconds(1));
    }

    private MvcTestResult update(String body) {
        return this.fixture.post("/workflows/order-1/updates/changeAddress", body);
    }

}
