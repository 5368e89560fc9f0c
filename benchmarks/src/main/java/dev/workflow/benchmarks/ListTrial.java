package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;

import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;

/**
 * Lists and counts of many closed runs: of ten types and a thousand customers, one in a
 * hundred failed. Filters take turns, so that no single answer is measured again and
 * again.
 *
 * @param contender whose
 * @param runs how many there are
 * @param lookups how often each question is put
 */
record ListTrial(EngineContender contender, int runs, int lookups) implements Trial {

    private static final int PAGE = 50;

    private static final int CUSTOMERS = 1_000;

    private static final int TYPES = 10;

    @Override
    public Round run(PostgresServer server, Database database) {
        fill(database);
        database.execute("vacuum analyze workflow_execution");
        try (EngineSession node = this.contender.open(database)) {
            WorkflowLists lists = node.lists();
            verify(lists);
            return new Round(Map.of(Metric.PAGE_P95, pages(lists), Metric.FILTERED_P95,
                    p95((i) -> lists.list(filter(i), PAGE, null)), Metric.COUNT_P95, p95((i) -> lists.count(null)),
                    Metric.COUNT_BY_STATUS_P95, p95((i) -> lists.count(null, "Status"))));
        }
    }

    private void fill(Database database) {
        database.execute("""
                insert into workflow_execution (run_id, workflow_id, workflow_type, task_queue, status, started_at,
                    closed_at, first_run_id, history_length, result, search_attributes)
                select id, 'order-' || i, 'Type' || i %% %d, 'benchmark',
                    case when i %% 100 = 0 then 'FAILED' else 'COMPLETED' end,
                    timestamptz '2026-01-01' + i * interval '1 second',
                    timestamptz '2026-01-01' + i * interval '1 second' + interval '3 seconds', id, 8, '"%s"',
                    jsonb_build_object('CustomerId', 'customer-' || i %% %d)
                from (select i,
                    ('01970000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id
                    from generate_series(1, %d) i) rows""".formatted(TYPES, Payload.of(1), CUSTOMERS, this.runs));
    }

    private static String filter(long lookup) {
        return switch ((int) (lookup % 4)) {
            case 0 -> "CustomerId = 'customer-" + lookup % CUSTOMERS + "'";
            case 1 -> "WorkflowType = 'Type" + lookup % TYPES + "'";
            case 2 -> "Status = 'FAILED'";
            default -> "WorkflowType = 'Type" + lookup % TYPES + "' AND CustomerId = 'customer-" + lookup % CUSTOMERS
                    + "' AND StartTime > '2026-01-02T00:00:00Z'";
        };
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
