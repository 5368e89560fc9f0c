package dev.workflow.sample.crash;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What must hold once everything has come to rest, whatever was done to the nodes. Each
 * check returns what is wrong, in words.
 */
final class Invariants {

    private static final long SUM_CENTS = 20 * 10_000_000L;

    /** Less would be no long life. */
    private static final int LEAST_PERIODS = 20;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final CrashCluster cluster;

    private final Database database;

    private final Load load;

    Invariants(CrashCluster cluster, Load load) {
        this.cluster = cluster;
        this.database = new Database(cluster.postgres());
        this.load = load;
    }

    /** Waits until no run is open; says which are when that takes too long. */
    List<String> comeToRest(Duration patience) throws Exception {
        boolean rests = Waiting.within(patience,
                () -> this.database.number("select count(*) from workflow_execution where status = 'RUNNING'") == 0);
        return rests ? List.of() : stillOpen();
    }

    private List<String> stillOpen() throws Exception {
        return List.of("still open: " + this.database.rows("""
                select e.workflow_id, t.owner, t.token, t.last_event, t.due_at, t.crashes, t.problem,
                  (select string_agg(a.activity_type || ' attempt ' || a.attempt || ' owner '
                     || coalesce(a.owner::text, '-') || ' due ' || a.due_at, '; ')
                   from workflow_activity_task a where a.run_id = e.run_id) as activities,
                  (select string_agg(m.kind || ' ' || coalesce(m.name, ''), '; ') from workflow_message m
                   where m.run_id = e.run_id) as messages
                from workflow_execution e left join workflow_task t on t.run_id = e.run_id
                where e.status = 'RUNNING' limit 10"""), "nodes: " + this.database.rows("select * from workflow_node"));
    }

    List<String> all() throws Exception {
        List<String> wrong = new ArrayList<>();
        this.load.violations().forEach((violation) -> wrong.add("answer: " + violation));
        ends(wrong);
        money(wrong);
        orders(wrong);
        signals(wrong);
        subscriptions(wrong);
        histories(wrong);
        nothingLeft(wrong);
        replays(wrong);
        return wrong;
    }

    /** Everything that was acknowledged ended, once and well. */
    private void ends(List<String> wrong) throws SQLException {
        Set<String> wanted = new TreeSet<>(this.load.transfers().keySet());
        wanted.addAll(this.load.orders().keySet());
        wanted.addAll(this.load.sleepers().keySet());
        Map<String, List<String>> ended = this.database.rows("select workflow_id, status from workflow_execution")
            .stream()
            .map((row) -> row.split("\\|"))
            .collect(Collectors.groupingBy((row) -> row[0], Collectors.mapping((row) -> row[1], Collectors.toList())));
        endedAs("COMPLETED", wanted, ended, wrong);
        endedAs("CANCELED", this.load.canceled(), ended, wrong);
    }

    private void endedAs(String status, Set<String> wanted, Map<String, List<String>> ended, List<String> wrong)
            throws SQLException {
        for (String workflowId : wanted) {
            List<String> runs = ended.getOrDefault(workflowId, List.of());
            if (!runs.equals(List.of(status))) {
                wrong.add(workflowId + " was acknowledged; its runs: " + runs + " " + this.database
                    .rows("select failure from workflow_execution where workflow_id = '" + workflowId + "'"));
            }
        }
    }

    private void money(List<String> wrong) throws SQLException {
        long sum = this.database.number("select sum(balance_cents) from account");
        if (sum != SUM_CENTS) {
            wrong.add("the accounts hold " + sum);
        }
        Map<String, List<String>> bookings = this.database
            .rows("select transfer_id, account, amount_cents from ledger order by transfer_id, amount_cents")
            .stream()
            .collect(Collectors.groupingBy((row) -> row.substring(0, row.indexOf('|'))));
        this.load.transfers().forEach((id, transfer) -> {
            List<String> expected = List.of(id + "|" + transfer.from() + "|" + -transfer.amountCents(),
                    id + "|" + transfer.to() + "|" + transfer.amountCents());
            if (!expected.equals(bookings.get(id))) {
                wrong.add(id + " is booked as " + bookings.get(id) + " instead of " + expected);
            }
        });
        if (bookings.size() != this.load.transfers().size()) {
            wrong.add(bookings.size() + " transfers are booked, " + this.load.transfers().size() + " acknowledged");
        }
        List<String> balances = this.database.rows("""
                select account, balance_cents from account a
                where balance_cents <> 10000000 + (select coalesce(sum(amount_cents), 0) from ledger l
                                                   where l.account = a.account)""");
        if (!balances.isEmpty()) {
            wrong.add("balances that their bookings do not explain: " + balances);
        }
    }

    private void orders(List<String> wrong) throws SQLException {
        long charged = this.database.number("select count(*) from charge where not refunded");
        long reserved = this.database.number("select count(*) from reservation");
        long placed = this.database.number("select count(*) from customer_order");
        int acknowledged = this.load.orders().size();
        if (charged != acknowledged || reserved != acknowledged || placed != acknowledged) {
            wrong.add("of " + acknowledged + " orders there are " + placed + " placed, " + charged + " charged, "
                    + reserved + " reserved");
        }
        List<String> quantities = this.database.rows("select order_id, quantity from reservation where quantity > 3");
        if (!quantities.isEmpty()) {
            wrong.add("reserved twice: " + quantities);
        }
    }

    /** Each number once, in the order in which they were acknowledged. */
    private void signals(List<String> wrong) throws SQLException {
        Map<String, String> results = this.database
            .rows("select workflow_id, result from workflow_execution where workflow_type = 'SleepingWorkflow'")
            .stream()
            .collect(Collectors.toMap((row) -> row.substring(0, row.indexOf('|')),
                    (row) -> row.substring(row.indexOf('|') + 1), (a, b) -> a + " and " + b));
        this.load.sleepers().forEach((id, count) -> {
            List<Integer> expected = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                expected.add(i);
            }
            String result = results.get(id);
            if (result == null || !expected.toString().replace(" ", "").equals(result)) {
                wrong.add(id + " saw " + result + " instead of " + expected);
            }
        });
    }

    /** Each period billed once, in one life that went from run to run. */
    private void subscriptions(List<String> wrong) throws SQLException {
        for (String id : this.load.subscriptions()) {
            List<String> runs = this.database.rows("""
                    select distinct status, count(*) filter (where status = 'COMPLETED') over () from workflow_execution
                    where workflow_id = '%s' order by 1""".formatted(id));
            if (!runs.equals(List.of("COMPLETED|1", "CONTINUED_AS_NEW|1"))) {
                wrong.add(id + " ended, by status and how many completed, as " + runs);
                continue;
            }
            JsonNode info = JSON.readTree(this.database
                .rows("select result from workflow_execution where status = 'COMPLETED' and workflow_id = '" + id + "'")
                .getFirst());
            String billed = this.database.rows("""
                    select min(period), max(period), count(distinct first_run_id), count(*), sum(amount_cents)
                    from invoice where subscription_id = '%s'""".formatted(id)).getFirst();
            int periods = info.get("periods").asInt();
            String expected = "1|%d|1|%d|%d".formatted(periods, periods, info.get("totalCents").asLong());
            if (!billed.equals(expected) || periods < LEAST_PERIODS || !info.get("plan").asString().equals("PREMIUM")) {
                wrong.add(id + " was billed " + billed + " instead of " + expected + ": " + info);
            }
        }
    }

    private void histories(List<String> wrong) throws SQLException {
        List<String> gaps = this.database.rows("""
                select run_id, min(event_id), max(event_id), count(*) from workflow_event group by run_id
                having min(event_id) <> 1 or max(event_id) <> count(*) limit 10""");
        if (!gaps.isEmpty()) {
            wrong.add("histories with gaps: " + gaps);
        }
        List<String> lengths = this.database.rows("""
                select e.workflow_id, e.history_length, h.last from workflow_execution e left join
                  (select run_id, max(event_id) as last from workflow_event group by run_id) h on h.run_id = e.run_id
                where e.history_length is distinct from h.last limit 10""");
        if (!lengths.isEmpty()) {
            wrong.add("histories of another length than their run says: " + lengths);
        }
        List<String> afterEnd = this.database.rows("""
                select e.run_id, e.event_id, e.event_type from workflow_event e
                join workflow_execution x on x.run_id = e.run_id
                where (e.event_type in ('WorkflowExecutionCompleted', 'WorkflowExecutionFailed',
                    'WorkflowExecutionCanceled', 'WorkflowExecutionContinuedAsNew'))
                  <> (e.event_id = x.history_length) limit 10""");
        if (!afterEnd.isEmpty()) {
            wrong.add("histories that do not end where their run does: " + afterEnd);
        }
        List<String> twice = this.database.rows("""
                select run_id, attributes::json ->> 'scheduledEventId', count(*) from workflow_event
                where event_type in ('ActivityTaskCompleted', 'ActivityTaskFailed', 'ActivityTaskTimedOut')
                group by 1, 2 having count(*) > 1 limit 10""");
        if (!twice.isEmpty()) {
            wrong.add("activities with two results: " + twice);
        }
    }

    /** Of runs that have ended; of activities the sweep may have something to do. */
    private void nothingLeft(List<String> wrong) throws Exception {
        for (String table : List.of("workflow_task", "workflow_message", "workflow_activity_task")) {
            String count = "select count(*) from " + table;
            if (!Waiting.within(Duration.ofSeconds(10), () -> this.database.number(count) == 0)) {
                wrong.add(this.database.number(count) + " rows left in " + table + ": "
                        + this.database.rows("select * from " + table + " limit 5"));
            }
        }
    }

    /** Any node rebuilds the last state of a closed run from its history alone. */
    private void replays(List<String> wrong) throws Exception {
        List<String> sample = this.database.rows("""
                select workflow_id, history_length from (select e.*, row_number()
                    over (partition by workflow_type order by history_length desc, run_id) as place
                  from workflow_execution e where status = 'COMPLETED') ranked where place <= 25""");
        List<NodeProcess> nodes = this.cluster.healthy();
        for (int i = 0; i < sample.size(); i++) {
            String[] row = sample.get(i).split("\\|");
            String url = nodes.get(i % nodes.size()).url();
            String path = "/api/v1/workflows/" + Rest.encode(row[0]);
            Rest.Answer state = this.cluster.rest().post(url, path + "/queries/__state", "{\"args\":[]}");
            if (!state.ok()) {
                wrong.add(row[0] + " does not replay: " + state);
            }
            JsonNode events = this.cluster.rest().get(url, path + "/history?pageSize=1000").get("events");
            for (int event = 0; event < events.size(); event++) {
                if (events.get(event).get("eventId").asLong() != event + 1) {
                    wrong.add(row[0] + " has event " + events.get(event) + " at place " + (event + 1));
                }
            }
            if (events.size() != Long.parseLong(row[1])) {
                wrong.add(row[0] + " shows " + events.size() + " events of " + row[1]);
            }
        }
    }

}
