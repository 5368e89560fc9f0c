package dev.workflow.sample.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.workflow.sample.crash.Fault.KILL;
import static dev.workflow.sample.crash.Fault.PAUSE;
import static dev.workflow.sample.crash.Fault.POSTGRES;
import static dev.workflow.sample.crash.Fault.STOP;

/**
 * Transfers, orders, sleeping workflows and subscriptions on three nodes, to which faults
 * happen at random moments: nothing acknowledged is lost, nothing happens twice.
 */
class RandomFaultsCrashTests {

    private static final int NODES = 3;

    /** So many commits of paused nodes must have been refused. */
    private static final int REFUSED = 3;

    private static final int MORE_PAUSES = 5;

    private final long seed = Seed.choose();

    @Test
    @Timeout(900)
    void nothingIsLostAndNothingHappensTwice() throws Exception {
        try (CrashCluster cluster = new CrashCluster("random-faults")) {
            Writers writers = new Writers(new Database(cluster.postgres()));
            writers.record(cluster.start(1).getFirst());
            cluster.start(NODES - 1);
            try (Load load = new Load(cluster.rest(), this.seed, Duration.ofMillis(20), cluster::isStarting).start()) {
                Faults faults = new Faults(cluster, load, new Random(this.seed));
                faults.run(List.of(KILL, KILL, PAUSE, PAUSE, PAUSE, STOP, POSTGRES), NODES);
                // A paused node that goes on may see that its runs are lost before it
                // has something to write.
                for (int i = 0; i < MORE_PAUSES && refusedCommits(cluster) < REFUSED; i++) {
                    faults.run(List.of(PAUSE), NODES);
                }
                load.finish();
                check(cluster, writers, load, faults);
            }
        }
    }

    private static int refusedCommits(CrashCluster cluster) throws Exception {
        return cluster.log().count("belongs to somebody else now.*refused");
    }

    private void check(CrashCluster cluster, Writers writers, Load load, Faults faults) throws Exception {
        Invariants invariants = new Invariants(cluster, load);
        long begin = System.nanoTime();
        List<String> wrong = new ArrayList<>(invariants.comeToRest(Duration.ofSeconds(60)));
        long rest = Duration.ofNanos(System.nanoTime() - begin).toMillis();
        wrong.addAll(invariants.all());
        writers.strangers().forEach((row) -> wrong.add("written by a process that did not hold the run: " + row));
        int takeovers = cluster.log().count("Took [1-9]\\d* runs");
        int refusedCommits = refusedCommits(cluster);
        int dropped = cluster.log().count("belongs to somebody else now");
        System.out
            .printf("crash test: seed %d, %d starts acknowledged, %d events recorded, takeovers %d, refused commits %d,"
                    + " runs dropped %d, declared dead %d, takeover after kill %s ms, running again after PostgreSQL's start %s ms,"
                    + " at rest after %d ms%n", this.seed, load.acknowledged(), writers.recorded(), takeovers,
                    refusedCommits, dropped, cluster.log().count("was declared dead"), faults.takeoverMillis(),
                    faults.reconnectMillis(), rest);
        if (takeovers < 3) {
            wrong.add("only " + takeovers + " takeovers: the faults did not hit");
        }
        if (refusedCommits < REFUSED) {
            wrong.add("only " + refusedCommits + " refused commits: no paused node had anything to write");
        }
        cluster.log()
            .matching(" ERROR .* dev\\.workflow")
            .stream()
            .filter((line) -> !line.text().contains("was declared dead")
                    && !line.text().contains("has kept its thread"))
            .limit(10)
            .forEach((line) -> wrong.add("logged by " + line.node() + ": " + line.text()));
        Seed.require(this.seed, cluster, wrong);
    }

}
