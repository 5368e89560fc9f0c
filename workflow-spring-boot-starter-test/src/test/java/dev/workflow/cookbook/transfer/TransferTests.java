package dev.workflow.cookbook.transfer;

import java.util.List;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.failure.WorkflowFailure;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TransferTests extends CookbookTests {

    @Test
    void bothBookingsHappenOnce() {
        long before = balance("B");
        WorkflowHandle<TransferWorkflow, Void> handle = transfer("A", "B", 100);
        handle.result(PATIENCE);
        assertThat(bookings(handle.workflowId())).containsExactly("A -100", "B 100");
        assertThat(balance("B")).isEqualTo(before + 100);
    }

    @Test
    void moneyThatCannotBePaidInGoesBack() {
        long before = balance("A");
        WorkflowHandle<TransferWorkflow, Void> handle = transfer("A", "nowhere", 100);
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .withStackTraceContaining("There is no account nowhere");
        assertThat(balance("A")).isEqualTo(before);
        assertThat(bookings(handle.workflowId())).containsExactly("A -100");
        assertThat(bookings(handle.workflowId() + "-back")).containsExactly("A 100");
    }

    @Test
    void nobodyPaysWhatThereIsNot() {
        WorkflowHandle<TransferWorkflow, Void> handle = transfer("A", "B", 1_000_000);
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .withStackTraceContaining("A does not have 1000000 cents");
        assertThat(bookings(handle.workflowId())).isEmpty();
    }

    private WorkflowHandle<TransferWorkflow, Void> transfer(String from, String to, long cents) {
        WorkflowOptions options = anyId();
        return this.client.start(TransferWorkflow.class, (w) -> {
            w.transfer(from, to, cents);
        }, options);
    }

    private long balance(String account) {
        return this.jdbc.sql("select balance_cents from account where account = ?")
            .param(account)
            .query(Long.class)
            .single();
    }

    private List<String> bookings(String transferId) {
        return this.jdbc
            .sql("select account || ' ' || amount_cents from ledger where transfer_id = ? order by amount_cents")
            .param(transferId)
            .query(String.class)
            .list();
    }

}
