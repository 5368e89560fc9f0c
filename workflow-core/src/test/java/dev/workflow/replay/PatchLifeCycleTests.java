package dev.workflow.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.workflow.Workflows;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A change from its patch to its last trace, with the histories that each step of it
 * leaves, replayed by the code of every other.
 */
class PatchLifeCycleTests {

    /** The code as it was, is and will be. */
    private enum Step {

        OLD {
            @Override
            String code() {
                return call("Old") + call("B");
            }
        },
        PATCHED {
            @Override
            String code() {
                return Workflows.patched("fix") ? call("New") + call("B") : call("Old") + call("B");
            }
        },
        DEPRECATED {
            @Override
            String code() {
                Workflows.deprecatePatch("fix");
                return call("New") + call("B");
            }
        },
        REMOVED {
            @Override
            String code() {
                return call("New") + call("B");
            }
        };

        abstract String code();

        TestDefinition definition() {
            return TestDefinition.of(this::code);
        }

        /** As it is saved, at the first step, at the second, and at the end. */
        Map<String, String> histories() {
            Map<String, String> documents = new LinkedHashMap<>();
            try (TestRun run = new TestRun(definition())) {
                run.start();
                documents.put("first step", EventCodec.toDocument(run.history()));
                run.complete(run.history().size(), "a");
                documents.put("second step", EventCodec.toDocument(run.history()));
                run.complete(run.history().size(), "b");
                documents.put("end", EventCodec.toDocument(run.history()));
            }
            return documents;
        }

    }

    private static void replay(Step recorded, Step code) {
        recorded.histories().forEach((when, document) -> {
            List<HistoryEvent> history = EventCodec.fromDocument(document);
            try (WorkflowMachine machine = new WorkflowMachine(code.definition(), TestRun.settings(false, 100))) {
                assertThat(machine.replay(history.iterator())).as("%s by %s, %s", recorded, code, when).isEmpty();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({ "OLD,OLD", "OLD,PATCHED", "PATCHED,PATCHED", "PATCHED,DEPRECATED", "DEPRECATED,PATCHED",
            "DEPRECATED,DEPRECATED", "DEPRECATED,REMOVED", "REMOVED,DEPRECATED", "REMOVED,REMOVED" })
    void neighboursInTheLifeOfAPatchReplayEachOther(Step recorded, Step code) {
        replay(recorded, code);
    }

    /** A step was left out, and runs that needed it are still open. */
    @ParameterizedTest
    @CsvSource({ "OLD,DEPRECATED", "OLD,REMOVED", "PATCHED,REMOVED", "PATCHED,OLD", "REMOVED,PATCHED" })
    void leavingOutAStepIsNoticed(Step recorded, Step code) {
        assertThatExceptionOfType(NonDeterminismException.class).isThrownBy(() -> replay(recorded, code))
            .withMessageContaining("WF-ND01");
    }

    /** What comes after it is found wherever the traces of removed patches are. */
    @Test
    void removedPatchesDoNotHideWhatFollowsThem() {
        TestDefinition deprecated = TestDefinition.of(() -> {
            Workflows.deprecatePatch("one");
            Workflows.deprecatePatch("two");
            return Workflows.version("other", Workflows.DEFAULT_VERSION, 3)
                    + Workflows.mutableSideEffect("rate", Integer.class, (a, b) -> true, () -> 7) + call("A");
        });
        TestDefinition removed = TestDefinition.of(() -> Workflows.version("other", Workflows.DEFAULT_VERSION, 4)
                + Workflows.mutableSideEffect("rate", Integer.class, (a, b) -> true, () -> 8) + call("A"));
        TestDefinition oneOfThem = TestDefinition.of(() -> {
            Workflows.deprecatePatch("two");
            return Workflows.version("other", Workflows.DEFAULT_VERSION, 4)
                    + Workflows.mutableSideEffect("rate", Integer.class, (a, b) -> true, () -> 8) + call("A");
        });
        TestRun run = new TestRun(deprecated);
        run.start();
        for (TestDefinition code : List.of(removed, oneOfThem)) {
            try (WorkflowMachine machine = run.replayed(code, run.history())) {
                List<HistoryEvent> history = new ArrayList<>(run.history());
                var end = new dev.workflow.history.ActivityTaskCompleted(history.size() + 1, TestRun.BEGIN,
                        history.size(), 1, TestRun.PAYLOADS.encode("a"));
                assertThat(TestRun.describe(machine.apply(end))).containsExactly("8 WorkflowExecutionCompleted");
                history.add(end);
            }
        }
        run.machine().close();
    }

    /** Nothing follows the trace: what is new is recorded after it, and stays there. */
    @Test
    void traceAtTheEndOfAHistoryIsPassed() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.deprecatePatch("fix");
            Workflows.await(() -> false);
            return "";
        }));
        assertThat(run.start()).containsExactly("2 MarkerRecorded(DeprecatedPatch fix)");
        TestDefinition removed = TestDefinition.of(() -> {
            Workflows.await(() -> false);
            return "";
        });
        run.replayed(removed, run.history()).close();
        List<HistoryEvent> signaled = new ArrayList<>(run.history());
        run.signal("hello");
        signaled = run.history();
        run.replayed(removed, signaled).close();
        TestDefinition more = TestDefinition.of(() -> Workflows.version("new", Workflows.DEFAULT_VERSION, 1)
                + Workflows.mutableSideEffect("rate", Integer.class, (a, b) -> true, () -> 8) + call("A"));
        List<HistoryEvent> history = new ArrayList<>(run.history().subList(0, 2));
        try (WorkflowMachine machine = new WorkflowMachine(more, TestRun.settings(false, 100))) {
            List<? extends HistoryEvent> news = machine.replay(List.copyOf(history).iterator());
            assertThat(TestRun.describe(news)).containsExactly("3 MarkerRecorded(Version new)",
                    "4 MarkerRecorded(MutableSideEffect rate)", "5 ActivityTaskScheduled(A)");
            history.addAll(news);
        }
        run.replayed(more, history).close();
        run.machine().close();
    }

    @Test
    void everyCallOfOnePatchIsRecordedOnce() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.deprecatePatch("fix");
            Workflows.deprecatePatch("fix");
            return Workflows.patched("fix") + call("A");
        }))) {
            assertThat(run.start()).containsExactly("2 MarkerRecorded(DeprecatedPatch fix)",
                    "3 ActivityTaskScheduled(A)");
            run.complete(3, "a");
            assertThat(run.result()).isEqualTo("truea");
        }
    }

}
