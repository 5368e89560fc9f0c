package dev.workflow.cookbook.requestreply;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;

/** To the workflow it is a call like any other. */
@Workflow
public class LoanWorkflow {

    private final CreditChecks credit;

    LoanWorkflow(CreditChecks credit) {
        this.credit = credit;
    }

    @WorkflowMethod
    public String apply(String customer) {
        return this.credit.isGood(customer) ? "granted" : "refused";
    }

}
