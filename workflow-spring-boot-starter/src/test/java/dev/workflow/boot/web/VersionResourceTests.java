package dev.workflow.boot.web;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Builds of task queues over REST. */
class VersionResourceTests {

    private final RestFixture fixture = new RestFixture();

    @AfterEach
    void close() {
        this.fixture.close();
    }

    @Test
    void buildsOfAQueueAreShown() {
        assertThat(this.fixture.get("/task-queues/orders/versions")).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"taskQueue":"orders","currentBuildId":"v1","rampingBuildId":"v2","rampPercentage":20,
                 "builds":[{"buildId":"v1","liveNodes":2,"pinnedRuns":7}]}""");
    }

    @Test
    void whatIsPutIsWhatIsSet() {
        assertThat(this.fixture.put("/task-queues/orders/versions", """
                {"currentBuildId":"v1","rampingBuildId":"v2","rampPercentage":20}""")).hasStatusOk()
            .bodyJson()
            .extractingPath("$.taskQueue")
            .isEqualTo("orders");
        assertThat(this.fixture.put("/task-queues/orders/versions", "{\"currentBuildId\":\"v2\"}")).hasStatusOk();
        assertThat(this.fixture.put("/task-queues/orders/versions", "{}")).hasStatusOk();
        assertThat(this.fixture.service.versions.calls).containsExactly("both orders v1 v2 20", "both orders v2 null 0",
                "current orders null");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"rampingBuildId":"v2","rampPercentage":20}                         | currentBuildId
            {"currentBuildId":"v1","rampingBuildId":"v2"}                       | rampPercentage
            {"currentBuildId":"v1","rampPercentage":20}                         | rampingBuildId
            {"currentBuildId":"v1","rampingBuildId":"v2","rampPercentage":101}  | rampPercentage
            {"currentBuildId":"v1","rampingBuildId":"v1","rampPercentage":20}   | another build
            {"currentBuildId":" "}                                              | currentBuildId
            {"currentBuild":"v1"}                                               | currentBuild
            """)
    void whatMakesNoSenseIsRefusedBeforeAnythingIsSet(String body, String expected) {
        ProblemAssert.assertThat(this.fixture.put("/task-queues/orders/versions", body), 400, "invalid-request")
            .contains(expected);
        assertThat(this.fixture.service.versions.calls).isEmpty();
    }

    @Test
    void bodyMustBeJson() {
        assertThat(this.fixture.mvc.put().uri("/api/v1/task-queues/orders/versions").content("v1").exchange())
            .hasStatus(415);
    }

}
