package dev.workflow.engine;

import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.jdbc.datasource.JdbcTransactionObjectSupport;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Whether the calling thread is in a transaction that can still commit. What is called
 * after a commit or a rollback finds the transaction as it was: active, and with its
 * connection. So the managers are asked to tell of the end.
 */
public final class OpenTransactions implements TransactionExecutionListener {

    private OpenTransactions() {
    }

    /**
     * From now on the ends of this manager's transactions are noticed, if they are of
     * JDBC or JPA.
     */
    public static void watch(PlatformTransactionManager manager) {
        if (manager instanceof ConfigurableTransactionManager configurable
                && configurable.getTransactionExecutionListeners()
                    .stream()
                    .noneMatch(OpenTransactions.class::isInstance)) {
            // What was set may be a list that nobody can add to.
            List<TransactionExecutionListener> listeners = new ArrayList<>(
                    configurable.getTransactionExecutionListeners());
            listeners.add(new OpenTransactions());
            configurable.setTransactionExecutionListeners(listeners);
        }
    }

    /**
     * That some transaction is active says nothing: it has to be one of this DataSource,
     * and not at its end. Without synchronization it is.
     */
    public static boolean isIn(DataSource dataSource) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()
                || !TransactionSynchronizationManager.isSynchronizationActive()) {
            return false;
        }
        Object connection = TransactionSynchronizationManager.getResource(dataSource);
        return connection != null && !TransactionSynchronizationManager.hasResource(new Ended(connection));
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        Ended key = (failure == null) ? key(transaction) : null;
        if (key != null) {
            TransactionSynchronizationManager.registerSynchronization(new End(key));
        }
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
        forget(transaction);
    }

    @Override
    public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
        forget(transaction);
    }

    private static void forget(TransactionExecution transaction) {
        Ended key = key(transaction);
        if (key != null) {
            TransactionSynchronizationManager.unbindResourceIfPossible(key);
        }
    }

    /** Null for one after whose end nothing is called. */
    private static @Nullable Ended key(TransactionExecution transaction) {
        return (transaction instanceof DefaultTransactionStatus status && status.isNewTransaction()
                && status.isNewSynchronization() && status.getTransaction() instanceof JdbcTransactionObjectSupport jdbc
                && jdbc.hasConnectionHolder()) ? new Ended(jdbc.getConnectionHolder()) : null;
    }

    /**
     * Bound to the thread between the end of a transaction and Spring's cleaning up.
     *
     * @param connection what the transaction has bound; each has its own
     */
    private record Ended(Object connection) {
    }

    /** Hears of the end before all others. */
    private record End(Ended key) implements TransactionSynchronization, PriorityOrdered {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public void afterCommit() {
            TransactionSynchronizationManager.bindResource(this.key, this);
        }

        @Override
        public void afterCompletion(int status) {
            if (!TransactionSynchronizationManager.hasResource(this.key)) {
                TransactionSynchronizationManager.bindResource(this.key, this);
            }
        }

    }

}
