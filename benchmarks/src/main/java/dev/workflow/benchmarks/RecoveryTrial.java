package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.Map;

/**
 * Two nodes, each a JVM of its own, hold open runs that do something every few seconds.
 * When they have done so for a while, one is killed; a run goes on when its last event is
 * younger than that. In the end all are told to stop, and each must have the right result
 * and a history without a gap.
 *
 * @param runs how many are open
 * @param warmup how long they go on before the kill
 */
record RecoveryTrial(int runs, Duration warmup) implements Trial {

    private static final int STARTERS = 200;

    private static final Duration PERIOD = Duration.ofSeconds(5);

    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Override
    public Round run(PostgresServer server, Database database) {
        try (NodeProcess victim = NodeProcess.start(database)) {
            long owner = database.number("select id from workflow_node where state = 'LIVE'");
            try (NodeProcess survivor = NodeProcess.start(database);
                    EngineSession client = new EngineContender("workflow.worker.enabled=false").open(database)) {
                Map<Metric, Double> values = recover(database, client, victim, owner);
                Callers.inParallel(this.runs, STARTERS, (i) -> Check.same(payload(i), client.stopPulse("run-" + i)));
                verify(database);
                return new Round(values);
            }
        }
    }

    private Map<Metric, Double> recover(Database database, EngineSession client, NodeProcess victim, long owner) {
        Callers.inParallel(this.runs, STARTERS, (i) -> client.startPulse("run-" + i, payload(i), PERIOD));
        String held = "select count(*) from workflow_task where owner = " + owner;
        Waiting.until("both nodes have runs", LIMIT, Duration.ofMillis(100),
                () -> database.number("select count(distinct owner) from workflow_task") == 2);
        Waiting.pause(this.warmup);
        awaitMotion(database, now(database));
        double lost = database.number(held);
        String killed = now(database);
        victim.kill();
        // What is cheap to ask comes first: each look takes time from what is measured.
        String waiting = "select count(*) from workflow_task where owner is null or owner = " + owner;
        Waiting.until("all runs are taken over", LIMIT, Duration.ofMillis(250), () -> database.number(waiting) == 0);
        awaitMotion(database, killed);
        database.require("runs of the killed node", 0, held);
        return Map.of(Metric.RECOVERY, lastMotion(database, killed), Metric.TAKEN_OVER, lost);
    }

    private static String now(Database database) {
        return database.text("select clock_timestamp()::text");
    }

    /**
     * Waits until each run has done something since then. Seldom: the question is dear.
     */
    private static void awaitMotion(Database database, String since) {
        String sql = """
                select count(*) from workflow_task t
                join workflow_event e on e.run_id = t.run_id and e.event_id = t.last_event
                where e.event_time <= timestamptz '%s'""".formatted(since);
        Waiting.until("all runs go on", LIMIT, Duration.ofMillis(500), () -> database.number(sql) == 0);
    }

    /** After how many seconds the last of all runs went on. */
    private static double lastMotion(Database database, String since) {
        return database.number("""
                select (1000 * extract(epoch from max(first) - timestamptz '%1$s'))::bigint from (
                  select min(event_time) as first from workflow_event where event_time > timestamptz '%1$s'
                  group by run_id) moved""".formatted(since)) / 1e3;
    }

    private static String payload(int run) {
        return Payload.of(run);
    }

    private void verify(Database database) {
        database.requireCompleted(this.runs);
        database.require("histories with a gap", 0, """
                select count(*) from (select run_id from workflow_event group by run_id
                having max(event_id) <> count(*)) gaps""");
    }

}
