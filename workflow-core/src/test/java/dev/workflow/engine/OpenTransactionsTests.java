package dev.workflow.engine;

import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionExecutionListener;

import static org.assertj.core.api.Assertions.assertThat;

class OpenTransactionsTests {

    @Test
    void managerKeepsItsListenersAndIsWatchedOnce() {
        TransactionExecutionListener listener = new TransactionExecutionListener() {
        };
        DataSourceTransactionManager manager = new DataSourceTransactionManager();
        manager.setTransactionExecutionListeners(List.of(listener));
        OpenTransactions.watch(manager);
        OpenTransactions.watch(manager);
        assertThat(manager.getTransactionExecutionListeners()).hasSize(2)
            .contains(listener)
            .hasAtLeastOneElementOfType(OpenTransactions.class);
    }

}
