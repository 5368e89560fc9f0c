package dev.workflow.store;

import javax.sql.DataSource;

import dev.workflow.engine.OpenTransactions;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * The connection of the transaction that the calling thread is in, if it is one of the
 * application's DataSource and has not ended.
 */
final class CallerConnections {

    private final DataSource dataSource;

    CallerConnections(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    boolean isPresent() {
        return OpenTransactions.isIn(this.dataSource);
    }

    <T> T in(Sessions.Work<T> work) {
        var connection = DataSourceUtils.getConnection(this.dataSource);
        try {
            return Sessions.on(connection, work);
        }
        finally {
            DataSourceUtils.releaseConnection(connection, this.dataSource);
        }
    }

}
