package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.workflow.ChildOptions;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.payload.Json;
import dev.workflow.payload.LimitedPayloadConverter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** How large a payload may be counts when it is written, not when it is read again. */
class PayloadLimitTests {

    private static final String LARGE = "x".repeat(100);

    private static final MachineSettings LIMITED = TestRun.settings(new LimitedPayloadConverter(TestRun.PAYLOADS, 50),
            false, 10_000);

    @Test
    void runWithLargerPayloadsGoesOnOnceTheLimitIsLowered() {
        TestDefinition code = TestDefinition.of(() -> {
            Workflows.upsertMemo(Map.of("memo", LARGE));
            Workflows.startChild("Child", String.class, ChildOptions.defaults(), LARGE);
            Workflows.external("other").signal("hello", LARGE);
            return Calls.call("A", LARGE) + Calls.call("B", "small");
        });
        try (TestRun before = new TestRun(code); WorkflowMachine after = new WorkflowMachine(code, LIMITED)) {
            before.start();
            assertThat(after.replay(before.history().iterator())).isEmpty();
        }
    }

    @Test
    void aChildWhoseMemoIsRefusedLeavesNothingAndIsRefusedAgain() {
        TestDefinition code = TestDefinition.of(() -> {
            try {
                Workflows.startChild("Child", String.class, ChildOptions.defaults().memo(Map.of("order", LARGE)));
                return "started";
            }
            catch (ApplicationFailure ex) {
                return Calls.call("Refund");
            }
        });
        try (TestRun run = new TestRun(code, LIMITED)) {
            assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(Refund)");
            run.evict();
            run.complete(2, "refunded");
            assertThat(run.result()).isEqualTo("refunded");
        }
    }

    @Test
    void whatIsRefusedIsNotTakenForTheNextOfItsKindInAReplay() {
        TestDefinition code = TestDefinition.of(() -> {
            List<String> done = new ArrayList<>();
            for (String document : List.of("one", LARGE, "two")) {
                try {
                    done.add(Calls.call("Index", document));
                }
                catch (ApplicationFailure ex) {
                    done.add("skipped");
                }
            }
            return String.join(" ", done);
        });
        try (TestRun run = new TestRun(code, LIMITED)) {
            run.start();
            run.complete(2, "first");
            run.evict();
            run.complete(4, "second");
            run.evict();
            assertThat(run.result()).isEqualTo("first skipped second");
        }
    }

    @Test
    void stateAndStackAreShownHoweverLargeTheyAre() {
        try (WorkflowMachine machine = new WorkflowMachine(TestDefinition.of(Holder.class), LIMITED);
                TestRun run = new TestRun(TestDefinition.of(Holder.class))) {
            run.start();
            machine.replay(run.history().iterator());
            assertThat(machine.query("__state", Json.EMPTY_ARRAY, Map.of()).text()).contains("\"large\"")
                .contains("xxx");
            assertThat(machine.query("__stack_trace", Json.EMPTY_ARRAY, Map.of()).text()).contains("Workflows.await");
        }
    }

    static class Holder {

        final String large = LARGE;

        @WorkflowMethod
        public void run() {
            Workflows.await(() -> false);
        }

    }

    @Test
    void whatIsRefusedAndCaughtLeavesNothingAndIsRefusedAgain() {
        TestDefinition code = TestDefinition.of(() -> {
            String caught = "";
            try {
                Calls.call("A", LARGE);
            }
            catch (ApplicationFailure ex) {
                caught = ex.type();
            }
            Workflows.sleep(Duration.ofDays(1));
            return caught + Calls.call("A", "small");
        });
        try (TestRun run = new TestRun(code, LIMITED)) {
            assertThat(run.start()).containsExactly("2 TimerStarted");
            run.evict();
            assertThat(run.fire(2)).isEqualTo(List.of("4 ActivityTaskScheduled(A)"));
            run.evict();
            run.complete(4, "a");
            assertThat(run.result()).isEqualTo("PayloadTooLargea");
        }
    }

}
