package dev.workflow.store;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The connection of the transaction that the calling thread is in, if it is one of the
 * application's DataSource.
 */
final class CallerConnections {

    private final DataSource dataSource;

    CallerConnections(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * That some transaction is active says nothing: it has to be one of this DataSource.
     */
    boolean isPresent() {
        return TransactionSynchronizationManager.isActualTransactionActive()
                && TransactionSynchronizationManager.hasResource(this.dataSource);
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
