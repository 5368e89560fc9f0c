package dev.workflow.cookbook.transfer;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.WorkflowFailure;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TransferTests extends CookbookTests {

    @Autowired
    PlatformTransactionManager transactions;

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

    /**
     * The worst moment: the code learns of the cancellation first, of the booking then.
     */
    @Test
    void moneyThatWasTakenWhileTheTransferWasCanceledGoesBack() {
        long before = balance("A");
        WorkflowHandle<TransferWorkflow, Void> handle = cancelWhileBooking("A", () -> transfer("A", "B", 100));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .withRootCauseInstanceOf(CanceledFailure.class);
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.CANCELED);
        assertThat(bookings(handle.workflowId())).containsExactly("A -100");
        assertThat(bookings(handle.workflowId() + "-back")).containsExactly("A 100");
        assertThat(balance("A")).isEqualTo(before);
    }

    /**
     * Cancels a transfer while its first booking waits for a lock. The run is paused
     * meanwhile, so that it finds the cancellation and then the booking's result.
     */
    private WorkflowHandle<TransferWorkflow, Void> cancelWhileBooking(String account,
            Supplier<WorkflowHandle<TransferWorkflow, Void>> start) {
        WorkflowHandle<TransferWorkflow, Void> handle = new TransactionTemplate(this.transactions).execute((status) -> {
            this.jdbc.sql("select 1 from account where account = ? for update").param(account).query().singleValue();
            WorkflowHandle<TransferWorkflow, Void> begun = CompletableFuture.supplyAsync(start).join();
            // On another thread, whose look at the sessions is always a fresh one.
            CompletableFuture.runAsync(() -> await(this::isWaitingForTheLock)).join();
            CompletableFuture.runAsync(() -> {
                begun.pause("finds both at once");
                begun.cancel();
            }).join();
            return begun;
        });
        await(() -> !bookings(handle.workflowId()).isEmpty());
        handle.unpause();
        return handle;
    }

    private boolean isWaitingForTheLock() {
        return this.jdbc.sql("""
                select exists (select 1 from pg_stat_activity where datname = current_database()
                               and wait_event_type = 'Lock' and query like 'update account%')""")
            .query(Boolean.class)
            .single();
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
