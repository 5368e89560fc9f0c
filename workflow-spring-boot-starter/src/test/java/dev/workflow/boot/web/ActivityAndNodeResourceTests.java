package dev.workflow.boot.web;

import dev.workflow.engine.InvalidTaskTokenException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Activities that are completed from outside, nodes and task queues over REST. */
class ActivityAndNodeResourceTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @Test
    void activityIsCompletedWithItsResult() {
        assertThat(this.fixture.post("/activities/tok_en-1/complete", "{\"result\":{\"a\":1.50}}")).hasStatus(202);
        assertThat(this.fixture.post("/activities/tok_en-1/complete", "")).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("complete tok_en-1 {\"a\":1.50}",
                "complete tok_en-1 null");
    }

    @Test
    void activityFailsWithWhatIsSaid() {
        assertThat(this.fixture.post("/activities/t/fail", """
                {"message":"no money","type":"Declined","nonRetryable":true,"details":["x"]}""")).hasStatus(202);
        assertThat(this.fixture.service.calls).containsExactly("fail t Declined no money [\"x\"] true");
    }

    @Test
    void longReportsOfFailuresAreCutAndNotLost() {
        String message = "x".repeat(40_000);
        assertThat(this.fixture.post("/activities/t/fail", "{\"message\":\"" + message + "\"}")).hasStatus(202);
        assertThat(this.fixture.service.calls).singleElement()
            .asString()
            .hasSizeLessThan(33_000)
            .contains("xxx... (", " more characters)");
    }

    @Test
    void heartbeatTellsOfCancellation() {
        assertThat(this.fixture.post("/activities/t/heartbeat", "{\"details\":50}")).hasStatusOk()
            .bodyText()
            .isEqualTo("{\"cancelRequested\":true}");
        assertThat(this.fixture.service.calls).containsExactly("heartbeat t 50");
    }

    @Test
    void tokenThatWasNotIssuedIsNotFound() {
        this.fixture.service.failure = new InvalidTaskTokenException("This task token was not issued here");
        for (String operation : new String[] { "complete", "fail", "heartbeat" }) {
            ProblemAssert.assertThat(this.fixture.post("/activities/forged/" + operation, "{}"), 404,
                    "unknown-task-token");
        }
    }

    @Test
    void resultThatIsTooLargeIsRefused() {
        String result = "{\"result\":\"" + "x".repeat(RestFixture.MAX_PAYLOAD) + "\"}";
        ProblemAssert.assertThat(this.fixture.post("/activities/t/complete", result), 413, "payload-too-large");
    }

    @Test
    void nodesAreShown() {
        assertThat(this.fixture.get("/nodes")).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"nodes":[{"id":7,"name":"node-a","taskQueues":["orders"],"state":"LIVE","activitySlots":200,
                 "activitySlotsUsed":3,"cachedRuns":12,"lastHeartbeat":"1970-01-01T00:00:05Z","self":true}]}""");
    }

    @Test
    void taskQueuesAreShown() {
        String queue = """
                {"name":"orders","workflowBacklog":4,"activityBacklog":2,"backlogAge":"PT5S","nodes":["node-a"],
                 "pollers":1,"paused":false,"activitiesPerSecond":12.5,"activitiesPerSecondOnThisNode":3.5,
                 "activitySlots":7}""";
        String mail = """
                {"name":"mail","workflowBacklog":0,"activityBacklog":0,"nodes":[],"pollers":0,"paused":true}""";
        assertThat(this.fixture.get("/task-queues")).bodyJson()
            .isLenientlyEqualTo("{\"taskQueues\":[" + mail + "," + queue + "]}");
        assertThat(this.fixture.get("/task-queues/orders")).bodyJson().isLenientlyEqualTo(queue);
        assertThat(this.fixture.get("/task-queues/mail")).bodyJson().isLenientlyEqualTo(mail);
        ProblemAssert.assertThat(this.fixture.get("/task-queues/released"), 404, "unknown-task-queue");
        ProblemAssert.assertThat(this.fixture.get("/task-queues/other"), 404, "unknown-task-queue").contains("other");
    }

}
