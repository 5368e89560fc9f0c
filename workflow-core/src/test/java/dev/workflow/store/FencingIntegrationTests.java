package dev.workflow.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import dev.workflow.engine.EngineStore;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.Transition;
import dev.workflow.engine.Transition.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * One writer: owner, token and last event are compared in the transaction that writes.
 */
@ParameterizedClass
@ValueSource(booleans = { true, false })
class FencingIntegrationTests {

    /** Whether a transition is written with nothing beside it, which is another way. */
    @Parameter
    private boolean alone;

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    private static final List<EngineStore.ServedType> TYPES = List
        .of(new EngineStore.ServedType(Transitions.TYPE, Transitions.QUEUE));

    private static final List<EngineStore.SlotRequest> SLOTS = List
        .of(new EngineStore.SlotRequest(Transitions.QUEUE, List.of(Transitions.TYPE), 7));

    @AutoClose
    private final TestConnections connections = new TestConnections(DATABASE, SessionSettings.sql());

    private final EngineStore store = new JdbcEngineStore(this.connections, DATABASE, "engine", Transitions::now);

    private final JdbcClient jdbc = JdbcClient.create(DATABASE);

    private final UUID run = UUID.randomUUID();

    /** A node of this test alone. */
    private final long owner = 1_000 + java.util.concurrent.ThreadLocalRandom.current().nextInt(1_000_000_000);

    private Result commit(Transition transition) {
        Transition nobodys = Transitions.advance(UUID.randomUUID(), 99, 1, 1, 1);
        return this.store.commit(this.alone ? List.of(transition) : List.of(transition, nobodys)).getFirst();
    }

    private void started() {
        assertThat(commit(Transitions.start(this.run, this.run.toString(), this.owner)))
            .isInstanceOf(Result.Committed.class);
    }

    private Map<String, List<Map<String, Object>>> everything() {
        Map<String, List<Map<String, Object>>> tables = new TreeMap<>();
        for (String table : List.of("execution", "event", "task", "activity_task", "message")) {
            tables.put(table,
                    this.jdbc.sql("select * from engine.workflow_" + table + " t where run_id = ? order by t::text")
                        .param(this.run)
                        .query()
                        .listOfRows());
        }
        return tables;
    }

    @ParameterizedTest
    @CsvSource({ "1, 1, 2", "-1, 1, 2", "0, 0, 2", "0, 2, 2", "0, 1, 1", "0, 1, 3" })
    void differentOwnerTokenOrLastEventIsRefusedAndNothingIsWritten(long ownerOffset, int token, long lastEvent) {
        long owner = this.owner + ownerOffset;
        started();
        commit(Transitions.order(this.run, this.owner, 1, 1, true));
        this.store.deliver(this.run, Transitions.signal("s", null), Transitions.now());
        long message = this.store.inbox(this.run, 0, 1_000).getFirst().id();
        Map<String, List<Map<String, Object>>> before = everything();
        Transition advance = Transitions.advance(this.run, owner, token, lastEvent, 2);
        Transition everything = new Transition(this.run, owner, token, lastEvent, lastEvent + 2, Transitions.now(),
                null, advance.events(),
                List.of(new Transition.ActivityRow(lastEvent + 2, "Act", "q", 3, false, Transitions.now())),
                List.of(2L), List.of(2L), List.of(message), Map.of(),
                new Transition.Attributes("{\"a\":1}", "{\"b\":2}"), null, null);
        Transition close = Transitions.close(this.run, owner, token, lastEvent);
        UUID neighbour = UUID.randomUUID();
        commit(Transitions.start(neighbour, neighbour.toString(), this.owner));
        assertThat(this.store.commit(List.of(everything, Transitions.advance(neighbour, this.owner, 1, 1, 1))))
            .containsExactly(new Result.Refused(), new Result.Committed());
        assertThat(commit(close)).isInstanceOf(Result.Refused.class);
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void transitionOfARunThatEndedIsRefused() {
        started();
        assertThat(commit(Transitions.close(this.run, this.owner, 1, 1))).isInstanceOf(Result.Committed.class);
        Map<String, List<Map<String, Object>>> before = everything();
        assertThat(commit(Transitions.advance(this.run, this.owner, 1, 2, 1))).isInstanceOf(Result.Refused.class);
        assertThat(commit(Transitions.close(this.run, this.owner, 1, 2))).isInstanceOf(Result.Refused.class);
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void sameTransitionSentAgainIsReportedAsCommittedAndWrittenOnce() {
        Transition start = Transitions.start(this.run, this.run.toString(), this.owner);
        Transition advance = Transitions.advance(this.run, this.owner, 1, 1, 2);
        Transition close = Transitions.close(this.run, this.owner, 1, 3);
        for (Transition transition : List.of(start, advance)) {
            assertThat(commit(transition)).isInstanceOf(Result.Committed.class);
            Map<String, List<Map<String, Object>>> before = everything();
            assertThat(commit(transition)).isInstanceOf(Result.Committed.class);
            assertThat(everything()).isEqualTo(before);
        }
        assertThat(this.store.wasCommitted(start)).isTrue();
        assertThat(this.store.wasCommitted(close)).isFalse();
        assertThat(commit(close)).isInstanceOf(Result.Committed.class);
        assertThat(this.store.wasCommitted(close)).isTrue();
    }

    @Test
    void takeoverPassesByARunWhoseOwnerIsInMidTransactionAndFindsWhatItCommitted() throws Exception {
        started();
        CountDownLatch fenced = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Result> old = paused(fenced, goOn, false);
        assertThat(fenced.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(this.store.releaseDead(this.owner, Transitions.now(), 10, () -> true)).isZero();
        assertThat(Transitions.release(this.store, this.run, this.owner, 1, Transitions.now(), 0, null))
            .isEqualTo(EngineStore.Released.HELD);
        assertThat(this.store.claim(8, TYPES, List.of(this.run))).isEmpty();
        goOn.countDown();
        assertThat(old.get(10, TimeUnit.SECONDS)).isInstanceOf(Result.Committed.class);
        assertThat(this.store.releaseDead(this.owner, Transitions.now(), 10, () -> true)).isEqualTo(1);
        EngineStore.ClaimedRun claimed = this.store.claim(8, TYPES, List.of(this.run)).getFirst();
        assertThat(claimed.lastEvent()).isEqualTo(2);
        assertThat(commit(Transitions.advance(this.run, this.owner, 1, 2, 1))).isInstanceOf(Result.Refused.class);
        assertThat(commit(Transitions.advance(this.run, 8, claimed.token(), 2, 1)))
            .isInstanceOf(Result.Committed.class);
    }

    @Test
    void takeoverGoesOnWhereTheOldOwnerDiedInMidTransaction() throws Exception {
        started();
        CountDownLatch fenced = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Result> old = paused(fenced, goOn, true);
        assertThat(fenced.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(this.store.releaseDead(this.owner, Transitions.now(), 10, () -> true)).isZero();
        goOn.countDown();
        assertThat(old.handle((result, failure) -> failure.getCause()).get(10, TimeUnit.SECONDS))
            .isInstanceOf(StoreException.class);
        // The server notices some moments later that the connection has gone.
        long end = System.nanoTime() + 10_000_000_000L;
        while (this.store.releaseDead(this.owner, Transitions.now(), 10, () -> true) == 0) {
            assertThat(System.nanoTime()).as("the lock has gone with its owner").isLessThan(end);
            Thread.onSpinWait();
        }
        EngineStore.ClaimedRun claimed = this.store.claim(8, TYPES, List.of(this.run)).getFirst();
        assertThat(claimed.lastEvent()).isEqualTo(1);
        assertThat(commit(Transitions.advance(this.run, 8, claimed.token(), 1, 1)))
            .isInstanceOf(Result.Committed.class);
    }

    @Test
    void takeoverReleasesEverythingBatchByBatch() {
        List<Transition> starts = new ArrayList<>();
        List<Transition> orders = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            UUID id = UUID.randomUUID();
            starts.add(Transitions.start(id, id.toString(), this.owner));
            orders.add(Transitions.order(id, this.owner, 1, 1, true));
        }
        this.store.commit(starts);
        this.store.commit(orders);
        AtomicInteger batches = new AtomicInteger();
        assertThat(this.store.releaseDead(this.owner, Transitions.now(), 4, () -> batches.incrementAndGet() > 0))
            .isEqualTo(60);
        assertThat(batches).hasValue(16);
        assertThat(this.store.owned(this.owner)).isEmpty();
        assertThat(this.store.ownedActivities(this.owner)).isEmpty();
    }

    /** An owner that stands still between its fence and its commit, and may then die. */
    private CompletableFuture<Result> paused(CountDownLatch fenced, CountDownLatch goOn, boolean dies) {
        TestConnections paused = new TestConnections(DATABASE, SessionSettings.sql());
        paused.interfere((moment, statements) -> {
            if (moment == TestConnections.Moment.BEFORE_COMMIT) {
                fenced.countDown();
                await(goOn);
                if (dies) {
                    throw TestConnections.lost();
                }
            }
        });
        EngineStore old = new JdbcEngineStore(paused, DATABASE, "engine", Transitions::now);
        UUID beside = UUID.randomUUID();
        assertThat(commit(Transitions.start(beside, beside.toString(), 99))).isInstanceOf(Result.Committed.class);
        return CompletableFuture
            .supplyAsync(() -> old.commit(List.of(Transitions.advance(this.run, this.owner, 1, 1, 1),
                    Transitions.advance(beside, 99, 1, 1, 1)))
                .getFirst())
            .whenComplete((result, failure) -> paused.close());
    }

    private static void await(CountDownLatch latch) throws SQLException {
        try {
            latch.await(10, TimeUnit.SECONDS);
        }
        catch (InterruptedException ex) {
            throw new SQLException(ex);
        }
    }

    @Test
    void claimTakesARunOnceHoweverManyTry() {
        for (int i = 0; i < 50; i++) {
            UUID id = UUID.randomUUID();
            commit(Transitions.start(id, id.toString(), 0));
        }
        List<UUID> claimed = java.util.stream.LongStream.range(100, 108)
            .parallel()
            .boxed()
            .flatMap((owner) -> java.util.stream.Stream.generate(() -> owner).limit(5))
            .flatMap((owner) -> this.store.claimDue(owner, SLOTS, Transitions.now()).stream())
            .map(EngineStore.ClaimedRun::runId)
            .toList();
        assertThat(claimed).hasSizeGreaterThanOrEqualTo(50).doesNotHaveDuplicates();
    }

    @Test
    void claimTakesOfEachQueueWhatItHasSlotsForByPriority() {
        String one = "one-" + this.owner;
        String other = "other-" + this.owner;
        this.jdbc.sql("""
                insert into engine.workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id, priority)
                select gen_random_uuid(), q || ty || i, ty, q, 'RUNNING', now(), gen_random_uuid(), 1 + i % 5
                from generate_series(1, 10) i cross join unnest(?::text[]) as q cross join unnest('{A,B}'::text[]) as ty
                """).param(new String[] { one, other }).update();
        this.jdbc.sql("""
                insert into engine.workflow_task (run_id, workflow_type, task_queue, priority, due_at, last_event)
                select run_id, workflow_type, task_queue, priority, now(), 1 from engine.workflow_execution
                where task_queue = any(?)""").param(new String[] { one, other }).update();
        List<EngineStore.ClaimedRun> claimed = this.store.claimDue(this.owner,
                List.of(new EngineStore.SlotRequest(one, List.of("A", "B"), 3),
                        new EngineStore.SlotRequest(other, List.of("A"), 1)),
                Transitions.now().plusSeconds(60));
        assertThat(claimed).extracting(EngineStore.ClaimedRun::taskQueue)
            .containsExactlyInAnyOrder(one, one, one, other);
        assertThat(this.jdbc
            .sql("select priority from engine.workflow_task where task_queue = ? and owner = ? order by priority")
            .params(one, this.owner)
            .query(Integer.class)
            .list()).as("4 runs of priority 1 are there").containsExactly(1, 1, 1);
    }

    @Test
    void typesThatNobodyKnowsAreFoundOnceHoweverManyRunsTheyHave() {
        String queue = "unknown-" + this.owner;
        this.jdbc.sql("""
                insert into engine.workflow_task (run_id, workflow_type, task_queue, due_at, last_event, owner)
                select gen_random_uuid(), ty, q, now(), 1, o from generate_series(1, 20) i
                cross join (values ('A', ?, null::bigint), ('B', ?, null), ('B', 'elsewhere', null), ('C', ?, 1),
                  ('D', ?, null)) as u(ty, q, o)""").params(queue, queue, queue, queue).update();
        assertThat(this.store.unknownTypes(List.of("nothing", queue), List.of("A")))
            .containsExactlyInAnyOrder(new EngineStore.ServedType("B", queue), new EngineStore.ServedType("D", queue));
    }

    @Test
    void runWithUnwrittenEventsCannotBeWrittenByTwoOwnersAtOnce() {
        started();
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> {
            // Whatever fails, the primary key of the history is the last word.
            this.jdbc.sql("update engine.workflow_task set last_event = 0 where run_id = ?").param(this.run).update();
            commit(Transitions.advance(this.run, this.owner, 1, 0, 1));
        }).satisfies((ex) -> assertThat(ex.kind()).isEqualTo(StoreException.Kind.REJECTED));
    }

    /**
     * In a database of its own: what ends late elsewhere would be counted here. The
     * server's own ANALYZE of it may keep old versions for a moment, so that a page is
     * full: an index that must not be there would be in the way always.
     */
    @Test
    void usualTransitionsUpdateTheTaskRowInPlace() {
        DataSource database = TestPostgres.newDatabase("engine");
        try (TestConnections own = new TestConnections(database, SessionSettings.sql())) {
            EngineStore usual = new JdbcEngineStore(own, database, "engine", Transitions::now);
            List<UUID> runs = IntStream.range(0, 40).mapToObj((i) -> UUID.randomUUID()).toList();
            runs.forEach((id) -> usual.commit(List.of(Transitions.start(id, id.toString(), this.owner))));
            List<Double> shares = new ArrayList<>();
            for (long series = 0; series < 20; series++) {
                shares.add(shareInPlace(own, usual, runs, 1 + series * 10));
            }
            assertThat(shares).as("shares of HOT updates").anyMatch((share) -> share > 0.9);
        }
    }

    private double shareInPlace(TestConnections own, EngineStore usual, List<UUID> runs, long first) {
        Map<String, Object> before = updates(own);
        for (long step = first; step < first + 10; step++) {
            long last = step;
            usual.commit(runs.stream().map((r) -> Transitions.advance(r, this.owner, 1, last, 1)).toList());
        }
        Map<String, Object> after = updates(own);
        long updates = (long) after.get("n_tup_upd") - (long) before.get("n_tup_upd");
        long inPlace = (long) after.get("n_tup_hot_upd") - (long) before.get("n_tup_hot_upd");
        assertThat(updates).isEqualTo(400);
        return (double) inPlace / updates;
    }

    /** Statistics are kept by the session that wrote, which is the one that is asked. */
    private static Map<String, Object> updates(TestConnections own) {
        JdbcClient jdbc = JdbcClient.create(own);
        jdbc.sql("select pg_stat_force_next_flush()").query().listOfRows();
        return jdbc.sql("select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = 'workflow_task'")
            .query()
            .singleRow();
    }

}
