package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.workflow.CancellationScope;
import dev.workflow.Workflows;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.history.RetryPolicy;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Workflows that recur by a cron expression: a chain of runs, each of which waits for its
 * time.
 */
class CronIntegrationTests {

    private static final String HOURLY = "0 * * * *";

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private final TestNode node = this.nodes.node(this.time)
        .workflow("Counts", (arguments) -> Workflows.lastCompletionResult(Integer.class).orElse(0) + 1)
        .workflow("FailsInTurn", (arguments) -> {
            String last = Workflows.lastCompletionResult(String.class).orElse("none");
            String failure = Workflows.previousFailure().map(Throwable::getMessage).orElse("none");
            int hour = Integer.parseInt(Workflows.now().toString().substring(11, 13));
            if (hour % 2 == 0) {
                throw ApplicationFailure.of("failed at " + hour, "Test");
            }
            return "ran at " + hour + ", last: " + last + ", failure: "
                    + failure.replaceAll(".*(failed at \\d+).*", "$1");
        })
        .workflow("Waits", (arguments) -> {
            Workflows.await(() -> false);
            return null;
        })
        .workflow("EndsItsHelpers", (arguments) -> {
            CancellationScope.current().cancel();
            return "done";
        })
        .workflow("CleansUp", (arguments) -> {
            try {
                Workflows.await(() -> false);
                return null;
            }
            catch (CanceledFailure ex) {
                if (Workflows.info().cron().isEmpty()) {
                    throw ApplicationFailure.of("not all is clean", "Unclean");
                }
                return "cleaned";
            }
        })
        .start();

    private StartResult start(String type, @Nullable String cron, @Nullable Duration executionTimeout,
            @Nullable Duration runTimeout, @Nullable RetryPolicy retry, @Nullable Duration delay) {
        return this.node.service()
            .start(new StartRequest(type, "c", null, Json.EMPTY_ARRAY, null, IdReusePolicy.ALLOW_DUPLICATE,
                    IdConflictPolicy.FAIL, executionTimeout, runTimeout, delay, retry, cron, Map.of(), Map.of(), 3,
                    null, null));
    }

    private StartResult start(String type) {
        return start(type, HOURLY, null, null, null, null);
    }

    private void pass(Duration duration) {
        this.time.advance(duration);
        this.node.engine().clockMoved();
        settle();
    }

    private void settle() {
        TestNode.awaitQuiet(List.of(this.node));
    }

    private void hours(int hours) {
        for (int i = 0; i < hours; i++) {
            pass(Duration.ofHours(1));
        }
    }

    /** Status and result of each run, the first one first. */
    private List<String> runs() {
        return this.nodes.jdbc()
            .sql("select status || coalesce(' ' || result, '') from engine.workflow_execution "
                    + "where workflow_id = 'c' order by run_id")
            .query(String.class)
            .list();
    }

    @Test
    void eachEndIsFollowedByTheRunOfTheNextTime() {
        StartResult first = start("Counts");
        settle();
        assertThat(runs()).containsExactly("RUNNING");
        pass(Duration.ofMinutes(59));
        assertThat(runs()).as("before the first time").containsExactly("RUNNING");
        pass(Duration.ofMinutes(1));
        assertThat(runs()).containsExactly("COMPLETED 1", "RUNNING");
        hours(2);
        assertThat(runs()).containsExactly("COMPLETED 1", "COMPLETED 2", "COMPLETED 3", "RUNNING");
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution where first_run_id = ?",
                java.util.UUID.fromString(first.runId())))
            .isEqualTo(4);
        assertThat(this.node.service().describe(new WorkflowRef("c", null)).status().name()).isEqualTo("RUNNING");
    }

    @Test
    void failureIsFollowedTooAndTheLastResultIsKept() {
        start("FailsInTurn");
        hours(5);
        assertThat(runs()).containsExactly("COMPLETED \"ran at 1, last: none, failure: none\"", "FAILED",
                "COMPLETED \"ran at 3, last: ran at 1, last: none, failure: none, failure: failed at 2\"", "FAILED",
                "COMPLETED \"ran at 5, last: ran at 3, last: ran at 1, last: none, failure: none, failure: failed at 2, "
                        + "failure: failed at 4\"",
                "RUNNING");
    }

    @Test
    void attemptsComeBeforeTheNextTime() {
        start("FailsInTurn", "0 2 * * *", null, null,
                new RetryPolicy(Duration.ofMinutes(10), 1, Duration.ofMinutes(10), 3, List.of()), null);
        hours(2);
        pass(Duration.ofMinutes(10));
        pass(Duration.ofMinutes(10));
        assertThat(runs()).containsExactly("FAILED", "FAILED", "FAILED", "RUNNING");
        assertThat(this.nodes
            .count("select extract(hour from due_at at time zone 'UTC')::bigint " + "from engine.workflow_task"))
            .isEqualTo(2);
    }

    @Test
    void runThatIsOutOfTimeIsFollowedAndTheChainThatIsEnds() {
        start("Waits", HOURLY, Duration.ofHours(3), Duration.ofMinutes(20), null, null);
        hours(1);
        pass(Duration.ofMinutes(20));
        assertThat(runs()).containsExactly("TIMED_OUT", "RUNNING");
        pass(Duration.ofMinutes(40));
        pass(Duration.ofMinutes(20));
        assertThat(runs()).as("the next one would begin too late").containsExactly("TIMED_OUT", "TIMED_OUT");
    }

    @Test
    void cancellationAndTerminationEndTheChain() {
        start("Waits");
        hours(1);
        this.node.service().cancel(new WorkflowRef("c", null), "enough");
        settle();
        assertThat(runs()).containsExactly("CANCELED");
        start("Counts");
        hours(1);
        this.node.service().terminate(new WorkflowRef("c", null), "enough");
        hours(2);
        assertThat(runs()).containsExactly("CANCELED", "COMPLETED 1", "TERMINATED");
    }

    @Test
    void nothingFollowsACancellationHoweverTheCodeEndsByIt() {
        start("CleansUp");
        hours(1);
        this.node.service().cancel(new WorkflowRef("c", null), "enough");
        hours(2);
        assertThat(runs()).containsExactly("COMPLETED \"cleaned\"");
        start("CleansUp", null, null, null,
                new RetryPolicy(Duration.ofMinutes(10), 1, Duration.ofMinutes(10), 3, List.of()), null);
        settle();
        this.node.service().cancel(new WorkflowRef("c", null), "enough");
        hours(2);
        assertThat(runs()).containsExactly("COMPLETED \"cleaned\"", "FAILED");
    }

    @Test
    void codeThatCancelsItsOwnScopeRecursAllTheSame() {
        start("EndsItsHelpers");
        hours(2);
        assertThat(runs()).containsExactly("COMPLETED \"done\"", "COMPLETED \"done\"", "RUNNING");
    }

    @Test
    void whatIsNoExpressionOrHasADelayBesidesIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> start("Counts", "hourly", null, null, null, null))
            .withMessageStartingWith("cron: expected 5 fields");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> start("Counts", "0 0 0 1 1 * 2020", null, null, null, null))
            .withMessageStartingWith("cron: expected an expression that matches after 2026-01-01T00:00:00Z");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> start("Counts", HOURLY, null, null, null, Duration.ofMinutes(1)))
            .withMessageStartingWith("startDelay: expected nothing beside cron");
        assertThat(runs()).isEmpty();
    }

    @Test
    void recurringWorkflowStartsInTheCallersTransaction() {
        this.nodes.transaction().executeWithoutResult((status) -> {
            start("Counts");
            status.setRollbackOnly();
        });
        assertThat(runs()).isEmpty();
        this.nodes.transaction()
            .executeWithoutResult((status) -> start("Counts", "TZ=Asia/Kolkata 0 6 * * *", null, null, null, null));
        pass(Duration.between(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-01-01T00:30:00Z")));
        assertThat(runs()).containsExactly("COMPLETED 1", "RUNNING");
    }

}
