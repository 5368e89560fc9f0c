package dev.workflow.cookbook.fanout;

import java.time.Duration;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.cookbook.CookbookTests;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

class FanOutTests extends CookbookTests {

    @Autowired
    private Invoices invoices;

    @Test
    void everyInvoiceIsWrittenOnce() {
        int before = this.invoices.written();
        int customers = this.evicted ? 1_000 : 10_000;
        WorkflowHandle<InvoiceRunWorkflow, Long> handle = this.client.start(InvoiceRunWorkflow.class,
                (w) -> w.run(customers), anyId());
        long sum = handle.result(Duration.ofMinutes(1));
        assertThat(sum).isEqualTo((long) customers * (customers - 1) / 2);
        assertThat(this.invoices.written() - before).isEqualTo(customers);
        assertThat(handle.history()).as("the parent's history is short").hasSizeLessThan(100);
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

}
