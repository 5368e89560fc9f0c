package dev.workflow.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import dev.workflow.client.OperatorAction;
import dev.workflow.CancellationType;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.FairnessStore;
import dev.workflow.engine.Transition;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.RetryPolicy;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/** Rows with fairness keys, and the plans of what looks for them. */
class FairnessTableIntegrationTests {

    private final DataSource database = TestPostgres.newDatabase("engine");

    @AutoClose
    private final TestConnections connections = new TestConnections(this.database, SessionSettings.sql());

    private final EngineStore store = new JdbcEngineStore(this.connections, this.database, "engine", Transitions::now);

    private final JdbcClient jdbc = JdbcClient.create(this.database);

    private static final EngineStore.SlotRequest RUNS = new EngineStore.SlotRequest(Transitions.QUEUE,
            List.of(Transitions.TYPE), 10);

    private static final EngineStore.SlotRequest ACTIVITIES = new EngineStore.SlotRequest(Transitions.QUEUE,
            List.of("Act"), 10);

    private static Instant soon() {
        return Transitions.now().plus(Duration.ofMinutes(1));
    }

    private static Transition start(String key, long owner) {
        UUID run = UUID.randomUUID();
        return Transitions
            .start(Transitions.execution(run, run.toString(), null, IdReusePolicy.ALLOW_DUPLICATE).sharing(key), owner);
    }

    private static Transition order(UUID run, String key, boolean claimed) {
        Instant now = Transitions.now();
        ActivityTaskScheduled event = new ActivityTaskScheduled(2, now, "2", "Act", Transitions.QUEUE, new Json("[]"),
                null, null, Duration.ofMinutes(1), null,
                new RetryPolicy(Duration.ofMillis(10), 2, Duration.ofSeconds(1), 0, List.of()),
                CancellationType.TRY_CANCEL, null, 3, Map.of());
        Transition.ActivityRow row = new Transition.ActivityRow(2, "Act", Transitions.QUEUE, 3, claimed, now, key);
        return new Transition(run, 7, 1, 1, 2, null, null, List.of(Transitions.row(event)), List.of(row), List.of(),
                List.of(), List.of(), Map.of(), null, null, null);
    }

    private void commit(Transition... batch) {
        assertThat(this.store.commit(List.of(batch)))
            .allMatch((result) -> result instanceof Transition.Result.Committed);
    }

    /** Alone and in batches, mixed with what has no key; and after its node has died. */
    @Test
    void rowsWithKeysAreClaimedByThoseWhoLookForThem() {
        assertThat(this.store.fairness().weights()).isNull();
        List<UUID> runs = new ArrayList<>();
        for (int size : new int[] { 1, 3 }) {
            List<Transition> starts = new ArrayList<>();
            List<Transition> orders = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                Transition start = start("k" + i, 7);
                starts.add(start);
                orders.add(order(start.runId(), "k" + i, i == 0));
                runs.add(start.runId());
            }
            if (size > 1) {
                Transition plain = start(null, 7);
                starts.add(plain);
                orders.add(order(plain.runId(), null, false));
            }
            commit(starts.toArray(Transition[]::new));
            commit(orders.toArray(Transition[]::new));
        }
        assertThat(this.store.claimActivities(8, List.of(ACTIVITIES), soon())).hasSize(1);
        this.store.releaseDead(7, Transitions.now(), 100, () -> true);
        assertThat(this.store.claimDue(8, List.of(RUNS), soon())).hasSize(1);
        assertThat(this.store.claimActivities(8, List.of(ACTIVITIES), soon())).isEmpty();
        assertThat(this.store.fairness().weights()).isEmpty();
        assertThat(this.store.fairness().claimRuns(8, List.of(RUNS), soon(), null))
            .extracting(EngineStore.ClaimedRun::runId)
            .containsExactlyInAnyOrderElementsOf(runs);
        assertThat(this.store.fairness().claimActivities(8, List.of(ACTIVITIES), soon())).hasSize(4)
            .allMatch((activity) -> activity.order().priority() == 3);
    }

    @Test
    void grantsGetTheOldestOfTheirKeyAndNoMore() {
        List<UUID> ofA = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            for (String key : new String[] { "a", "b", null }) {
                Transition start = start(key, 0);
                commit(start);
                this.jdbc
                    .sql("update engine.workflow_task set due_at = now() - ? * interval '1 second' where run_id = ?")
                    .params(i, start.runId())
                    .update();
                if ("a".equals(key)) {
                    ofA.add(start.runId());
                }
            }
        }
        List<FairnessStore.Waiting> waiting = this.store.fairness()
            .waitingRuns(List.of(new FairnessStore.Lane(Transitions.QUEUE, "", Transitions.TYPE, 3, ""),
                    new FairnessStore.Lane(Transitions.QUEUE, "", Transitions.TYPE, 3, "a"),
                    new FairnessStore.Lane(Transitions.QUEUE, "", Transitions.TYPE, 4, "")), 5, soon());
        assertThat(waiting).filteredOn(FairnessStore.Waiting::inTurn)
            .extracting((one) -> one.lane() + one.key())
            .containsExactlyInAnyOrder("0a", "0b", "1b");
        assertThat(waiting).filteredOn((one) -> !one.inTurn())
            .extracting((one) -> one.lane() + one.key())
            .contains("0a", "0b", "0", "1")
            .doesNotContain("2");
        List<FairnessStore.Granted<EngineStore.ClaimedRun>> claimed = this.store.fairness()
            .claimRunsOf(8, List.of(new FairnessStore.Grant(RUNS, 3, "a", 2), new FairnessStore.Grant(RUNS, 3, "", 7),
                    new FairnessStore.Grant(RUNS, 4, "b", 7)), soon(), null);
        assertThat(claimed).filteredOn((one) -> one.grant() == 0)
            .extracting((one) -> one.claimed().runId())
            .containsExactlyInAnyOrder(ofA.get(3), ofA.get(4));
        assertThat(claimed).filteredOn((one) -> one.grant() == 1).hasSize(5);
        assertThat(claimed).hasSize(7).allMatch((one) -> one.claimed().priority() == 3);
    }

    @Test
    void weightsAreKept() {
        this.store.fairness().use(Transitions.now());
        this.store.fairness().use(Transitions.now());
        assertThat(this.store.fairness().weights()).isEmpty();
        this.store.fairness().weigh("k", 2.5, by(Transitions.now(), "ann"));
        this.store.fairness().weigh("", 3.0, by(Transitions.now(), "bob"));
        assertThat(this.store.fairness().weights())
            .extracting((weight) -> weight.key() + weight.weight() + weight.changedBy())
            .containsExactly("3.0bob", "k2.5ann");
        this.store.fairness().weigh("k", null, by(Transitions.now(), "ann"));
        assertThat(this.store.fairness().weights()).hasSize(1);
    }

    /**
     * With a hundred thousand rows of one key, as many keys of which nothing is due, and
     * ten thousand rows without key.
     */
    @Test
    void keysAreFoundByIndexAndClaimsWithoutKeysDoNotMeetThem() {
        String rows = """
                insert into engine.workflow_task
                  (run_id, workflow_type, task_queue, priority, due_at, last_event, fairness_key)
                select gen_random_uuid(), 'ByHand', 'q', %s from generate_series(1, %d) i""";
        String orders = """
                insert into engine.workflow_activity_task (run_id, scheduled_event_id, activity_type, task_queue,
                  priority, attempt, due_at, scheduled_at, fairness_key)
                select gen_random_uuid(), 2, 'Act', 'q', %s from generate_series(1, %d) i""";
        this.jdbc.sql(rows.formatted("3, now(), 1, null", 10_000)).update();
        this.jdbc.sql(orders.formatted("3, 0, now(), now(), null", 10_000)).update();
        this.jdbc.sql("vacuum analyze").update();
        String claim = RunTable.claimDueSql();
        String claimActivities = ActivityTable.claimSql();
        List<String> before = List.of(plan(claim), plan(claimActivities));
        this.jdbc.sql(rows.formatted("13, now(), 1, 'flood'", 100_000)).update();
        this.jdbc.sql(rows.formatted("13, '9999-01-01', 1, 'key-' || i", 100_000)).update();
        this.jdbc.sql(orders.formatted("13, 0, now(), now(), 'flood'", 100_000)).update();
        this.jdbc.sql(orders.formatted("13, 0, '9999-01-01', now(), 'key-' || i", 100_000)).update();
        this.jdbc.sql("vacuum analyze").update();
        assertThat(List.of(plan(claim), plan(claimActivities))).isEqualTo(before);
        assertThat(before.getFirst()).contains("Index Scan using workflow_task_route_due").doesNotContain("_fair");
        assertThat(before.getLast()).contains("Index Scan using workflow_activity_task_due").doesNotContain("_fair");
        assertThat(plan(RunTable.mayHaveWorkSql(true))).contains("workflow_task_route_due")
            .contains("workflow_activity_task_due")
            .doesNotContain("_fair")
            .doesNotContain("Seq Scan");
        for (String table : Set.of("workflow_task", "workflow_activity_task")) {
            boolean runs = table.equals("workflow_task");
            assertThat(plan(runs ? FairnessTable.waitingRunsSql() : FairnessTable.waitingActivitiesSql()))
                .contains("using " + table + "_fair")
                .doesNotContain("Sort")
                .doesNotContain("Seq Scan");
            assertThat(plan(runs ? RunTable.claimGrantedSql() : ActivityTable.claimGrantedSql()))
                .contains("Index Scan using " + table + "_fair")
                .doesNotContain("Seq Scan");
        }
        long begin = System.nanoTime();
        List<FairnessStore.Lane> lanes = IntStream.rangeClosed(1, 5)
            .mapToObj((i) -> new FairnessStore.Lane(Transitions.QUEUE, "", Transitions.TYPE, i, ""))
            .toList();
        assertThat(this.store.fairness().waitingRuns(lanes, 1_000, soon())).hasSize(1_011);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
    }

    /** The generic plan, as the engine's sessions have it; without its estimates. */
    private String plan(String sql) {
        String text = sql.replace("@workflow_", "engine.workflow_");
        StringBuilder numbered = new StringBuilder();
        int parameter = 0;
        for (char c : text.toCharArray()) {
            numbered.append((c == '?') ? "$" + ++parameter : String.valueOf(c));
        }
        try (java.sql.Connection connection = this.connections.getConnection();
                java.sql.Statement statement = connection.createStatement()) {
            List<String> lines = new ArrayList<>();
            statement.execute("prepare examined as " + numbered);
            String values = String.join(", ", java.util.Collections.nCopies(parameter, "null"));
            try (java.sql.ResultSet row = statement
                .executeQuery("explain (costs off) execute examined(" + values + ")")) {
                while (row.next()) {
                    lines.add(row.getString(1));
                }
            }
            statement.execute("deallocate examined");
            return String.join("\n", lines);
        }
        catch (java.sql.SQLException ex) {
            throw new AssertionError(numbered.toString(), ex);
        }
    }

    private static OperatorAction by(Instant time, String identity) {
        return new OperatorAction(0, time, identity, "WeighFairnessKey", OperatorAction.Subject.FAIRNESS_KEY, "key",
                null, null);
    }

}
