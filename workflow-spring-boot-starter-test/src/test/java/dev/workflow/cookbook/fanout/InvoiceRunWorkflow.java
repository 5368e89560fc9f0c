package dev.workflow.cookbook.fanout;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.ChildOptions;
import dev.workflow.Promise;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Writes ten thousand invoices at once, some hundred in each child. */
@Workflow
public class InvoiceRunWorkflow {

    private static final int PER_CHILD = 400;

    /** Returns the sum of all invoices. */
    @WorkflowMethod
    public long run(int customers) {
        List<Promise<Long>> parts = new ArrayList<>();
        for (int first = 0; first < customers; first += PER_CHILD) {
            parts.add(start(first, Math.min(first + PER_CHILD, customers)));
        }
        return Promise.allOf(parts).get().stream().mapToLong(Long::longValue).sum();
    }

    private static Promise<Long> start(int first, int end) {
        return Workflows.startChild(InvoicePartWorkflow.class, (w) -> w.run(first, end), ChildOptions.defaults())
            .result();
    }

}
