package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Runs that wait for a signal: what they cost, and how soon one of them goes on. Those of
 * the engine are waked after all of them have left memory.
 *
 * @param contender whose
 * @param runs how many
 * @param settings how many are waked, and how long they are watched
 */
record ParkedTrial(Contender contender, int runs, Settings settings) implements Trial {

    private static final int STARTERS = 200;

    /** Until actors have gone to rest; less where less is watched. */
    private static final Duration SETTLE = Duration.ofSeconds(20);

    /** So often at most they are watched, until the JIT compiler has little to do. */
    private static final int LOOKS = 3;

    /** The compiler may take this fraction of one processor. */
    private static final int QUIET = 500;

    @Override
    public Round run(PostgresServer server, Database database) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        try (Session node = this.contender.open(database)) {
            Load warmUp = new Load(node::step, new Payload(), STARTERS);
            warmUp.warmUp(this.settings.duration(Setting.WARMUP));
            double empty = Heap.used();
            Callers.inParallel(this.runs, STARTERS, (i) -> node.park(id(i)));
            Waiting.pause(settle());
            values.put(Metric.HEAP_CACHED, (Heap.used() - empty) / 1_024 / this.runs);
            values.put(Metric.IDLE_CORES, idle(node, database, server));
            if (node instanceof EngineSession engine) {
                Check.count("cached runs", this.runs, engine.cachedRuns());
                engine.evictAll();
                values.put(Metric.HEAP_EVICTED, (Heap.used() - empty) / 1_024 / this.runs);
                Waiting.pause(settle());
                database.require("runs that wait", this.runs, "select count(*) from workflow_task where owner is null");
            }
            values.putAll(wake(node));
        }
        return new Round(values);
    }

    private Duration settle() {
        Duration idle = this.settings.duration(Setting.IDLE);
        return (idle.compareTo(SETTLE) < 0) ? idle : SETTLE;
    }

    private static String id(int i) {
        return "parked-" + i;
    }

    /**
     * What the starts have left to clean, to write and to compile is not the time of
     * those who wait.
     */
    private double idle(Session node, Database database, PostgresServer server) {
        database.execute("vacuum (analyze)");
        database.execute("checkpoint");
        Duration watched = this.settings.duration(Setting.IDLE);
        double cores = Double.NaN;
        boolean quiet = false;
        for (int look = 0; look < LOOKS && !quiet; look++) {
            Duration compiler = Cpu.compiler();
            Counters before = Counters.read(List.of(node), database, server);
            Waiting.pause(watched);
            cores = Counters.read(List.of(node), database, server).minus(before).cores();
            quiet = Cpu.compiler().minus(compiler).multipliedBy(QUIET).compareTo(watched) < 0;
        }
        return cores;
    }

    private Map<Metric, Double> wake(Session node) {
        Latency latency = new Latency();
        Payload payloads = new Payload();
        int wakes = Math.min(this.settings.number(Setting.WAKES), this.runs);
        for (int i = 0; i < wakes; i++) {
            String id = id((int) ((long) i * this.runs / wakes));
            String payload = payloads.next();
            long begin = System.nanoTime();
            node.signal(id, payload);
            String result = node.result(id);
            latency.record(System.nanoTime() - begin);
            Check.same(payload, result);
        }
        return Latency.percentiles(latency.take());
    }

}
