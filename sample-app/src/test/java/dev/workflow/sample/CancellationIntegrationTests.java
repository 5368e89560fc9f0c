package dev.workflow.sample;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.sample.orders.Order;
import dev.workflow.sample.transfers.Transfer;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Transfers and orders that are canceled at the worst moment: they learn of it first, and
 * then of a booking that was committed meanwhile.
 */
class CancellationIntegrationTests extends SampleTests {

    @Autowired
    PlatformTransactionManager transactions;

    @Test
    void moneyThatWasTakenWhileATransferWasCanceledGoesBack() {
        String id = anyId();
        long before = balance("A03");
        WorkflowHandle<Object, Object> handle = cancelWhileBooking(
                "update account set balance_cents = balance_cents where account = 'A03'", "update account%",
                () -> startOverRest("TransferWorkflow", id, new Transfer("A03", "A04", 5)));
        await(() -> balance("A03") == before - 5);
        handle.unpause();
        assertThatItIsCanceled(handle);
        assertThat(balance("A03")).isEqualTo(before);
        assertThat(count("select count(*) from ledger where transfer_id = ?", id)).isZero();
    }

    @Test
    void chargeThatWasMadeWhileAnOrderWasCanceledIsRefunded() {
        String id = anyId();
        WorkflowHandle<Object, Object> handle = cancelWhileBooking("lock table charge in exclusive mode",
                "insert into charge%", () -> startOverRest("OrderWorkflow", id,
                        new Order(id, "ada", 500, List.of(new Order.Item("lamp", 1)), "1 Main Street")));
        await(() -> count("select count(*) from charge where order_id = ?", id) == 1);
        handle.unpause();
        assertThatItIsCanceled(handle);
        assertThat(count("select count(*) from charge where order_id = ? and refunded", id)).isEqualTo(1);
        assertThat(count("select count(*) from reservation where order_id = ?", id)).isZero();
    }

    /**
     * Cancels a run while its booking waits for a lock; the run is paused meanwhile, so
     * that both wait for it in this order.
     */
    private WorkflowHandle<Object, Object> cancelWhileBooking(String lock, String booking,
            Supplier<WorkflowHandle<Object, Object>> start) {
        return new TransactionTemplate(this.transactions).execute((status) -> {
            this.jdbc.sql(lock).update();
            WorkflowHandle<Object, Object> handle = CompletableFuture.supplyAsync(start).join();
            // On another thread, whose look at the sessions is always a fresh one.
            CompletableFuture.runAsync(() -> await(() -> isWaitingForTheLock(booking))).join();
            CompletableFuture.runAsync(() -> {
                handle.pause("finds both at once");
                handle.cancel();
            }).join();
            return handle;
        });
    }

    private boolean isWaitingForTheLock(String booking) {
        return count("""
                select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock' and query like ?""", booking) > 0;
    }

    private static void assertThatItIsCanceled(WorkflowHandle<?, ?> handle) {
        assertThat(catchThrowableOfType(WorkflowFailure.class, () -> handle.result(PATIENCE))).isNotNull();
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.CANCELED);
    }

    private long balance(String account) {
        return count("select balance_cents from account where account = ?", account);
    }

    private long count(String sql, String parameter) {
        return this.jdbc.sql(sql).param(parameter).query(Long.class).single();
    }

}
