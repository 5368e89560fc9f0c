package dev.workflow.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import javax.sql.DataSource;

import dev.workflow.engine.EngineStore;
import dev.workflow.engine.RunVersion;
import dev.workflow.engine.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * The engine's own connections, and how failures of the database are told apart. Never
 * two connections at a time.
 */
final class Sessions {

    private final DataSource dataSource;

    private final String prefix;

    /** So that the same statements together are the same text, which the driver knows. */
    private final Map<List<String>, String> together = new ConcurrentHashMap<>();

    Sessions(DataSource dataSource, @Nullable String schema) {
        this.dataSource = dataSource;
        this.prefix = (schema != null) ? '"' + schema.replace("\"", "\"\"") + "\"." : "";
    }

    /** Fills in the schema: tables are written as {@code @workflow_task}. */
    String sql(String text) {
        return text.replace("@workflow_", this.prefix + "workflow_");
    }

    /**
     * The text of statements that are sent together. There are as many as there are
     * combinations, since no statement comes once for each row.
     */
    String together(List<String> statements) {
        return (statements.size() == 1) ? statements.getFirst()
                : this.together.computeIfAbsent(statements, (s) -> String.join(";\n", s));
    }

    interface Work<T> {

        @Nullable T in(Connection connection) throws SQLException;

    }

    interface Binder {

        void bind(PreparedStatement statement) throws SQLException;

    }

    interface Mapper<T> {

        T map(ResultSet row) throws SQLException;

    }

    /** One statement, or several that need no common transaction. */
    @SuppressWarnings("NullAway") // what the work may return, its caller may get
    <T> T single(Work<T> work) {
        try (Connection connection = this.dataSource.getConnection()) {
            return work.in(connection);
        }
        catch (SQLException ex) {
            throw translate(ex);
        }
    }

    /** Work on a connection that somebody else opened. */
    @SuppressWarnings("NullAway") // as above
    static <T> T on(Connection connection, Work<T> work) {
        try {
            return work.in(connection);
        }
        catch (SQLException ex) {
            throw translate(ex);
        }
    }

    /**
     * All or nothing, whatever is thrown: to set auto-commit in an open transaction is to
     * commit it.
     */
    @SuppressWarnings("NullAway") // as above
    <T> T transaction(Work<T> work) {
        try (Connection connection = this.dataSource.getConnection()) {
            connection.setAutoCommit(false);
            T result;
            try {
                result = work.in(connection);
                connection.commit();
            }
            catch (Throwable ex) {
                rollback(connection, ex);
                throw ex;
            }
            connection.setAutoCommit(true);
            return result;
        }
        catch (SQLException ex) {
            throw translate(ex);
        }
    }

    private static void rollback(Connection connection, Throwable failure) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        catch (SQLException ex) {
            failure.addSuppressed(ex);
        }
    }

    <T> List<T> query(String sql, Binder binder, Mapper<T> mapper) {
        return single((connection) -> query(connection, sql, binder, mapper));
    }

    int update(String sql, Binder binder) {
        return single((connection) -> update(connection, sql, binder));
    }

    static <T> List<T> query(Connection connection, String sql, Binder binder, Mapper<T> mapper) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binder.bind(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return rows(rows, mapper);
            }
        }
    }

    static <T> List<T> rows(ResultSet rows, Mapper<T> mapper) throws SQLException {
        List<T> result = new ArrayList<>();
        while (rows.next()) {
            result.add(mapper.map(rows));
        }
        return result;
    }

    static int update(Connection connection, String sql, Binder binder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binder.bind(statement);
            return statement.executeUpdate();
        }
    }

    static <T> @Nullable T first(List<T> rows) {
        return rows.isEmpty() ? null : rows.getFirst();
    }

    static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return (instant != null) ? instant.atOffset(ZoneOffset.UTC) : null;
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return (time != null) ? time.toInstant() : null;
    }

    static Instant requiredInstant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static UUID uuid(ResultSet row, String column) throws SQLException {
        return row.getObject(column, UUID.class);
    }

    // Arrays of the exact class travel in binary form; as Object[] the driver writes
    // text.

    static java.sql.Array uuids(Connection connection, List<? extends @Nullable UUID> values) throws SQLException {
        return UuidArray.of(connection, values);
    }

    static java.sql.Array texts(Connection connection, List<? extends @Nullable String> values) throws SQLException {
        return connection.createArrayOf("text", values.toArray(String[]::new));
    }

    static java.sql.Array longs(Connection connection, List<? extends @Nullable Long> values) throws SQLException {
        return connection.createArrayOf("bigint", values.toArray(Long[]::new));
    }

    static java.sql.Array ints(Connection connection, List<Integer> values) throws SQLException {
        return connection.createArrayOf("int", values.toArray(Integer[]::new));
    }

    /** Binds queues, types and numbers as the first three parameters. */
    static void bindSlots(Connection connection, PreparedStatement statement, List<EngineStore.SlotRequest> slots)
            throws SQLException {
        List<String> queues = new ArrayList<>();
        List<String> types = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (EngineStore.SlotRequest slot : slots) {
            for (String type : slot.types()) {
                queues.add(slot.taskQueue());
                types.add(type);
                numbers.add(slot.slots());
            }
        }
        statement.setArray(1, texts(connection, queues));
        statement.setArray(2, texts(connection, types));
        statement.setArray(3, ints(connection, numbers));
    }

    static java.sql.Array booleans(Connection connection, List<Boolean> values) throws SQLException {
        return connection.createArrayOf("boolean", values.toArray());
    }

    /** The builds that an open run is for; of one that has ended, none. */
    static RunVersion version(ResultSet row) throws SQLException {
        String route = row.getString("route");
        return (route != null) ? new RunVersion(route, row.getBoolean("pinned"), row.getString("build_id"))
                : RunVersion.NONE;
    }

    /** Microseconds since the epoch: arrays of times travel as numbers. */
    static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }

    static StoreException translate(SQLException failure) {
        String state = failure.getSQLState();
        String message = (failure.getMessage() != null) ? failure.getMessage() : failure.toString();
        if ("55P03".equals(state)) {
            return new StoreException(StoreException.Kind.LOCKED, message, failure);
        }
        // 28 and 3D: a connection could not be made, which says nothing about the work.
        // An internal error (XX) may be that of one row, which must not hold up others.
        boolean transientState = state == null || failure instanceof SQLTransientException
                || failure instanceof SQLRecoverableException || state.startsWith("08") || state.startsWith("28")
                || state.startsWith("3D") || state.startsWith("40") || state.startsWith("53") || state.startsWith("55")
                || state.startsWith("57") || state.equals("25006") || state.equals("25P03") || state.equals("25P04");
        return new StoreException(transientState ? StoreException.Kind.TRANSIENT : StoreException.Kind.REJECTED,
                (state != null) ? message + " [" + state + "]" : message, failure);
    }

}
