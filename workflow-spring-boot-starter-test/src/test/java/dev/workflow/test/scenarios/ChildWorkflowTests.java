package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.workflow.CancellationScope;
import dev.workflow.CancellationType;
import dev.workflow.ChildHandle;
import dev.workflow.ChildOptions;
import dev.workflow.ExternalWorkflow;
import dev.workflow.ParentClosePolicy;
import dev.workflow.Promise;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowExecution;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@WorkflowTest(classes = { ChildWorkflowTests.Parent.class, ChildWorkflowTests.ShipmentBean.class,
        ChildWorkflowTests.Lists.class, ChildWorkflowTests.Fails.class, ChildWorkflowTests.Waits.class,
        ChildWorkflowTests.Cancels.class, ChildWorkflowTests.Conflicts.class, ChildWorkflowTests.Signals.class,
        ChildWorkflowTests.Ends.class, ChildWorkflowTests.ContinuesAsNew.class, ChildWorkflowTests.Outside.class,
        ChildWorkflowTests.Times.class })
class ChildWorkflowTests extends ScenarioTests {

    /** Starts, and steps until it has ended or waits for something from outside. */
    private <R> WorkflowHandle<?, R> settled(WorkflowHandle<?, R> handle) {
        for (int i = 0; i < 6; i++) {
            advance(Duration.ofMillis(2));
        }
        return handle;
    }

    @Test
    void childrenReturnTypedResults() {
        var handle = this.client.start(Parent.class, (w) -> w.run(new Item("book", 3)), anyId());
        assertThat(resultOf(settled(handle)))
            .isEqualTo("3 of book; [Item[name=pen, count=1], Item[name=ink, count=2]]; untyped 5; {a=1}");
        assertThat(eventTypes(handle)).contains("StartChildWorkflowExecutionInitiated", "ChildWorkflowExecutionStarted",
                "ChildWorkflowExecutionCompleted");
    }

    @Test
    void aChildsFailureArrivesWithItsCause() {
        var handle = this.client.start(Fails.class, (w) -> w.run(true), anyId());
        assertThat(resultOf(settled(handle))).isEqualTo("Shipment OutOfStock no books");
    }

    @Test
    void aFailureThatIsNotCaughtFailsTheParent() {
        var handle = this.client.start(Fails.class, (w) -> w.run(false), anyId());
        settled(handle);
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .isInstanceOf(ChildWorkflowFailure.class)
            .havingCause()
            .isInstanceOf(ApplicationFailure.class)
            .withMessageContaining("no books");
    }

    @Test
    void aCanceledParentWaitsForItsChildToEnd() {
        var handle = this.client.start(Cancels.class, (w) -> w.run(CancellationType.WAIT_CANCELLATION_COMPLETED),
                anyId());
        settled(handle);
        handle.cancel();
        assertThat(resultOf(settled(handle))).isEqualTo("cleaned up");
        assertThat(eventTypes(handle)).contains("RequestCancelExternalWorkflowExecutionInitiated",
                "ExternalWorkflowExecutionCancelRequested", "ChildWorkflowExecutionCompleted");
    }

    @Test
    void aCanceledParentMayGoOnAtOnce() {
        for (CancellationType type : List.of(CancellationType.TRY_CANCEL, CancellationType.ABANDON)) {
            var handle = this.client.start(Cancels.class, (w) -> w.run(type), anyId());
            settled(handle);
            handle.cancel();
            assertThat(resultOf(settled(handle))).isEqualTo("canceled");
            String child = handle.workflowId() + "-child";
            settled(handle);
            assertThat(this.client.workflow(child).describe().status())
                .isEqualTo((type == CancellationType.ABANDON) ? WorkflowStatus.RUNNING : WorkflowStatus.COMPLETED);
            if (type == CancellationType.ABANDON) {
                this.client.workflow(child).terminate("end of test");
            }
        }
    }

    @Test
    void anIdThatIsTakenFailsTheStart() {
        String taken = anyId().id();
        var other = this.client.start(Waits.class, (w) -> w.run(), dev.workflow.client.WorkflowOptions.withId(taken));
        step();
        var handle = this.client.start(Conflicts.class, (w) -> w.run(taken), anyId());
        assertThat(resultOf(settled(handle)))
            .isEqualTo("WorkflowExecutionAlreadyStarted; started: WorkflowExecutionAlreadyStarted");
        assertThat(eventTypes(handle)).contains("StartChildWorkflowExecutionFailed");
        other.terminate("end of test");
    }

    @Test
    void childrenAreSignaledAndCanceled() {
        var handle = this.client.start(Signals.class, (w) -> w.run(), anyId());
        assertThat(resultOf(settled(handle))).isEqualTo("[a, b] [c] ended:ExternalWorkflowExecutionNotFound canceled");
    }

    @Test
    void openChildrenFollowTheirPolicies() {
        var handle = this.client.start(Ends.class, (w) -> w.run(), anyId());
        settled(handle);
        handle.signal("end");
        assertThat(resultOf(settled(handle))).isEqualTo("ended");
        settled(handle);
        assertThat(status(handle, "terminate")).isEqualTo(WorkflowStatus.TERMINATED);
        assertThat(status(handle, "request-cancel")).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(status(handle, "abandon")).isEqualTo(WorkflowStatus.RUNNING);
        this.client.workflow(handle.workflowId() + "-abandon").terminate("end of test");
    }

    private WorkflowStatus status(WorkflowHandle<?, ?> parent, String child) {
        return this.client.workflow(parent.workflowId() + "-" + child).describe().status();
    }

    @Test
    void aChildThatContinuesAsNewIsOneChild() {
        var handle = this.client.start(ContinuesAsNew.class, (w) -> w.run(-1), anyId());
        assertThat(resultOf(settled(handle))).isEqualTo("4 rounds");
        assertThat(eventTypes(handle)).filteredOn((t) -> t.startsWith("ChildWorkflow"))
            .containsExactly("ChildWorkflowExecutionStarted", "ChildWorkflowExecutionCompleted");
    }

    @Test
    void aParentThatContinuesAsNewEndsForItsChildren() {
        var handle = this.client.start(ContinuesAsNew.class, (w) -> w.run(100), anyId());
        assertThat(resultOf(settled(handle))).isEqualTo("went on");
        settled(handle);
        assertThat(status(handle, "left")).isEqualTo(WorkflowStatus.TERMINATED);
    }

    @Test
    void otherWorkflowsAreSignaledAndCanceled() {
        var target = this.client.start(Waits.class, (w) -> w.run(), anyId());
        step();
        var handle = this.client.start(Outside.class, (w) -> w.run(target.workflowId()), anyId());
        assertThat(resultOf(settled(handle))).isEqualTo("ExternalWorkflowExecutionNotFound");
        settled(handle);
        assertThat(resultOf(target)).isEqualTo("cleaned up");
    }

    @Test
    void aChildThatRunsOutOfTimeFails() {
        var handle = this.client.start(Times.class, (w) -> w.run(), anyId());
        settled(handle);
        advance(Duration.ofHours(2));
        assertThat(resultOf(settled(handle))).isEqualTo("RUN");
    }

    record Item(String name, int count) {
    }

    /** As another application would have it: the interface alone. */
    @Workflow(name = "Shipment", taskQueue = "shipping")
    interface Shipment {

        @WorkflowMethod
        Map<String, Integer> ship(String mode, Item item);

        @SignalMethod
        void add(String text);

    }

    static class ShipmentBean implements Shipment {

        private final List<String> added = new ArrayList<>();

        @Override
        public Map<String, Integer> ship(String mode, Item item) {
            Workflows.sleep(Duration.ofMillis(1));
            if (mode.equals("fail")) {
                throw ApplicationFailure.of("no books", "OutOfStock");
            }
            return Map.of(item.name(), item.count());
        }

        @Override
        public void add(String text) {
            this.added.add(text);
        }

    }

    @Workflow
    static class Parent {

        @WorkflowMethod
        String run(Item item) {
            if (item.count() == 0) {
                return "";
            }
            if (item.count() == 5) {
                return "untyped 5";
            }
            Promise<String> self = Workflows
                .startChild(Parent.class, (w) -> w.run(new Item("x", 5)), ChildOptions.defaults())
                .result();
            List<Item> generic = Workflows.child("Lists", new ParameterizedTypeReference<List<Item>>() {
            }, ChildOptions.defaults().taskQueue("default"), "pen", "ink");
            return item.count() + " of " + item.name() + "; " + generic + "; " + self.get() + "; "
                    + Workflows.child(Shipment.class, ChildOptions.defaults()).ship("ok", new Item("a", 1));
        }

    }

    @Workflow
    static class Lists {

        @WorkflowMethod
        List<Item> run(String first, String second) {
            return List.of(new Item(first, 1), new Item(second, 2));
        }

    }

    @Workflow
    static class Fails {

        @WorkflowMethod
        String run(boolean caught) {
            try {
                Workflows.child(Shipment.class, ChildOptions.defaults()).ship("fail", new Item("a", 1));
                return "not reached";
            }
            catch (ChildWorkflowFailure failure) {
                if (!caught) {
                    throw failure;
                }
                ApplicationFailure cause = (ApplicationFailure) failure.getCause();
                return failure.workflowType() + " " + cause.type() + " " + cause.getMessage();
            }
        }

    }

    /** Waits, and cleans up when it is canceled. */
    @Workflow
    static class Waits {

        private final List<String> heard = new ArrayList<>();

        private boolean done;

        @WorkflowMethod
        String run() {
            try {
                Workflows.await(() -> this.done);
                return this.heard.toString();
            }
            catch (CanceledFailure canceled) {
                Workflows.detachedScope(() -> Workflows.sleep(Duration.ofMillis(1)));
                return "cleaned up";
            }
        }

        @SignalMethod
        void hear(String text) {
            this.heard.add(text);
        }

        @SignalMethod
        void done() {
            this.done = true;
        }

    }

    @Workflow
    static class Cancels {

        @WorkflowMethod
        String run(CancellationType type) {
            try {
                return Workflows
                    .child(Waits.class,
                            ChildOptions.withId(Workflows.info().workflowId() + "-child")
                                .parentClosePolicy(ParentClosePolicy.ABANDON)
                                .cancellationType(type))
                    .run();
            }
            catch (ChildWorkflowFailure failure) {
                return CanceledFailure.isCancellation(failure) ? "canceled" : "failed " + failure;
            }
        }

    }

    @Workflow
    static class Conflicts {

        @WorkflowMethod
        String run(String taken) {
            ChildHandle<Waits, String> child = Workflows.startChild(Waits.class, (w) -> w.run(),
                    ChildOptions.withId(taken));
            String result;
            try {
                result = child.result().get();
            }
            catch (ChildWorkflowFailure failure) {
                result = ((ApplicationFailure) failure.getCause()).type();
            }
            try {
                child.started().get();
                return result + "; started";
            }
            catch (ChildWorkflowFailure failure) {
                return result + "; started: " + ((ApplicationFailure) failure.getCause()).type();
            }
        }

    }

    @Workflow
    static class Signals {

        @WorkflowMethod
        String run() {
            ChildHandle<Waits, String> child = Workflows.startChild(Waits.class, (w) -> w.run(),
                    ChildOptions.defaults());
            child.signal((w) -> w.hear("a"));
            WorkflowExecution execution = child.started().get();
            child.signal("hear", "b");
            child.signal((w) -> w.done());
            String heard = child.result().get();
            String ended;
            try {
                child.signal((w) -> w.done());
                ended = "open";
            }
            catch (ApplicationFailure failure) {
                ended = failure.type();
            }
            Waits stub = Workflows.child(Waits.class, ChildOptions.defaults());
            Promise<String> second = Workflows.async(() -> stub.run());
            Workflows.await(() -> !execution.runId().isEmpty());
            Workflows.sleep(Duration.ofMillis(1));
            stub.hear("c");
            stub.done();
            ChildHandle<Waits, String> third = Workflows.startChild(Waits.class, (w) -> w.run(),
                    ChildOptions.defaults());
            third.cancel();
            String thirds = third.result().get();
            third.cancel();
            return heard + " " + second.get() + " ended:" + ended + " "
                    + (thirds.equals("cleaned up") ? "canceled" : thirds);
        }

    }

    @Workflow
    static class Ends {

        private boolean end;

        @WorkflowMethod
        String run() {
            String id = Workflows.info().workflowId();
            for (ParentClosePolicy policy : ParentClosePolicy.values()) {
                String name = policy.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
                Workflows
                    .startChild(Waits.class, (w) -> w.run(),
                            ChildOptions.withId(id + "-" + name).parentClosePolicy(policy))
                    .started()
                    .get();
            }
            Workflows.await(() -> this.end);
            return "ended";
        }

        @SignalMethod
        void end() {
            this.end = true;
        }

    }

    @Workflow
    static class ContinuesAsNew {

        @WorkflowMethod
        String run(int left) {
            if (left == -1) {
                return Workflows.child(ContinuesAsNew.class, ChildOptions.defaults()).run(3);
            }
            if (left == 100) {
                Workflows
                    .startChild(Waits.class, (w) -> w.run(),
                            ChildOptions.withId(Workflows.info().workflowId() + "-left"))
                    .started()
                    .get();
                return Workflows.continueAsNew(101);
            }
            if (left == 101) {
                return "went on";
            }
            Workflows.sleep(Duration.ofMillis(1));
            return (left > 0) ? Workflows.continueAsNew(left - 1) : "4 rounds";
        }

    }

    @Workflow
    static class Outside {

        @WorkflowMethod
        String run(String target) {
            ExternalWorkflow<Waits> other = Workflows.external(Waits.class, target);
            other.signal((w) -> w.hear("x"));
            other.signal("hear", "y");
            other.cancel();
            CancellationScope scope = Workflows.cancellationScope();
            scope.cancel("so that it is");
            try {
                Workflows.external("nobody-" + target).signal("hear", "z");
                return "delivered";
            }
            catch (ApplicationFailure failure) {
                return failure.type();
            }
        }

    }

    @Workflow
    static class Times {

        @WorkflowMethod
        String run() {
            try {
                return Workflows.child(Waits.class, ChildOptions.defaults().runTimeout(Duration.ofHours(1))).run();
            }
            catch (ChildWorkflowFailure failure) {
                return ((dev.workflow.failure.TimeoutFailure) failure.getCause()).kind().name();
            }
        }

    }

}
