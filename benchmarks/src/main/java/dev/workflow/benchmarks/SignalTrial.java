package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Signals to runs that wait, one after the other. With two nodes the first one starts the
 * runs and so has them in memory; signals are sent, and results awaited, through the
 * other.
 *
 * @param contender whose
 * @param nodes one or two
 * @param signals how many
 */
record SignalTrial(Contender contender, int nodes, int signals) implements Trial {

    /** So many runs wait at a time. */
    private static final int BATCH = 100;

    private static final Duration UNTIL_THEY_WAIT = Duration.ofMillis(200);

    @Override
    public Round run(PostgresServer server, Database database) {
        Latency latency = new Latency();
        Payload payloads = new Payload();
        try (Nodes opened = Nodes.open(this.contender, database, this.nodes)) {
            Session starter = opened.get(0);
            Session sender = opened.get(this.nodes - 1);
            signal(starter, sender, payloads, Math.min(BATCH, this.signals), "warm-up-", new Latency());
            for (int done = 0; done < this.signals; done += BATCH) {
                signal(starter, sender, payloads, Math.min(BATCH, this.signals - done), "run-" + done + "-", latency);
            }
        }
        this.contender.verify(database, this.signals + Math.min(BATCH, this.signals));
        Histogram histogram = latency.take();
        Check.count("measured signals", this.signals, histogram.getTotalCount());
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.putAll(Latency.percentiles(histogram));
        return new Round(values);
    }

    private static void signal(Session starter, Session sender, Payload payloads, int number, String prefix,
            Latency latency) {
        for (int i = 0; i < number; i++) {
            starter.park(prefix + i);
        }
        Waiting.pause(UNTIL_THEY_WAIT);
        for (int i = 0; i < number; i++) {
            String payload = payloads.next();
            long begin = System.nanoTime();
            sender.signal(prefix + i, payload);
            String result = sender.result(prefix + i);
            latency.record(System.nanoTime() - begin);
            Check.same(payload, result);
        }
    }

}
