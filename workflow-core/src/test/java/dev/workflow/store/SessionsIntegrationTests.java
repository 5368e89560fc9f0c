package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.util.Map;
import java.util.TreeMap;

import javax.sql.DataSource;

import dev.workflow.engine.StoreException;
import dev.workflow.engine.StoreException.Kind;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the engine's connections are set to, and what their failures mean. */
class SessionsIntegrationTests {

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    @AutoClose
    private final TestConnections connections = new TestConnections(DATABASE, SessionSettings.sql());

    @Test
    void sessionsPinWhatTheEngineReliesOn() {
        Map<String, String> expected = new TreeMap<>(Map.of("transaction_isolation", "read committed",
                "synchronous_commit", "on", "lock_timeout", "200ms", "statement_timeout", "30s",
                "idle_in_transaction_session_timeout", "5s", "transaction_timeout", "30s", "enable_seqscan", "off",
                "enable_hashjoin", "off", "enable_mergejoin", "off", "plan_cache_mode", "force_generic_plan"));
        JdbcClient jdbc = JdbcClient.create(this.connections);
        Map<String, String> shown = new TreeMap<>();
        expected.keySet().forEach((name) -> shown.put(name, jdbc.sql("show " + name).query(String.class).single()));
        assertThat(shown).isEqualTo(expected);
    }

    @Test
    void isolationIsPinnedWhateverTheDatabasesDefault() {
        JdbcClient.create(DATABASE)
            .sql("do $$ begin execute 'alter database ' || current_database() || "
                    + "' set default_transaction_isolation = ''serializable'''; end $$")
            .update();
        try (TestConnections fresh = new TestConnections(DATABASE, SessionSettings.sql())) {
            Sessions sessions = new Sessions(fresh, null);
            assertThat(sessions
                .<String>transaction((connection) -> Sessions.query(connection, "show transaction_isolation", (s) -> {
                }, (row) -> row.getString(1)).getFirst())).isEqualTo("read committed");
        }
        finally {
            JdbcClient.create(DATABASE)
                .sql("do $$ begin execute 'alter database ' || current_database() || "
                        + "' reset default_transaction_isolation'; end $$")
                .update();
        }
    }

    @ParameterizedTest
    @CsvSource({ "22021, REJECTED", "22P05, REJECTED", "23505, REJECTED", "23502, REJECTED", "54000, REJECTED",
            "42P01, REJECTED", "08006, TRANSIENT", "08001, TRANSIENT", "40001, TRANSIENT", "40P01, TRANSIENT",
            "53300, TRANSIENT", "53100, TRANSIENT", "55006, TRANSIENT", "57P01, TRANSIENT", "57P03, TRANSIENT",
            "57014, TRANSIENT", "25006, TRANSIENT", "25P03, TRANSIENT", "28P01, TRANSIENT", "3D000, TRANSIENT",
            "XX000, REJECTED", "XX001, REJECTED", "55P03, LOCKED" })
    void classOfTheStateDecidesWhetherTheSameAgainMaySucceed(String state, Kind kind) {
        assertThat(Sessions.translate(new SQLException("a reason", state)).kind()).isEqualTo(kind);
    }

    @Test
    void failureWithoutStateMayBeALostConnection() {
        assertThat(Sessions.translate(new SQLException("a reason")).kind()).isEqualTo(Kind.TRANSIENT);
        assertThat(Sessions.translate(new SQLRecoverableException("a reason", "99999")).kind())
            .isEqualTo(Kind.TRANSIENT);
    }

    @Test
    void failedWorkRollsBackAndTheConnectionIsGoodAgain() {
        Sessions sessions = new Sessions(this.connections, "engine");
        assertThatExceptionOfType(StoreException.class).isThrownBy(() -> sessions.transaction((connection) -> {
            Sessions.update(connection, sessions.sql("insert into @workflow_secret values ('half', '')"), (s) -> {
            });
            return Sessions.update(connection, "select nonsense", (s) -> {
            });
        })).satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.REJECTED));
        assertThat(sessions.query(sessions.sql("select name from @workflow_secret where name = 'half'"), (s) -> {
        }, (row) -> row.getString(1))).isEmpty();
    }

    /** As when there is no memory for the rest of a batch. */
    @Test
    void anErrorRollsBackToo() {
        Sessions sessions = new Sessions(this.connections, "engine");
        AssertionError error = new AssertionError("no memory");
        assertThatThrownBy(() -> sessions.transaction((connection) -> {
            Sessions.update(connection, sessions.sql("insert into @workflow_secret values ('half', '')"), (s) -> {
            });
            throw error;
        })).isSameAs(error);
        assertThat(sessions.query(sessions.sql("select name from @workflow_secret where name = 'half'"), (s) -> {
        }, (row) -> row.getString(1))).isEmpty();
        boolean autoCommit = sessions.single(Connection::getAutoCommit);
        assertThat(autoCommit).isTrue();
    }

}
