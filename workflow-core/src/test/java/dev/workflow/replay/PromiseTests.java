package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.CompletablePromise;
import dev.workflow.Promise;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.history.TimerStarted;
import org.junit.jupiter.api.Test;

import static dev.workflow.replay.Calls.begin;
import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.fail;

/** Promises, alone and combined. */
class PromiseTests {

    @Test
    void asyncRunsSideBySide() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Promise<String> a = Workflows.async(() -> call("A") + call("A2"));
            Promise<String> b = Workflows.async(() -> call("B"));
            return a.get() + b.get();
        }))) {
            assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(A)", "3 ActivityTaskScheduled(B)");
            assertThat(run.complete(3, "b")).isEmpty();
            assertThat(run.complete(2, "a")).containsExactly("6 ActivityTaskScheduled(A2)");
            run.complete(6, "2");
            assertThat(run.result()).isEqualTo("a2b");
        }
    }

    @Test
    void failureOfAsyncIsThrownByGet() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Promise<Void> failing = Workflows.async(() -> {
                throw ApplicationFailure.of("no", "No");
            });
            Promise<Void> unobserved = Workflows.async(() -> {
                throw ApplicationFailure.of("no", "No");
            });
            try {
                failing.get();
                return "got " + unobserved;
            }
            catch (ApplicationFailure failure) {
                return failure.type();
            }
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo("No");
        }
    }

    @Test
    void derivedPromisesFollow() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Promise<String> a = begin("A");
            Promise<String> b = begin("B");
            Promise<String> chained = a.thenApply((value) -> value + call("C"))
                .thenCompose((value) -> begin("D", value));
            Promise<String> handled = b.handle((value, failure) -> (failure != null) ? "handled" : value);
            Promise<String> excused = b.thenApply((value) -> value + "!").exceptionally((failure) -> "excused");
            Promise<String> untouched = a.exceptionally((failure) -> "no");
            return chained.get() + handled.get() + excused.get() + untouched.get();
        }))) {
            run.start();
            assertThat(run.fail(3, "No", "no")).isEmpty();
            assertThat(run.complete(2, "a")).containsExactly("6 ActivityTaskScheduled(C)");
            assertThat(run.complete(6, "c")).containsExactly("8 ActivityTaskScheduled(D)");
            run.complete(8, "d");
            assertThat(run.result()).isEqualTo("dhandledexcuseda");
        }
    }

    @Test
    void failureOfAFunctionIsThatOfTheDerivedPromise() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Promise<String> value = Workflows.async(() -> "value");
            assertThatExceptionOfType(ApplicationFailure.class).isThrownBy(() -> value.thenApply((text) -> {
                throw ApplicationFailure.of("no", "No");
            }).get());
            assertThatExceptionOfType(ApplicationFailure.class).isThrownBy(() -> value.thenCompose((text) -> {
                throw ApplicationFailure.of("no", "No");
            }).get());
            return value.get();
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo("value");
        }
    }

    @Test
    void unexpectedExceptionOfAFunctionFailsTheTask() {
        TestRun run = new TestRun(TestDefinition.of(() -> Workflows.async(() -> "x").thenApply((value) -> {
            throw new IllegalStateException("a bug");
        }).get()));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start);
    }

    @Test
    void allOfWaitsForAllAndFailsWithTheFirst() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            List<String> both = Promise.allOf(List.of(begin("A"), begin("B"))).get();
            Promise<?> failing = Promise.allOf(begin("C"), begin("D"));
            try {
                failing.get();
                return fail("did not fail");
            }
            catch (ActivityFailure failure) {
                assertThat(Promise.allOf(List.<Promise<String>>of()).get()).isEmpty();
                Promise.allOf().get();
                return both + failure.activityType();
            }
        }))) {
            run.start();
            run.complete(3, "b");
            assertThat(run.complete(2, "a")).containsExactly("6 ActivityTaskScheduled(C)",
                    "7 ActivityTaskScheduled(D)");
            run.fail(7, "No", "no");
            assertThat(run.result()).isEqualTo("[a, b]D");
        }
    }

    @Test
    void anyOfIsTheFirst() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            String first = Promise.anyOf(List.of(begin("A"), begin("B"))).get();
            try {
                Promise.anyOf(begin("C"), Workflows.timer(Duration.ofDays(1))).get();
                return fail("did not fail");
            }
            catch (WorkflowException failure) {
                assertThatIllegalArgumentException().isThrownBy(Promise::anyOf);
                return first;
            }
        }))) {
            run.start();
            run.complete(3, "b");
            run.complete(2, "late");
            run.fail(5, "No", "no");
            assertThat(run.result()).isEqualTo("b");
        }
    }

    @Test
    void getWithLimitTimesOutAndCancelsNothing() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Promise<String> slow = begin("Slow");
            assertThatExceptionOfType(TimeoutFailure.class).isThrownBy(() -> slow.get(Duration.ZERO));
            try {
                slow.get(Duration.ofMinutes(1));
                return "no timeout";
            }
            catch (TimeoutFailure timeout) {
                assertThat(timeout.kind()).isEqualTo(TimeoutFailure.Kind.PROMISE);
            }
            return slow.get(Duration.ofMinutes(5));
        }))) {
            assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(Slow)", "3 TimerStarted");
            assertThat(run.fire(3)).containsExactly("5 TimerStarted");
            assertThat(run.complete(2, "ok")).containsExactly("7 TimerCanceled(of event 5)",
                    "8 WorkflowExecutionCompleted");
        }
    }

    @Test
    void codeCompletesItsOwnPromiseOnce() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            CompletablePromise<String> promise = Workflows.promise();
            List<String> seen = new ArrayList<>();
            Promise<Void> waiting = Workflows.async(() -> {
                seen.add(promise.get());
            });
            assertThat(promise.isCompleted()).isFalse();
            assertThat(promise.complete("first")).isTrue();
            assertThat(promise.complete("second")).isFalse();
            assertThat(promise.completeExceptionally(ApplicationFailure.of("no", "No"))).isFalse();
            waiting.get();
            return seen;
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo(List.of("first"));
        }
    }

    @Test
    void awaitWithLimitStartsATimerOnlyIfItWaits() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            int[] signals = { 0 };
            Workflows.onSignal("go", (arguments) -> signals[0]++);
            assertThat(Workflows.await(Duration.ofDays(1), () -> true)).isTrue();
            assertThat(Workflows.await(Duration.ZERO, () -> false)).isFalse();
            boolean first = Workflows.await(Duration.ofDays(1), () -> signals[0] == 1);
            boolean second = Workflows.await(Duration.ofDays(1), () -> signals[0] == 2);
            return List.of(first, second);
        }))) {
            assertThat(run.start()).containsExactly("2 TimerStarted");
            assertThat(run.signal("go")).containsExactly("4 TimerCanceled(of event 2)", "5 TimerStarted");
            assertThat(run.fire(2)).isEmpty();
            run.fire(5);
            assertThat(run.result()).isEqualTo(List.of(true, false));
        }
    }

    @Test
    void exceptionOfAConditionIsThrownByItsAwait() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            int[] signals = { 0 };
            Workflows.onSignal("go", (arguments) -> signals[0]++);
            try {
                Workflows.await(Duration.ofDays(1), () -> {
                    if (signals[0] > 0) {
                        throw ApplicationFailure.of("too many", "Limit");
                    }
                    return false;
                });
                return "";
            }
            catch (ApplicationFailure failure) {
                return failure.type();
            }
        }))) {
            run.start();
            assertThat(run.signal("go")).containsExactly("4 TimerCanceled(of event 2)", "5 WorkflowExecutionCompleted");
        }
    }

    @Test
    void conditionsOnlyRead() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            int[] asked = { 0 };
            Workflows.async(() -> Workflows.sleep(Duration.ZERO));
            Workflows.await(() -> {
                if (asked[0]++ > 0) {
                    call("A");
                }
                return false;
            });
            return "";
        }));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start)
            .withStackTraceContaining("is not possible in the condition of an await");
    }

    @Test
    void negativeDurationsAreRefused() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Duration negative = Duration.ofSeconds(-1);
            assertThatIllegalArgumentException().isThrownBy(() -> Workflows.sleep(negative));
            assertThatIllegalArgumentException().isThrownBy(() -> Workflows.timer(negative));
            assertThatIllegalArgumentException().isThrownBy(() -> Workflows.await(negative, () -> false));
            return "";
        }))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionCompleted");
        }
    }

    @Test
    void waitsThatNoRunLivesLongEnoughForAreCut() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
            Promise<Void> timer = Workflows.timer(forever);
            Promise<String> promise = Workflows.promise();
            Promise<String> waits = Workflows.async(() -> promise.get(forever));
            Workflows.await(forever, () -> false);
            return "" + timer + waits;
        }))) {
            run.start();
            assertThat(run.history()).filteredOn(TimerStarted.class::isInstance)
                .hasSize(3)
                .allSatisfy((event) -> assertThat(((TimerStarted) event).startToFireTimeout()).hasDays(365_000));
        }
    }

    @Test
    void composingWithNoPromiseSaysSo() {
        TestRun run = new TestRun(
                TestDefinition.of(() -> Workflows.async(() -> "a").<String>thenCompose((value) -> null).get()));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start)
            .withStackTraceContaining("Promise.thenCompose: the function returned null instead of a promise");
    }

    @Test
    void promiseIsOfNoUseOutsideOfItsRun() {
        List<Promise<String>> leaked = new ArrayList<>();
        TestRun run = new TestRun(TestDefinition.of(() -> {
            leaked.add(begin("A"));
            return leaked.get(0).get();
        }));
        run.start();
        assertThatIllegalStateException().isThrownBy(() -> leaked.get(0).get())
            .withMessageContaining("Workflows.async");
        assertThatIllegalStateException().isThrownBy(() -> leaked.get(0).thenApply((value) -> value));
        assertThatIllegalStateException().isThrownBy(Workflows::now);
        run.machine().close();
    }

}
