package dev.workflow.store;

import java.sql.DatabaseMetaData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import dev.workflow.engine.AdmissionStore;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.Message;
import dev.workflow.engine.Relations;
import dev.workflow.engine.ScheduleStore;
import dev.workflow.engine.Transition;
import dev.workflow.schedule.StartedRun;
import dev.workflow.visibility.WorkflowLists;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hot statements keep to their indexes when the tables are large, their statistics
 * fresh and a table that was full is suddenly nearly empty: what makes the planner prefer
 * a scan.
 */
class PlansIntegrationTests {

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    private static final int PARKED = 20_000;

    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private static final List<EngineStore.ServedType> TYPES = List
        .of(new EngineStore.ServedType(Transitions.TYPE, Transitions.QUEUE));

    private static final List<EngineStore.SlotRequest> SLOTS = List
        .of(new EngineStore.SlotRequest(Transitions.QUEUE, List.of(Transitions.TYPE), 200));

    private final JdbcClient jdbc = JdbcClient.create(DATABASE);

    @Test
    void hotStatementsScanNoTable() {
        park(this.jdbc);
        work(DATABASE);
        Map<String, Long> before = scans();
        work(DATABASE);
        assertThat(scans()).as("sequential scans by table").isEqualTo(before);
    }

    /**
     * Vacuum finds a busy system's tables in a quiet moment: large, and with no row or
     * one. The planner then takes a walk through a whole index for cheaper than looking
     * for two keys, and keeps to that when there are thousands of rows again.
     */
    @ParameterizedTest
    @ValueSource(ints = { 0, 1, 3 })
    void hotStatementsWalkThroughNoIndexThoughTheTablesWereEmpty(int left) {
        DataSource database = TestPostgres.newDatabase("engine");
        JdbcClient admin = JdbcClient.create(database);
        park(admin);
        admin.sql("""
                insert into engine.workflow_message (run_id, kind, name, payload, created_at)
                select (select max(run_id::text)::uuid from engine.workflow_task), 'SIGNAL', 's', '{}', now()
                from engine.workflow_task limit 5000""").update();
        List<String> hot = List.of("workflow_task", "workflow_activity_task", "workflow_message");
        for (String table : hot) {
            admin.sql("create table kept_" + table + " as select * from engine." + table).update();
            admin
                .sql("delete from engine." + table + " where ctid not in (select ctid from engine." + table
                        + " order by ctid desc limit " + left + ")")
                .update();
            admin.sql("alter table engine." + table + " set (autovacuum_enabled = false)").update();
            admin.sql("vacuum (analyze, truncate off) engine." + table).update();
        }
        for (String table : hot) {
            admin
                .sql("insert into engine." + table + " overriding system value select * from kept_" + table
                        + " on conflict do nothing")
                .update();
        }
        for (int i = 0; i < 3; i++) {
            work(database);
        }
        try (TestConnections connections = new TestConnections(database, SessionSettings.sql())) {
            new JdbcEngineStore(connections, database, "engine", Transitions::now).routeBacklogs(Transitions.now());
        }
        awaitEnds(admin);
        Map<String, Long> read = new TreeMap<>();
        admin.sql("select indexrelname, idx_tup_read from pg_stat_user_indexes where relname = any(?)")
            .param(hot.toArray(String[]::new))
            .query((row) -> {
                read.put(row.getString(1), row.getLong(2));
            });
        // Some count what waits. Any other that walks does so six times.
        assertThat(read)
            .allSatisfy((index, rows) -> assertThat(rows).as("rows that %s has led to", index).isLessThan(5 * PARKED));
    }

    /**
     * An index whose first column is not asked for is read from its beginning to its end:
     * for next to nothing where the table was empty when the plan was made.
     */
    @Test
    void messagesAreTakenByTheirKeyThoughTheTableWasEmpty() {
        DataSource database = TestPostgres.newDatabase("engine");
        JdbcClient admin = JdbcClient.create(database);
        admin.sql("alter table engine.workflow_message set (autovacuum_enabled = false)").update();
        // Which of several indexes grows most is a matter of chance.
        admin.sql("""
                insert into engine.workflow_message (run_id, kind, payload, created_at)
                select gen_random_uuid(), 'SIGNAL', '{}', now() from generate_series(1, 50000)""").update();
        admin.sql("delete from engine.workflow_message where id > 3").update();
        admin.sql("vacuum (analyze) engine.workflow_message").update();
        admin.sql("""
                select indexrelid::regclass::text from pg_index
                where indrelid = 'engine.workflow_message'::regclass
                  and pg_get_indexdef(indexrelid, 1, false) = 'run_id'""")
            .query(String.class)
            .list()
            .forEach((index) -> admin.sql("reindex index " + index).update());
        admin.sql("select pg_stat_force_next_flush()").query().singleRow();
        JdbcClient meanwhile = JdbcClient.create(unshared(admin));
        List<UUID> runs = IntStream.range(0, 60).mapToObj((i) -> UUID.randomUUID()).toList();
        try (TestConnections connections = new TestConnections(database, SessionSettings.sql())) {
            EngineStore store = new JdbcEngineStore(connections, database, "engine", Transitions::now);
            for (UUID run : runs) {
                commit(store, List.of(Transitions.start(run, run.toString(), 7)));
                take(store, run, 1, signal(store, run));
            }
            commit(store, runs.stream().map((run) -> taking(run, 2, signal(store, run))).toList());
            Map<UUID, Long> signals = runs.stream()
                .collect(Collectors.toMap((run) -> run, (run) -> signal(store, run)));
            meanwhile.sql("""
                    insert into engine.workflow_message (run_id, kind, payload, created_at)
                    select gen_random_uuid(), 'SIGNAL', '{}', now() from generate_series(1, 50000)""").update();
            meanwhile.sql("select pg_stat_force_next_flush()").query().singleRow();
            meanwhile.sql("select pg_stat_reset()").query().singleRow();
            runs.subList(0, 20).forEach((run) -> take(store, run, 3, signals.get(run)));
            commit(store, runs.subList(20, 60).stream().map((run) -> taking(run, 3, signals.get(run))).toList());
        }
        awaitEnds(admin);
        admin.sql("select pg_stat_force_next_flush()").query().singleRow();
        // What was delivered and taken before is counted, too: some ten blocks for each.
        assertThat(admin.sql("""
                select sum(idx_blks_read + idx_blks_hit) from pg_statio_user_indexes
                where relname = 'workflow_message'""").query(Long.class).single()).as("blocks of its indexes")
            .isLessThan(3_000);
    }

    /** Connections that end with their statement, whoever else has one. */
    private static DataSource unshared(JdbcClient admin) {
        return Objects.requireNonNull(admin.sql("select current_database()").query((row, number) -> {
            DatabaseMetaData server = row.getStatement().getConnection().getMetaData();
            return new DriverManagerDataSource(server.getURL(), server.getUserName(), "");
        }).single());
    }

    private static long signal(EngineStore store, UUID run) {
        EngineStore.Delivered delivered = store.deliver(run, Transitions.signal("s", null), Transitions.now());
        return Objects.requireNonNull(delivered).messageId();
    }

    private static void take(EngineStore store, UUID run, long lastEvent, long message) {
        commit(store, List.of(taking(run, lastEvent, message)));
    }

    private static Transition taking(UUID run, long lastEvent, long message) {
        return Transitions.taking(Transitions.advance(run, 7, 1, lastEvent, 1), List.of(message));
    }

    /**
     * Up to the first statistics of a table the planner takes an id for one of 200: in a
     * table that has grown within a minute it expects thousands of runs of it, and had
     * further processes look for them.
     */
    @Test
    void aRunIsFoundByItsIdWithoutStatisticsToo() {
        DataSource database = TestPostgres.newDatabase("engine");
        JdbcClient admin = JdbcClient.create(database);
        admin.sql("""
                insert into engine.workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id)
                select gen_random_uuid(), case when i % 2 = 0 then 'often' else 'w-' || i end, 'T', 'q', 'COMPLETED',
                       timestamptz '2026-01-01 00:00:00+00' + i * interval '1 second', gen_random_uuid()
                from generate_series(1, 50000) i""").update();
        admin.sql("alter table engine.workflow_execution set (autovacuum_enabled = false)").update();
        admin.sql("vacuum engine.workflow_execution").update();
        String name = admin.sql("select current_database()").query(String.class).single();
        for (String cost : List.of("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size",
                "min_parallel_index_scan_size")) {
            admin.sql("alter database \"" + name + "\" set " + cost + " = 0").update();
        }
        for (String settings : List.of(SessionSettings.sql(), "set jit = off")) {
            try (TestConnections connections = new TestConnections(database, settings)) {
                EngineStore store = new JdbcEngineStore(connections, database, "engine", Transitions::now);
                for (int i = 0; i < 10; i++) {
                    assertThat(store.execution("w-77")).isNotNull();
                    assertThat(store.execution("often")).isNotNull()
                        .extracting(EngineStore.ExecutionRow::startedAt)
                        .isEqualTo(Instant.parse("2026-01-01T13:53:20Z"));
                }
            }
        }
        awaitEnds(admin);
        assertThat(admin.sql("select parallel_workers_to_launch from pg_stat_database where datname = ?")
            .param(name)
            .query(Long.class)
            .single()).as("further processes").isZero();
        assertThat(admin
            .sql("select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = 'workflow_execution'")
            .query(Long.class)
            .single()).as("rows that were read").isLessThan(1_000);
    }

    /** With as many that have ended as after some time, and the planner left alone. */
    @Test
    void countsAndDeletionsGoByIndex() {
        DataSource database = TestPostgres.newDatabase("engine");
        JdbcClient admin = JdbcClient.create(database);
        admin
            .sql("""
                    insert into engine.workflow_execution
                      (run_id, workflow_id, workflow_type, task_queue, status, started_at, closed_at, first_run_id, result)
                    select ('0190' || lpad(to_hex(i), 8, '0') || '-7000-8000-' || substr(md5(i::text), 1, 12))::uuid, 'w-' || i,
                           'T', 'q', case when i % 50 = 0 then 'RUNNING' when i % 90 = 0 then 'FAILED' else 'COMPLETED' end,
                           now(), now(), gen_random_uuid(), repeat('x', 600)
                    from generate_series(1, 100000) i""")
            .update();
        admin.sql("vacuum analyze engine.workflow_execution").update();
        WorkflowLists lists = new WorkflowLists(database, "engine");
        assertThat(lists.count(null)).isEqualTo(100_000);
        assertThat(lists.count("", "Status")).containsEntry("RUNNING", 2_000L);
        try (TestConnections connections = new TestConnections(database, SessionSettings.sql())) {
            JdbcClient engine = JdbcClient.create(connections);
            assertThat(plan(engine, "select count(*) from engine.workflow_execution where status = 'RUNNING'"))
                .contains("Index Only Scan using workflow_execution_open");
            assertThat(plan(engine,
                    "select status, count(*) from engine.workflow_execution where status <> 'RUNNING' group by 1"))
                .contains("workflow_execution_closed");
            assertThat(plan(engine, """
                    select e.run_id, e.closed_at, e.history_length,
                           e.continued_run_id is not null and e.run_id = e.first_run_id and (
                             select true from engine.workflow_execution o where o.workflow_id = e.workflow_id
                             and o.first_run_id = e.run_id and (o.status = 'RUNNING' or o.closed_at >= now())
                             limit 1) is not null
                    from engine.workflow_execution e where e.run_id > '01900000-0000-7000-8000-000000000000'
                      and e.run_id < '01900001-0000-7000-8000-000000000000'
                    order by e.run_id limit 500""")).contains("Index Scan using workflow_execution_pkey")
                .contains("Index Scan using workflow_execution_id")
                .doesNotContain("Seq Scan");
            EngineStore store = new JdbcEngineStore(connections, database, "engine", Transitions::now);
            List<EngineStore.EndedRun> old = store.startedBefore(new UUID(0, 0), Transitions.now(), 200);
            List<UUID> ended = old.stream()
                .filter((run) -> run.closedAt() != null)
                .map(EngineStore.EndedRun::runId)
                .toList();
            assertThat(store.delete(ended, () -> true)).isEqualTo(196);
        }
    }

    @Test
    void recordsOfThePastAreFoundByIndex() {
        DataSource database = TestPostgres.newDatabase("engine");
        JdbcClient admin = JdbcClient.create(database);
        admin.sql("""
                insert into engine.workflow_operator_action (acted_at, identity, action, subject, name)
                select now() - i * interval '1 minute', 'ann', 'PauseTaskQueue', 'TASK_QUEUE', 'q-' || i % 1000
                from generate_series(1, 50000) i""").update();
        admin.sql("""
                insert into engine.workflow_batch (id, query, operation, input, keep_signals, rate, state, total,
                  position_started_at, position_run_id, started_at, ended_at, started_by, by_principal)
                select i::text, '', 'CANCEL', '[]', true, 0, 'COMPLETED', 3, now(), gen_random_uuid(), now(),
                  now() - i * interval '1 minute', 'ann', false from generate_series(1, 20000) i""").update();
        admin.sql("vacuum analyze engine.workflow_operator_action").update();
        admin.sql("vacuum analyze engine.workflow_batch").update();
        try (TestConnections connections = new TestConnections(database, SessionSettings.sql())) {
            JdbcClient engine = JdbcClient.create(connections);
            String actions = "from engine.workflow_operator_action where ";
            assertThat(plan(engine, "select * " + actions + "id < 9223372036854775807 order by id desc limit 100"))
                .contains("using workflow_operator_action_pkey");
            assertThat(
                    plan(engine,
                            "select * " + actions + "id < 9223372036854775807 and subject = 'TASK_QUEUE' and "
                                    + "name = 'q-7' order by id desc limit 100"))
                .contains("workflow_operator_action_name");
            assertThat(plan(engine, "select * " + actions + "id < 9223372036854775807 and subject = 'BATCH' "
                    + "order by id desc limit 100"))
                .contains("using workflow_operator_action_subject");
            assertThat(
                    plan(engine,
                            "select id " + actions + "acted_at < now() - interval '1 year' order by acted_at "
                                    + "limit 200 for update skip locked"))
                .contains("using workflow_operator_action_time");
            assertThat(plan(engine,
                    "select id from engine.workflow_batch where ended_at < now() - interval '30 days' "
                            + "order by ended_at limit 200 for update skip locked"))
                .contains("using workflow_batch_ended");
            EngineStore store = new JdbcEngineStore(connections, database, "engine", Transitions::now);
            Instant before = Transitions.now().minus(Duration.ofMinutes(19_900));
            assertThat(store.deleteRecords(EngineStore.RecordKind.BATCH, before, 200)).isBetween(90, 110);
            assertThat(store.deleteRecords(EngineStore.RecordKind.OPERATOR_ACTION, before, 200)).isEqualTo(200);
        }
    }

    @Test
    void thoseInLineAreCountedByIndex() {
        DataSource database = TestPostgres.newDatabase("engine");
        JdbcClient admin = JdbcClient.create(database);
        admin
            .sql("""
                    insert into engine.workflow_admission (chain_id, run_id, workflow_id, workflow_type, key, state, wanted_at)
                    select gen_random_uuid(), gen_random_uuid(), 'w-' || i, 'Limited', 'k', case when i <= 10 then 3 else 1 end,
                      now() from generate_series(1, 50000) i""")
            .update();
        admin.sql("vacuum analyze engine.workflow_admission").update();
        try (TestConnections connections = new TestConnections(database, SessionSettings.sql())) {
            JdbcClient engine = JdbcClient.create(connections);
            String plan = plan(engine,
                    AdmissionTable.censusSql().replace("@", "engine.").replace("?", "array['Limited', 'Other']"));
            assertThat(plan.split(" using workflow_admission_| on workflow_admission_", -1)).hasSize(5);
            assertThat(plan).doesNotContain("Seq Scan");
            EngineStore store = new JdbcEngineStore(connections, database, "engine", Transitions::now);
            assertThat(store.admissions().census(List.of("Limited", "Other"))).containsOnly(
                    Map.entry("Limited", new AdmissionStore.Census(10, 49_990, 0)),
                    Map.entry("Other", AdmissionStore.Census.NONE));
        }
    }

    private static String plan(JdbcClient admin, String sql) {
        return String.join("\n", admin.sql("explain " + sql).query(String.class).list());
    }

    private static void park(JdbcClient jdbc) {
        jdbc.sql("""
                insert into engine.workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id)
                select gen_random_uuid(), 'parked-' || i, 'ByHand', 'q', 'RUNNING', now(), gen_random_uuid()
                from generate_series(1, ?) as i""").param(PARKED).update();
        jdbc.sql("""
                insert into engine.workflow_task (run_id, workflow_type, task_queue, due_at, last_event)
                select run_id, workflow_type, task_queue, '9999-01-01', 1 from engine.workflow_execution""").update();
        jdbc.sql("""
                insert into engine.workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                select run_id, 1, 'WorkflowExecutionStarted', now(), 1, '{}' from engine.workflow_execution""")
            .update();
        jdbc.sql("""
                insert into engine.workflow_activity_task (run_id, scheduled_event_id, activity_type, task_queue,
                  attempt, due_at, scheduled_at)
                select run_id, 2, 'Parked', 'q', 1, '9999-01-01', now() from engine.workflow_execution""").update();
        jdbc.sql("""
                insert into engine.workflow_schedule
                select 's-' || i, 'ByHand', '{"cron":["@daily"],"calendars":[],"skip":[]}', '{}', 1, 'ALLOW_DUPLICATE',
                       'SKIP', 60000, false, false, '', null, '9999-01-01', '9999-01-01', false, '',
                       '{"pending":[],"backfills":[],"runs":[]}', 0, 0, 0, null, now()
                from generate_series(1, ?) as i""").param(PARKED).update();
        jdbc.sql("select setval(pg_get_serial_sequence('engine.workflow_admission', 'position'), 100000)")
            .query(Long.class)
            .single();
        jdbc.sql("""
                insert into engine.workflow_control (kind, name, max_open, max_open_per_key)
                values ('WORKFLOW_TYPE', 'Limited', 1000, 1)""").update();
        jdbc.sql(
                """
                        insert into engine.workflow_admission (chain_id, run_id, workflow_id, workflow_type, key, state, position,
                          wanted_at)
                        select e.first_run_id, e.run_id, e.workflow_id, 'Limited', 'key-' || i % 1000,
                          case when i <= 1000 then 3 else 1 end, i, now()
                        from (select e.*, row_number() over () as i from engine.workflow_execution e) e""")
            .update();
        jdbc.sql("update engine.workflow_execution set workflow_type = 'Limited'").update();
        jdbc.sql("analyze").update();
    }

    /** What the engine does for each step, alone and in batches. */
    private static void work(DataSource database) {
        try (TestConnections connections = new TestConnections(database, SessionSettings.sql())) {
            EngineStore store = new JdbcEngineStore(connections, database, "engine", Transitions::now);
            for (int size : new int[] { 1, 50 }) {
                List<UUID> runs = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    runs.add(UUID.randomUUID());
                }
                commit(store, runs.stream().map((r) -> Transitions.start(r, r.toString(), 7)).toList());
                commit(store, runs.stream().map((r) -> Transitions.order(r, 7, 1, 1, true)).toList());
                commit(store, runs.stream().map((r) -> Transitions.advance(r, 7, 1, 2, 2)).toList());
                runs.forEach((r) -> {
                    assertThat(store.deliver(r, Transitions.signal("s", null), Transitions.now())).isNotNull();
                    assertThat(store.inbox(r, 0, 10)).hasSize(1);
                    assertThat(store.historyPage(r, 0, 100)).hasSize(4);
                    assertThat(Transitions.release(store, r, 7, 1, NEVER, 0, null))
                        .isEqualTo(EngineStore.Released.DONE);
                });
                List<EngineStore.ClaimedRun> claimed = store.claimDue(8, SLOTS,
                        Transitions.now().plus(Duration.ofMinutes(1)));
                assertThat(claimed).hasSize(size);
                assertThat(store.beginnings(claimed)).hasSize(size);
                runs.forEach((r) -> store.inbox(r, 0, 10).forEach((m) -> store.removeMessage(r, m.id())));
                store.runsWithMessages(8, TYPES, 100);
                store.mayHaveWork(TYPES, List.of(new EngineStore.SlotRequest("q", List.of("Act", "Parked"), 10)),
                        Transitions.now(), true);
                assertThat(store.claim(8, TYPES, runs, null)).as("are owned").isEmpty();
                store.handBack(8,
                        runs.stream().collect(Collectors.toMap((r) -> new EngineStore.ActivityKey(r, 3), (r) -> 1)));
                store.claimActivities(8, List.of(new EngineStore.SlotRequest("q", List.of("Act", "Parked"), 10)),
                        Transitions.now());
                builds(store, runs);
                others(store, runs);
                schedules(store);
                limited(store, size);
                commit(store, runs.stream().map((r) -> Transitions.close(r, 8, 4, 5)).toList());
                store.ends(runs);
            }
        }
    }

    /** Runs go from build to build, and come back to the node that had them. */
    private static void builds(EngineStore store, List<UUID> runs) {
        Instant soon = Transitions.now().plus(Duration.ofMinutes(1));
        store.versions();
        store.handOver(8, runs.stream().map((r) -> new EngineStore.HandOver(r, 2, "v2")).toList());
        EngineStore.SlotRequest any = new EngineStore.SlotRequest(Transitions.QUEUE, List.of(Transitions.TYPE), 200, "",
                Set.of());
        assertThat(store.claimDue(8, List.of(any), soon, "v1")).isEmpty();
        EngineStore.SlotRequest route = new EngineStore.SlotRequest(Transitions.QUEUE, List.of(Transitions.TYPE), 200,
                "v2", Set.of(Transitions.TYPE));
        List<EngineStore.ClaimedRun> claimed = store.claimDue(8, List.of(any, route), soon, "v2");
        assertThat(claimed).hasSize(runs.size()).allMatch((run) -> run.version().pinned());
        assertThat(store.pinnedRuns(Transitions.QUEUE)).containsEntry("v2", (long) runs.size());
        store.handOver(8, claimed.stream().map((run) -> new EngineStore.HandOver(run.runId(), 3, "v3")).toList());
        store.reroute();
        assertThat(store.claimDue(8, SLOTS, soon)).hasSize(runs.size());
    }

    /** Starts of a type with a limit, of which many wait and many have a place. */
    private static void limited(EngineStore store, int size) {
        AdmissionStore admissions = store.admissions();
        List<UUID> runs = IntStream.range(0, size).mapToObj((i) -> UUID.randomUUID()).toList();
        commit(store, runs.stream().map((run) -> Transitions.limited(run, "key-7")).toList());
        for (boolean all : new boolean[] { false, true }) {
            admissions.admit(
                    new AdmissionStore.Round(Transitions.LIMITED, runs, runs, List.of("key-7", "key-8"), all, all, ""),
                    Transitions.now());
        }
        runs.forEach((run) -> {
            assertThat(admissions.standing(run).place()).isEqualTo(AdmissionStore.Standing.Held.A_NUMBER);
            assertThat(admissions.inLine(run)).isNotNull();
        });
        assertThat(admissions.types()).containsExactly(Transitions.LIMITED);
        assertThat(admissions.census(List.of(Transitions.LIMITED)).get(Transitions.LIMITED).waiting())
            .isGreaterThan(PARKED - 2_000);
        assertThat(admissions.count(Transitions.LIMITED, new UUID(0, 0), Transitions.now())).isNotNull();
    }

    /** What is asked of many schedules, of which none is due. */
    private static void schedules(EngineStore store) {
        store.schedules().agenda();
        store.schedules().due(Transitions.now(), 100, (firing) -> firing.schedules().size());
        store.schedules().ended(100, (firing) -> firing.schedules().size());
        store.schedules().endedUnnoticed("s-9", 100, (firing) -> firing.schedules().size());
        StartedRun gone = new StartedRun("w-9", UUID.randomUUID().toString(), Transitions.now(), Transitions.now(),
                false);
        Map<String, ScheduleStore.Outcome> kept = store.schedules().one("s-77", (firing) -> {
            firing.keepOutcomes(Map.of("s-77", UUID.fromString(gone.runId())));
            return firing.outcomes(List.of("s-77"));
        });
        assertThat(kept).containsKey("s-77");
        assertThat(store.schedules().ends(List.of(gone))).hasSize(1);
        store.schedules().find("s-77");
        store.schedules().page("s-5", 10);
    }

    /** Each run signals another, starts a child, and the child ends. */
    private static void others(EngineStore store, List<UUID> runs) {
        List<Transition> asking = new ArrayList<>();
        List<Transition> ending = new ArrayList<>();
        for (UUID run : runs) {
            UUID child = UUID.randomUUID();
            Transition.NewExecution execution = Transitions.childOf(run, child);
            Transition plain = Transitions.advance(run, 8, 4, 4, 1);
            asking.add(Transitions.with(plain,
                    new Relations(
                            List.of(new Relations.Child(5, execution)), List.of(new Relations.Ask(5,
                                    runs.getFirst().toString(), null, Transitions.signal("s", run.toString()))),
                            null, null)));
            Transition end = Transitions.close(child, 9, 1, 1);
            ending.add(Transitions.with(end,
                    new Relations(List.of(), List.of(),
                            new Relations.Parent(run, new Transition.NewMessage(Message.Kind.CHILD, "5", "5", "{}")),
                            "\"x\"")));
        }
        commit(store, asking);
        assertThat(store.openChildren(runs.getFirst())).hasSize(1);
        store.claimDue(9, SLOTS, Transitions.now().plus(Duration.ofMinutes(1)));
        commit(store, ending);
        runs.forEach((r) -> store.inbox(r, 0, 1_000).forEach((m) -> store.removeMessage(r, m.id())));
    }

    private static void commit(EngineStore store, List<Transition> batch) {
        assertThat(store.commit(batch)).allMatch((result) -> result instanceof Transition.Result.Committed);
    }

    private Map<String, Long> scans() {
        awaitEnds(this.jdbc);
        Map<String, Long> scans = new TreeMap<>();
        this.jdbc.sql("""
                select relname, seq_scan from pg_stat_user_tables where relname in ('workflow_execution',
                  'workflow_event', 'workflow_task', 'workflow_activity_task', 'workflow_message',
                  'workflow_schedule', 'workflow_admission')""").query((row) -> {
            scans.put(row.getString("relname"), row.getLong("seq_scan"));
        });
        return scans;
    }

    /** The statistics of a session are complete when it has ended, some moments later. */
    private static void awaitEnds(JdbcClient jdbc) {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (jdbc.sql("""
                select count(*) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'""")
            .query(Long.class)
            .single() > 0) {
            assertThat(System.nanoTime()).as("sessions of the last round have ended").isLessThan(end);
            Thread.onSpinWait();
        }
    }

}
