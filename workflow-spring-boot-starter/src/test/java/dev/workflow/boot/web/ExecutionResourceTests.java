package dev.workflow.boot.web;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/** Description, result and end of one execution over REST. */
class ExecutionResourceTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @Test
    void descriptionShowsWhatIsPending() {
        MvcTestResult result = this.fixture.get("/workflows/order-1");
        assertThat(result).hasStatusOk().hasHeader("Content-Type", "application/json");
        assertThat(result).bodyJson().isLenientlyEqualTo("""
                {"workflowId":"order-1","status":"RUNNING","startTime":"1970-01-01T00:00:00Z","historyLength":1,
                 "currentDetails":"**packing**","priority":2,"fairnessKey":"gold",
                 "memo":{"note":{"a":1.50}},"searchAttributes":{"CustomerId":"c-1"},
                 "pendingActivities":[{"activityId":"2","attempt":3,"state":"BACKING_OFF",
                   "nextAttemptTime":"1970-01-01T00:00:09Z",
                   "lastFailure":{"kind":"APPLICATION","message":"no stock","type":"OutOfStock"}}],
                 "pendingTimers":[],
                 "pendingChildren":[{"workflowId":"ship-1","workflowType":"Shipping","parentClosePolicy":"ABANDON",
                   "startTime":"1970-01-01T00:00:00Z"}]}""");
        assertThat(result).bodyText().doesNotContain("Stock.java", "closeTime");
    }

    @Test
    void runningWorkflowHasNoResultYet() {
        assertThat(this.fixture.get("/workflows/order-1/result")).hasStatus(202)
            .bodyText()
            .isEqualTo("{\"status\":\"RUNNING\"}");
    }

    @Test
    void resultIsAnswered() {
        this.fixture.service.outcome.complete(completed(new Json("{\"total\": 1.50}")));
        assertThat(this.fixture.get("/workflows/order-1/result")).hasStatusOk()
            .bodyText()
            .contains("\"status\":\"COMPLETED\",\"result\":{\"total\": 1.50}");
        assertThat(this.fixture.service.calls).containsExactly("result true");
    }

    @Test
    void resultOfNothingIsNull() {
        this.fixture.service.outcome.complete(completed(null));
        assertThat(this.fixture.get("/workflows/order-1/result")).bodyText().contains("\"result\":null");
    }

    @Test
    void resultOfOneRunFollowsNoChain() {
        assertThat(this.fixture.get("/workflows/order-1/result?runId=" + FakeWorkflowService.RUN_ID)).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("result false");
    }

    @Test
    void waitingIsAnsweredWhenTheResultIsThere() {
        this.fixture.service.outcome.complete(completed(new Json("1")));
        assertThat(this.fixture.get("/workflows/order-1/result?wait=30s")).hasStatusOk()
            .bodyText()
            .contains("\"result\":1");
    }

    @Test
    void waitingIsAnsweredWhenTheTimeIsOver() {
        assertThat(this.fixture.get("/workflows/order-1/result?wait=10ms")).hasStatus(202);
    }

    @Test
    void waitingIsAnsweredWhenTheApplicationStops() {
        MvcTestResult waiting = this.fixture.mvc.get().uri("/api/v1/workflows/order-1/result?wait=60s").asyncExchange();
        this.fixture.rest.stop();
        assertThat(waiting.getMvcResult().getAsyncResult(10_000)).isInstanceOf(Reply.Ready.class)
            .extracting((reply) -> ((Reply.Ready) reply).status())
            .isEqualTo(HttpStatus.ACCEPTED);
    }

    @Test
    void failureIsAnsweredWithoutStackTrace() {
        FailureInfo failure = new FailureInfo(FailureInfo.Kind.ACTIVITY, "charge failed", null, "at Payments.java",
                false, null, null, null, "Payments.charge", "2", null, null, null,
                FailureInfo.application("Declined", "no money", true));
        this.fixture.service.outcome.complete(new WorkflowOutcome("order-1", FakeWorkflowService.RUN_ID,
                "OrderWorkflow", WorkflowStatus.FAILED, null, failure, null));
        MvcTestResult result = this.fixture.get("/workflows/order-1/result");
        assertThat(result).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"status":"FAILED","failure":{"kind":"ACTIVITY","activityType":"Payments.charge",
                 "cause":{"kind":"APPLICATION","type":"Declined","message":"no money"}}}""");
        assertThat(result).bodyText().doesNotContain("Payments.java", "\"result\"");
    }

    @Test
    void waitThatIsNoDurationIsRefused() {
        ProblemAssert.assertThat(this.fixture.get("/workflows/order-1/result?wait=long"), 400, "invalid-request")
            .contains("30s");
        ProblemAssert.assertThat(this.fixture.get("/workflows/order-1/result?wait=-PT1S"), 400, "invalid-request");
    }

    @Test
    void cancelAndTerminateAreAccepted() {
        assertThat(this.fixture.post("/workflows/order-1/cancel", "")).hasStatus(202);
        assertThat(this.fixture.post("/workflows/order-1/terminate", "{\"reason\":\"broken\"}")).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("cancel null", "terminate broken");
    }

    @Test
    void reasonThatCannotBeStoredIsRefused() {
        ProblemAssert.assertThat(this.fixture.post("/workflows/order-1/cancel", "{\"reason\":\"\\u0000\"}"), 400,
                "invalid-request");
    }

    @Test
    void runIsDeleted() {
        assertThat(this.fixture.mvc.delete().uri("/api/v1/workflows/order-1")).hasStatus(204);
        assertThat(this.fixture.mvc.delete().uri("/api/v1/workflows/order-1?terminate=true")).hasStatus(204);
        assertThat(this.fixture.mvc.delete().uri("/api/v1/workflows/order-1?terminate=perhaps")).hasStatus(400);
        assertThat(this.fixture.service.calls).containsExactly("delete false", "delete true");
    }

    @Test
    void resetAnswersTheNewRun() {
        assertThat(this.fixture.post("/workflows/order-1/reset",
                "{\"eventId\":5,\"reason\":\"bug\",\"keepSignals\":false}"))
            .hasStatus(201)
            .hasHeader("Location", "/api/v1/workflows/order-1")
            .bodyText()
            .isEqualTo("{\"workflowId\":\"order-1\",\"runId\":\"" + FakeWorkflowService.RUN_ID + "\"}");
        assertThat(this.fixture.post("/workflows/order-1/reset", "{}")).hasStatus(201);
        assertThat(this.fixture.post("/workflows/order-1/reset", "{\"point\":\"FIRST\"}")).hasStatus(201);
        assertThat(this.fixture.service.calls).containsExactly(
                "reset Event[eventId=5] ResetOptions{keepSignals=false, reason=bug}",
                "reset Last[] ResetOptions{keepSignals=true}", "reset First[] ResetOptions{keepSignals=true}");
    }

    @Test
    void resetThatMakesNoSenseIsRefused() {
        for (String body : new String[] { "{\"eventId\":0}", "{\"eventId\":2,\"point\":\"LAST\"}",
                "{\"newWorkflowId\":\"x\"}", "{\"point\":\"MIDDLE\"}" }) {
            assertThat(this.fixture.post("/workflows/order-1/reset", body)).hasStatus(400);
        }
        assertThat(this.fixture.service.calls).isEmpty();
    }

    @Test
    void forkAnswersTheNewWorkflow() {
        assertThat(this.fixture.post("/workflows/order-1/fork", "{\"newWorkflowId\":\"order-1b\",\"eventId\":3}"))
            .hasStatus(201)
            .hasHeader("Location", "/api/v1/workflows/order-1b");
        assertThat(this.fixture.service.calls)
            .containsExactly("fork Event[eventId=3] ResetOptions{keepSignals=true} as order-1b");
        assertThat(this.fixture.post("/workflows/order-1/fork", "{\"eventId\":3}")).hasStatus(400);
        assertThat(this.fixture.post("/workflows/order-1/fork", "{\"newWorkflowId\":\"has-child\"}")).hasStatus(409)
            .bodyText()
            .contains("urn:workflow:problem:child-is-open", "waits for its child");
    }

    private static WorkflowOutcome completed(Json result) {
        return new WorkflowOutcome("order-1", FakeWorkflowService.RUN_ID, "OrderWorkflow", WorkflowStatus.COMPLETED,
                result, null, null);
    }

}
