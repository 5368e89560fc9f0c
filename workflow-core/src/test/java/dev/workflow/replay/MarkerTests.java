package dev.workflow.replay;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.MarkerRecorded;
import dev.workflow.history.TimerFired;
import dev.workflow.history.TimerStarted;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.Test;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What the code records or has the same in every replay. */
class MarkerTests {

    @Test
    void sideEffectIsAskedOnce() {
        AtomicInteger asked = new AtomicInteger();
        TestRun run = new TestRun(
                TestDefinition.of(() -> Workflows.sideEffect(Integer.class, asked::incrementAndGet) + call("A")));
        assertThat(run.start()).containsExactly("2 MarkerRecorded(SideEffect)", "3 ActivityTaskScheduled(A)");
        run.evict();
        assertThat(asked).hasValue(1);
        run.complete(3, "a");
        assertThat(run.result()).isEqualTo("1a");
    }

    @Test
    void sideEffectMustNotCommand() {
        TestRun run = new TestRun(TestDefinition.of(() -> Workflows.sideEffect(String.class, () -> call("A"))));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start)
            .withStackTraceContaining("is not possible in a side effect");
    }

    /** Its failure is in no history: a replay could not go the same way. */
    @Test
    void sideEffectThatThrowsFailsTheTaskWhateverTheCodeDoes() {
        for (boolean mutable : new boolean[] { false, true }) {
            TestRun run = new TestRun(TestDefinition.of(() -> {
                Supplier<String> failing = () -> {
                    throw ApplicationFailure.of("no value", "Type");
                };
                try {
                    return mutable ? Workflows.mutableSideEffect("id", String.class, (a, b) -> true, failing)
                            : Workflows.sideEffect(String.class, failing);
                }
                catch (ApplicationFailure caught) {
                    return call("A");
                }
            }));
            assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start)
                .withMessageContaining("side effect failed")
                .withRootCauseInstanceOf(ApplicationFailure.class);
        }
    }

    @Test
    void sideEffectThatThrowsWhatItDoesNotDeclareFailsTheTaskToo() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            try {
                return Workflows.sideEffect(String.class, () -> MarkerTests.<String, RuntimeException>undeclared());
            }
            catch (Exception caught) {
                return call("A");
            }
        }));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(run::start)
            .withRootCauseInstanceOf(IOException.class);
    }

    @SuppressWarnings("unchecked")
    private static <T, E extends Throwable> T undeclared() throws E {
        throw (E) new IOException("gone");
    }

    @Test
    void generatorThatIsKeptDrawsBehindAResetWhatOneThatIsAskedForDraws() {
        assertThat(drawnAroundAReset(true)).hasSize(2).isEqualTo(drawnAroundAReset(false));
    }

    private static List<Long> drawnAroundAReset(boolean keeps) {
        List<Long> drawn = new ArrayList<>();
        TestDefinition definition = TestDefinition.of(() -> {
            RandomGenerator kept = Workflows.random();
            drawn.add(kept.nextLong());
            Workflows.sleep(Duration.ofDays(1));
            drawn.add((keeps ? kept : Workflows.random()).nextLong());
            return call("A");
        });
        try (WorkflowMachine machine = new WorkflowMachine(definition, TestRun.SETTINGS)) {
            machine
                .replay(List
                    .of(new TestRun(definition).startedByReset(3),
                            new TimerStarted(2, TestRun.BEGIN, Duration.ofDays(1)), new TimerFired(3, TestRun.BEGIN, 2))
                    .iterator());
        }
        return drawn;
    }

    @Test
    void aMarkerNeedsAnId() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            for (Runnable marker : List.<Runnable>of(
                    () -> Workflows.mutableSideEffect(nothing(), String.class, (a, b) -> true, () -> "x"),
                    () -> Workflows.version(nothing(), Workflows.DEFAULT_VERSION, 1),
                    () -> Workflows.patched(nothing()), () -> Workflows.deprecatePatch(nothing()))) {
                assertThatIllegalArgumentException().isThrownBy(marker::run).withMessageContaining("given null");
            }
            return call("A");
        }));
        assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(A)");
        run.close();
    }

    @SuppressWarnings("NullAway") // as code that nobody checks may give
    private static String nothing() {
        return null;
    }

    @Test
    void whatWasRecordedWithoutAnIdIsPassed() {
        TestDefinition code = TestDefinition
            .of(() -> Workflows.mutableSideEffect(nothing(), String.class, (a, b) -> true, () -> "new") + call("A"));
        try (WorkflowMachine machine = new WorkflowMachine(code, TestRun.SETTINGS)) {
            Json recorded = TestRun.PAYLOADS.encodeArguments(1, "old");
            assertThat(
                    TestRun
                        .describe(machine.replay(List
                            .of(new TestRun(code).started(Json.EMPTY_ARRAY),
                                    new MarkerRecorded(2, TestRun.BEGIN, "MutableSideEffect", null, recorded))
                            .iterator())))
                .containsExactly("3 ActivityTaskScheduled(A)");
        }
    }

    @Test
    void mutableSideEffectIsRecordedWhenItChanges() {
        int[] values = { 5, 5, 6, 6, 7 };
        List<String> results = new ArrayList<>();
        AtomicInteger call = new AtomicInteger();
        TestRun run = new TestRun(TestDefinition.of(() -> {
            StringBuilder seen = new StringBuilder();
            for (int i = 0; i < 5; i++) {
                seen.append(Workflows.mutableSideEffect("rate", Integer.class, (last, next) -> !last.equals(next),
                        () -> values[call.getAndIncrement()]));
                if (i == 1) {
                    Workflows.sleep(Duration.ofDays(1));
                }
            }
            results.add(seen.toString());
            return "";
        }));
        assertThat(run.start()).containsExactly("2 MarkerRecorded(MutableSideEffect rate)", "3 TimerStarted");
        run.evict();
        assertThat(run.fire(3)).containsExactly("5 MarkerRecorded(MutableSideEffect rate)",
                "6 MarkerRecorded(MutableSideEffect rate)", "7 WorkflowExecutionCompleted");
        run.evict();
        assertThat(results).containsExactly("55667", "55667");
    }

    /** The last turn found the value unchanged, and left nothing that says so. */
    @Test
    void mutableSideEffectThatRecordedNothingIsTheSameInAReplay() {
        AtomicInteger rate = new AtomicInteger(5);
        List<String> seen = new ArrayList<>();
        TestRun run = new TestRun(TestDefinition.of(() -> {
            List<Integer> looks = new ArrayList<>();
            List<Integer> values = new ArrayList<>();
            Workflows.onSignal("look", (nothing) -> looks.add(1));
            for (int i = 0; i < 3; i++) {
                int wanted = i;
                values.add(Workflows.mutableSideEffect("rate", Integer.class, (last, next) -> !last.equals(next),
                        rate::get));
                Workflows.await(() -> looks.size() > wanted);
            }
            seen.add(values.toString());
            return "";
        }));
        assertThat(run.start()).containsExactly("2 MarkerRecorded(MutableSideEffect rate)");
        assertThat(run.signal("look")).isEmpty();
        rate.set(6);
        run.evict();
        assertThat(run.signal("look")).containsExactly("5 MarkerRecorded(MutableSideEffect rate)");
        rate.set(7);
        run.evict();
        assertThat(run.signal("look")).containsExactly("7 WorkflowExecutionCompleted");
        assertThat(seen).containsExactly("[5, 5, 6]");
        run.machine().close();
    }

    @Test
    void firstCallRecordsTheVersion() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> Workflows.version("change", -1, 2) + call("A")
                + Workflows.version("change", 1, 2) + Workflows.patched("other")))) {
            assertThat(run.start()).containsExactly("2 MarkerRecorded(Version change)", "3 ActivityTaskScheduled(A)");
            assertThat(run.complete(3, "a")).containsExactly("5 MarkerRecorded(Version other)",
                    "6 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo("2a2true");
        }
    }

    @Test
    void runsFromBeforeTheChangeKeepTheDefaultVersion() {
        TestRun run = new TestRun(TestDefinition.of(() -> call("A") + call("B")));
        run.start();
        run.complete(2, "a");
        TestDefinition changed = TestDefinition.of(() -> {
            int version = Workflows.version("change", Workflows.DEFAULT_VERSION, 1);
            return call((version == 1) ? "A2" : "A") + call("B") + Workflows.version("change", -1, 1);
        });
        WorkflowMachine machine = run.replayed(changed, run.history());
        assertThat(TestRun.describe(machine.apply(
                new dev.workflow.history.ActivityTaskCompleted(5, TestRun.BEGIN, 4, 1, TestRun.PAYLOADS.encode("b")))))
            .containsExactly("6 WorkflowExecutionCompleted");
        machine.close();
    }

    @Test
    void versionThatIsNoLongerSupportedIsADivergence() {
        TestRun run = new TestRun(TestDefinition.of(() -> Workflows.version("change", -1, 1) + call("A")));
        run.start();
        TestDefinition changed = TestDefinition.of(() -> Workflows.version("change", 2, 3) + call("A"));
        assertThatExceptionOfType(NonDeterminismException.class).isThrownBy(() -> run.replayed(changed, run.history()))
            .withMessageContaining("WF-ND03")
            .withMessageContaining("version 1 of change 'change'");
    }

    @Test
    void markersKeepTheirDetails() {
        try (TestRun run = new TestRun(
                TestDefinition.of(() -> Workflows.sideEffect(List.class, () -> List.of(1, 2))))) {
            run.start();
            assertThat(run.event(MarkerRecorded.class).details().text()).isEqualTo("[1,2]");
            assertThat(run.result()).isEqualTo(List.of(1, 2));
        }
    }

    @Test
    void randomnessIsTheSameInEveryReplay() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            UUID id = Workflows.randomUUID();
            int number = Workflows.random().nextInt(1000);
            assertThat(id.version()).isEqualTo(4);
            assertThat(id.variant()).isEqualTo(2);
            return id + call("A") + number + Workflows.random().nextLong();
        }))) {
            run.start();
            run.complete(2, "a");
        }
    }

    @Test
    void randomNumbersNeverChangeBetweenReleases() {
        SplitMix64 random = new SplitMix64(SplitMix64.seed("0197a3b0-0000-7000-8000-000000000001"), () -> {
        });
        assertThat(random.nextUuid()).hasToString("d4bd2e70-5a40-4051-a80d-23b8dd79dd54");
        // The first number of SplitMix64 for seed 0, as published.
        assertThat(new SplitMix64(0, () -> {
        }).nextLong()).isEqualTo(0xe220a8397b1dcdafL);
    }

}
