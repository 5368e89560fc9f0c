package dev.workflow.sample.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does things to the nodes of a cluster at random moments, in a random order. */
final class Faults {

    private static final Logger logger = LoggerFactory.getLogger(Faults.class);

    private final CrashCluster cluster;

    private final Load load;

    private final Random random;

    private final List<Long> takeovers = new ArrayList<>();

    private final List<Long> outages = new ArrayList<>();

    Faults(CrashCluster cluster, Load load, Random random) {
        this.cluster = cluster;
        this.load = load;
        this.random = random;
    }

    void run(List<Fault> faults, int nodes) throws Exception {
        List<Fault> order = new ArrayList<>(faults);
        Collections.shuffle(order, this.random);
        logger.info("Faults: {}", order);
        for (Fault fault : order) {
            awaitProgress();
            Thread.sleep(this.random.nextInt(1_500));
            logger.info("{} ({} starts acknowledged)", fault, this.load.acknowledged());
            switch (fault) {
                case KILL -> kill();
                case PAUSE -> pause();
                case STOP -> stop();
                case POSTGRES -> postgres();
            }
            this.cluster.launchUpTo(nodes);
            this.cluster.awaitHealthy(2);
        }
        this.cluster.awaitHealthy(nodes);
        awaitProgress();
    }

    /** A fault that hits nothing tests nothing. */
    private void awaitProgress() throws InterruptedException {
        int before = this.load.acknowledged();
        Waiting.until(Duration.ofSeconds(60), () -> this.load.acknowledged() >= before + 30, () -> "No more than "
                + (this.load.acknowledged() - before) + " starts were acknowledged within a minute");
    }

    private void kill() throws Exception {
        NodeProcess node = this.cluster.any(this.random);
        int before = took();
        long begin = System.nanoTime();
        node.kill();
        this.cluster.forget(node);
        awaitTakeover(before);
        this.takeovers.add((System.nanoTime() - begin) / 1_000_000);
    }

    private void pause() throws Exception {
        NodeProcess node = this.cluster.any(this.random);
        int before = took();
        node.pause();
        try {
            awaitTakeover(before);
            // The others get on with its runs for a moment.
            Thread.sleep(this.random.nextInt(1_500));
        }
        finally {
            node.resume();
        }
    }

    private void stop() {
        NodeProcess node = this.cluster.any(this.random);
        this.cluster.forget(node);
        node.terminate();
        node.awaitEnd(Duration.ofSeconds(30));
    }

    private void postgres() throws Exception {
        this.cluster.postgres().kill();
        Thread.sleep(this.random.nextInt(2_000));
        this.cluster.postgres().start();
        long begin = System.nanoTime();
        awaitProgress();
        this.outages.add((System.nanoTime() - begin) / 1_000_000);
    }

    private void awaitTakeover(int before) throws InterruptedException {
        Waiting.until(Duration.ofSeconds(30), () -> took() > before, () -> "Nobody has taken over");
    }

    private int took() {
        return this.cluster.log().count("Took \\d+ runs");
    }

    /** From a kill to the takeover, in milliseconds. */
    List<Long> takeoverMillis() {
        return this.takeovers;
    }

    /** From PostgreSQL's start to thirty new starts, in milliseconds. */
    List<Long> reconnectMillis() {
        return this.outages;
    }

}
