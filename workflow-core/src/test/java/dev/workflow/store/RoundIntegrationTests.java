package dev.workflow.store;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.engine.Transition;
import dev.workflow.engine.Transition.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Statements that are sent together. */
class RoundIntegrationTests {

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    @AutoClose
    private final TestConnections connections = new TestConnections(DATABASE, SessionSettings.sql());

    private final Sessions sessions = new Sessions(this.connections, "engine");

    private final JdbcClient jdbc = JdbcClient.create(DATABASE);

    /** What is sent to the database, in the order of sending. */
    private final List<String> sent = new ArrayList<>();

    private final JdbcEngineStore store = new JdbcEngineStore(new Listening(this.connections), DATABASE, "engine",
            Transitions::now);

    private int rows(String name) {
        return this.jdbc.sql("select count(*) from engine.workflow_message where name = ?")
            .param(name)
            .query(Integer.class)
            .single();
    }

    private static void insert(Round round, UUID run, String name) {
        round.update("insert into engine.workflow_message (run_id, kind, name, payload, created_at)"
                + " values (?, 'SIGNAL', ?, '[]', ?)", run, name, Sessions.time(Transitions.now()));
    }

    private static Round.Answer<Integer> count(Round round, UUID run) {
        return round.query("select count(*) from engine.workflow_message where run_id = ?", (row) -> row.getInt(1),
                run);
    }

    @Test
    void eachStatementSeesWhatThoseBeforeItDid() {
        UUID run = UUID.randomUUID();
        List<Integer> counts = this.sessions.transaction((connection) -> {
            Round round = new Round(this.sessions, connection);
            Round.Answer<Integer> before = count(round, run);
            insert(round, run, "first");
            Round.Answer<Integer> between = count(round, run);
            insert(round, run, "second");
            insert(round, run, null);
            Round.Answer<Integer> after = count(round, run);
            round.sendAndCommit();
            return List.of(before.rows().getFirst(), between.rows().getFirst(), after.rows().getFirst());
        });
        assertThat(counts).containsExactly(0, 1, 3);
        assertThat(rows("second")).isOne();
    }

    @Test
    void fetchSendsWhatWaitedBeforeIt() {
        UUID run = UUID.randomUUID();
        List<Integer> counted = this.sessions.transaction((connection) -> {
            Round round = new Round(this.sessions, connection);
            insert(round, run, "fetched");
            return round.fetch("select count(*) from engine.workflow_message where run_id = ?", (row) -> row.getInt(1),
                    run);
        });
        assertThat(counted).containsExactly(1);
    }

    @Test
    void nothingIsCommittedWhereOneStatementFails() {
        UUID run = UUID.randomUUID();
        assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.sessions.transaction((connection) -> {
            Round round = new Round(this.sessions, connection);
            insert(round, run, "before");
            round.update("select 1 / ?", 0);
            insert(round, run, "after");
            round.sendAndCommit();
            return null;
        })).withMessageContaining("division by zero");
        assertThat(rows("before")).isZero();
        assertThat(rows("after")).isZero();
    }

    /**
     * A lock that is taken as its rows are fetched would come after the look behind it.
     */
    @Test
    void eachStatementIsDoneBeforeTheNextHoweverFewRowsAreFetchedAtOnce() throws SQLException {
        try (Connection connection = this.connections.getConnection()) {
            connection.unwrap(PGConnection.class).setDefaultFetchSize(1);
            connection.setAutoCommit(false);
            Round round = new Round(this.sessions, connection);
            round.update("create temporary sequence drawn");
            round.send();
            Round.Answer<Long> drawn = round.query("select nextval('drawn') from generate_series(1, 3)",
                    (row) -> row.getLong(1));
            Round.Answer<Long> last = round.query("select last_value from drawn", (row) -> row.getLong(1));
            round.send();
            assertThat(drawn.rows()).containsExactly(1L, 2L, 3L);
            assertThat(last.rows()).containsExactly(3L);
            connection.rollback();
            connection.unwrap(PGConnection.class).setDefaultFetchSize(0);
        }
    }

    @Test
    void answerIsNotReadBeforeItIsThere() throws SQLException {
        try (Connection connection = this.connections.getConnection()) {
            Round.Answer<Integer> answer = count(new Round(this.sessions, connection), UUID.randomUUID());
            assertThatIllegalStateException().isThrownBy(answer::rows).withMessageContaining("not been sent");
        }
    }

    /**
     * A batch of starts, steps and ends, in which nothing stands in the way: what is
     * asked, and what is written with its commit.
     */
    @Test
    void batchOfTransitionsIsTwoRoundTrips() {
        List<UUID> runs = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        List<UUID> fresh = List.of(UUID.randomUUID(), UUID.randomUUID());
        this.store.commit(runs.stream().map((run) -> Transitions.start(run, run.toString(), 7)).toList());
        this.sent.clear();
        List<Result> results = this.store.commit(List.of(Transitions.advance(runs.get(0), 7, 1, 1, 2),
                Transitions.order(runs.get(1), 7, 1, 1, true), Transitions.close(runs.get(2), 7, 1, 1),
                Transitions.start(fresh.get(0), fresh.get(0).toString(), 7),
                Transitions.start(fresh.get(1), fresh.get(1).toString(), 7)));
        assertThat(results).hasSize(5).allMatch(Result.Committed.class::isInstance);
        assertThat(this.sent).hasSize(2);
        assertThat(this.sent.getLast()).endsWith("commit");
    }

    /**
     * So that the connections prepare a few texts, and not one for each number of rows.
     */
    @Test
    void moreRowsAreNoOtherStatements() {
        this.store.commit(startsWithMessages(2));
        List<String> few = List.copyOf(this.sent);
        this.sent.clear();
        this.store.commit(startsWithMessages(5));
        assertThat(this.sent).isEqualTo(few);
        assertThat(rows("first")).isEqualTo(7);
    }

    private static List<Transition> startsWithMessages(int count) {
        List<Transition> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            UUID run = UUID.randomUUID();
            Transition.NewExecution plain = Transitions.execution(run, run.toString(), null,
                    IdReusePolicy.ALLOW_DUPLICATE);
            batch.add(Transitions.start(
                    new Transition.NewExecution(run, plain.workflowId(), false, plain.workflowType(), plain.taskQueue(),
                            plain.priority(), plain.startedAt(), plain.dueAt(), run, null, plain.reusePolicy(), null,
                            null, null, plain.startedEvent(), Transitions.signal("first", null)),
                    7));
        }
        return batch;
    }

    /**
     * Neither side waits for the other to read: what a long inbox answers comes when
     * everything of the round is sent, the large starts too.
     */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
    void longInboxBesideLargeStartsHoldsNobodyUp() {
        UUID ending = UUID.randomUUID();
        this.store.commit(List.of(Transitions.start(ending, ending.toString(), 7)));
        this.jdbc.sql("""
                insert into engine.workflow_message (run_id, kind, payload, created_at)
                select ?, 'SIGNAL', '[]', now() from generate_series(1, 200000)""").param(ending).update();
        List<Transition> batch = new ArrayList<>();
        batch.add(Transitions.close(ending, 7, 1, 1));
        for (int i = 0; i < 40; i++) {
            UUID run = UUID.randomUUID();
            batch.add(Transitions.start(withMemo(run, "\"" + "m".repeat(1_000_000) + "\""), 7));
        }
        List<Result> results = this.store.commit(batch);
        assertThat(results.getFirst()).isInstanceOf(Result.InboxNotEmpty.class);
        assertThat(results.subList(1, results.size())).allMatch(Result.Committed.class::isInstance);
    }

    private static Transition.NewExecution withMemo(UUID run, String memo) {
        Transition.NewExecution plain = Transitions.execution(run, run.toString(), null, IdReusePolicy.ALLOW_DUPLICATE);
        return new Transition.NewExecution(run, plain.workflowId(), false, plain.workflowType(), plain.taskQueue(),
                plain.priority(), plain.startedAt(), plain.dueAt(), run, null, plain.reusePolicy(), null, memo, null,
                plain.startedEvent(), null);
    }

    /** Notes what is prepared on its connections. */
    private final class Listening extends DelegatingDataSource {

        Listening(DataSource target) {
            super(target);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            InvocationHandler handler = (proxy, method, arguments) -> {
                if (method.getName().equals("prepareStatement")) {
                    RoundIntegrationTests.this.sent.add((String) arguments[0]);
                }
                try {
                    return method.invoke(connection, arguments);
                }
                catch (InvocationTargetException ex) {
                    throw ex.getCause();
                }
            };
            return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
                    handler);
        }

    }

}
