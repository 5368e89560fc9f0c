package dev.workflow.sample.subscriptions;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.sample.SampleTests;
import dev.workflow.sample.subscriptions.Subscription.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

class SubscriptionWorkflowIntegrationTests extends SampleTests {

    private static final Duration PERIOD = Duration.ofDays(30);

    @Autowired
    private Billing billing;

    @Autowired
    private DataSource dataSource;

    @Test
    void everyPeriodIsBilledOnceHoweverManyRunsThatTakes() {
        WorkflowHandle<SubscriptionWorkflow, BillingInfo> handle = subscribe(Plan.BASIC);
        for (int i = 0; i < 11; i++) {
            advance(PERIOD);
        }
        assertThat(invoices(handle)).hasSize(12).allMatch("BASIC 500"::equals);
        assertThat(periods(handle)).containsExactlyElementsOf(IntStream.rangeClosed(1, 12).boxed().toList());
        assertThat(this.client.count("WorkflowId = '" + handle.workflowId() + "'")).isEqualTo(3);
        assertThat(this.client.count("WorkflowId = '" + handle.workflowId() + "' AND Plan = 'BASIC' "
                + "AND CustomerId = 'ada' AND Status = 'RUNNING'"))
            .isEqualTo(1);
        handle.signal((w) -> w.cancelSubscription());
        BillingInfo end = handle.result(PATIENCE);
        assertThat(end.periods()).isEqualTo(12);
        assertThat(end.totalCents()).isEqualTo(6_000);
        assertThat(end.canceled()).isTrue();
        advance(PERIOD.multipliedBy(2));
        assertThat(invoices(handle)).hasSize(12);
    }

    @Test
    void cancellationThatComesWhileTheLastPeriodOfARunIsBilledIsNotForgotten() throws Exception {
        WorkflowHandle<SubscriptionWorkflow, BillingInfo> handle = subscribe(Plan.BASIC);
        for (int i = 0; i < 3; i++) {
            advance(PERIOD);
        }
        try (Connection other = this.dataSource.getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("lock table invoice in share mode");
            this.clock.skip(PERIOD);
            await(() -> Collections.frequency(eventTypes(handle), "ActivityTaskScheduled") == 5);
            handle.signal((w) -> w.cancelSubscription());
            await(() -> eventTypes(handle).contains("WorkflowExecutionSignaled"));
            other.rollback();
        }
        BillingInfo end = handle.result(PATIENCE);
        assertThat(end.periods()).isEqualTo(5);
        assertThat(end.canceled()).isTrue();
    }

    @Test
    void anotherPlanCountsFromTheNextPeriodOnAndInLaterRuns() {
        WorkflowHandle<SubscriptionWorkflow, BillingInfo> handle = subscribe(Plan.BASIC);
        advance(PERIOD.dividedBy(2));
        handle.signal((w) -> w.changePlan(Plan.PREMIUM));
        step();
        BillingInfo info = handle.query((w) -> w.billingInfo());
        assertThat(info).isEqualTo(new BillingInfo("ada", Plan.PREMIUM, 1, 500, started(handle).plus(PERIOD), false));
        for (int i = 0; i < 6; i++) {
            advance(PERIOD);
        }
        assertThat(invoices(handle)).containsExactlyElementsOf(
                Stream.concat(Stream.of("BASIC 500"), Collections.nCopies(6, "PREMIUM 2500").stream()).toList());
        assertThat(this.client
            .count("WorkflowId = '" + handle.workflowId() + "' AND Plan = 'PREMIUM' " + "AND Status = 'RUNNING'"))
            .isEqualTo(1);
        handle.signal("changePlan", (Object) null);
        step();
        BillingInfo unchanged = handle.query((w) -> w.billingInfo());
        assertThat(unchanged.plan()).isEqualTo(Plan.PREMIUM);
    }

    @Test
    void signalThatComesWithTheStartFindsTheState() {
        WorkflowHandle<SubscriptionWorkflow, BillingInfo> handle = this.client.signalWithStart(
                SubscriptionWorkflow.class, (w) -> w.changePlan(Plan.STANDARD),
                (w) -> w.subscribe(new Subscription("ada", Plan.BASIC, null)), WorkflowOptions.withId(anyId()));
        advance(PERIOD);
        assertThat(invoices(handle)).containsExactly("BASIC 500", "STANDARD 1000");
    }

    @Test
    void afterAnOutageEveryPeriodThatWasMissedIsBilled() {
        WorkflowHandle<SubscriptionWorkflow, BillingInfo> handle = subscribe(Plan.BASIC);
        step();
        this.clock.skip(PERIOD.multipliedBy(7));
        step();
        assertThat(periods(handle)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        BillingInfo info = handle.query((w) -> w.billingInfo());
        assertThat(info.nextBilling()).isEqualTo(started(handle).plus(PERIOD.multipliedBy(8)));
    }

    /** As after a reset to before it. */
    @Test
    void periodThatWasBilledKeepsItsInvoice() {
        String id = anyId();
        assertThat(this.billing.bill(new Billing.Invoice(id, "run", 1, "ada", Plan.BASIC))).isEqualTo(500);
        assertThat(this.billing.bill(new Billing.Invoice(id, "run", 1, "ada", Plan.PREMIUM))).isEqualTo(500);
        assertThat(this.billing.bill(new Billing.Invoice(id, "another run", 1, "ada", Plan.PREMIUM))).isEqualTo(2_500);
    }

    @Test
    void invoicesAreShown() {
        WorkflowHandle<Object, Object> handle = startOverRest("SubscriptionWorkflow", anyId(),
                Map.of("customer", "ada", "plan", "STANDARD"));
        step();
        assertThat(get("/demo/invoices?subscriptionId=" + handle.workflowId())).hasStatusOk()
            .bodyJson()
            .isStrictlyEqualTo("""
                    [{"subscriptionId":"%s","period":1,"customer":"ada","plan":"STANDARD","amountCents":1000}]
                    """.formatted(handle.workflowId()));
    }

    static Stream<Arguments> invalidSubscriptions() {
        return Stream.of(argumentSet("nothing", null, "subscription:"),
                argumentSet("no customer", new Subscription(null, Plan.BASIC, null), "customer:"),
                argumentSet("NUL in the customer", new Subscription("a\0", Plan.BASIC, null), "customer:"),
                argumentSet("no plan", new Subscription("ada", null, null), "plan:"),
                argumentSet("no next billing", progress(1, null), "progress.nextBilling:"),
                argumentSet("a billing that never comes", progress(1, Instant.MAX), "progress.nextBilling"),
                argumentSet("more periods than can be", progress(Integer.MAX_VALUE, Instant.EPOCH),
                        "progress.periods:"));
    }

    private static Subscription progress(int periods, Instant nextBilling) {
        return new Subscription("ada", Plan.BASIC, new Progress(periods, 0, nextBilling));
    }

    @ParameterizedTest
    @MethodSource("invalidSubscriptions")
    void invalidSubscriptionFailsForGood(Subscription subscription, String field) {
        WorkflowHandle<Object, Object> handle = startOverRest("SubscriptionWorkflow", anyId(), subscription);
        ApplicationFailure failure = failureOf(handle);
        assertThat(failure.type()).isEqualTo("InvalidSubscription");
        assertThat(failure.isNonRetryable()).isTrue();
        assertThat(failure).hasMessageContaining(field);
    }

    private WorkflowHandle<SubscriptionWorkflow, BillingInfo> subscribe(Plan plan) {
        return this.client.start(SubscriptionWorkflow.class, (w) -> w.subscribe(new Subscription("ada", plan, null)),
                WorkflowOptions.withId(anyId()));
    }

    private Instant started(WorkflowHandle<?, ?> handle) {
        return this.client.workflow(handle.workflowId(), handle.runId()).describe().startTime();
    }

    private List<String> invoices(WorkflowHandle<?, ?> handle) {
        return this.jdbc
            .sql("select plan || ' ' || amount_cents from invoice where subscription_id = ? order by period")
            .param(handle.workflowId())
            .query(String.class)
            .list();
    }

    private List<Integer> periods(WorkflowHandle<?, ?> handle) {
        return this.jdbc.sql("select period from invoice where subscription_id = ? order by period")
            .param(handle.workflowId())
            .query(Integer.class)
            .list();
    }

}
