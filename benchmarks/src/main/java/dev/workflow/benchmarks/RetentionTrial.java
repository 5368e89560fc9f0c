package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A constant number of workflows in flight, in a database that is full of runs which
 * ended long ago, and which are deleted meanwhile or are not.
 *
 * @param contender with or without a retention
 * @param deletes whether it has one
 * @param settings how long, and how many old runs
 */
record RetentionTrial(EngineContender contender, boolean deletes, Settings settings) implements Trial {

    private static final int EVENTS = 8;

    @Override
    public Round run(PostgresServer server, Database database) {
        int old = this.settings.number(Setting.OLD);
        fill(database, old);
        Duration warmUp = this.settings.duration(Setting.WARMUP);
        Duration time = this.settings.duration(Setting.SECONDS);
        try (EngineSession node = this.contender.open(database)) {
            Load load = new Load(node::run, new Payload(), this.settings.number(Setting.CALLERS));
            load.warmUp(warmUp);
            long before = left(database);
            Counters counters = Counters.read(List.of(node), database, server);
            Load.Done done = load.run(time, time);
            Map<Metric, Double> values = new EnumMap<>(Metric.class);
            values.put(Metric.WORKFLOWS_PER_SECOND, done.perSecond());
            values.putAll(Latency.percentiles(done.latency()));
            values.putAll(Counters.read(List.of(node), database, server).minus(counters).costs(done.completed()));
            long after = left(database);
            values.put(Metric.DELETED_PER_SECOND, (before - after) / (time.toNanos() / 1e9));
            verify(database, old);
            return new Round(values);
        }
    }

    /** A retention that had nothing left to do would not have been measured. */
    private void verify(Database database, int old) {
        if (!this.deletes) {
            Check.count("old runs", old, left(database));
            return;
        }
        Waiting.until("old runs are deleted", Duration.ofMinutes(5), Duration.ofMillis(100),
                () -> left(database) < old);
        database.require("runs that have not completed", 0,
                "select count(*) from workflow_execution where status <> 'COMPLETED'");
    }

    private static long left(Database database) {
        return database.number("select count(*) from workflow_execution where workflow_type = 'Old'");
    }

    private static void fill(Database database, int runs) {
        database.execute("""
                insert into workflow_execution (run_id, workflow_id, workflow_type, task_queue, status, started_at,
                    closed_at, first_run_id, history_length, result)
                select id, 'old-' || i, 'Old', 'benchmark', 'COMPLETED', timestamptz '2024-01-01',
                    timestamptz '2024-01-01', id, %1$d, '"%2$s"'
                from (select i, ('018cc251-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id
                    from generate_series(1, %3$d) i) rows""".formatted(EVENTS, Payload.of(1), runs));
        database.execute("""
                insert into workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                select run_id, n, 'TimerFired', timestamptz '2024-01-01', 1, '{"payload":"%1$s"}'
                from workflow_execution cross join generate_series(1, %2$d) n""".formatted(Payload.of(1), EVENTS));
        database.execute("vacuum analyze");
        database.execute("checkpoint");
    }

}
