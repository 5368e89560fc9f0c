package dev.workflow.cookbook.outbox;

import java.time.Duration;

import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.cookbook.CookbookTests;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class OutboxTests extends CookbookTests {

    @Autowired
    private Purchases purchases;

    @Autowired
    private TransactionTemplate transaction;

    @Test
    void committedPurchaseIsFulfilled() {
        String id = anyId().id();
        this.purchases.buy(id, "ada");
        advance(Duration.ofHours(1));
        assertThat(this.client.workflow(id).result(String.class, PATIENCE)).isEqualTo("shipped to ada");
    }

    @Test
    void purchaseThatIsRolledBackStartsNothing() {
        String id = anyId().id();
        this.transaction.executeWithoutResult((status) -> {
            this.purchases.buy(id, "ada");
            status.setRollbackOnly();
        });
        step();
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.client.workflow(id).describe());
        this.purchases.buy(id, "ada");
    }

    @Test
    void secondPurchaseOfTheSameIdIsRefusedByTheTable() {
        String id = anyId().id();
        this.purchases.buy(id, "ada");
        assertThatExceptionOfType(DuplicateKeyException.class).isThrownBy(() -> this.purchases.buy(id, "grace"));
        assertThat(this.client.count("WorkflowId = '" + id + "'")).isEqualTo(1);
    }

    @Test
    void signalBelongsToTheTransactionToo() {
        String id = anyId().id();
        this.purchases.buy(id, "ada");
        step();
        this.transaction.executeWithoutResult((status) -> {
            this.purchases.withdraw(id);
            status.setRollbackOnly();
        });
        step();
        this.purchases.withdraw(id);
        assertThat(this.client.workflow(id).result(String.class, PATIENCE)).isEqualTo("withdrawn");
        assertThat(eventTypes(this.client.workflow(id))).filteredOn("WorkflowExecutionSignaled"::equals).hasSize(1);
    }

}
