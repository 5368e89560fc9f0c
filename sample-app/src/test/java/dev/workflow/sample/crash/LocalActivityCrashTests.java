package dev.workflow.sample.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that is killed in the middle of a local activity, of which nothing is stored.
 */
class LocalActivityCrashTests {

    private static final long NAP_MILLIS = 4_000;

    @Test
    @Timeout(150)
    void localActivityOfAKilledProcessIsRepeatedElsewhereAndWhatHadEndedIsNot() throws Exception {
        try (CrashCluster cluster = new CrashCluster("local-activity")) {
            cluster.start(2);
            cluster.rest().start("LocalNapWorkflow", "naps", NAP_MILLIS);
            Waiting.until(Duration.ofSeconds(30), () -> cluster.log().count("local nap: second begins") > 0,
                    () -> "The second nap has not begun");
            String sleeper = cluster.log().matching("local nap: second begins").getFirst().node();
            NodeProcess killed = cluster.nodes()
                .stream()
                .filter((node) -> node.name().equals(sleeper))
                .findFirst()
                .orElseThrow();
            cluster.forget(killed);
            killed.kill();
            String survivor = cluster.healthy().getFirst().url();
            JsonNode result = cluster.rest().get(survivor, "/api/v1/workflows/naps/result?wait=60s");
            assertThat(result.get("result").asString()).as("%s", result).isEqualTo("first slept, second slept");
            assertThat(cluster.log().matching("local nap: first begins")).hasSize(1);
            List<NodeLog.Line> second = cluster.log().matching("local nap: second begins");
            assertThat(second).hasSize(2);
            assertThat(second.get(1).node()).isNotEqualTo(sleeper);
            List<String> types = new ArrayList<>();
            cluster.rest()
                .get(survivor, "/api/v1/workflows/naps/history")
                .get("events")
                .forEach((event) -> types.add(event.get("eventType").asString()));
            assertThat(types).containsExactly("WorkflowExecutionStarted", "LocalActivityMarkerRecorded",
                    "LocalActivityMarkerRecorded", "WorkflowExecutionCompleted");
        }
    }

}
