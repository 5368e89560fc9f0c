package dev.workflow.sample.crash;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes that hold places of a limited type are killed in the middle: none is lost, none
 * is given twice.
 */
class ConcurrencyCrashTests {

    private static final String TYPE = "SerialNapWorkflow";

    private static final int MOST = 3;

    private static final int RUNS = 60;

    private static final int KILLS = 4;

    private final AtomicBoolean done = new AtomicBoolean();

    private final AtomicLong most = new AtomicLong();

    private final AtomicReference<Exception> failure = new AtomicReference<>();

    @Test
    @Timeout(300)
    void killedNodesNeitherLoseAPlaceNorLetOneTooManyIn() throws Exception {
        Random random = new Random(Seed.choose());
        try (CrashCluster cluster = new CrashCluster("concurrency", "--workflow.concurrency." + TYPE + ".max=" + MOST,
                "--workflow.concurrency." + TYPE + ".max-per-key=1")) {
            cluster.start(3);
            Thread watcher = Thread.ofPlatform().start(() -> watch(new Database(cluster.postgres())));
            Map<String, List<String>> started = new LinkedHashMap<>();
            for (int i = 0; i < RUNS; i++) {
                String key = "key-" + random.nextInt(5);
                String name = key + "/" + i;
                cluster.rest().startOfKey(key, TYPE, "serial-" + i, name, 100L);
                started.computeIfAbsent(key, (k) -> new ArrayList<>()).add(name);
                if (i % (RUNS / KILLS) == RUNS / KILLS / 2) {
                    NodeProcess killed = cluster.any(random);
                    cluster.forget(killed);
                    killed.kill();
                    cluster.launch();
                }
            }
            Database database = new Database(cluster.postgres());
            Waiting.until(Duration.ofSeconds(120),
                    () -> database.number("select count(*) from workflow_execution where status = 'RUNNING'") == 0,
                    () -> "Not all have ended");
            this.done.set(true);
            watcher.join();
            assertThat(this.failure.get()).isNull();
            assertThat(this.most.get()).as("in progress at once").isBetween(2L, (long) MOST);
            assertThat(database.number("select count(*) from workflow_execution where workflow_type = '" + TYPE
                    + "' and status = 'COMPLETED'"))
                .isEqualTo(RUNS);
            assertThat(slept(cluster)).isEqualTo(started);
        }
    }

    /** By key, who slept one after the other; whoever was killed may have begun again. */
    private static Map<String, List<String>> slept(CrashCluster cluster) {
        Map<String, List<String>> slept = new LinkedHashMap<>();
        List<String> naps = cluster.log()
            .matching("local nap: key-")
            .stream()
            .map(NodeLog.Line::text)
            .sorted(Comparator.comparingLong((nap) -> Long.parseLong(nap.replaceAll(".* begins at (\\d+).*", "$1"))))
            .toList();
        for (String nap : naps) {
            String name = nap.replaceAll(".*local nap: (\\S+) begins.*", "$1");
            List<String> ofKey = slept.computeIfAbsent(name.replaceAll("/.*", ""), (k) -> new ArrayList<>());
            if (ofKey.isEmpty() || !ofKey.getLast().equals(name)) {
                ofKey.add(name);
            }
        }
        return slept;
    }

    private void watch(Database database) {
        try {
            while (!this.done.get()) {
                this.most.accumulateAndGet(database.number("select count(*) from workflow_admission where state = 3"),
                        Math::max);
            }
        }
        catch (SQLException ex) {
            this.failure.set(ex);
        }
    }

}
