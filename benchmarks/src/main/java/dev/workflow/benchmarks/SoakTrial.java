package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import org.HdrHistogram.Histogram;

/**
 * A mixture at a constant pace, watched for growth. The pace is the one that is given, or
 * that of a minute with as much of it as is possible, less 30 percent.
 *
 * @param contender whose
 * @param settings how long
 */
record SoakTrial(EngineContender contender, Settings settings) implements Trial {

    private static final double PACE = 0.7;

    private static final int SAMPLES = 20;

    private static final int QUARTER = SAMPLES / 4;

    /** A pool of dead tuples or pages that vacuum leaves alone. */
    private static final double SOME_TUPLES = 20_000;

    private static final double SOME_BYTES = 16 * 1_048_576;

    private static final String HOT_TABLES = "('workflow_task', 'workflow_activity_task', 'workflow_message')";

    /**
     * What a part of the soak looked like.
     *
     * @param p99 latency in milliseconds
     * @param deadTuples in the tables that do not only grow
     * @param bytes their size, indexes included
     */
    private record Sample(double p99, double deadTuples, double bytes) {
    }

    @Override
    public Round run(PostgresServer server, Database database) {
        try (EngineSession node = this.contender.open(database)) {
            Duration warmUp = this.settings.duration(Setting.WARMUP);
            Load load = new Load(node::run, new Payload(), this.settings.number(Setting.CALLERS));
            load.warmUp(warmUp);
            Mixture mixture = new Mixture(node);
            double perSecond = pace(mixture);
            new Pace(perSecond / 2, mixture).keep(warmUp);
            mixture.latency();
            long rehearsed = mixture.begun();
            Counters before = Counters.read(List.of(node), database, server);
            Map<Metric, Double> values = soak(database, mixture, perSecond);
            values.putAll(
                    Counters.read(List.of(node), database, server).minus(before).costs(mixture.begun() - rehearsed));
            database.require("completed runs", database.number("select count(*) from workflow_execution"),
                    "select count(*) from workflow_execution where status = 'COMPLETED'");
            database.requireIdle();
            return new Round(values);
        }
    }

    /**
     * What is possible is looked for so long that checkpoints and vacuum have their
     * share.
     */
    private double pace(Mixture mixture) {
        int given = this.settings.number(Setting.PACE);
        if (given > 0) {
            return given;
        }
        Load load = new Load((payload) -> {
            mixture.runNext(System.nanoTime());
            return payload;
        }, new Payload(), this.settings.number(Setting.CROWD));
        Duration time = this.settings.duration(Setting.SECONDS).multipliedBy(3);
        return load.run(time, time).perSecond() * PACE;
    }

    private Map<Metric, Double> soak(Database database, Mixture mixture, double perSecond) {
        Pace pace = new Pace(perSecond, mixture);
        Duration part = this.settings.duration(Setting.SOAK).dividedBy(SAMPLES);
        List<Sample> samples = new ArrayList<>();
        double heap = Double.NaN;
        for (int i = 1; i <= SAMPLES; i++) {
            pace.keep(part);
            samples.add(sample(database, mixture.latency()));
            if (i == QUARTER) {
                heap = Heap.used();
                mixture.latency();
            }
        }
        pace.join();
        double heapAtEnd = Heap.used();
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.PACE, perSecond);
        values.put(Metric.LATENCY_P99, mean(samples, Sample::p99));
        values.put(Metric.LATENCY_GROWTH, growth(samples, Sample::p99, 1));
        values.put(Metric.HEAP_GROWTH, heapAtEnd / heap);
        values.put(Metric.DEAD_TUPLES_GROWTH, growth(samples, Sample::deadTuples, SOME_TUPLES));
        values.put(Metric.BLOAT_GROWTH, growth(samples, Sample::bytes, SOME_BYTES));
        return values;
    }

    private static Sample sample(Database database, Histogram latency) {
        return new Sample(latency.getValueAtPercentile(99) / 1e3,
                database.number(
                        "select coalesce(sum(n_dead_tup), 0) from pg_stat_user_tables where relname in " + HOT_TABLES),
                database.number("select sum(pg_total_relation_size(relid)) from pg_stat_user_tables where relname in "
                        + HOT_TABLES));
    }

    private static double growth(List<Sample> samples, ToDoubleFunction<Sample> value, double nothing) {
        return (mean(samples.subList(SAMPLES - QUARTER, SAMPLES), value) + nothing)
                / (mean(samples.subList(0, QUARTER), value) + nothing);
    }

    private static double mean(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return samples.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

}
