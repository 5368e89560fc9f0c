package dev.workflow.cookbook.entity;

import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** The points of one customer: a workflow that lives as long as the customer stays. */
@Workflow
public class LoyaltyWorkflow {

    private long points;

    private boolean left;

    @WorkflowInit
    void restore(State state) {
        this.points = state.points();
    }

    /** Returns the points that are left in the end. */
    @WorkflowMethod
    public long live(State state) {
        Workflows.await(() -> this.left || Workflows.info().continueAsNewSuggested());
        Workflows.await(Workflows::allHandlersFinished);
        return this.left ? this.points : Workflows.continueAsNew(new State(this.points));
    }

    @UpdateMethod
    public long earn(long earned) {
        this.points += earned;
        return this.points;
    }

    @UpdateMethod
    public long spend(long spent) {
        this.points -= spent;
        return this.points;
    }

    @UpdateValidator("spend")
    void checkSpend(long spent) {
        if (spent > this.points) {
            throw new IllegalArgumentException("There are only " + this.points + " points");
        }
    }

    @SignalMethod
    public void leave() {
        this.left = true;
    }

    @QueryMethod
    public long points() {
        return this.points;
    }

    /** Everything that one run hands to the next. */
    public record State(long points) {

        public static final State NEW = new State(0);

    }

}
