package dev.workflow.boot.web;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Pauses over REST. */
class PauseResourceTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @Test
    void runsQueuesAndTypesArePausedAndGoOn() {
        for (String path : new String[] { "/workflows/order-1", "/task-queues/orders", "/workflow-types/Order" }) {
            assertThat(this.fixture.post(path + "/pause", "{\"reason\":\"maintenance\"}")).hasStatus(202);
            assertThat(this.fixture.post(path + "/unpause", "")).hasStatus(202);
        }
        assertThat(this.fixture.service.calls).containsExactly("pause because maintenance", "unpause because null",
                "pause TASK_QUEUE orders because maintenance", "unpause TASK_QUEUE orders",
                "pause WORKFLOW_TYPE Order because maintenance", "unpause WORKFLOW_TYPE Order");
    }

    @Test
    void whatIsPausedIsListed() {
        assertThat(this.fixture.get("/pauses")).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"pauses":[{"kind":"TASK_QUEUE","name":"orders","pausedAt":"1970-01-01T00:00:00Z","pausedBy":"alice",
                 "reason":"maintenance"}]}""");
    }

    @Test
    void workflowThatThereIsNotCannotBePaused() {
        ProblemAssert.assertThat(this.fixture.post("/workflows/other/pause", "{}"), 404, "unknown-workflow");
    }

}
