package dev.workflow.boot.web;

import dev.workflow.engine.ActionRefusedException;
import dev.workflow.engine.UnknownActivityException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/** What people do to activities over REST. */
class PendingActivityResourceTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    private MvcTestResult patch(String body) {
        return this.fixture.mvc.patch()
            .uri("/api/v1/workflows/order-1/activities/5/options")
            .contentType(MediaType.APPLICATION_JSON)
            .content(body)
            .exchange();
    }

    @Test
    void eachActionReachesTheEngineWithItsReason() {
        assertThat(this.fixture.post("/workflows/order-1/activities/5/run-now", "")).hasStatus(202);
        assertThat(this.fixture.post("/workflows/order-1/activities/5/pause", "{\"reason\":\"bank down\"}"))
            .hasStatus(202);
        assertThat(this.fixture.post("/workflows/order-1/activities/5/unpause", "{\"resetAttempts\":true}"))
            .hasStatus(202);
        assertThat(this.fixture.post("/workflows/order-1/activities/5/reset", "{}")).hasStatus(202);
        assertThat(this.fixture.post("/workflows/order-1/activities/5/complete", "{\"result\":[1.50]}")).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("activity 5 RunNow[] by null because null",
                "activity 5 Pause[] by null because bank down",
                "activity 5 Unpause[resetAttempts=true] by null because null",
                "activity 5 Reset[] by null because null", "activity 5 Complete[result=[1.50]] by null because null");
    }

    @Test
    void activityIsFailedForGood() {
        assertThat(this.fixture.post("/workflows/order-1/activities/5/fail", """
                {"message":"no money","type":"Declined","details":["x"]}""")).hasStatus(202);
        assertThat(this.fixture.service.calls).singleElement()
            .asString()
            .contains("Declined", "no money", "nonRetryable=true");
    }

    @Test
    void optionsAreChanged() {
        assertThat(patch("""
                {"startToCloseTimeout":"30s","retry":{"maximumAttempts":7,"initialInterval":"PT1S"}}"""))
            .hasStatus(202);
        assertThat(this.fixture.service.calls).singleElement()
            .asString()
            .contains("startToCloseTimeout=PT30S", "maximumAttempts=7", "initialInterval=PT1S");
        assertThat(patch("{\"retry\":{\"maximumAttempts\":0,\"doNotRetry\":[]}}")).hasStatus(202);
        assertThat(this.fixture.service.calls.getLast()).contains("maximumAttempts=" + Integer.MAX_VALUE,
                "doNotRetry=[]");
        ProblemAssert.assertThat(patch("{\"startToCloseTimeout\":\"soon\"}"), 400, "invalid-request");
        ProblemAssert.assertThat(patch("{\"taskQueue\":\"q\"}"), 400, "invalid-request");
    }

    @Test
    void whatIsNotPossibleIsSaid() {
        this.fixture.service.failure = new UnknownActivityException("no activity '9'");
        ProblemAssert.assertThat(this.fixture.post("/workflows/order-1/activities/9/pause", ""), 404,
                "unknown-activity");
        this.fixture.service.failure = new ActionRefusedException("Attempt 2 runs now");
        ProblemAssert.assertThat(this.fixture.post("/workflows/order-1/activities/9/run-now", ""), 409,
                "action-refused");
    }

}
