package dev.workflow.store;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Connections of a test: kept open and lent again, with the settings given, and made to
 * fail or to wait at the moment that the test chooses.
 */
public final class TestConnections extends AbstractDataSource implements AutoCloseable {

    /** When a test may interfere. */
    public enum Moment {

        /** A connection was asked for. */
        ASKED,

        /**
         * A transaction, or a statement that commits by itself, is about to commit; a
         * failure here means that it did not happen.
         */
        BEFORE_COMMIT,

        /** It has committed; a failure here hides that. */
        AFTER_COMMIT

    }

    /** What a test does at a moment: throw, wait, or nothing. */
    public interface Interference {

        void at(Moment moment, List<String> statements) throws SQLException;

    }

    private static final int SIZE = 16;

    private final DataSource database;

    private final String settings;

    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

    private final Semaphore free = new Semaphore(SIZE, true);

    private final ThreadLocal<Integer> held = ThreadLocal.withInitial(() -> 0);

    private final Queue<IllegalStateException> nested = new ConcurrentLinkedQueue<>();

    private volatile Interference interference = (moment, statements) -> {
    };

    private volatile boolean closed;

    /**
     * Connections of a database.
     * @param database where they come from
     * @param settings SQL that prepares each of them, or empty
     */
    public TestConnections(DataSource database, String settings) {
        this.database = database;
        this.settings = settings;
    }

    /** From now on this happens at each moment. */
    public void interfere(Interference interference) {
        this.interference = interference;
    }

    /** From now on nothing happens. */
    public void leaveAlone() {
        this.interference = (moment, statements) -> {
        };
    }

    /**
     * Where a thread asked for a connection while it held one: two of those with a pool
     * of two wait for each other for ever.
     */
    public List<IllegalStateException> nested() {
        return List.copyOf(this.nested);
    }

    /** The failure of a connection that was lost. */
    public static SQLException lost() {
        return new SQLException("The connection was lost (by the test)", "08006");
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (this.held.get() > 0) {
            this.nested.add(new IllegalStateException("A second connection at once in " + Thread.currentThread()));
        }
        this.interference.at(Moment.ASKED, List.of());
        Connection connection = connection();
        this.held.set(this.held.get() + 1);
        return (Connection) Proxy.newProxyInstance(TestConnections.class.getClassLoader(),
                new Class<?>[] { Connection.class }, new Lent(connection));
    }

    private Connection connection() throws SQLException {
        try {
            if (!this.free.tryAcquire(20, TimeUnit.SECONDS)) {
                throw new SQLException("No connection came free", "08001");
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted", "08001", ex);
        }
        Connection connection = this.idle.poll();
        try {
            return (connection != null && !connection.isClosed()) ? connection : open();
        }
        catch (SQLException | RuntimeException ex) {
            this.free.release();
            throw ex;
        }
    }

    private Connection open() throws SQLException {
        Connection connection = this.database.getConnection();
        if (!this.settings.isEmpty()) {
            try (var statement = connection.createStatement()) {
                statement.execute(this.settings);
            }
        }
        return connection;
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public void close() {
        this.closed = true;
        for (Connection connection = this.idle.poll(); connection != null; connection = this.idle.poll()) {
            discard(connection);
        }
    }

    private static void discard(Connection connection) {
        try {
            connection.close();
        }
        catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private final class Lent implements InvocationHandler {

        private final Connection connection;

        private final List<String> statements = new ArrayList<>();

        private boolean returned;

        Lent(Connection connection) {
            this.connection = connection;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
                throws Throwable {
            switch (method.getName()) {
                case "close" -> {
                    giveBack();
                    return null;
                }
                case "isClosed" -> {
                    return this.returned || this.connection.isClosed();
                }
                case "commit" -> {
                    commit();
                    return null;
                }
                case "prepareStatement" -> {
                    this.statements.add(String.valueOf(arguments[0]));
                    if (commits(String.valueOf(arguments[0]))) {
                        return committing((PreparedStatement) call(method, arguments));
                    }
                }
                default -> {
                    // Everything else is the connection's own affair.
                }
            }
            return call(method, arguments);
        }

        private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(this.connection, arguments);
            }
            catch (InvocationTargetException ex) {
                throw ex.getCause();
            }
        }

        private boolean commits(String sql) throws SQLException {
            boolean writes = sql.contains("insert into ") || sql.contains("update ") || sql.contains("delete from ");
            return sql.endsWith("commit") || (writes && this.connection.getAutoCommit());
        }

        /** A statement that ends its transaction by itself. */
        private PreparedStatement committing(PreparedStatement statement) {
            return (PreparedStatement) Proxy.newProxyInstance(TestConnections.class.getClassLoader(),
                    new Class<?>[] { PreparedStatement.class }, (proxy, method, arguments) -> {
                        boolean commits = method.getName().startsWith("execute");
                        if (commits) {
                            interfere(Moment.BEFORE_COMMIT, List.copyOf(this.statements));
                        }
                        Object result;
                        try {
                            result = method.invoke(statement, arguments);
                        }
                        catch (InvocationTargetException ex) {
                            throw ex.getCause();
                        }
                        if (commits) {
                            List<String> done = List.copyOf(this.statements);
                            this.statements.clear();
                            interfere(Moment.AFTER_COMMIT, done);
                        }
                        return result;
                    });
        }

        private void commit() throws SQLException {
            if (this.statements.isEmpty()) {
                this.connection.commit();
                return;
            }
            List<String> done = List.copyOf(this.statements);
            this.statements.clear();
            interfere(Moment.BEFORE_COMMIT, done);
            this.connection.commit();
            interfere(Moment.AFTER_COMMIT, done);
        }

        private void interfere(Moment moment, List<String> done) throws SQLException {
            try {
                TestConnections.this.interference.at(moment, done);
            }
            catch (SQLException ex) {
                this.connection.close();
                throw ex;
            }
        }

        private void giveBack() throws SQLException {
            if (this.returned) {
                return;
            }
            this.returned = true;
            TestConnections.this.held.set(TestConnections.this.held.get() - 1);
            try {
                settle();
            }
            finally {
                TestConnections.this.free.release();
            }
        }

        private void settle() throws SQLException {
            if (this.connection.isClosed()) {
                return;
            }
            if (!this.connection.getAutoCommit()) {
                this.connection.rollback();
                this.connection.setAutoCommit(true);
            }
            if (TestConnections.this.closed) {
                discard(this.connection);
            }
            else {
                TestConnections.this.idle.push(this.connection);
            }
        }

    }

}
