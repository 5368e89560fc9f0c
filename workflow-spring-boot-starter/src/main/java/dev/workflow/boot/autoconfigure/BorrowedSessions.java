package dev.workflow.boot.autoconfigure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Connections of somebody else's pool, set up when they are borrowed and reset before
 * they go back.
 */
final class BorrowedSessions extends DelegatingDataSource {

    private final String settings;

    BorrowedSessions(DataSource dataSource, String settings) {
        super(dataSource);
        this.settings = settings;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        try {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            execute(connection, this.settings);
            return proxy(connection, autoCommit);
        }
        catch (SQLException ex) {
            connection.close();
            throw ex;
        }
    }

    private static Connection proxy(Connection connection, boolean autoCommit) {
        return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
                new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        giveBack(connection, autoCommit);
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

    private static void giveBack(Connection connection, boolean autoCommit) throws SQLException {
        try (connection) {
            if (!connection.isClosed()) {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
                execute(connection, "reset all");
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

}
