package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * A run with many sequential activities. The engine's is then thrown out of memory and
 * asked something, a few times, so that it is replayed.
 *
 * @param contender whose
 * @param steps how many
 */
record LongRunTrial(Contender contender, int steps) implements Trial {

    private static final int REPLAYS = 9;

    /** Started, and for each activity scheduled and completed. */
    private int events() {
        return 1 + 2 * this.steps;
    }

    @Override
    public Round run(PostgresServer server, Database database) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        try (Session node = this.contender.open(database)) {
            node.sequence("warm-up", this.steps);
            Session.Halves halves = node.sequence("long-run", this.steps);
            values.put(Metric.FIRST_HALF, seconds(halves.first()));
            values.put(Metric.SECOND_HALF, seconds(halves.second()));
            values.put(Metric.STEPS_PER_SECOND, this.steps / seconds(halves.first().plus(halves.second())));
            if (node instanceof EngineSession engine) {
                double replay = Samples.median(REPLAYS, (i) -> seconds(engine.replay("long-run", this.steps)));
                values.put(Metric.REPLAY, events() / replay);
                Check.count("activities that were right", this.steps, engine.release("long-run"));
                Check.count("activities that were right", this.steps, engine.release("warm-up"));
                database.requireIdle();
            }
        }
        return new Round(values);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

}
