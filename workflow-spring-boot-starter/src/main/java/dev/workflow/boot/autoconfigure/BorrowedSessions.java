package dev.workflow.boot.autoconfigure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

import javax.sql.DataSource;

import dev.workflow.store.SessionSettings;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Connections of somebody else's pool, set up when they are borrowed. They go back as
 * they came, with whatever the pool, or its own statements at the beginning of a session,
 * had set.
 */
final class BorrowedSessions extends DelegatingDataSource {

    BorrowedSessions(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        try {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            return proxy(connection, autoCommit, SessionSettings.exchange(connection));
        }
        catch (SQLException ex) {
            connection.close();
            throw ex;
        }
    }

    private static Connection proxy(Connection connection, boolean autoCommit, Map<String, String> settings) {
        return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
                new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        giveBack(connection, autoCommit, settings);
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    }
                    catch (InvocationTargetException ex) {
                        throw ex.getTargetException();
                    }
                });
    }

    private static void giveBack(Connection connection, boolean autoCommit, Map<String, String> settings)
            throws SQLException {
        try (connection) {
            if (!connection.isClosed()) {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
                SessionSettings.restore(connection, settings);
                connection.setAutoCommit(autoCommit);
            }
        }
    }

}
