package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.CancellationType;
import dev.workflow.ChildHandle;
import dev.workflow.ChildOptions;
import dev.workflow.ParentClosePolicy;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.history.HistoryEvent;
import dev.workflow.payload.Json;
import dev.workflow.store.TestConnections;
import dev.workflow.store.TestConnections.Moment;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Children, signals and cancellations between runs on a real database. */
class ChildWorkflowsIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final AtomicInteger calls = new AtomicInteger();

    private TestNode node() {
        return types(this.nodes.node());
    }

    private TestNode types(TestNode node) {
        return node.activity("Echo", (arguments) -> {
            this.calls.incrementAndGet();
            return arguments.get(0, String.class);
        }).workflow("Child", (arguments) -> echo(arguments.get(0, String.class))).workflow("Sleeper", (arguments) -> {
            Workflows.sleep(Duration.ofDays(1));
            return "slept";
        })
            .workflow("Parent",
                    (arguments) -> Workflows.child("Child", String.class, ChildOptions.defaults(),
                            arguments.get(0, String.class)) + echo("!"))
            .workflow("FanOut", (arguments) -> {
                List<ChildHandle<Object, String>> children = new ArrayList<>();
                for (int i = 0; i < arguments.get(0, Integer.class); i++) {
                    children.add(Workflows.startChild("Child", String.class, ChildOptions.defaults(), "" + i));
                }
                long sum = 0;
                for (ChildHandle<Object, String> child : children) {
                    sum += Long.parseLong(child.result().get());
                }
                return sum;
            })
            .workflow("StartsSleeper", (arguments) -> {
                ChildHandle<Object, String> child = Workflows.startChild("Sleeper", String.class,
                        ChildOptions.withId(arguments.get(0, String.class))
                            .parentClosePolicy(ParentClosePolicy.valueOf(arguments.get(1, String.class))));
                child.started().get();
                boolean[] go = { false };
                Workflows.onSignal("go", (said) -> go[0] = true);
                Workflows.await(() -> go[0]);
                return "left";
            });
    }

    private static String echo(String text) {
        return Workflows.activity("Echo", String.class, ActivityOptions.defaults(), text);
    }

    private void nothingIsLeft() {
        assertThat(this.nodes.count("select count(*) from engine.workflow_task")).isZero();
        assertThat(this.nodes.count("select count(*) from engine.workflow_activity_task")).isZero();
        assertThat(this.nodes.count("select count(*) from engine.workflow_message")).isZero();
    }

    private long childrenOf(String workflowId) {
        return this.nodes.count("select count(*) from engine.workflow_execution where parent_workflow_id = ?",
                workflowId);
    }

    @Test
    void childRunsAndItsResultComesBack() {
        TestNode node = node().start();
        node.begin("Parent", "p", "hello");
        assertThat(node.result("p").result()).isEqualTo(new Json("\"hello!\""));
        assertThat(TestNode.types(node.service(), "p")).containsExactly("WorkflowExecutionStarted",
                "StartChildWorkflowExecutionInitiated", "ChildWorkflowExecutionStarted",
                "ChildWorkflowExecutionCompleted", "ActivityTaskScheduled", "ActivityTaskCompleted",
                "WorkflowExecutionCompleted");
        assertThat(childrenOf("p")).isEqualTo(1);
        nothingIsLeft();
    }

    @Test
    void fanOutOfTwoThousandChildrenFromOneStep() {
        TestNode node = node().start();
        node.begin("FanOut", "wide", 2_000);
        WorkflowOutcome outcome = node.service().result(new WorkflowRef("wide", null), true, Duration.ofSeconds(120));
        assertThat(outcome).isNotNull();
        assertThat(outcome.result()).isEqualTo(new Json(Integer.toString(2_000 * 1_999 / 2)));
        assertThat(this.calls).hasValue(2_000);
        assertThat(childrenOf("wide")).isEqualTo(2_000);
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(ParentClosePolicy.class)
    void openChildFollowsItsPolicyWhenTheParentEnds(ParentClosePolicy policy) {
        TestNode node = node().start();
        node.begin("StartsSleeper", "p", "c", policy.name());
        TestNode.await(() -> TestNode.types(node.service(), "p").contains("ChildWorkflowExecutionStarted"));
        assertThat(node.service().describe(new WorkflowRef("p", null)).pendingChildren())
            .extracting(WorkflowDetails.PendingChild::workflowId)
            .containsExactly("c");
        assertThat(node.service().describe(new WorkflowRef("c", null)).parentWorkflowId()).isEqualTo("p");
        node.service().signal(new WorkflowRef("p", null), "go", node.json(), null);
        assertThat(node.result("p").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertPolicyHolds(node, policy);
    }

    @ParameterizedTest
    @EnumSource(ParentClosePolicy.class)
    void openChildFollowsItsPolicyWhenTheParentIsTerminated(ParentClosePolicy policy) {
        TestNode node = node().start();
        node.begin("StartsSleeper", "p", "c", policy.name());
        TestNode.await(() -> TestNode.types(node.service(), "p").contains("ChildWorkflowExecutionStarted"));
        node.service().terminate(new WorkflowRef("p", null), "enough");
        assertPolicyHolds(node, policy);
    }

    private void assertPolicyHolds(TestNode node, ParentClosePolicy policy) {
        switch (policy) {
            case TERMINATE -> assertThat(node.result("c").status()).isEqualTo(WorkflowStatus.TERMINATED);
            case REQUEST_CANCEL -> assertThat(node.result("c").status()).isEqualTo(WorkflowStatus.CANCELED);
            case ABANDON -> {
                assertThat(node.service().describe(new WorkflowRef("c", null)).status())
                    .isEqualTo(WorkflowStatus.RUNNING);
                node.service().terminate(new WorkflowRef("c", null), "end of test");
            }
        }
        nothingIsLeft();
    }

    @Test
    void terminatedChildFailsItsParentsCall() {
        TestNode node = node().workflow("Asks", (arguments) -> {
            try {
                return Workflows.child("Sleeper", String.class, ChildOptions.withId("sleeper"));
            }
            catch (ChildWorkflowFailure failure) {
                return failure.workflowId() + ": " + failure.getCause();
            }
        }).start();
        node.begin("Asks", "p");
        TestNode.await(() -> TestNode.types(node.service(), "p").contains("ChildWorkflowExecutionStarted"));
        node.service().terminate(new WorkflowRef("sleeper", null), "by hand");
        assertThat(node.result("p").result())
            .isEqualTo(new Json("\"sleeper: dev.workflow.failure.TerminatedFailure: by hand\""));
        nothingIsLeft();
    }

    @Test
    void childWhoseIdIsTakenFailsCatchably() {
        TestNode node = node().workflow("Asks", (arguments) -> {
            try {
                return Workflows.child("Child", String.class, ChildOptions.withId("taken"), "x");
            }
            catch (ChildWorkflowFailure failure) {
                return failure.getCause().getMessage();
            }
        }).start();
        node.begin("Sleeper", "taken");
        node.begin("Asks", "p");
        assertThat(node.result("p").result())
            .isEqualTo(new Json("\"Workflow taken is open already: WORKFLOW_ALREADY_EXISTS\""));
        assertThat(TestNode.types(node.service(), "p")).contains("StartChildWorkflowExecutionFailed");
        node.service().terminate(new WorkflowRef("taken", null), null);
        nothingIsLeft();
    }

    @Test
    void parentAndChildOnDifferentNodesSpeakThroughTheDatabase() {
        TestNode parents = this.nodes.node()
            .workflow("Far",
                    (arguments) -> Workflows.child("There", String.class, ChildOptions.defaults().taskQueue("far"), "x")
                            + "!");
        TestNode children = this.nodes.node().queues("far").workflow("There", (arguments) -> "there");
        parents.start();
        children.start();
        parents.begin("Far", "p");
        assertThat(parents.result("p").result()).isEqualTo(new Json("\"there!\""));
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(value = Moment.class, names = { "BEFORE_COMMIT", "AFTER_COMMIT" })
    void stepThatStartsChildrenAndLosesItsConnectionStartsThemOnce(Moment when) {
        TestNode node = node().start();
        AtomicInteger lost = new AtomicInteger();
        node.connections.interfere((moment, statements) -> {
            boolean others = statements.stream()
                .anyMatch((s) -> s.contains("as u(n, r, k, m, d, p, at)") || s.contains("parent_close_policy"));
            if (moment == when && others && lost.incrementAndGet() % 3 != 0) {
                throw TestConnections.lost();
            }
        });
        node.begin("FanOut", "few", 5);
        assertThat(node.result("few").result()).isEqualTo(new Json("10"));
        assertThat(lost.get()).isPositive();
        node.connections.leaveAlone();
        assertThat(childrenOf("few")).isEqualTo(5);
        assertThat(this.calls).hasValue(5);
        List<HistoryEvent> events = TestNodes.soundHistory(node.service(), "few");
        for (String type : List.of("StartChildWorkflowExecutionInitiated", "ChildWorkflowExecutionStarted",
                "ChildWorkflowExecutionCompleted")) {
            assertThat(events.stream().filter((e) -> e.eventType().equals(type)).count()).as(type).isEqualTo(5);
        }
        nothingIsLeft();
    }

    @Test
    void signalAndCancelReachAnotherWorkflowOnce() {
        TestNode node = node().workflow("Target", (arguments) -> {
            List<String> heard = new ArrayList<>();
            Workflows.onSignal("say", (said) -> heard.add(said.get(0, String.class)));
            try {
                Workflows.await(() -> false);
            }
            finally {
                Workflows.upsertMemo(Map.of("heard", heard));
            }
            return heard;
        }).workflow("Sender", (arguments) -> {
            var target = Workflows.external("target");
            target.signal("say", "a");
            target.signal("say", "b");
            target.cancel();
            return "sent";
        }).start();
        node.begin("Target", "target");
        node.begin("Sender", "s");
        assertThat(node.result("s").result()).isEqualTo(new Json("\"sent\""));
        assertThat(node.result("target").status()).isEqualTo(WorkflowStatus.CANCELED);
        assertThat(TestNode.types(node.service(), "s")).containsExactly("WorkflowExecutionStarted",
                "SignalExternalWorkflowExecutionInitiated", "ExternalWorkflowExecutionSignaled",
                "SignalExternalWorkflowExecutionInitiated", "ExternalWorkflowExecutionSignaled",
                "RequestCancelExternalWorkflowExecutionInitiated", "ExternalWorkflowExecutionCancelRequested",
                "WorkflowExecutionCompleted");
        assertThat(TestNode.types(node.service(), "target").stream().filter("WorkflowExecutionSignaled"::equals))
            .hasSize(2);
        nothingIsLeft();
    }

    @Test
    void messageToAWorkflowThatIsNotOpenFailsCatchably() {
        TestNode node = node().workflow("Sender", (arguments) -> {
            List<String> failures = new ArrayList<>();
            try {
                Workflows.external("nobody").signal("say", "a");
            }
            catch (ApplicationFailure failure) {
                failures.add(failure.type());
            }
            try {
                Workflows.external("nobody").cancel();
            }
            catch (ApplicationFailure failure) {
                failures.add(failure.type());
            }
            return failures;
        }).start();
        node.begin("Sender", "s");
        assertThat(node.result("s").result())
            .isEqualTo(new Json("[\"ExternalWorkflowExecutionNotFound\",\"ExternalWorkflowExecutionNotFound\"]"));
        nothingIsLeft();
    }

    @Test
    void updateThatReachesARunWhichContinuesAsNewIsAnsweredByTheNext() throws Exception {
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch delivered = new CountDownLatch(1);
        TestNode node = node().workflow("Asked", (arguments) -> {
            boolean[] asked = { false };
            Workflows.onUpdate("ask", (question) -> {
                asked[0] = true;
                return "answered by " + arguments.get(0, Integer.class);
            });
            if (arguments.get(0, Integer.class) == 1) {
                echo("first");
                return Workflows.continueAsNew(2);
            }
            Workflows.await(() -> asked[0]);
            return "done";
        });
        node.faults = FaultyStore.with((method, arguments, call) -> {
            boolean continues = method.getName().equals("commit")
                    && ((List<?>) arguments[0]).stream().anyMatch((t) -> ((Transition) t).next() != null);
            if (continues) {
                ending.countDown();
                assertThat(delivered.await(20, TimeUnit.SECONDS)).isTrue();
            }
            return call.call();
        });
        node.start();
        TestNode client = this.nodes.node().settings(TestNode.Settings::clientOnly);
        client.faults = FaultyStore.with((method, arguments, call) -> {
            Object result = call.call();
            if (method.getName().equals("deliver")) {
                delivered.countDown();
            }
            return result;
        });
        client.start();
        node.begin("Asked", "asked", 1);
        assertThat(ending.await(20, TimeUnit.SECONDS)).isTrue();
        UpdateOutcome outcome = client.service()
            .update(new WorkflowRef("asked", null), "u", "ask", client.json(), true, Duration.ofSeconds(20));
        assertThat(outcome.result()).isEqualTo(new Json("\"answered by 2\""));
        assertThat(node.result("asked").result()).isEqualTo(new Json("\"done\""));
    }

    /**
     * Trees of runs that start each other, wait, cancel, fail and end early, on two
     * nodes, while connections are lost: every run ends, once, and nothing is left.
     */
    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
    void randomTreesOfRunsEndUnderFaults(long seed) {
        List<TestNode> both = List.of(this.nodes.node(), this.nodes.node());
        Random random = new Random(seed);
        ReentrantLock one = new ReentrantLock();
        AtomicInteger faults = new AtomicInteger();
        for (TestNode node : both) {
            types(node).workflow("Tree", ChildWorkflowsIntegrationTests::tree).start();
            node.connections.interfere((moment, statements) -> {
                one.lock();
                try {
                    if (Thread.currentThread().getName().startsWith("workflow-")
                            && random.nextInt(moment == Moment.ASKED ? 300 : 60) == 0) {
                        faults.incrementAndGet();
                        throw TestConnections.lost();
                    }
                }
                finally {
                    one.unlock();
                }
            });
        }
        for (int i = 0; i < 10; i++) {
            both.get(i % 2).begin("Tree", "tree-" + i, seed * 100 + i, 3);
        }
        for (int i = 0; i < 10; i++) {
            assertThat(both.get(0).result("tree-" + i).status()).as("seed " + seed)
                .isIn(WorkflowStatus.COMPLETED, WorkflowStatus.FAILED);
        }
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_task") == 0,
                Duration.ofSeconds(30));
        both.forEach((node) -> node.connections.leaveAlone());
        // An actor whose run was ended by others learns of it.
        TestNode.await(() -> both.stream().allMatch((node) -> node.engine().gauges().cachedRuns() == 0));
        assertThat(faults.get()).as("faults that hit").isPositive();
        assertEveryRunEndedOnce();
    }

    private void assertEveryRunEndedOnce() {
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution where status = 'RUNNING'"))
            .isZero();
        assertThat(this.nodes.count("""
                select count(*) from (select run_id, count(*) filter (where event_type in (
                  'WorkflowExecutionCompleted', 'WorkflowExecutionFailed', 'WorkflowExecutionCanceled',
                  'WorkflowExecutionTerminated', 'WorkflowExecutionContinuedAsNew')) as ends
                from engine.workflow_event group by run_id) e where ends <> 1""")).isZero();
        // Of each child that a run has heard of as started there is a row, and each child
        // was ordered.
        assertThat(this.nodes.count("""
                select count(*) from engine.workflow_event e where e.event_type = 'ChildWorkflowExecutionStarted'
                  and not exists (select 1 from engine.workflow_execution c
                                  where c.run_id = (e.attributes::jsonb ->> 'runId')::uuid)""")).isZero();
        assertThat(this.nodes.count("""
                select count(*) from engine.workflow_execution c where c.parent_run_id is not null
                  and not exists (select 1 from engine.workflow_event e where e.run_id = c.parent_run_id
                    and e.event_type = 'StartChildWorkflowExecutionInitiated'
                    and e.attributes::jsonb ->> 'runId' = c.first_run_id::text)""")).isZero();
    }

    private static Object tree(Arguments arguments) {
        long seed = arguments.get(0, Long.class);
        int depth = arguments.get(1, Integer.class);
        Random random = new Random(seed);
        List<ChildHandle<Object, Object>> children = new ArrayList<>();
        if (depth > 0) {
            for (int i = random.nextInt(4); i > 0; i--) {
                children.add(Workflows.startChild("Tree", Object.class,
                        ChildOptions.defaults()
                            .parentClosePolicy(ParentClosePolicy.values()[random.nextInt(3)])
                            .cancellationType(CancellationType.values()[random.nextInt(3)]),
                        seed * 10 + i, depth - 1));
            }
        }
        int heard = 0;
        for (ChildHandle<Object, Object> child : children) {
            heard += met(child, random);
        }
        return switch (random.nextInt(8)) {
            case 0 -> throw ApplicationFailure.of("failed", "Planned");
            case 1 -> (depth > 0) ? Workflows.continueAsNew(seed + 1, depth - 1) : heard;
            case 2 -> {
                Workflows.sleep(Duration.ofMillis(random.nextInt(30)));
                yield heard;
            }
            default -> echo("" + heard);
        };
    }

    private static int met(ChildHandle<Object, Object> child, Random random) {
        try {
            switch (random.nextInt(5)) {
                case 0 -> child.cancel();
                case 1 -> child.signal("nobody listens", 1);
                case 2 -> Workflows.sleep(Duration.ofMillis(random.nextInt(20)));
                default -> child.result().get();
            }
            return 1;
        }
        catch (ChildWorkflowFailure | ApplicationFailure failure) {
            return 0;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 2, 5 })
    void childThatContinuesAsNewStaysTheChild(int rounds) {
        TestNode node = node().workflow("Rounds", (arguments) -> {
            int left = arguments.get(0, Integer.class);
            if (left > 0) {
                return Workflows.continueAsNew(left - 1);
            }
            return "done";
        })
            .workflow("Asks",
                    (arguments) -> Workflows.child("Rounds", String.class, ChildOptions.withId("rounds"), rounds))
            .start();
        node.begin("Asks", "p");
        assertThat(node.result("p").result()).isEqualTo(new Json("\"done\""));
        assertThat(childrenOf("p")).isEqualTo(rounds + 1);
        nothingIsLeft();
    }

}
