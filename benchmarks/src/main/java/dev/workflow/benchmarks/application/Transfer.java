package dev.workflow.benchmarks.application;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.benchmarks.Transfers;

/** Two activities, each of which commits with its recorded result. */
@Workflow(taskQueue = "benchmark")
public class Transfer {

    private final Accounts accounts;

    Transfer(Accounts accounts) {
        this.accounts = accounts;
    }

    @WorkflowMethod
    public String run(String payload) {
        this.accounts.change(payload, Transfers.from(payload), -1);
        this.accounts.change(payload, Transfers.to(payload), 1);
        return payload;
    }

}
