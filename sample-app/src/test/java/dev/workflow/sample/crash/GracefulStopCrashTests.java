package dev.workflow.sample.crash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A node that is asked to stop hands its runs over at once: others go on within a second,
 * without waiting for a lease.
 */
class GracefulStopCrashTests {

    private static final int RUNS = 40;

    private static final int TICKS = 40;

    private static final long TICK_MILLIS = 100;

    /**
     * A second, as promised, and one more for two cores that other processes use, too;
     * still less than a lease takes.
     */
    private static final long LONGEST_PAUSE_MILLIS = 1_000 + 1_000;

    private final long seed = Seed.choose();

    @Test
    @Timeout(150)
    void runsGoOnElsewhereWithinASecond() throws Exception {
        try (CrashCluster cluster = new CrashCluster("graceful-stop")) {
            Database database = new Database(cluster.postgres());
            Writers writers = new Writers(database);
            writers.record(cluster.start(1).getFirst());
            cluster.start(1);
            NodeProcess leaving = cluster.nodes().getFirst();
            for (int i = 0; i < RUNS; i++) {
                cluster.rest().start("TickingWorkflow", "ticker-" + i, TICKS, TICK_MILLIS);
            }
            Waiting.until(Duration.ofSeconds(60),
                    () -> database.number("select coalesce(min(last_event), 15) from workflow_task") >= 15,
                    () -> "Not all tickers have begun to tick");
            long held = database.number("select count(*) from workflow_task t join crash_node n on n.owner = t.owner "
                    + "where n.process = '" + leaving.name() + "'");
            cluster.forget(leaving);
            leaving.terminate();
            leaving.awaitEnd(Duration.ofSeconds(30));
            List<String> wrong = new ArrayList<>(
                    new Invariants(cluster, new Load(cluster.rest(), this.seed, Duration.ZERO, () -> false))
                        .comeToRest(Duration.ofSeconds(60)));
            wrong.addAll(pauses(database, held));
            writers.strangers().forEach((row) -> wrong.add("written by a process that did not hold the run: " + row));
            Seed.require(this.seed, cluster, wrong);
        }
    }

    /** The longest pause between two events of one run, over the runs that moved. */
    private static List<String> pauses(Database database, long held) throws Exception {
        String gaps = """
                with gap as (select run_id, event_id, event_time - lag(event_time)
                    over (partition by run_id order by event_id) as pause from workflow_event),
                moved as (select run_id, max(first_event) as at from crash_owner
                    group by run_id having count(distinct owner) > 1),
                longest as (select m.run_id, max(extract(epoch from g.pause) * 1000)::int as millis
                    from moved m join gap g on g.run_id = m.run_id and g.event_id between m.at - 2 and m.at + 2
                    group by m.run_id)
                """;
        long moved = database.number(gaps + "select count(*) from longest");
        long median = database
            .number(gaps + "select coalesce(percentile_disc(0.5) within group (order by millis), -1) from longest");
        long longest = database.number(gaps + "select coalesce(max(millis), -1) from longest");
        System.out.printf("graceful stop: the node held %d runs, %d moved, pause median %d ms, longest %d ms%n", held,
                moved, median, longest);
        List<String> wrong = new ArrayList<>();
        if (held < 5 || moved < held - 2) {
            wrong.add("the stopped node held " + held + " runs and " + moved + " moved: nothing was tested");
        }
        if (longest > LONGEST_PAUSE_MILLIS) {
            wrong.add("a run stood still for " + longest + " ms while its node stopped");
        }
        return wrong;
    }

}
