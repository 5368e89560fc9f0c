package dev.workflow.cookbook.fanout;

import java.util.List;
import java.util.stream.IntStream;

import dev.workflow.Promise;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** One part: an activity for each customer, all of them at once. */
@Workflow
public class InvoicePartWorkflow {

    private final Invoices invoices;

    InvoicePartWorkflow(Invoices invoices) {
        this.invoices = invoices;
    }

    @WorkflowMethod
    public long run(int first, int end) {
        List<Promise<Long>> written = IntStream.range(first, end)
            .mapToObj((customer) -> Workflows.async(() -> this.invoices.write(customer)))
            .toList();
        return Promise.allOf(written).get().stream().mapToLong(Long::longValue).sum();
    }

}
