package dev.workflow.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Connections of one of many databases, as good as new: whoever asks may get one that was
 * given back, since to open one costs the server more than most tests do with it. All
 * databases together keep a few; those that were not asked for longest go first.
 */
final class ReusedConnections extends AbstractDataSource {

    private static final int KEPT = 20;

    private static final Deque<Idle> IDLE = new ArrayDeque<>();

    private final DataSource database;

    ReusedConnections(DataSource database) {
        this.database = database;
    }

    private record Idle(ReusedConnections owner, Connection connection) {
    }

    @Override
    public Connection getConnection() throws SQLException {
        for (Connection kept = kept(); kept != null; kept = kept()) {
            // A test may have ended it.
            if (kept.isValid(1)) {
                return lend(kept);
            }
            kept.close();
        }
        return lend(this.database.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return this.database.getConnection(username, password);
    }

    private @Nullable Connection kept() {
        synchronized (IDLE) {
            for (Iterator<Idle> all = IDLE.iterator(); all.hasNext();) {
                Idle idle = all.next();
                if (idle.owner == this) {
                    all.remove();
                    return idle.connection;
                }
            }
            return null;
        }
    }

    private Connection lend(Connection connection) {
        AtomicBoolean returned = new AtomicBoolean();
        return (Connection) Proxy.newProxyInstance(ReusedConnections.class.getClassLoader(),
                new Class<?>[] { Connection.class }, (proxy, method, arguments) -> switch (method.getName()) {
                    case "close" -> {
                        if (returned.compareAndSet(false, true)) {
                            giveBack(connection);
                        }
                        yield null;
                    }
                    case "isClosed" -> returned.get() || connection.isClosed();
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> {
                        if (returned.get()) {
                            throw new SQLException("The connection is closed", "08003");
                        }
                        try {
                            yield method.invoke(connection, arguments);
                        }
                        catch (InvocationTargetException ex) {
                            throw ex.getCause();
                        }
                    }
                });
    }

    private void giveBack(Connection connection) throws SQLException {
        if (!asNew(connection)) {
            connection.close();
            return;
        }
        Idle eldest;
        synchronized (IDLE) {
            IDLE.addFirst(new Idle(this, connection));
            eldest = (IDLE.size() > KEPT) ? IDLE.removeLast() : null;
        }
        if (eldest != null) {
            eldest.connection.close();
        }
    }

    private static boolean asNew(Connection connection) {
        try {
            if (connection.isClosed() || connection.isReadOnly()) {
                return false;
            }
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("discard all");
            }
            return true;
        }
        catch (SQLException ex) {
            // A connection that was lost, or whose server was: nobody's any more.
            return false;
        }
    }

}
