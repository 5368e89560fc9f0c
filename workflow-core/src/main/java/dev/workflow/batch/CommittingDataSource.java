package dev.workflow.batch;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The application's connections, on which each statement is a transaction of its own,
 * whatever the pool says: many are set up with {@code auto-commit=false}, and what is
 * written outside of a transaction would be rolled back when they are closed.
 */
final class CommittingDataSource extends DelegatingDataSource {

    CommittingDataSource(DataSource application) {
        super(application);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        try {
            if (connection.getAutoCommit()) {
                return connection;
            }
            connection.setAutoCommit(true);
            return restoring(connection);
        }
        catch (SQLException ex) {
            connection.close();
            throw ex;
        }
    }

    private static Connection restoring(Connection connection) {
        return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
                new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        giveBack(connection);
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

    private static void giveBack(Connection connection) throws SQLException {
        try (connection) {
            if (!connection.isClosed()) {
                connection.setAutoCommit(false);
            }
        }
    }

}
