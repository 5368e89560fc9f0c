package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.List;

import dev.workflow.Activity;
import dev.workflow.Promise;
import dev.workflow.Retry;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@WorkflowTest(classes = { FailureTests.Work.class, FailureTests.Failing.class, FailureTests.Recovering.class,
        FailureTests.FailsOn.class })
class FailureTests extends ScenarioTests {

    @Test
    void typeDetailsAndCausesOfAFailureReachTheClient() {
        WorkflowHandle<Failing, String> handle = this.client.start(Failing.class, (w) -> w.run("application"), anyId());
        step();
        WorkflowFailure failure = failureOf(handle);
        assertThat(failure.workflowId()).isEqualTo(handle.workflowId());
        assertThat(failure.workflowType()).isEqualTo("Failing");
        assertThat(failure.getCause()).isInstanceOfSatisfying(ApplicationFailure.class, (cause) -> {
            assertThat(cause.getMessage()).isEqualTo("not approved");
            assertThat(cause.type()).isEqualTo("Expired");
            assertThat(cause.detail(0, Integer.class)).contains(42);
            assertThat(cause.detail(1, Reason.class)).contains(new Reason("late", List.of(1, 2)));
            assertThat(cause.detail(2, String.class)).isEmpty();
            assertThat(cause.getCause()).isInstanceOfSatisfying(ApplicationFailure.class, (root) -> {
                assertThat(root.type()).isEqualTo("java.lang.IllegalArgumentException");
                assertThat(root.getMessage()).isEqualTo("the root");
            });
        });
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.FAILED);
    }

    @Test
    void failuresOfActivitiesReachTheClientWithTheirStackTraces() {
        WorkflowHandle<Failing, String> handle = this.client.start(Failing.class, (w) -> w.run("activity"), anyId());
        step();
        assertThat(failureOf(handle).getCause()).isInstanceOfSatisfying(ActivityFailure.class, (cause) -> {
            assertThat(cause.activityType()).isEqualTo("Work.fail");
            assertThat(cause.activityId()).isNotEmpty();
            assertThat(cause.getCause()).isInstanceOfSatisfying(ApplicationFailure.class, (root) -> {
                assertThat(root.type()).isEqualTo(Broken.class.getName());
                assertThat(root.getMessage()).isEqualTo("broken");
                assertThat(root.getStackTrace()).extracting(StackTraceElement::getMethodName).contains("fail");
                assertThat(root.getCause()).hasMessage("deeper");
            });
        });
    }

    @Test
    void failuresCanBeCaughtAndMendedInTheWorkflow() {
        WorkflowHandle<Recovering, List<String>> handle = this.client.start(Recovering.class, (w) -> w.run(), anyId());
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).containsExactly("caught Work.fail", "handled broken", "exceptionally",
                "timed out PROMISE", "plain 5");
    }

    @Test
    void aTypeInFailOnFailsTheRun() {
        WorkflowHandle<FailsOn, String> handle = this.client.start(FailsOn.class, (w) -> w.run(), anyId());
        step();
        assertThat(failureOf(handle).getCause()).isInstanceOfSatisfying(ApplicationFailure.class, (cause) -> {
            assertThat(cause.type()).isEqualTo(Broken.class.getName());
            assertThat(cause.getMessage()).isEqualTo("expected");
        });
    }

    private static WorkflowFailure failureOf(WorkflowHandle<?, ?> handle) {
        WorkflowFailure failure = catchThrowableOfType(WorkflowFailure.class, () -> handle.result(PATIENCE));
        assertThat(failure).as("the workflow fails").isNotNull();
        return failure;
    }

    record Reason(String word, List<Integer> numbers) {
    }

    static class Broken extends RuntimeException {

        Broken(String message, Throwable cause) {
            super(message, cause);
        }

    }

    @Activity(retry = @Retry(maximumAttempts = 1))
    static class Work {

        public String fail() {
            throw new Broken("broken", new IllegalStateException("deeper"));
        }

        public int plus(int a, int b) {
            return a + b;
        }

    }

    @Workflow
    static class Failing {

        private final Work work;

        Failing(Work work) {
            this.work = work;
        }

        @WorkflowMethod
        String run(String how) {
            if (how.equals("activity")) {
                return this.work.fail();
            }
            throw ApplicationFailure.of("not approved", "Expired", 42, new Reason("late", List.of(1, 2)))
                .causedBy(new IllegalArgumentException("the root"));
        }

    }

    @Workflow
    static class Recovering {

        private final Work work;

        Recovering(Work work) {
            this.work = work;
        }

        @WorkflowMethod
        List<String> run() {
            String caught;
            try {
                caught = this.work.fail();
            }
            catch (ActivityFailure failure) {
                caught = "caught " + failure.activityType();
            }
            String handled = Workflows.async(() -> this.work.fail())
                .handle((value, failure) -> "handled " + failure.getCause().getMessage())
                .get();
            String instead = Workflows.async(() -> this.work.fail()).exceptionally((failure) -> "exceptionally").get();
            String late;
            Promise<Void> timer = Workflows.timer(Duration.ofMinutes(1));
            try {
                timer.get(Duration.ofSeconds(1));
                late = "in time";
            }
            catch (TimeoutFailure failure) {
                late = "timed out " + failure.kind();
            }
            timer.get();
            int sum = Workflows.async(() -> this.work.plus(1, 2))
                .thenCompose((three) -> Workflows.async(() -> this.work.plus(three, 2)))
                .get();
            return List.of(caught, handled, instead, late, "plain " + sum);
        }

    }

    @Workflow(failOn = Broken.class)
    static class FailsOn {

        @WorkflowMethod
        String run() {
            throw new Broken("expected", null);
        }

    }

}
