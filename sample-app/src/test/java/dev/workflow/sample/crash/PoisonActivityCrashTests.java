package dev.workflow.sample.crash;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An activity that ends its process runs out of attempts like any other: attempts are
 * counted before they begin.
 */
class PoisonActivityCrashTests {

    private static final int ATTEMPTS = 3;

    @Test
    @Timeout(180)
    void activityThatKillsItsProcessRunsOutOfAttempts() throws Exception {
        try (CrashCluster cluster = new CrashCluster("poison-activity")) {
            cluster.start(2);
            cluster.rest().start("PoisonWorkflow", "poison-1");
            AtomicInteger deaths = new AtomicInteger();
            Waiting.until(Duration.ofSeconds(120), () -> {
                deaths.addAndGet(replaceTheDead(cluster));
                return ended(cluster);
            }, () -> "The run has not ended after " + deaths + " deaths");
            cluster.launchUpTo(2);
            cluster.awaitHealthy(2);
            JsonNode result = cluster.rest()
                .get(cluster.healthy().getFirst().url(), "/api/v1/workflows/poison-1/result?wait=10s");
            assertThat(result.get("status").asString()).as("%s", result).isEqualTo("FAILED");
            assertThat(result.toString()).contains("Poison.drink", "AttemptLost");
            assertThat(cluster.log().matching("poison: this process ends here")).hasSize(ATTEMPTS);
            assertThat(deaths).hasValue(ATTEMPTS);
            survivorsWork(cluster);
        }
    }

    /** Starts a node for each that has ended; returns how many these were. */
    private static int replaceTheDead(CrashCluster cluster) throws Exception {
        List<NodeProcess> dead = cluster.nodes().stream().filter((node) -> !node.isAlive()).toList();
        for (NodeProcess node : dead) {
            cluster.forget(node);
            cluster.launch();
        }
        return dead.size();
    }

    private static boolean ended(CrashCluster cluster) throws Exception {
        return new Database(cluster.postgres())
            .number("select count(*) from workflow_execution where status = 'RUNNING'") == 0;
    }

    private static void survivorsWork(CrashCluster cluster) throws Exception {
        List<NodeProcess> nodes = cluster.healthy();
        assertThat(nodes).hasSize(2);
        for (NodeProcess node : nodes) {
            String id = "after-" + node.name();
            Rest.Answer started = cluster.rest()
                .post(node.url(), "/api/v1/workflows",
                        "{\"workflowType\":\"GreetingWorkflow\",\"workflowId\":\"" + id + "\",\"args\":[\"Ada\"]}");
            assertThat(started.status()).as("%s", started).isEqualTo(201);
            assertThat(cluster.rest()
                .get(node.url(), "/api/v1/workflows/" + id + "/result?wait=20s")
                .get("result")
                .asString()).isEqualTo("Hello, Ada!");
        }
    }

}
