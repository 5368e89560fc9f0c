package dev.workflow.cookbook.entity;

import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.cookbook.CookbookTests;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EntityTests extends CookbookTests {

    @Autowired
    private Loyalty loyalty;

    @Test
    void pointsAreKeptFromRunToRun() {
        String customer = anyId().id();
        for (int i = 1; i <= 120; i++) {
            assertThat(this.loyalty.earn(customer, 10)).isEqualTo(10 * i);
            if (i % 20 == 0) {
                step();
            }
        }
        assertThat(this.loyalty.points(customer)).isEqualTo(1_200);
        assertThat(this.client.count("WorkflowId = 'loyalty-" + customer + "'")).as("runs").isGreaterThan(2);
        WorkflowHandle<LoyaltyWorkflow, Object> handle = this.client.workflow(LoyaltyWorkflow.class,
                "loyalty-" + customer);
        assertThatExceptionOfType(UpdateFailedException.class).isThrownBy(() -> handle.update((w) -> w.spend(1_201)))
            .withMessageContaining("There are only 1200 points");
        long left = handle.update((w) -> w.spend(1_199));
        assertThat(left).isEqualTo(1);
        handle.signal((w) -> w.leave());
        assertThat(handle.result(Long.class, PATIENCE)).isEqualTo(1);
    }

}
