package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A constant number of workflows in flight, for some time, on one node or more of them in
 * this JVM.
 *
 * @param contender who runs them
 * @param task what they do
 * @param nodes how many nodes share the work
 * @param callers how many are in flight
 * @param settings how long it takes
 */
record LoadTrial(Contender contender, LoadTask task, int nodes, int callers, Settings settings) implements Trial {

    LoadTrial(Contender contender, LoadTask task, int callers, Settings settings) {
        this(contender, task, 1, callers, settings);
    }

    @Override
    public Round run(PostgresServer server, Database database) {
        this.task.prepare(database);
        Duration warmUp = this.settings.duration(Setting.WARMUP);
        Round round;
        long workflows;
        try (Nodes opened = Nodes.open(this.contender, database, this.nodes)) {
            AtomicInteger turn = new AtomicInteger();
            Load load = new Load(
                    (payload) -> this.task.run(opened.get(Math.floorMod(turn.getAndIncrement(), this.nodes)), payload),
                    new Payload(), this.callers);
            workflows = load.warmUp(warmUp);
            Counters before = Counters.read(opened.all(), database, server);
            Load.Done done = load.run(this.settings.duration(Setting.SECONDS), this.settings.duration(Setting.WINDOW));
            Counters spent = Counters.read(opened.all(), database, server).minus(before);
            round = measured(done, spent);
            workflows += done.completed();
        }
        this.task.verify(this.contender, database, workflows);
        return round;
    }

    private Round measured(Load.Done done, Counters spent) {
        double seconds = this.settings.duration(Setting.WINDOW).toNanos() / 1e9;
        List<Double> windows = new ArrayList<>(done.windows().stream().map((count) -> count / seconds).toList());
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.WORKFLOWS_PER_SECOND, done.perSecond());
        values.put(Metric.STEPS_PER_SECOND, done.perSecond() * this.contender.stepsOf(this.task));
        values.putAll(Latency.percentiles(done.latency()));
        values.putAll(spent.costs(done.completed()));
        values.put(Metric.LAST_TO_FIRST_WINDOW, windows.getLast() / windows.getFirst());
        return new Round(values, windows);
    }

}
