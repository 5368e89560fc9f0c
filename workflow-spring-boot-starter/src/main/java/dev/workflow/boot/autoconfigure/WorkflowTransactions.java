package dev.workflow.boot.autoconfigure;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The transactions of the engine's database.
 *
 * @param manager their manager
 */
record WorkflowTransactions(PlatformTransactionManager manager) {

    /**
     * Chooses the marked one, else the only or primary one; an application that has none
     * of its own gets one.
     */
    static WorkflowTransactions choose(@Nullable PlatformTransactionManager marked,
            @Nullable PlatformTransactionManager unique, DataSource dataSource) {
        if (marked != null) {
            return new WorkflowTransactions(marked);
        }
        return new WorkflowTransactions((unique != null) ? unique : new JdbcTransactionManager(dataSource));
    }

}
