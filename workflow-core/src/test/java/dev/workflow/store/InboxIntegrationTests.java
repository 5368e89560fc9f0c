package dev.workflow.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;

import javax.sql.DataSource;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.Message;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.Transition;
import dev.workflow.engine.Transition.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What was put into an inbox is never lost, and its sender holds nobody up. */
@ParameterizedClass
@ValueSource(booleans = { true, false })
class InboxIntegrationTests {

    /** Whether a transition is written with nothing beside it, which is another way. */
    @Parameter
    private boolean alone;

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    private static final int SENT_AT_MOST = 200;

    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    @AutoClose
    private final TestConnections connections = new TestConnections(DATABASE, SessionSettings.sql());

    private final EngineStore store = new JdbcEngineStore(this.connections, DATABASE, "engine", Transitions::now);

    private final JdbcClient jdbc = JdbcClient.create(DATABASE);

    private Result commit(Transition transition) {
        Transition nobodys = Transitions.advance(UUID.randomUUID(), 99, 1, 1, 1);
        return this.store.commit(this.alone ? List.of(transition) : List.of(transition, nobodys)).getFirst();
    }

    private UUID started() {
        UUID run = UUID.randomUUID();
        assertThat(commit(Transitions.start(run, run.toString(), 7))).isInstanceOf(Result.Committed.class);
        return run;
    }

    private EngineStore.Delivered signal(UUID run) {
        return this.store.deliver(run, Transitions.signal("s", null), Transitions.now());
    }

    private EngineStore.Delivered signalInTransaction(UUID run) {
        return this.store.callerTransaction().deliver(run, Transitions.signal("s", null), Transitions.now());
    }

    private static Transition consuming(Transition transition, List<Long> messages) {
        return new Transition(transition.runId(), transition.owner(), transition.token(),
                transition.expectedLastEvent(), transition.lastEvent(), null, null, transition.events(), List.of(),
                List.of(), List.of(), messages, Map.of(), null, transition.close(), null);
    }

    @Test
    void signalThatRacesWithACloseIsTakenOrItsSenderIsTold() throws Exception {
        int met = 0;
        for (int round = 0; round < 150; round++) {
            UUID run = started();
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<Set<Long>> sender = CompletableFuture.supplyAsync(() -> {
                Set<Long> acknowledged = new TreeSet<>();
                arrive(together);
                // A sender that never pauses may outrun the one who takes, for ever.
                for (EngineStore.Delivered sent = signal(run); sent != null; sent = signal(run)) {
                    acknowledged.add(sent.messageId());
                    if (acknowledged.size() == SENT_AT_MOST) {
                        return acknowledged;
                    }
                }
                return acknowledged;
            });
            Set<Long> taken = new TreeSet<>();
            arrive(together);
            Result result = commit(Transitions.close(run, 7, 1, 1));
            while (!(result instanceof Result.Committed)) {
                assertThat(result).isInstanceOfAny(Result.InboxNotEmpty.class, Result.Locked.class);
                List<Long> inbox = this.store.inbox(run, 0, 1_000).stream().map(Message::id).toList();
                taken.clear();
                taken.addAll(inbox);
                met += inbox.isEmpty() ? 0 : 1;
                result = commit(consuming(Transitions.close(run, 7, 1, 1), inbox));
            }
            assertThat(taken).as("round " + round).isEqualTo(sender.get());
        }
        assertThat(met).as("closes that met a signal").isPositive();
    }

    private static void arrive(CyclicBarrier barrier) {
        try {
            barrier.await();
        }
        catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void uncommittedMessageHoldsUpNoTransitionAndNoNeighbourOfAClose() throws Exception {
        UUID run = started();
        UUID other = started();
        UUID neighbour = started();
        try (Connection sender = DATABASE.getConnection()) {
            sender.setAutoCommit(false);
            MessageTable messages = new MessageTable(new Sessions(DATABASE, "engine"));
            messages.deliver(sender, run, Transitions.signal("s", null), Transitions.now(), true);
            messages.deliver(sender, other, Transitions.signal("s", null), Transitions.now(), true);
            long begin = System.nanoTime();
            assertThat(this.store.commit(List.of(Transitions.advance(run, 7, 1, 1, 1),
                    Transitions.close(other, 7, 1, 1), Transitions.close(neighbour, 7, 1, 1))))
                .containsExactly(new Result.Committed(), new Result.Locked(), new Result.Committed());
            assertThat(Transitions.release(this.store, run, 7, 1, NEVER, 0, null)).isEqualTo(EngineStore.Released.HELD);
            this.store.releaseDead(7, Transitions.now(), 1_000, () -> true);
            assertThat(this.jdbc.sql("select count(*) from engine.workflow_task where owner = 7 and run_id in (?, ?)")
                .params(run, other)
                .query(Long.class)
                .single()).isEqualTo(2);
            assertThat(System.nanoTime() - begin).as("nanoseconds: nobody waited for the lock's time-out")
                .isLessThan(5_000_000_000L);
            sender.commit();
        }
        assertThat(commit(Transitions.close(other, 7, 1, 1))).isInstanceOf(Result.InboxNotEmpty.class);
        assertThat(commit(Transitions.close(run, 7, 1, 2))).isInstanceOf(Result.InboxNotEmpty.class);
    }

    @Test
    void runsWithMessagesAreFoundWhateverElseWaits() {
        List<EngineStore.ServedType> served = List.of(new EngineStore.ServedType(Transitions.TYPE, Transitions.QUEUE));
        UUID mine = started();
        UUID ownerless = started();
        UUID blocked = started();
        UUID asked = started();
        UUID answered = started();
        UUID quiet = started();
        for (UUID run : List.of(mine, mine, mine, ownerless, blocked, asked)) {
            signal(run);
        }
        this.store.deliver(asked, new Transition.NewMessage(Message.Kind.TERMINATE, null, "TERMINATE", "null"),
                Transitions.now());
        this.store.deliver(answered, new Transition.NewMessage(Message.Kind.REPLY, "u", "u", "{}"), Transitions.now());
        assertThat(Transitions.release(this.store, ownerless, 7, 1, NEVER, 0, null))
            .isEqualTo(EngineStore.Released.DONE);
        assertThat(Transitions.release(this.store, blocked, 7, 1, NEVER, 1, "a bug"))
            .isEqualTo(EngineStore.Released.DONE);
        this.jdbc.sql("update engine.workflow_task set owner = 8 where run_id in (?, ?, ?, ?)")
            .params(mine, asked, answered, quiet)
            .update();
        assertThat(this.store.runsWithMessages(8, served, 1_000))
            .filteredOn((run) -> Set.of(mine, ownerless, blocked, asked, answered, quiet).contains(run.runId()))
            .containsExactlyInAnyOrder(new EngineStore.WaitingRun(mine, true, false),
                    new EngineStore.WaitingRun(ownerless, false, false), new EngineStore.WaitingRun(asked, true, true));
        assertThat(this.store.runsWithMessages(9, served, 1_000)).filteredOn((run) -> run.runId().equals(asked))
            .as("whoever holds it")
            .hasSize(1);
    }

    @Test
    void announcedEndHoldsOffWhoeverDoesNotHoldTheRunAlready() throws Exception {
        UUID run = started();
        signal(run);
        this.store.announceEnd(run, 7, 2, Duration.ofMinutes(1));
        assertThat(signal(run)).as("announced by nobody who owns it").isNotNull();
        new TransactionTemplate(new DataSourceTransactionManager(DATABASE)).executeWithoutResult((status) -> {
            assertThat(signalInTransaction(run)).isNotNull();
            this.store.announceEnd(run, 7, 1, Duration.ofMinutes(1));
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> signal(run))
                .satisfies((ex) -> assertThat(ex.kind()).isEqualTo(StoreException.Kind.LOCKED));
            assertThat(signalInTransaction(run)).as("in a transaction that holds its key").isNotNull();
            this.store.announceEnd(run, 7, 1, Duration.ZERO);
            assertThat(signal(run)).as("after its moment").isNotNull();
        });
        assertThat(this.store.inbox(run, 0, 1_000)).hasSize(5);
        this.store.announceEnd(run, 7, 1, Duration.ofMinutes(1));
        List<Long> inbox = this.store.inbox(run, 0, 1_000).stream().map(Message::id).toList();
        assertThat(commit(consuming(Transitions.close(run, 7, 1, 1), inbox))).isInstanceOf(Result.Committed.class);
        assertThat(signal(run)).as("once it has ended").isNull();
    }

    @Test
    void releaseOfARunWhoseInboxIsNotEmptyMakesItDue() {
        UUID quiet = started();
        assertThat(Transitions.release(this.store, quiet, 7, 1, NEVER, 0, null)).isEqualTo(EngineStore.Released.DONE);
        assertThat(due(quiet)).isEqualTo(NEVER);
        UUID run = started();
        signal(run);
        assertThat(Transitions.release(this.store, run, 7, 1, NEVER, 0, null)).isEqualTo(EngineStore.Released.DONE);
        assertThat(due(run)).isBefore(Instant.now().plusSeconds(1));
        UUID blocked = started();
        signal(blocked);
        assertThat(Transitions.release(this.store, blocked, 7, 1, NEVER, 1, "a bug"))
            .isEqualTo(EngineStore.Released.DONE);
        assertThat(due(blocked)).as("its pause goes on").isEqualTo(NEVER);
    }

    @Test
    void signalThatRacesWithAReleaseIsSeenByOneOfTheTwo() throws Exception {
        for (int round = 0; round < 150; round++) {
            UUID run = started();
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<EngineStore.Delivered> sender = CompletableFuture.supplyAsync(() -> {
                arrive(together);
                return signal(run);
            });
            arrive(together);
            while (Transitions.release(this.store, run, 7, 1, NEVER, 0, null) == EngineStore.Released.HELD) {
                Thread.onSpinWait();
            }
            boolean toldOwnerless = sender.get().owner() == 0;
            assertThat(toldOwnerless || due(run).isBefore(NEVER)).as("round " + round).isTrue();
        }
    }

    private Instant due(UUID run) {
        return this.jdbc.sql("select due_at from engine.workflow_task where run_id = ?")
            .param(run)
            .query(java.time.OffsetDateTime.class)
            .single()
            .toInstant();
    }

    @Test
    void repeatedRequestIsThereOnceAndAcknowledgedTwice() {
        UUID run = started();
        EngineStore.Delivered first = this.store.deliver(run, Transitions.signal("s", "r"), Transitions.now());
        EngineStore.Delivered second = this.store.deliver(run, Transitions.signal("s", "r"), Transitions.now());
        assertThat(first.messageId()).isPositive();
        assertThat(second).isEqualTo(new EngineStore.Delivered(0, 7, "q"));
        assertThat(this.store.inbox(run, 0, 1_000)).hasSize(1);
    }

    @Test
    void messageForARunThatIsNotOpenIsRefused() {
        UUID run = started();
        commit(Transitions.close(run, 7, 1, 1));
        assertThat(signal(run)).isNull();
        assertThat(signal(UUID.randomUUID())).isNull();
    }

    @Test
    void updateIsAnsweredAgainWhereItsFirstAnswerWasNotFetched() {
        UUID run = started();
        Transition.NewMessage update = new Transition.NewMessage(Message.Kind.UPDATE, "change", "u1", "[]");
        for (int i = 0; i < 2; i++) {
            long message = this.store.deliver(run, update, Transitions.now()).messageId();
            Transition plain = Transitions.advance(run, 7, 1, 1, 0);
            assertThat(commit(new Transition(run, 7, 1, 1, 1, null, null, plain.events(), List.of(), List.of(),
                    List.of(), List.of(), Map.of(message, "\"no\""), null, null, null)))
                .isInstanceOf(Result.Committed.class);
            assertThat(this.store.message(run, message)).extracting(Message::kind).isEqualTo(Message.Kind.REPLY);
        }
    }

    private Transition continuing(UUID run, UUID next, long lastEvent) {
        Transition close = Transitions.close(run, 7, 1, lastEvent);
        return new Transition(run, 7, 1, lastEvent, lastEvent + 1, null, null, close.events(), List.of(), List.of(),
                List.of(), List.of(), Map.of(), null,
                new Transition.Close(WorkflowStatus.CONTINUED_AS_NEW, Transitions.now(), null, null),
                Transitions.execution(next, run.toString(), null, IdReusePolicy.ALLOW_DUPLICATE));
    }

    @ParameterizedTest
    @EnumSource(names = { "SIGNAL", "UPDATE", "CANCEL", "ACTIVITY", "CHILD", "ANSWER", "OPERATOR" })
    void whatWasMadeWithoutALookIntoTheInboxIsNotWrittenWhileSomethingWaitsThere(Message.Kind kind) {
        UUID run = started();
        UUID next = UUID.randomUUID();
        this.store.deliver(run, new Transition.NewMessage(Message.Kind.TERMINATE, null, null, "null"),
                Transitions.now());
        assertThat(commit(Transitions.unread(Transitions.advance(run, 7, 1, 1, 1))))
            .isInstanceOf(Result.Committed.class);
        long message = this.store.deliver(run, new Transition.NewMessage(kind, "5", "5", "null"), Transitions.now())
            .messageId();
        assertThat(commit(Transitions.unread(Transitions.advance(run, 7, 1, 2, 1))))
            .isInstanceOf(Result.InboxNotEmpty.class);
        assertThat(commit(Transitions.unread(Transitions.close(run, 7, 1, 2))))
            .isInstanceOf(Result.InboxNotEmpty.class);
        assertThat(commit(Transitions.unread(continuing(run, next, 2)))).isInstanceOf(Result.InboxNotEmpty.class);
        assertThat(this.jdbc.sql("select last_event from engine.workflow_task where run_id = ?")
            .param(run)
            .query(Long.class)
            .single()).isEqualTo(2);
        assertThat(this.store.inbox(run, 0, 10)).extracting(Message::id).containsExactly(message);
        assertThat(commit(Transitions.unread(consuming(Transitions.advance(run, 7, 1, 2, 1), List.of(message)))))
            .isInstanceOf(Result.Committed.class);
        assertThat(commit(Transitions.unread(continuing(run, next, 3)))).isInstanceOf(Result.Committed.class);
    }

    /** An earlier try of the same may hold it, and be about to commit. */
    @Test
    void whatWaitsInAnInboxSaysNothingWhileSomebodyHoldsTheRun() throws SQLException {
        UUID run = started();
        signal(run);
        Transition unread = Transitions.unread(Transitions.advance(run, 7, 1, 1, 1));
        try (Connection holder = DATABASE.getConnection()) {
            holder.setAutoCommit(false);
            try (PreparedStatement lock = holder
                .prepareStatement("select run_id from engine.workflow_task where run_id = ? for no key update")) {
                lock.setObject(1, run);
                lock.executeQuery();
            }
            assertThat(commit(unread)).isEqualTo(new Result.Locked());
            assertThat(commit(Transitions.unread(Transitions.close(run, 7, 1, 1)))).isEqualTo(new Result.Locked());
            holder.rollback();
        }
        assertThat(commit(unread)).isInstanceOf(Result.InboxNotEmpty.class);
    }

    @Test
    void whatConcernsOnlyTheRunThatEndedDoesNotMoveOn() {
        UUID run = started();
        for (Message.Kind kind : List.of(Message.Kind.ACTIVITY, Message.Kind.CHILD, Message.Kind.ANSWER)) {
            this.store.deliver(run, new Transition.NewMessage(kind, "5", "5", "null"), Transitions.now());
        }
        this.store.deliver(run, new Transition.NewMessage(Message.Kind.TERMINATE, null, null, "null"),
                Transitions.now());
        this.store.deliver(run, new Transition.NewMessage(Message.Kind.CANCEL, null, null, "null"), Transitions.now());
        UUID next = UUID.randomUUID();
        Transition close = Transitions.close(run, 7, 1, 1);
        assertThat(commit(new Transition(run, 7, 1, 1, 2, null, null, close.events(), List.of(), List.of(), List.of(),
                List.of(), Map.of(), null, close.close(),
                Transitions.execution(next, run.toString(), null, dev.workflow.client.IdReusePolicy.ALLOW_DUPLICATE))))
            .isInstanceOf(Result.Committed.class);
        assertThat(this.jdbc.sql("select kind from engine.workflow_message where run_id = ? order by id")
            .param(next)
            .query(String.class)
            .list()).containsExactly("TERMINATE", "CANCEL");
        assertThat(this.store.inbox(run, 0, 10)).isEmpty();
    }

    @Test
    void aRunThatMayNotEndYetKeepsWhatConcernsItAlone() {
        UUID run = started();
        this.store.deliver(run, new Transition.NewMessage(Message.Kind.CHILD, "5", "5", "null"), Transitions.now());
        signal(run);
        assertThat(commit(Transitions.close(run, 7, 1, 1))).isInstanceOf(Result.InboxNotEmpty.class);
        assertThat(this.store.inbox(run, 0, 10)).extracting(Message::kind)
            .containsExactly(Message.Kind.CHILD, Message.Kind.SIGNAL);
    }

    @Test
    void messagesMoveOnWithARunThatContinuesAsNew() {
        UUID run = started();
        long waiting = signal(run).messageId();
        UUID next = UUID.randomUUID();
        assertThat(commit(continuing(run, next, 1))).isInstanceOf(Result.Committed.class);
        assertThat(this.store.inbox(next, 0, 1_000)).extracting(Message::id).containsExactly(waiting);
        assertThat(new ArrayList<>(this.store.inbox(run, 0, 1_000))).isEmpty();
    }

    @Test
    void resultsOfActivitiesEndWithARunThatContinuesAsNew() {
        UUID run = started();
        commit(Transitions.order(run, 7, 1, 1, true));
        assertThat(this.store.deliverOutcome(new EngineStore.ActivityKey(run, 2), 1, 7, "{}", Transitions.now()))
            .isNotNull();
        UUID next = UUID.randomUUID();
        assertThat(commit(continuing(run, next, 2))).isInstanceOf(Result.Committed.class);
        // The next run's event 2 may be the order of an activity, too.
        assertThat(this.store.inbox(next, 0, 1_000)).isEmpty();
        assertThat(this.store.inbox(run, 0, 1_000)).isEmpty();
    }

}
