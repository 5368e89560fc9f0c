package dev.workflow.replay;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.WorkflowLocal;
import dev.workflow.WorkflowMethod;
import dev.workflow.WorkflowThreadLocal;
import dev.workflow.Workflows;
import org.junit.jupiter.api.Test;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class WorkflowLocalTests {

    private static final WorkflowLocal<List<String>> SEEN = WorkflowLocal.withCachedInitial(ArrayList::new);

    private static final WorkflowLocal<Integer> COUNT = WorkflowLocal.withInitial(() -> 10);

    private static final WorkflowThreadLocal<String> NAME = WorkflowThreadLocal.withInitial(() -> "nobody");

    private static final WorkflowThreadLocal<List<String>> OWN = WorkflowThreadLocal.withCachedInitial(ArrayList::new);

    @Test
    void everyRunHasAValueOfItsOwnThatItsThreadsShare() {
        try (TestRun first = new TestRun(TestDefinition.of(Collecting.class));
                TestRun second = new TestRun(TestDefinition.of(Collecting.class))) {
            first.start();
            second.start();
            first.signal("see", "a");
            second.signal("see", "b");
            first.evict();
            first.signal("see", "c");
            first.complete(2, "");
            second.complete(2, "");
            assertThat(first.result()).isEqualTo("[a, c] 12");
            assertThat(second.result()).isEqualTo("[b] 11");
            assertThat(first.query("seen")).isEqualTo("[a, c] 12");
        }
    }

    @Test
    void aQueryReadsAndKeepsNothing() {
        try (TestRun run = new TestRun(TestDefinition.of(Collecting.class))) {
            run.start();
            assertThat(run.query("seen")).isEqualTo("[] 10");
            assertThat(run.query("setting")).asString().contains("in a query");
            run.complete(2, "");
            assertThat(run.result()).isEqualTo("[] 10");
        }
    }

    @Test
    void withoutACacheTheInitialValueIsAskedAnew() {
        WorkflowLocal<List<String>> fresh = WorkflowLocal.withInitial(ArrayList::new);
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            fresh.get().add("lost");
            String before = fresh.get().toString();
            fresh.set(new ArrayList<>(List.of("kept")));
            String set = fresh.get().toString();
            fresh.remove();
            return before + set + fresh.get();
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo("[][kept][]");
        }
    }

    @Test
    void nullIsAValue() {
        WorkflowLocal<Object> local = WorkflowLocal.withInitial(() -> "initial");
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            local.set(null);
            return String.valueOf(local.get());
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo("null");
        }
    }

    @Test
    void everyThreadHasAValueOfItsOwn() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            NAME.set("main");
            OWN.get().add("main");
            String other = Workflows.async(() -> {
                String inherited = NAME.get();
                NAME.set("other");
                OWN.get().add("other");
                call("A");
                return inherited + " " + NAME.get() + OWN.get();
            }).get();
            String mine = NAME.get() + OWN.get();
            NAME.remove();
            return other + " " + mine + " " + NAME.get();
        }))) {
            run.start();
            run.evict();
            run.complete(2, "");
            assertThat(run.result()).isEqualTo("nobody other[other] main[main] nobody");
        }
    }

    @Test
    void aConditionReadsTheValueOfItsThread() {
        try (TestRun run = new TestRun(TestDefinition.of(Waiting.class))) {
            run.start();
            run.signal("other");
            run.evict();
            run.signal("go");
            assertThat(run.result()).isEqualTo("main");
        }
    }

    @Test
    void outsideOfWorkflowCodeThereAreNone() {
        assertThatIllegalStateException().isThrownBy(SEEN::get).withMessageContaining("only in workflow code");
        assertThatIllegalStateException().isThrownBy(() -> COUNT.set(1)).withMessageContaining("only in workflow code");
        assertThatIllegalStateException().isThrownBy(COUNT::remove).withMessageContaining("only in workflow code");
        assertThatIllegalStateException().isThrownBy(NAME::get).withMessageContaining("only in workflow code");
        assertThatIllegalStateException().isThrownBy(() -> NAME.set("")).withMessageContaining("only in workflow code");
        assertThatIllegalStateException().isThrownBy(NAME::remove).withMessageContaining("only in workflow code");
    }

    static class Collecting {

        @WorkflowMethod
        String run() {
            call("A");
            return seen();
        }

        @SignalMethod
        void see(String what) {
            SEEN.get().add(what);
            COUNT.set(COUNT.get() + 1);
        }

        @QueryMethod
        String seen() {
            return SEEN.get() + " " + COUNT.get();
        }

        @QueryMethod
        String setting() {
            try {
                COUNT.set(1);
                return "possible";
            }
            catch (IllegalStateException ex) {
                return String.valueOf(ex.getMessage());
            }
        }

    }

    static class Waiting {

        private boolean gone;

        @WorkflowMethod
        String run() {
            NAME.set("main");
            Workflows.await(() -> this.gone && NAME.get().equals("main"));
            return NAME.get();
        }

        @SignalMethod
        void go() {
            this.gone = true;
        }

        @SignalMethod
        void other() {
            NAME.set("handler");
        }

    }

}
