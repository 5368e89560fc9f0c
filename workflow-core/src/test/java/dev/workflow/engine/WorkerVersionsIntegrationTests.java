package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.workflow.Arguments;
import dev.workflow.ChildOptions;
import dev.workflow.ContinueAsNewOptions;
import dev.workflow.VersioningBehavior;
import dev.workflow.Workflows;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.TaskQueueVersions;
import dev.workflow.client.WorkerVersions;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Several builds of an application on one database. */
class WorkerVersionsIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    /** What each build's code does between two signals is to say its name. */
    private TestNode build(String build) {
        return types(this.nodes.node().settings((s) -> s.build(build)), build).start();
    }

    private static TestNode types(TestNode node, String name) {
        Function<Arguments, @Nullable Object> says = (arguments) -> {
            List<String> said = new ArrayList<>();
            Workflows.onSignal("go", (nothing) -> said.add("go"));
            String before = Workflows.sideEffect(String.class, () -> name);
            Workflows.await(() -> !said.isEmpty());
            return before + " " + Workflows.sideEffect(String.class, () -> name);
        };
        return node.pinned("Pinned", says).workflow("Moves", says).pinned("Parent", (arguments) -> {
            List<String> said = new ArrayList<>();
            Workflows.onSignal("go", (nothing) -> said.add("go"));
            Workflows.await(() -> !said.isEmpty());
            return Workflows.child("Child", String.class, ChildOptions.withId("child"));
        }).workflow("Child", (arguments) -> name).pinned("Chain", (arguments) -> {
            List<String> said = new ArrayList<>();
            Workflows.onSignal("go", (nothing) -> said.add("go"));
            Workflows.await(() -> !said.isEmpty());
            if (arguments.get(0, Integer.class) == 0) {
                boolean upgrade = arguments.get(1, Boolean.class);
                Workflows
                    .continueAsNew(upgrade ? ContinueAsNewOptions.defaults().versioning(VersioningBehavior.AUTO_UPGRADE)
                            : ContinueAsNewOptions.defaults(), 1, upgrade);
            }
            return name;
        });
    }

    private static WorkerVersions versions(TestNode node) {
        return node.service().workerVersions();
    }

    /** Once all nodes know what is set. */
    private void current(String build, TestNode... all) {
        versions(all[0]).setCurrent(TestNode.QUEUE, build);
        for (TestNode node : all) {
            TestNode.await(() -> {
                QueueVersions set = node.engine().builds().of(TestNode.QUEUE);
                return set != null && set.current().equals(build);
            });
        }
    }

    private static void go(TestNode node, String workflowId) {
        node.service().signal(new WorkflowRef(workflowId, null), "go", node.json(), null);
    }

    private static WorkflowDetails describe(TestNode node, String workflowId) {
        return node.service().describe(new WorkflowRef(workflowId, null));
    }

    private static Json json(String text) {
        return new Json('"' + text + '"');
    }

    @Test
    void pinnedRunEndsOnItsBuildAndAnotherMovesUp() {
        TestNode v1 = build("v1");
        v1.begin("Pinned", "pinned");
        v1.begin("Moves", "moves");
        TestNode v2 = build("v2");
        current("v2", v1, v2);
        go(v2, "pinned");
        go(v2, "moves");
        assertThat(v2.result("pinned").result()).isEqualTo(json("v1 v1"));
        assertThat(v2.result("moves").result()).isEqualTo(json("v1 v2"));
    }

    /**
     * The code of the second build has another step, for runs that have not passed it.
     */
    @Test
    void runThatMovesUpGoesOnWhereVersionSaysThatItIs() {
        TestNode v1 = changing(build("v1"), false);
        v1.begin("Changing", "before");
        TestNode v2 = changing(this.nodes.node().settings((s) -> s.build("v2")).start(), true);
        current("v2", v1, v2);
        v1.begin("Changing", "after");
        go(v2, "before");
        go(v2, "after");
        assertThat(v2.result("before").result()).isEqualTo(json("old"));
        assertThat(v2.result("after").result()).isEqualTo(json("new"));
        TestNode.await(() -> v1.engine().gauges().cachedRuns() == 0);
    }

    private static TestNode changing(TestNode node, boolean changed) {
        return node.workflow("Changing", (arguments) -> {
            List<String> said = new ArrayList<>();
            Workflows.onSignal("go", (nothing) -> said.add("go"));
            boolean first = changed && Workflows.version("step", Workflows.DEFAULT_VERSION, 1) == 1;
            Workflows.sideEffect(String.class, () -> first ? "new step" : "old step");
            Workflows.await(() -> !said.isEmpty());
            return first ? "new" : "old";
        });
    }

    @Test
    void withoutAnySettingAnyBuildRunsWhatIsNotPinned() {
        TestNode v1 = build("v1");
        v1.begin("Moves", "moves");
        v1.close();
        TestNode v2 = build("v2");
        go(v2, "moves");
        assertThat(v2.result("moves").result()).isEqualTo(json("v1 v2"));
    }

    @Test
    void pinnedRunWhoseBuildIsGoneIsKeptAndSaysSo() {
        TestNode v1 = build("v1");
        v1.begin("Pinned", "pinned");
        assertThat(describe(v1, "pinned").buildId()).isEqualTo("v1");
        assertThat(describe(v1, "pinned").pinned()).isTrue();
        TestNode v2 = build("v2");
        v1.close();
        go(v2, "pinned");
        TestNode.await(() -> describe(v2, "pinned").problem() != null);
        assertThat(describe(v2, "pinned").problem()).contains("Waits for build 'v1'", "'q'");
        TestNode.await(() -> !v2.engine().gauges().waitingForBuilds().isEmpty());
        assertThat(v2.engine().gauges().waitingForBuilds())
            .extracting(WaitingForBuild::taskQueue, WaitingForBuild::buildId, WaitingForBuild::count)
            .containsExactly(org.assertj.core.groups.Tuple.tuple("q", "v1", 1L));
        TestNode again = build("v1");
        assertThat(again.result("pinned").result()).isEqualTo(json("v1 v1"));
        TestNode.await(() -> v2.engine().gauges().waitingForBuilds().isEmpty());
    }

    @Test
    void nodeWithoutBuildTakesNothingOnceAQueueHasOne() {
        TestNode v1 = build("v1");
        current("v1", v1);
        v1.begin("Moves", "moves");
        v1.close();
        TestNode plain = types(this.nodes.node(), "plain").start();
        go(plain, "moves");
        plain.begin("Moves", "new");
        TestNode.await(() -> describe(plain, "moves").problem() != null);
        assertThat(describe(plain, "new").problem()).contains("Waits for build 'v1'");
        assertThat(describe(plain, "new").owner()).isNull();
        versions(plain).setCurrent(TestNode.QUEUE, null);
        assertThat(plain.result("moves").result()).isEqualTo(json("v1 plain"));
        go(plain, "new");
        assertThat(plain.result("new").result()).isEqualTo(json("plain plain"));
    }

    @Test
    void unknownBuildIsAcceptedAndWhatWaitsForItIsKept() {
        TestNode v1 = build("v1");
        current("v9", v1);
        v1.begin("Moves", "moves");
        assertThat(describe(v1, "moves").problem()).contains("Waits for build 'v9'");
        TaskQueueVersions described = versions(v1).describe(TestNode.QUEUE);
        assertThat(described.currentBuildId()).isEqualTo("v9");
        assertThat(described.builds()).containsExactly(new TaskQueueVersions.Build("v1", 1, 0),
                new TaskQueueVersions.Build("v9", 0, 0));
        go(v1, "moves");
        // Nobody is on the way to that build any more.
        current("v1", v1);
        assertThat(v1.result("moves").result()).isEqualTo(json("v1 v1"));
    }

    @Test
    void pinnedRunsAreCountedUntilTheyEnd() {
        TestNode v1 = build("v1");
        v1.begin("Pinned", "one");
        v1.begin("Pinned", "two");
        v1.begin("Moves", "three");
        assertThat(versions(v1).describe(TestNode.QUEUE).builds())
            .containsExactly(new TaskQueueVersions.Build("v1", 1, 2));
        go(v1, "one");
        v1.result("one");
        assertThat(versions(v1).describe(TestNode.QUEUE).builds())
            .containsExactly(new TaskQueueVersions.Build("v1", 1, 1));
    }

    @Test
    void startOfAnotherBuildsShareGoesThereThroughTheDatabase() {
        TestNode v1 = build("v1");
        TestNode v2 = build("v2");
        current("v2", v1, v2);
        v1.begin("Pinned", "pinned");
        go(v1, "pinned");
        assertThat(v1.result("pinned").result()).isEqualTo(json("v2 v2"));
    }

    @Test
    void startInACallersTransactionAndOfAClientIsPinnedByWhoClaimsIt() {
        TestNode v1 = build("v1");
        current("v1", v1);
        TestNode client = types(this.nodes.node().settings((s) -> s.clientOnly()), "client").start();
        this.nodes.transaction().executeWithoutResult((status) -> client.begin("Pinned", "pinned"));
        TestNode.await(() -> describe(v1, "pinned").pinned());
        TestNode v2 = build("v2");
        current("v2", v1, v2);
        go(v2, "pinned");
        assertThat(v2.result("pinned").result()).isEqualTo(json("v1 v1"));
    }

    @Test
    void childOfAPinnedRunIsPinnedToTheSameBuild() {
        TestNode v1 = build("v1");
        v1.begin("Parent", "parent");
        TestNode v2 = build("v2");
        current("v2", v1, v2);
        go(v2, "parent");
        assertThat(v2.result("parent").result()).isEqualTo(json("v1"));
        assertThat(((WorkflowExecutionStarted) v2.service().history(new WorkflowRef("child", null), 0, 1).getFirst())
            .buildId()).isEqualTo("v1");
    }

    @Test
    void continuedRunStaysPinnedUnlessAskedOtherwise() {
        TestNode v1 = build("v1");
        v1.begin("Chain", "stays", 0, false);
        v1.begin("Chain", "moves", 0, true);
        TestNode v2 = build("v2");
        current("v2", v1, v2);
        for (String id : List.of("stays", "moves")) {
            String first = describe(v2, id).runId();
            go(v2, id);
            TestNode.await(() -> !describe(v2, id).runId().equals(first));
            go(v2, id);
        }
        assertThat(v2.result("stays").result()).isEqualTo(json("v1"));
        assertThat(v2.result("moves").result()).isEqualTo(json("v2"));
    }

    @Test
    void takeoverKeepsAPinnedRunOnItsBuild() {
        TestNode v1 = build("v1");
        v1.begin("Pinned", "pinned");
        TestNode v2 = build("v2");
        TestNode other = build("v1");
        current("v2", v1, v2, other);
        long owner = Long.parseLong(String.valueOf(describe(v2, "pinned").owner()));
        TestNode holder = (owner == v1.engine().nodeId()) ? v1 : other;
        holder.engine().stop();
        go(v2, "pinned");
        assertThat(v2.result("pinned").result()).isEqualTo(json("v1 v1"));
    }

    @Test
    void rampGivesTheShareToOneBuildAndNoRunFlips() {
        TestNode v1 = build("v1");
        TestNode v2 = build("v2");
        current("v1", v1, v2);
        versions(v1).setRamp(TestNode.QUEUE, "v2", 20);
        for (TestNode node : List.of(v1, v2)) {
            TestNode.await(() -> "v2".equals(node.engine().builds().of(TestNode.QUEUE).ramping()));
        }
        QueueVersions set = new QueueVersions(TestNode.QUEUE, "v1", "v2", 20);
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            // Half of them here and half there.
            ((i % 2 == 0) ? v1 : v2).begin("Moves", "ramp-" + i);
        }
        for (int i = 0; i < 1_000; i++) {
            go((i % 3 == 0) ? v1 : v2, "ramp-" + i);
        }
        for (int i = 0; i < 1_000; i++) {
            String build = set.chosen("ramp-" + i);
            assertThat(v1.result("ramp-" + i).result()).isEqualTo(json(build + " " + build));
            counts.merge(build, 1, Integer::sum);
        }
        assertThat(counts.get("v2")).isBetween(150, 250);
    }

    @Test
    void whatWaitsForABuildWhoseRampIsOverGoesToTheCurrentOne() {
        TestNodes.Time time = new TestNodes.Time();
        TestNode v1 = types(this.nodes.node(time).settings((s) -> s.build("v1")), "v1").start();
        TestNode v2 = types(this.nodes.node(time).settings((s) -> s.build("v2")), "v2").start();
        current("v1", v1, v2);
        ramp(100, v1);
        v1.service()
            .start(new StartRequest("Moves", "later", null, v1.json(), null, IdReusePolicy.ALLOW_DUPLICATE,
                    IdConflictPolicy.FAIL, null, null, Duration.ofHours(1), null, null, Map.of(), Map.of(), 3, null,
                    null));
        assertThat(this.nodes.count("select count(*) from engine.workflow_task where route = 'v2'")).isOne();
        ramp(0, v1);
        v2.close();
        time.advance(Duration.ofHours(1));
        v1.engine().clockMoved();
        go(v1, "later");
        assertThat(v1.result("later").result()).isEqualTo(json("v1 v1"));
    }

    /** Once the node knows it. */
    private static void ramp(int percentage, TestNode node) {
        versions(node).setRamp(TestNode.QUEUE, "v2", percentage);
        TestNode.await(() -> {
            QueueVersions set = node.engine().builds().of(TestNode.QUEUE);
            return set != null && set.percentage() == percentage && "v2".equals(set.ramping());
        });
    }

    @Test
    void whatWaitsUnroutedIsHandedOverAndNobodyIsCharged() {
        TestNode v1 = build("v1");
        // As if it had been started before any build was set, by a node that is gone.
        v1.begin("Moves", "moves");
        v1.engine().evictAll();
        String other = new QueueVersions(TestNode.QUEUE, "v1", "v2", 50).chosen("moves").equals("v1") ? "v1" : "v2";
        UUID run = UUID.fromString(describe(v1, "moves").runId());
        versions(v1).setCurrent(TestNode.QUEUE, other.equals("v1") ? "v2" : "v1");
        EngineStore.ServedType any = new EngineStore.ServedType("Moves", TestNode.QUEUE, "", true);
        List<EngineStore.ClaimedRun> claimed = v1.store.claim(99, List.of(any), List.of(run), "v3");
        assertThat(claimed).singleElement().satisfies((c) -> {
            assertThat(c.wasPinned()).isFalse();
            assertThat(c.version()).isEqualTo(new RunVersion("v3", true, "v3"));
        });
        v1.store.handOver(99, List.of(new EngineStore.HandOver(run, claimed.getFirst().token(), "v4")));
        assertThat(this.nodes.jdbc()
            .sql("select route || pinned || crashes from engine.workflow_task where run_id = ? and owner is null")
            .param(run)
            .query(String.class)
            .single()).isEqualTo("v4false0");
        // Nobody takes what is on its way to another build, and no token of before
        // counts.
        assertThat(v1.store.claim(98, List.of(any), List.of(run), "v3")).isEmpty();
        v1.store.handOver(99, List.of(new EngineStore.HandOver(run, claimed.getFirst().token(), "v5")));
        v1.store.reroute();
        assertThat(v1.store.claim(98, List.of(any), List.of(run), "v3")).hasSize(1);
    }

    @Test
    void backlogOfAnotherBuildDoesNotHideWhatIsDueForThisOne() {
        TestNode v1 = build("v1");
        Instant now = v1.clock.instant();
        v1.close();
        this.nodes.jdbc().sql("""
                insert into engine.workflow_task (run_id, workflow_type, task_queue, due_at, last_event, route, pinned)
                select gen_random_uuid(), 'Moves', 'q', now() - interval '1 day', 1, 'v7', true
                from generate_series(1, 5000)""").update();
        TestNode v2 = build("v2");
        v2.begin("Moves", "moves");
        v2.engine().evictAll();
        go(v2, "moves");
        assertThat(v2.result("moves").result()).isEqualTo(json("v2 v2"));
        assertThat(v2.store.claimDue(1, List.of(new EngineStore.SlotRequest("q", List.of("Moves"), 200)),
                now.plus(Duration.ofMinutes(1)), "v2"))
            .isEmpty();
    }

    @Test
    void rampNeedsACurrentBuildAndAShare() {
        TestNode v1 = build("v1");
        WorkerVersions versions = versions(v1);
        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> versions.setRamp(TestNode.QUEUE, "v2", 10))
            .withMessageContaining("no current build");
        versions.setCurrent(TestNode.QUEUE, "v1");
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> versions.setRamp(TestNode.QUEUE, "v2", 101))
            .withMessageContaining("0 to 100");
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> versions.setRamp(TestNode.QUEUE, "v1", 10))
            .withMessageContaining("current");
        versions.setRamp(TestNode.QUEUE, "v2", 10);
        versions.setCurrent(TestNode.QUEUE, "v2");
        assertThat(versions.describe(TestNode.QUEUE).rampingBuildId()).isNull();
    }

    @Test
    void bothAreSetAtOnce() {
        TestNode node = build("v1");
        versions(node).set(TestNode.QUEUE, "v1", "v2", 90);
        assertThat(versions(node).describe(TestNode.QUEUE)).returns("v1", TaskQueueVersions::currentBuildId)
            .returns("v2", TaskQueueVersions::rampingBuildId)
            .returns(90, TaskQueueVersions::rampPercentage);
        versions(node).set(TestNode.QUEUE, "v2", "v1", 10);
        assertThat(versions(node).describe(TestNode.QUEUE)).returns("v2", TaskQueueVersions::currentBuildId)
            .returns("v1", TaskQueueVersions::rampingBuildId);
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> versions(node).set(TestNode.QUEUE, "v3", "v3", 10))
            .withMessageContaining("the current one");
        versions(node).set(TestNode.QUEUE, "v3", null, 0);
        assertThat(versions(node).describe(TestNode.QUEUE).rampingBuildId()).isNull();
    }

    @Test
    void rampThatIsSetMeanwhileIsKeptByAnotherCurrentBuild() throws Exception {
        TestNode node = build("v1");
        versions(node).setCurrent(TestNode.QUEUE, "v1");
        Thread other = this.nodes.transaction().execute((status) -> {
            this.nodes.jdbc()
                .sql("update engine.workflow_worker_version set ramping_build = 'v3', ramp_percentage = 20")
                .update();
            Thread setting = Thread.ofPlatform().start(() -> versions(node).setCurrent(TestNode.QUEUE, "v2"));
            // On another thread, whose look at the sessions is always a fresh one.
            CompletableFuture.runAsync(() -> TestNode.await(() -> this.nodes.count("""
                    select count(*) from pg_stat_activity where datname = current_database()
                    and wait_event_type = 'Lock' and query ilike '%workflow_worker_version%'""") > 0)).join();
            return setting;
        });
        other.join();
        assertThat(versions(node).describe(TestNode.QUEUE)).returns("v2", TaskQueueVersions::currentBuildId)
            .returns("v3", TaskQueueVersions::rampingBuildId)
            .returns(20, TaskQueueVersions::rampPercentage);
    }

    /** A node that would look by itself in an hour only hears of it. */
    @Test
    void childOfAnotherBuildDoesNotWaitForThatBuildsNextLook() {
        TestNode v1 = types(this.nodes.node().settings((s) -> s.build("v1")).queues(TestNode.QUEUE, "other"), "v1")
            .pinned("Asks", (arguments) -> {
                List<String> said = new ArrayList<>();
                Workflows.onSignal("go", (nothing) -> said.add("go"));
                Workflows.await(() -> !said.isEmpty());
                return Workflows.child("Child", String.class, ChildOptions.withId("child").taskQueue("other"));
            })
            .start();
        v1.begin("Asks", "asks");
        TestNode v2 = types(this.nodes.node()
            .settings((s) -> s.build("v2").poll(Duration.ofHours(1)))
            .queues(TestNode.QUEUE, "other"), "v2").start();
        versions(v1).setCurrent("other", "v2");
        for (TestNode node : List.of(v1, v2)) {
            TestNode.await(() -> node.engine().builds().of("other") != null && !node.engine().isAlone());
        }
        go(v1, "asks");
        assertThat(v1.result("asks").result()).isEqualTo(json("v2"));
    }

}
