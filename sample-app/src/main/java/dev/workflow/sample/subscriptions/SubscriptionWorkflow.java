package dev.workflow.sample.subscriptions;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInfo;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.sample.input.InvalidInputException;
import dev.workflow.sample.subscriptions.Subscription.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Bills a customer at the beginning of each period until the subscription is canceled,
 * years later perhaps. Every so many periods it continues as a new run, so that no
 * history grows without bounds; what must not be forgotten is in the argument.
 */
@Workflow(taskQueue = "subscriptions")
public class SubscriptionWorkflow {

    private final Billing billing;

    private final SubscriptionProperties properties;

    private String customer = "";

    private Plan plan = Plan.BASIC;

    private int periods;

    private long totalCents;

    private Instant nextBilling = Instant.EPOCH;

    private boolean canceled;

    SubscriptionWorkflow(Billing billing, SubscriptionProperties properties) {
        this.billing = billing;
        this.properties = properties;
    }

    /** Before any signal: one that came with the start must find the state. */
    @WorkflowInit
    void resume(@Nullable Subscription given) {
        Subscription subscription = checked(given);
        this.customer = subscription.customer();
        this.plan = subscription.plan();
        Progress progress = subscription.progress();
        if (progress == null) {
            this.nextBilling = Workflows.now();
        }
        else {
            this.periods = progress.periods();
            this.totalCents = progress.totalCents();
            this.nextBilling = progress.nextBilling();
        }
    }

    /** Returns how it ended, once it is canceled. */
    @WorkflowMethod
    public BillingInfo subscribe(Subscription subscription) {
        showInLists();
        // Recorded: with other properties a replay would do something else.
        SubscriptionProperties terms = Workflows.sideEffect(SubscriptionProperties.class, () -> this.properties);
        int last = this.periods + terms.periodsPerRun();
        while (this.periods < last && !Workflows.info().continueAsNewSuggested()) {
            // After an outage the next billing is in the past, and this does not wait.
            Duration pause = Duration.between(Workflows.now(), this.nextBilling);
            if (pause.isPositive()) {
                Workflows.await(pause, () -> this.canceled);
            }
            if (this.canceled) {
                return billingInfo();
            }
            billNextPeriod(terms.period());
        }
        if (this.canceled) {
            // While the last period of this run was billed: the next run would not know.
            return billingInfo();
        }
        return Workflows.continueAsNew(new Subscription(this.customer, this.plan,
                new Progress(this.periods, this.totalCents, this.nextBilling)));
    }

    private void billNextPeriod(Duration period) {
        WorkflowInfo info = Workflows.info();
        this.totalCents += this.billing.bill(
                new Billing.Invoice(info.workflowId(), info.firstRunId(), this.periods + 1, this.customer, this.plan));
        this.periods++;
        this.nextBilling = this.nextBilling.plus(period);
    }

    /** From the next period on. */
    @SignalMethod
    public void changePlan(@Nullable Plan plan) {
        this.plan = Objects.requireNonNullElse(plan, this.plan);
        showInLists();
    }

    /** What was billed stays billed; nothing else will be. */
    @SignalMethod
    public void cancelSubscription() {
        this.canceled = true;
    }

    @QueryMethod
    public BillingInfo billingInfo() {
        return new BillingInfo(this.customer, this.plan, this.periods, this.totalCents, this.nextBilling,
                this.canceled);
    }

    private void showInLists() {
        Workflows.upsertSearchAttributes(Map.of("CustomerId", this.customer, "Plan", this.plan.name()));
    }

    /** A subscription that can never be billed fails at once. */
    private static Subscription checked(@Nullable Subscription subscription) {
        try {
            return Subscription.checked(subscription);
        }
        catch (InvalidInputException ex) {
            throw ApplicationFailure.nonRetryable(ex.getMessage(), "InvalidSubscription");
        }
    }

}
