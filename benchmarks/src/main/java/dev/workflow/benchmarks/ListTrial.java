package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;

import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;

/**
 * Lists and counts of many runs that have ended: of ten types, one that is rare and one
 * that has not been started for long; of a thousand customers and some attributes that
 * are frequent or rare. One in a hundred failed. Each filter is judged by itself, with
 * other values each time it is asked, and the slowest of them counts.
 *
 * @param contender whose
 * @param runs how many there are
 * @param lookups how often each question is put
 * @param writes how many workflows a second run meanwhile; 0: none
 */
record ListTrial(EngineContender contender, int runs, int lookups, int writes) implements Trial {

    private static final int PAGE = 50;

    private static final int CUSTOMERS = 1_000;

    private static final int TYPES = 10;

    private static final double MICROS_PER_MILLI = 1e3;

    /** What people filter by; {@code $n} stands for another number each time. */
    private static final List<String> FILTERS = List.of("CustomerId = 'customer-$n'", "CustomerId = 'nobody-$n'",
            "CustomerId IN ('customer-$n', 'customer-1$n')", "Region = 'eu'", "Tier = 'gold'", "OrderNo = 1$n",
            "WorkflowType = 'Type$d'", "WorkflowType = 'Rare'", "WorkflowType = 'Gone'", "WorkflowType = 'Unknown$n'",
            "Status = 'FAILED'", "Status = 'RUNNING'", "WorkflowType = 'Type$d' AND Status = 'RUNNING'",
            "WorkflowType = 'Type$d' AND Status = 'COMPLETED' AND StartTime > '2026-01-01T06:00:00Z' "
                    + "AND StartTime < '2026-01-02T00:00:00Z'",
            "WorkflowType = 'Type$d' AND CustomerId = 'customer-$n' AND StartTime > '2026-01-01T12:00:00Z'",
            "WorkflowId STARTS_WITH 'order-7$n'", "WorkflowId STARTS_WITH 'order-'", "WorkflowId = 'order-$n'",
            "StartTime BETWEEN '2026-01-01T06:00:00Z' AND '2026-01-01T07:00:00Z'", "WorkflowType != 'Type$d'",
            "Region = 'eu' ORDER BY StartTime", "CustomerId = 'customer-$n' ORDER BY CloseTime DESC");

    @Override
    public Round run(PostgresServer server, Database database) {
        fill(database);
        database.execute("vacuum analyze workflow_execution");
        try (EngineSession node = this.contender.open(database)) {
            WorkflowLists lists = node.lists();
            verify(lists);
            return (this.writes > 0) ? besideWriters(node, lists) : new Round(measure(lists));
        }
    }

    /** The writers' own latency says whether they got on. */
    private Round besideWriters(EngineSession node, WorkflowLists lists) {
        Mixture mixture = new Mixture(node);
        Pace pace = new Pace(this.writes, mixture);
        AtomicBoolean done = new AtomicBoolean();
        Callers writers = new Callers();
        writers.start(() -> pace.keepWhile(() -> !done.get()));
        Map<Metric, Double> values;
        try {
            values = measure(lists);
        }
        finally {
            done.set(true);
            writers.join();
        }
        pace.join();
        values.put(Metric.LATENCY_P99, mixture.latency().getValueAtPercentile(99) / MICROS_PER_MILLI);
        return new Round(values);
    }

    private Map<Metric, Double> measure(WorkflowLists lists) {
        Map<Metric, Double> values = new EnumMap<>(Metric.class);
        values.put(Metric.PAGE_P95, pages(lists));
        values.put(Metric.FILTERED_P95, filters(lists));
        values.put(Metric.COUNT_P95, p95((i) -> lists.count(null)));
        values.put(Metric.COUNT_BY_STATUS_P95, p95((i) -> lists.count(null, "Status")));
        return values;
    }

    private void fill(Database database) {
        database.execute("""
                insert into workflow_execution (run_id, workflow_id, workflow_type, task_queue, status, started_at,
                    closed_at, first_run_id, history_length, result, search_attributes)
                select id, 'order-' || i,
                    case when i %% 50000 = 7 then 'Rare' when i < %4$d / 10 and i %% 2 = 0 then 'Gone'
                      else 'Type' || i %% %1$d end, 'benchmark',
                    case when i %% 100 = 0 then 'FAILED' else 'COMPLETED' end,
                    timestamptz '2026-01-01' + i * interval '1 second',
                    timestamptz '2026-01-01' + i * interval '1 second' + interval '3 seconds', id, 8, '"%2$s"',
                    jsonb_build_object('CustomerId', 'customer-' || i %% %3$d,
                      'Region', case when i %% 2 = 0 then 'eu' else 'us' end,
                      'Tier', case when i %% 97 = 0 then 'gold' else 'base' end, 'OrderNo', i)
                from (select i,
                    ('01970000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id
                    from generate_series(1, %4$d) i) rows""".formatted(TYPES, Payload.of(1), CUSTOMERS, this.runs));
    }

    private double filters(WorkflowLists lists) {
        double slowest = 0;
        for (String filter : FILTERS) {
            slowest = Math.max(slowest, p95((i) -> lists.list(with(filter, i), PAGE, null)));
        }
        return slowest;
    }

    private static String with(String filter, long lookup) {
        return filter.replace("$n", Long.toString(lookup * 7 % CUSTOMERS)).replace("$d", Long.toString(lookup % TYPES));
    }

    /** Page after page, as someone would who leafs through them. */
    private double pages(WorkflowLists lists) {
        List<@Nullable String> token = new ArrayList<>();
        token.add(null);
        return p95((i) -> {
            WorkflowLists.Page page = lists.list(null, PAGE, token.getFirst());
            token.set(0, page.nextPageToken());
            return page;
        });
    }

    private double p95(LongFunction<Object> question) {
        for (int i = 0; i < Math.min(this.lookups, 10); i++) {
            Check.present(question.apply(i), "answer");
        }
        return Samples.percentile(95, this.lookups, (i) -> {
            long begin = System.nanoTime();
            Check.present(question.apply(i), "answer");
            return (System.nanoTime() - begin) / 1e6;
        });
    }

    private void verify(WorkflowLists lists) {
        Check.count("runs", this.runs, lists.count(null));
        Map<String, Long> byStatus = lists.count(null, "Status");
        Check.count("failed runs", this.runs / 100, byStatus.getOrDefault("FAILED", 0L));
        Check.count("runs of a customer", this.runs / CUSTOMERS, lists.count("CustomerId = 'customer-7'"));
        Check.count("runs on a page", Math.min(PAGE, this.runs), lists.list(null, PAGE, null).workflows().size());
        Check.same("order-" + this.runs, lists.list(null, 1, null).workflows().getFirst().workflowId());
    }

}
