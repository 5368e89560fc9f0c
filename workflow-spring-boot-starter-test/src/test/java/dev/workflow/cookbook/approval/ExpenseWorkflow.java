package dev.workflow.cookbook.approval;

import java.time.Duration;
import java.util.Map;

import dev.workflow.QueryMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import org.jspecify.annotations.Nullable;

/** Asks the manager every day, after three days the director, and gives up after ten. */
@Workflow
public class ExpenseWorkflow {

    private static final Duration DAY = Duration.ofDays(1);

    private final Mail mail;

    private String approver = "";

    private @Nullable Decision decision;

    ExpenseWorkflow(Mail mail) {
        this.mail = mail;
    }

    @WorkflowMethod
    public Decision approve(Expense expense) {
        for (int day = 0; day < 10; day++) {
            ask((day < 3) ? expense.manager() : expense.director(), expense);
            if (Workflows.await(DAY, () -> this.decision != null)) {
                return this.decision;
            }
        }
        return new Decision(false, "nobody", "nobody answered");
    }

    private void ask(String whom, Expense expense) {
        this.approver = whom;
        Workflows.upsertSearchAttributes(Map.of("Approver", whom)); // for everybody's
                                                                    // list of what waits
        this.mail.ask(whom, expense);
    }

    /** Returns when the decision is recorded, so whoever decides knows that it counts. */
    @UpdateMethod
    public void decide(Decision decision) {
        this.decision = decision;
    }

    @UpdateValidator("decide")
    void checkDecision(Decision decision) {
        if (this.decision != null) {
            throw new IllegalStateException(this.decision.by() + " has decided already");
        }
        if (!decision.by().equals(this.approver)) {
            throw new IllegalArgumentException("The decision is up to " + this.approver);
        }
    }

    @QueryMethod
    public String approver() {
        return this.approver;
    }

    public record Expense(String what, long cents, String manager, String director) {
    }

    public record Decision(boolean approved, String by, String reason) {
    }

}
