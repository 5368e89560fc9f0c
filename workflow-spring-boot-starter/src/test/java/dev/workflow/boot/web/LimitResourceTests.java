package dev.workflow.boot.web;

import java.time.Duration;
import java.util.List;

import dev.workflow.client.TooManyRequestsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/** Limits of task queues over REST, and of the service itself. */
class LimitResourceTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    private MvcTestResult put(String path, String body) {
        return this.fixture.mvc.put()
            .uri("/api/v1" + path)
            .contentType(MediaType.APPLICATION_JSON)
            .content(body)
            .exchange();
    }

    @Test
    void limitsAreSetAndTakenAway() {
        assertThat(put("/task-queues/orders/rate-limit", "{\"activitiesPerSecond\":2.5}")).hasStatus(202);
        assertThat(put("/task-queues/orders/rate-limit", "{\"activitiesPerSecond\":null}")).hasStatus(202);
        assertThat(put("/task-queues/orders/slots", "{\"activitySlots\":7}")).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("limitRate orders 2.5", "limitRate orders null",
                "setSlots orders 7 null");
        assertThat(this.fixture.get("/task-queues/orders/limits")).bodyJson()
            .isStrictlyEqualTo("{\"activitiesPerSecond\":12.5,\"activitySlots\":7}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /task-queues/orders/rate-limit | activitiesPerSecond
            /task-queues/orders/slots      | activitySlots' or 'workflowSlots
            /fairness-weights              | weight
            /workflow-types/Order/concurrency | max' or 'maxPerKey
            """)
    void bodyThatSaysNothingTakesNothingAway(String path, String expected) {
        for (String body : List.of("", "{}", " ")) {
            ProblemAssert.assertThat(put(path, body), 400, "invalid-request")
                .startsWith("Expected a JSON object with '" + expected + "'");
        }
        assertThat(this.fixture.service.calls).isEmpty();
    }

    @Test
    void whatIsNoNumberIsToldSo() {
        ProblemAssert
            .assertThat(put("/task-queues/orders/rate-limit", "{\"activitiesPerSecond\":\"x\"}"), 400,
                    "invalid-request")
            .isEqualTo("Field 'activitiesPerSecond': expected a number, found \"x\".");
    }

    @Test
    void weightsOfFairnessKeysAreSetTakenAwayAndShown() {
        assertThat(put("/fairness-weights", "{\"fairnessKey\":\"a/b c\",\"weight\":2.5}")).hasStatus(202);
        assertThat(put("/fairness-weights", "{\"fairnessKey\":\"gold\",\"weight\":null,\"reason\":\"sale is over\"}"))
            .hasStatus(202);
        assertThat(put("/fairness-weights", "{\"weight\":3}")).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("weigh a/b c 2.5",
                "weigh gold null because sale is over", "weigh  3.0");
        assertThat(this.fixture.get("/fairness-weights")).bodyJson()
            .isStrictlyEqualTo(
                    """
                            {"weights":[{"fairnessKey":"gold","weight":5.0,"changedAt":"1970-01-01T00:00:00Z","changedBy":"ann"}]}""");
    }

    @Test
    void concurrencyIsLimitedAndSetBackByWhomTheRequestNames() {
        String path = "/workflow-types/OrderWorkflow/concurrency";
        assertThat(put(path, "{\"max\":5,\"maxPerKey\":1}")).hasStatus(202);
        assertThat(put(path, "{\"max\":null}")).hasStatus(202);
        assertThat(this.fixture.mvc.delete().uri("/api/v1" + path).exchange()).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly(
                "limitConcurrency OrderWorkflow ConcurrencyLimit[max=5, maxPerKey=1] null",
                "limitConcurrency OrderWorkflow null null", "resetConcurrency OrderWorkflow");
        assertThat(this.fixture.get(path)).bodyJson().isStrictlyEqualTo("""
                {"max":5,"maxPerKey":1,"limitedBy":"alice","limitedAt":"1970-01-01T00:00:00Z",
                 "inProgress":5,"waiting":7,"delayed":1}""");
        ProblemAssert.assertThat(put(path, "{\"max\":0}"), 400, "invalid-request");
    }

    @Test
    void startsThatAreTooManyAreTriedAgainLater() {
        this.fixture.service.failure = new TooManyRequestsException("too much waits", Duration.ofMillis(1_500));
        MvcTestResult reply = this.fixture.post("/workflows/order-1/cancel", "{}");
        ProblemAssert.assertThat(reply, 429, "too-many-requests");
        assertThat(reply).hasHeader("Retry-After", "2");
    }

    @Test
    void actionsAreListed() {
        assertThat(this.fixture.get("/operator-actions?subject=task-queue&name=orders&pageSize=1")).hasStatusOk()
            .bodyJson()
            .isLenientlyEqualTo("""
                    {"actions":[{"id":7,"time":"1970-01-01T00:00:00Z","identity":"ann","action":"PauseTaskQueue",
                    "subject":"TASK_QUEUE","name":"orders","reason":"why"}],"nextPageToken":"7"}""");
        assertThat(this.fixture.get("/operator-actions?pageToken=7")).hasStatusOk()
            .bodyText()
            .doesNotContain("nextPageToken");
        assertThat(this.fixture.service.calls).containsExactly("actions TASK_QUEUE orders 9223372036854775807 1",
                "actions null null 7 100");
        ProblemAssert.assertThat(this.fixture.get("/operator-actions?name=a\u0000"), 400, "invalid-request")
            .startsWith("name: expected neither NUL");
        assertThat(this.fixture.get("/operator-actions?subject=moon")).hasStatus(400)
            .bodyText()
            .contains("expected one of");
        assertThat(this.fixture.get("/operator-actions?pageToken=x")).hasStatus(400);
    }

}
