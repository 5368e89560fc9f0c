package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.HdrHistogram.Histogram;

/**
 * What was measured of a contender in one round.
 *
 * @param values the values
 * @param windows workflows per second in each window of the round
 */
record Round(Map<Metric, Double> values, List<Double> windows) {

    double value(Metric metric) {
        return this.values.getOrDefault(metric, Double.NaN);
    }

    /**
     * Gives a contender its turn on a new database: warms it up, measures it, and checks
     * that the database holds exactly what was done.
     */
    static Round of(Contender contender, PostgresServer server, Settings settings) {
        Database database = server.create();
        try {
            Round round;
            long workflows;
            try (Contender.Session session = contender.open(database)) {
                Load load = new Load(session, new Payload(), settings.callers());
                workflows = load.run(settings.warmUp(), settings.warmUp()).completed();
                Counters before = Counters.read(session, database, server);
                Load.Done done = load.run(settings.time(), settings.window());
                round = measured(done, Counters.read(session, database, server).minus(before), settings.window());
                workflows += done.completed();
            }
            database.requireCompleted(workflows);
            return round;
        }
        finally {
            server.drop(database);
        }
    }

    private static Round measured(Load.Done done, Counters spent, Duration window) {
        double workflows = done.completed();
        double rate = workflows / (done.elapsed().toNanos() / 1e9);
        Histogram latency = done.latency();
        List<Double> windows = done.windows().stream().map((n) -> n / (window.toNanos() / 1e9)).toList();
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.WORKFLOWS_PER_SECOND, rate);
        values.put(Metric.STEPS_PER_SECOND, rate * 3);
        values.put(Metric.LATENCY_P50, latency.getValueAtPercentile(50) / 1e3);
        values.put(Metric.LATENCY_P95, latency.getValueAtPercentile(95) / 1e3);
        values.put(Metric.LATENCY_P99, latency.getValueAtPercentile(99) / 1e3);
        values.put(Metric.TRANSITIONS_PER_COMMIT, (double) spent.commits.transitions() / spent.commits.commits());
        values.put(Metric.COMMITS_PER_WORKFLOW, spent.commits.commits() / workflows);
        values.put(Metric.WRITES_PER_WORKFLOW, spent.writes / workflows);
        values.put(Metric.WAL_PER_WORKFLOW, spent.wal / workflows);
        values.put(Metric.JVM_CPU, spent.jvmCpu / workflows * 1_000);
        values.put(Metric.POSTGRES_CPU, spent.postgresCpu / workflows * 1_000);
        values.put(Metric.LAST_TO_FIRST_WINDOW, windows.getLast() / windows.getFirst());
        return new Round(values, windows);
    }

    private record Counters(Contender.Commits commits, long writes, long wal, double jvmCpu, double postgresCpu) {

        static Counters read(Contender.Session session, Database database, PostgresServer server) {
            return new Counters(session.commits(), database.writingTransactions(), database.walPosition(), Cpu.jvm(),
                    server.cpu());
        }

        Counters minus(Counters before) {
            return new Counters(this.commits.minus(before.commits), this.writes - before.writes, this.wal - before.wal,
                    this.jvmCpu - before.jvmCpu, this.postgresCpu - before.postgresCpu);
        }

    }

}
