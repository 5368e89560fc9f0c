package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import dev.workflow.ActivityOptions;
import dev.workflow.ChildOptions;
import dev.workflow.ContinueAsNewOptions;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import dev.workflow.client.ConcurrencyDescription;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.WorkflowStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Types of which no more than so many workflows are in progress at once. */
class AdmissionsIntegrationTests {

    private static final String TYPE = "Limited";

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final AtomicInteger inside = new AtomicInteger();

    private final AtomicInteger most = new AtomicInteger();

    private final Map<String, AtomicInteger> insideOfKey = new ConcurrentHashMap<>();

    private final Map<String, List<Integer>> order = new ConcurrentHashMap<>();

    private final AtomicBoolean tooMany = new AtomicBoolean();

    private final AtomicLong left = new AtomicLong();

    private final List<Long> handOvers = new CopyOnWriteArrayList<>();

    private volatile CountDownLatch turns = new CountDownLatch(1);

    /** Says itself how many of it are between its beginning and its end. */
    private TestNode worker() {
        return this.nodes.node().workflow(TYPE, (arguments) -> {
            String key = arguments.get(0, String.class);
            int number = arguments.get(1, Integer.class);
            Workflows.activity("Enter", Object.class, ActivityOptions.defaults(), key, number);
            Workflows.activity("Leave", Object.class, ActivityOptions.defaults(), key);
            return number;
        }).workflow("Waits", (arguments) -> {
            List<String> said = new ArrayList<>();
            Workflows.onSignal("say", (signal) -> said.add(signal.get(0, String.class)));
            Workflows.await(() -> said.contains("end"));
            return said;
        }).activity("Enter", (arguments) -> {
            long before = this.left.get();
            if (before != 0) {
                this.handOvers.add(System.nanoTime() - before);
            }
            this.most.accumulateAndGet(this.inside.incrementAndGet(), Math::max);
            String key = arguments.get(0, String.class);
            this.order.computeIfAbsent(key, (k) -> new CopyOnWriteArrayList<>()).add(arguments.get(1, Integer.class));
            if (this.insideOfKey.computeIfAbsent(key, (k) -> new AtomicInteger()).incrementAndGet() > 1) {
                this.tooMany.set(true);
            }
            return null;
        }).activity("Leave", (arguments) -> {
            this.insideOfKey.get(arguments.get(0, String.class)).decrementAndGet();
            this.inside.decrementAndGet();
            this.left.set(System.nanoTime());
            return null;
        });
    }

    /** Never hears of a limit. */
    private TestNode unaware() {
        TestNode unaware = this.nodes.node().settings(TestNode.Settings::clientOnly);
        unaware.faults = FaultyStore
            .with((method, arguments, call) -> method.getName().equals("controls") ? List.of() : call.call());
        unaware.start();
        unaware.types.workflows.putAll(worker().types.workflows);
        return unaware;
    }

    private static void limit(TestNode node, @Nullable ConcurrencyLimit limit) {
        limit(node, TYPE, limit);
    }

    private static void limit(TestNode node, String type, @Nullable ConcurrencyLimit limit) {
        node.service().operator().limitConcurrency(type, limit, new Operator("ada", null));
    }

    private static void known(List<TestNode> workers, String type, @Nullable ConcurrencyLimit limit) {
        limit(workers.getFirst(), type, limit);
        workers.forEach((worker) -> TestNode
            .await(() -> java.util.Objects.equals(worker.engine().admissions().limitOf(type), limit)));
    }

    /** PostgreSQL's JSON functions do not take every text that may be an argument. */
    @Test
    void whatIsInProgressIsCountedWhateverItWasStartedWith() {
        TestNode node = worker().start();
        node.service().start(request(node, "Waits", "nul", "k", "a\u0000b"));
        limit(node, "Waits", ConcurrencyLimit.perKey(1));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_control where counted") == 1);
        assertThat(this.nodes.count("select count(*) from engine.workflow_admission where key = 'k'")).isEqualTo(1);
    }

    private static StartRequest request(TestNode node, String type, String id, @Nullable String key,
            @Nullable Object... arguments) {
        return new StartRequest(type, id, null, node.payloads.encodeArguments(arguments), null,
                IdReusePolicy.ALLOW_DUPLICATE, IdConflictPolicy.FAIL, null, null, null, null, null, Map.of(), Map.of(),
                3, key, null);
    }

    private static void begin(TestNode node, String id, @Nullable String key, int number) {
        node.service().start(request(node, TYPE, id, key, String.valueOf(key), number));
    }

    private static void beginWaiting(TestNode node, String id, @Nullable String key) {
        node.service().start(request(node, "Waits", id, key));
    }

    private static WorkflowRef ref(String id) {
        return new WorkflowRef(id, null);
    }

    private static void end(TestNode node, String id) {
        node.service().signal(ref(id), "say", node.json("end"), null);
    }

    private long inProgress(String type) {
        return this.nodes.count("select count(*) from engine.workflow_admission where workflow_type = ? and state = 3",
                type);
    }

    /** Without one that had ended while what was in progress was counted. */
    private long openInProgress(String type) {
        return this.nodes.count("""
                select count(*) from engine.workflow_admission a where a.workflow_type = ? and a.state = 3
                  and exists (select 1 from engine.workflow_execution e
                              where e.first_run_id = a.chain_id and e.status = 'RUNNING')""", type);
    }

    private static boolean hasBegun(TestNode node, String id) {
        return node.service().describe(ref(id)).problem() == null && node.store.execution(id).owner() != null;
    }

    private static void awaitBegun(TestNode node, String id) {
        TestNode.await(() -> hasBegun(node, id));
    }

    private static void assertWaits(TestNode node, String id) {
        TestNode.await(() -> String.valueOf(node.service().describe(ref(id)).problem()).contains("Waits for a place"));
        WorkflowDetails details = node.service().describe(ref(id));
        assertThat(details.status()).isEqualTo(WorkflowStatus.RUNNING);
        assertThat(details.historyLength()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3, 4 })
    void neverMoreThanTheLimitAreInProgressOnAllNodes(long seed) {
        Random random = new Random(seed);
        List<TestNode> workers = IntStream.range(0, 3).mapToObj((i) -> worker().start()).toList();
        int max = 1 + random.nextInt(5);
        known(workers, TYPE, ConcurrencyLimit.of(max));
        AtomicBoolean over = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Thread watcher = Thread.ofVirtual().start(() -> {
            while (!done.get()) {
                over.compareAndSet(false, openInProgress(TYPE) > max);
            }
        });
        int runs = 60;
        for (int i = 0; i < runs; i++) {
            begin(workers.get(random.nextInt(3)), "run-" + i, random.nextBoolean() ? "k" : null, i);
        }
        for (int i = 0; i < runs; i++) {
            assertThat(workers.get(random.nextInt(3)).result("run-" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
        done.set(true);
        assertThat(watcher).satisfies((thread) -> thread.join(10_000));
        assertThat(over).as("by the database").isFalse();
        assertThat(this.most.get()).as("by the code").isLessThanOrEqualTo(max);
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_admission") == 0);
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3, 4 })
    void thoseOfOneKeyRunOneAfterTheOtherInTheOrderOfTheirStarts(long seed) {
        Random random = new Random(seed);
        List<TestNode> workers = IntStream.range(0, 3).mapToObj((i) -> worker().start()).toList();
        known(workers, TYPE, ConcurrencyLimit.perKey(1));
        int runs = 60;
        Map<String, List<Integer>> started = new ConcurrentHashMap<>();
        for (int i = 0; i < runs; i++) {
            String key = "key-" + random.nextInt(4);
            begin(workers.get(random.nextInt(3)), "run-" + i, key, i);
            started.computeIfAbsent(key, (k) -> new ArrayList<>()).add(i);
        }
        for (int i = 0; i < runs; i++) {
            assertThat(workers.get(random.nextInt(3)).result("run-" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
        assertThat(this.tooMany).isFalse();
        assertThat(this.order).isEqualTo(started);
    }

    @Test
    void aKeyThatIsFullHoldsUpNoOtherAndTheLimitOfTheTypeHoldsForAll() {
        TestNode node = worker().start();
        known(List.of(node), "Waits", new ConcurrencyLimit(3, 2));
        for (int i = 0; i < 4; i++) {
            beginWaiting(node, "a" + i, "a");
        }
        beginWaiting(node, "b0", "b");
        awaitBegun(node, "a0");
        awaitBegun(node, "a1");
        awaitBegun(node, "b0");
        // Sooner it might pass b0, which is behind its key until an admission has looked.
        beginWaiting(node, "c0", null);
        assertWaits(node, "a2");
        assertWaits(node, "c0");
        assertThat(node.service().describe(ref("a2")).problem())
            .contains("no more than 2 workflows of type 'Waits' with fairness key 'a'");
        assertThat(node.service().describe(ref("c0")).problem())
            .contains("no more than 3 workflows of type 'Waits' may be in progress");
        end(node, "b0");
        awaitBegun(node, "c0");
        end(node, "a0");
        awaitBegun(node, "a2");
        assertWaits(node, "a3");
        ConcurrencyDescription description = node.service().operator().concurrency("Waits");
        assertThat(description.limit()).isEqualTo(new ConcurrencyLimit(3, 2));
        assertThat(description.limitedBy()).isEqualTo("ada");
        assertThat(description.inProgress()).isEqualTo(3);
        assertThat(description.waiting()).isEqualTo(1);
    }

    @Test
    void aRunThatWaitsTakesSignalsAndCanBeCanceledAndTerminated() {
        TestNode node = worker().start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", null);
        awaitBegun(node, "first");
        for (String id : List.of("canceled", "terminated", "signaled", "last")) {
            beginWaiting(node, id, null);
        }
        node.service().signal(ref("signaled"), "say", node.json("kept"), null);
        node.service().signal(ref("canceled"), "say", node.json("lost"), null);
        node.service().cancel(ref("canceled"), "no need");
        assertThat(node.result("canceled").status()).isEqualTo(WorkflowStatus.CANCELED);
        assertThat(TestNode.types(node.service(), "canceled")).containsExactly("WorkflowExecutionStarted",
                "WorkflowExecutionTerminated");
        node.service().terminate(ref("terminated"), "no need");
        assertThat(node.result("terminated").status()).isEqualTo(WorkflowStatus.TERMINATED);
        assertWaits(node, "signaled");
        assertThat(inProgress("Waits")).isEqualTo(1);
        end(node, "first");
        awaitBegun(node, "signaled");
        assertWaits(node, "last");
        end(node, "signaled");
        assertThat(node.result("signaled").result()).isEqualTo(new dev.workflow.payload.Json("[\"kept\",\"end\"]"));
        node.service().terminate(ref("last"), "enough");
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_admission") == 0);
        assertThat(this.nodes.count("select count(*) from engine.workflow_message")).isZero();
    }

    @Test
    void timeoutsCountWhileARunWaits() {
        TestNodes.Time time = new TestNodes.Time();
        TestNode node = this.nodes.node(time).workflow("Waits", (arguments) -> {
            Workflows.await(() -> false);
            return null;
        }).start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        node.begin("Waits", "first");
        awaitBegun(node, "first");
        node.service()
            .start(new StartRequest("Waits", "second", null, node.json(), null, IdReusePolicy.ALLOW_DUPLICATE,
                    IdConflictPolicy.FAIL, Duration.ofHours(1), null, null, null, null, Map.of(), Map.of(), 3, null,
                    null));
        node.service()
            .start(new StartRequest("Waits", "delayed", null, node.json(), null, IdReusePolicy.ALLOW_DUPLICATE,
                    IdConflictPolicy.FAIL, null, null, Duration.ofHours(2), null, null, Map.of(), Map.of(), 3, null,
                    null));
        node.begin("Waits", "third");
        assertWaits(node, "second");
        assertThat(node.service().describe(ref("delayed")).problem()).isNull();
        assertThat(node.service().operator().concurrency("Waits").delayed()).isEqualTo(1);
        time.advance(Duration.ofMinutes(61));
        node.engine().clockMoved();
        assertThat(node.result("second").status()).isEqualTo(WorkflowStatus.TIMED_OUT);
        time.advance(Duration.ofMinutes(60));
        node.engine().clockMoved();
        TestNode.await(() -> node.service().operator().concurrency("Waits").delayed() == 0);
        assertWaits(node, "delayed");
        assertWaits(node, "third");
        // Its delay came first: it is behind those who were there when it ended.
        node.service().terminate(ref("first"), null);
        awaitBegun(node, "third");
        assertWaits(node, "delayed");
        node.service().terminate(ref("third"), null);
        awaitBegun(node, "delayed");
    }

    @Test
    void aStartInATransactionOfTheApplicationWaitsForItsCommitAndHoldsUpNobody() {
        TestNode node = worker().start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(2));
        beginWaiting(node, "first", null);
        awaitBegun(node, "first");
        this.nodes.transaction().executeWithoutResult((status) -> {
            beginWaiting(node, "rolled-back", null);
            status.setRollbackOnly();
        });
        assertThat(this.nodes.count("select count(*) from engine.workflow_admission")).isEqualTo(1);
        CountDownLatch open = new CountDownLatch(1);
        CountDownLatch commit = new CountDownLatch(1);
        Thread host = Thread.ofVirtual().start(() -> this.nodes.transaction().executeWithoutResult((status) -> {
            beginWaiting(node, "of-host", null);
            open.countDown();
            try {
                commit.await();
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        }));
        assertThat(open).satisfies(CountDownLatch::await);
        beginWaiting(node, "second", null);
        awaitBegun(node, "second");
        end(node, "first");
        beginWaiting(node, "third", null);
        awaitBegun(node, "third");
        commit.countDown();
        assertThat(host).satisfies((thread) -> thread.join(10_000));
        assertWaits(node, "of-host");
        end(node, "second");
        awaitBegun(node, "of-host");
    }

    @Test
    void limitsChangeWhileRunsAreInProgress() {
        TestNode node = worker().start();
        for (int i = 0; i < 3; i++) {
            beginWaiting(node, "before-" + i, "k");
            awaitBegun(node, "before-" + i);
        }
        known(List.of(node), "Waits", ConcurrencyLimit.of(2));
        TestNode.await(() -> inProgress("Waits") == 3);
        assertThat(this.nodes.count("select count(*) from engine.workflow_admission where key = 'k'")).isEqualTo(3);
        for (int i = 0; i < 4; i++) {
            beginWaiting(node, "after-" + i, "k");
        }
        end(node, "before-0");
        assertThat(node.result("before-0").status()).isEqualTo(WorkflowStatus.COMPLETED);
        TestNode.await(() -> inProgress("Waits") == 2);
        assertWaits(node, "after-0");
        known(List.of(node), "Waits", ConcurrencyLimit.of(3));
        awaitBegun(node, "after-0");
        assertWaits(node, "after-1");
        known(List.of(node), "Waits", ConcurrencyLimit.perKey(1));
        end(node, "after-0");
        assertThat(node.result("after-0").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertWaits(node, "after-1");
        known(List.of(node), "Waits", null);
        for (int i = 1; i < 4; i++) {
            awaitBegun(node, "after-" + i);
        }
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_admission") == 0);
        assertThat(node.service().operator().concurrency("Waits").limit()).isNull();
        assertThat(node.service().operator().concurrency("Waits").limitedBy()).isEqualTo("ada");
    }

    @Test
    void configuredLimitsHoldUntilSomebodyDecidesOtherwise() {
        TestNode node = worker();
        node.limits = new EngineLimits(Map.of(), 0, 0, Map.of("Waits", ConcurrencyLimit.of(1)));
        node.start();
        OperatorService operator = node.service().operator();
        assertThat(operator.concurrency("Waits").limit()).isEqualTo(ConcurrencyLimit.of(1));
        assertThat(operator.concurrency("Waits").limitedBy()).isNull();
        limit(node, "Waits", ConcurrencyLimit.of(7));
        TestNode other = worker();
        other.limits = new EngineLimits(Map.of(), 0, 0, Map.of("Waits", ConcurrencyLimit.of(2)));
        other.start();
        assertThat(operator.concurrency("Waits").limit()).isEqualTo(ConcurrencyLimit.of(7));
        operator.resetConcurrency("Waits", Operator.UNKNOWN);
        assertThat(operator.concurrency("Waits").limit()).isEqualTo(ConcurrencyLimit.of(1));
        worker().start();
        assertThat(operator.concurrency("Waits").limit()).isNull();
        assertThat(
                operator.actions(dev.workflow.client.OperatorAction.Subject.WORKFLOW_TYPE, "Waits", Long.MAX_VALUE, 10))
            .extracting((action) -> action.action() + ": " + action.detail())
            .containsExactly("ResetWorkflowTypeConcurrency: null",
                    "LimitWorkflowTypeConcurrency: max=7, maxPerKey=null");
    }

    @Test
    void nodeStartsThoughSomebodyHoldsALimitForAMoment() throws Exception {
        EngineLimits limits = new EngineLimits(Map.of(), 0, 0, Map.of("Waits", ConcurrencyLimit.of(1)));
        TestNode first = worker();
        first.limits = limits;
        first.start();
        TestNode second = worker();
        second.limits = limits;
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch started = new CountDownLatch(1);
        Thread holder = Thread.ofVirtual().start(() -> this.nodes.transaction().executeWithoutResult((status) -> {
            this.nodes.jdbc().sql("select name from engine.workflow_control for update").query().listOfRows();
            held.countDown();
            try {
                started.await(1, TimeUnit.SECONDS);
            }
            catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        }));
        held.await();
        second.start();
        started.countDown();
        holder.join();
        assertThat(second.service().operator().concurrency("Waits").limit()).isEqualTo(ConcurrencyLimit.of(1));
    }

    @Test
    void aWorkflowKeepsItsPlaceInTheRunsThatItGoesOnIn() {
        CountDownLatch goOn = new CountDownLatch(1);
        TestNode node = worker().workflow("Goes", (arguments) -> {
            int round = arguments.get(0, Integer.class);
            Workflows.activity("Holds", Object.class, ActivityOptions.defaults());
            if (round < 3) {
                Workflows.continueAsNew(round + 1);
            }
            return round;
        }).activity("Holds", (arguments) -> goOn.await(10, TimeUnit.SECONDS)).start();
        known(List.of(node), "Goes", ConcurrencyLimit.of(1));
        node.begin("Goes", "one", 0);
        node.begin("Goes", "two", 0);
        node.begin("Goes", "three", 0);
        assertWaits(node, "two");
        goOn.countDown();
        assertThat(node.result("three").status()).isEqualTo(WorkflowStatus.COMPLETED);
        List<String> runs = this.nodes.jdbc()
            .sql("select workflow_id from engine.workflow_execution where workflow_type = 'Goes' order by closed_at, run_id")
            .query(String.class)
            .list();
        assertThat(runs).containsExactly("one", "one", "one", "one", "two", "two", "two", "two", "three", "three",
                "three", "three");
    }

    @Test
    void childrenAndForksAndResetsCountToo() {
        TestNode node = worker().workflow("Parent", (arguments) -> {
            Workflows.startChild("Waits", Object.class, ChildOptions.withId("child")).result().get();
            return "over";
        }).start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", null);
        awaitBegun(node, "first");
        node.begin("Parent", "parent");
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_execution where workflow_id = 'child'") == 1);
        assertWaits(node, "child");
        end(node, "first");
        awaitBegun(node, "child");
        node.service().fork(ref("first"), ResetPoint.event(2), "fork", ResetOptions.defaults());
        assertThat(node.service().describe(ref("fork")).problem()).contains("Waits for a place");
        node.service().reset(ref("first"), ResetPoint.event(2), ResetOptions.defaults());
        assertThat(node.service().describe(ref("first")).problem()).contains("Waits for a place");
        // One that has a place keeps it.
        node.service().signal(ref("child"), "say", node.json("again"), null);
        TestNode.await(() -> TestNode.types(node.service(), "child").size() == 2);
        node.service().reset(ref("child"), ResetPoint.event(2), ResetOptions.defaults());
        awaitBegun(node, "child");
        assertThat(inProgress("Waits")).isEqualTo(1);
        end(node, "child");
        assertThat(node.result("parent").status()).isEqualTo(WorkflowStatus.COMPLETED);
        // Both have got the signal that ended the first run once more.
        assertThat(node.result("fork").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(node.result("first").status()).isEqualTo(WorkflowStatus.COMPLETED);
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_admission") == 0);
    }

    @Test
    void aPlaceThatACrashLeftIsFoundByAnotherNode() {
        AtomicBoolean crashed = new AtomicBoolean();
        TestNode one = worker().settings((s) -> s.heartbeat(Duration.ofMillis(500)));
        one.faults = (store) -> CrashedAdmissions.of(store, crashed);
        one.start();
        TestNode two = worker().start();
        known(List.of(one, two), TYPE, ConcurrencyLimit.perKey(1));
        begin(one, "warm-up", "k", 0);
        assertThat(one.result("warm-up").status()).isEqualTo(WorkflowStatus.COMPLETED);
        crashed.set(true);
        for (int i = 1; i < 10; i++) {
            begin(one, "run-" + i, "k", i);
        }
        for (int i = 1; i < 10; i++) {
            assertThat(two.result("run-" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
        assertThat(this.tooMany).isFalse();
        assertThat(this.order.get("k")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    /** Whoever starts it knows of no limit, whoever claims it does. */
    @Test
    void aStartThatDidNotKnowOfTheLimitWaitsNevertheless() {
        TestNode unaware = unaware();
        TestNode node = worker().start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", null);
        awaitBegun(node, "first");
        beginWaiting(unaware, "second", null);
        assertThat(unaware.engine().admissions().isLimited("Waits")).isFalse();
        assertWaits(node, "second");
        assertThat(inProgress("Waits")).isEqualTo(1);
        end(node, "first");
        awaitBegun(node, "second");
        // One that waits for its first message is in progress, although nothing shows it.
        this.nodes.jdbc().sql("delete from engine.workflow_admission").update();
        node.engine().evictAll();
        node.service().signal(ref("second"), "say", node.json("hello"), null);
        awaitBegun(node, "second");
        TestNode.await(() -> inProgress("Waits") == 1);
    }

    /** As when it was followed, in line, on a node that did not know of the limit. */
    @Test
    void aNumberIsThatOfTheRunThatIsLookedUpWhicheverOfItsChainTookIt() {
        TestNode node = worker().start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", null);
        awaitBegun(node, "first");
        beginWaiting(node, "second", null);
        assertWaits(node, "second");
        this.nodes.jdbc()
            .sql("update engine.workflow_admission set run_id = gen_random_uuid() where workflow_id = 'second'")
            .update();
        this.nodes.jdbc()
            .sql("update engine.workflow_task set admitted = true, due_at = now() where not admitted")
            .update();
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_task where token > 0 and owner is null") == 1);
        assertWaits(node, "second");
        end(node, "first");
        awaitBegun(node, "second");
    }

    /** Its code has begun, so nobody who claims it would look it up. */
    @Test
    void aResetOrForkOfANodeThatDoesNotKnowOfTheLimitWaitsNevertheless() {
        TestNode unaware = unaware();
        TestNode node = worker().start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", "k");
        end(node, "first");
        assertThat(node.result("first").status()).isEqualTo(WorkflowStatus.COMPLETED);
        beginWaiting(node, "second", null);
        awaitBegun(node, "second");
        assertThat(unaware.engine().admissions().isLimited("Waits")).isFalse();
        unaware.service().reset(ref("first"), ResetPoint.event(2), ResetOptions.defaults());
        unaware.service().fork(ref("first"), ResetPoint.event(2), "fork", ResetOptions.defaults());
        for (String id : List.of("first", "fork")) {
            TestNode
                .await(() -> String.valueOf(node.service().describe(ref(id)).problem()).contains("Waits for a place"));
        }
        assertThat(inProgress("Waits")).isEqualTo(1);
        assertThat(this.nodes.count("select count(*) from engine.workflow_admission where key = 'k'")).isEqualTo(2);
        end(node, "second");
        assertThat(node.result("first").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(node.result("fork").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    /** Who holds its number meanwhile keeps it from going back to the line of its key. */
    @Test
    void aLimitOfTheKeyHoldsForThoseWhoPassedAndWereLockedWhenItWasSet() {
        TestNode node = worker().start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", "k");
        awaitBegun(node, "first");
        List.of("second", "third").forEach((id) -> beginWaiting(node, id, "k"));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_admission where state = 2") == 2);
        this.nodes.transaction().executeWithoutResult((status) -> {
            this.nodes.jdbc()
                .sql("select 1 from engine.workflow_admission where state = 2 for update")
                .query()
                .listOfRows();
            Thread operator = Thread.ofVirtual().start(() -> limit(node, "Waits", new ConcurrencyLimit(2, 1)));
            assertThat(operator).satisfies((thread) -> thread.join(10_000));
        });
        TestNode.await(() -> new ConcurrencyLimit(2, 1).equals(node.engine().admissions().limitOf("Waits")));
        beginWaiting(node, "other", "o");
        awaitBegun(node, "other");
        assertThat(this.nodes.count("select count(*) from engine.workflow_admission where state = 2")).isEqualTo(2);
        assertThat(this.nodes.count("select count(*) from engine.workflow_admission where state = 3 and key = 'k'"))
            .isEqualTo(1);
        for (String[] next : new String[][] { { "first", "second" }, { "second", "third" } }) {
            end(node, next[0]);
            awaitBegun(node, next[1]);
            assertThat(this.nodes.count("select count(*) from engine.workflow_admission where state = 3 and key = 'k'"))
                .isEqualTo(1);
        }
        end(node, "other");
        end(node, "third");
    }

    @Test
    void thoseInLineAreCountedOnlyWhileSomebodyReadsIt() {
        AtomicInteger counts = new AtomicInteger();
        AtomicInteger looks = new AtomicInteger();
        TestNode node = worker().settings((s) -> s.heartbeat(Duration.ofMillis(20)));
        node.faults = (store) -> CrashedAdmissions.watched(store, (method) -> {
            if (method.equals("census")) {
                counts.incrementAndGet();
            }
            if (method.equals("admit")) {
                looks.incrementAndGet();
            }
        });
        node.start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", null);
        awaitBegun(node, "first");
        beginWaiting(node, "second", null);
        int before = looks.get();
        TestNode.await(() -> looks.get() > before + 20);
        assertThat(counts.get()).isLessThanOrEqualTo(1);
        TestNode.await(() -> node.engine().admissions().census("Waits").waiting() == 1);
        assertThat(node.engine().admissions().census("Waits").inProgress()).isEqualTo(1);
    }

    @Test
    void aTypeWhosePlacesCannotBeLookedAtHoldsUpNoOther() {
        TestNode node = worker().settings((s) -> s.heartbeat(Duration.ofMillis(20)));
        node.faults = (store) -> CrashedAdmissions.refused(store, "Bad");
        node.start();
        known(List.of(node), "Bad", ConcurrencyLimit.of(1));
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", null);
        awaitBegun(node, "first");
        beginWaiting(node, "second", null);
        TestNode.await(() -> node.engine().admissions().census("Waits").waiting() == 1);
    }

    @Test
    void aWorkflowThatGoesOnAsAnotherTypeLeavesItsPlaceToTheNextOfItsKeyAtOnce() {
        TestNode node = worker().settings((s) -> s.heartbeat(Duration.ofMinutes(2))).workflow("Turns", (arguments) -> {
            WorkflowContext.current().continueAsNew("Waits", ContinueAsNewOptions.defaults());
            return null;
        }).start();
        known(List.of(node), "Turns", ConcurrencyLimit.perKey(1));
        known(List.of(node), "Waits", ConcurrencyLimit.perKey(10));
        for (String id : List.of("one", "two", "three")) {
            node.service().start(request(node, "Turns", id, "k"));
        }
        TestNode.await(() -> inProgress("Waits") == 3);
    }

    /** What its workflow has is a place of the other type. */
    @Test
    void aResetToARunOfAnotherTypeWaitsForAPlaceOfThatType() {
        TestNode node = worker().workflow("Turns", (arguments) -> {
            Workflows.activity("Turn", Object.class, ActivityOptions.defaults());
            WorkflowContext.current().continueAsNew("Waits", ContinueAsNewOptions.defaults());
            return null;
        }).activity("Turn", (arguments) -> this.turns.await(20, TimeUnit.SECONDS));
        node.start();
        known(List.of(node), "Turns", ConcurrencyLimit.of(1));
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        String first = node.begin("Turns", "first").runId();
        this.turns.countDown();
        TestNode.await(() -> inProgress("Waits") == 1 && inProgress("Turns") == 0);
        this.turns = new CountDownLatch(1);
        node.begin("Turns", "second");
        TestNode.await(() -> inProgress("Turns") == 1);
        node.service().reset(new WorkflowRef("first", first), ResetPoint.event(2), ResetOptions.defaults());
        assertThat(node.service().describe(ref("first")).problem()).contains("Waits for a place").contains("'Turns'");
        assertThat(inProgress("Turns")).isEqualTo(1);
        beginWaiting(node, "other", null);
        awaitBegun(node, "other");
        node.service().terminate(ref("second"), "enough");
        awaitBegun(node, "first");
        assertThat(inProgress("Turns")).isEqualTo(1);
        this.turns.countDown();
    }

    @Test
    void oneThatRecursGivesItsPlaceBackAndOneThatIsRetriedKeepsIt() {
        TestNodes.Time time = new TestNodes.Time();
        AtomicInteger tries = new AtomicInteger();
        TestNode node = this.nodes.node(time).workflow("Mixed", (arguments) -> {
            String what = arguments.get(0, String.class);
            if (what.equals("fails") && Workflows.info().attempt() < 3) {
                tries.incrementAndGet();
                throw dev.workflow.failure.ApplicationFailure.of("again", "Again");
            }
            if (what.equals("waits")) {
                Workflows.await(() -> false);
            }
            return what;
        }).start();
        known(List.of(node), "Mixed", ConcurrencyLimit.of(1));
        node.service()
            .start(new StartRequest("Mixed", "retried", null, node.json("fails"), null, IdReusePolicy.ALLOW_DUPLICATE,
                    IdConflictPolicy.FAIL, null, null, null,
                    new dev.workflow.history.RetryPolicy(Duration.ofMinutes(1), 1, Duration.ofMinutes(1), 0, List.of()),
                    null, Map.of(), Map.of(), 3, null, null));
        TestNode.await(() -> tries.get() == 1);
        node.service()
            .start(new StartRequest("Mixed", "recurs", null, node.json("ends"), null, IdReusePolicy.ALLOW_DUPLICATE,
                    IdConflictPolicy.FAIL, null, null, null, null, "0 * * * *", Map.of(), Map.of(), 3, null, null));
        node.begin("Mixed", "next", "waits");
        assertWaits(node, "next");
        for (int attempts = 2; attempts <= 3; attempts++) {
            int there = attempts;
            // The next one counts its minute from the end of the one before.
            TestNode.await(() -> this.nodes
                .count("select count(*) from engine.workflow_execution where workflow_id = 'retried'") == there);
            time.advance(Duration.ofMinutes(1));
            node.engine().clockMoved();
        }
        assertThat(node.result("retried").status()).isEqualTo(WorkflowStatus.COMPLETED);
        awaitBegun(node, "next");
        time.advance(Duration.ofHours(1));
        node.engine().clockMoved();
        assertWaits(node, "recurs");
        node.service().terminate(ref("next"), null);
        TestNode.await(() -> this.nodes.count(
                "select count(*) from engine.workflow_execution where workflow_id = 'recurs' and status = 'COMPLETED'") == 1);
        // Its next run waits for its time, and holds up nobody meanwhile.
        node.begin("Mixed", "last", "waits");
        awaitBegun(node, "last");
        ConcurrencyDescription now = node.service().operator().concurrency("Mixed");
        assertThat(now.inProgress()).isEqualTo(1);
        assertThat(now.delayed()).isEqualTo(1);
    }

    @Test
    void startsWithAMessageWaitWithItAndPausesAreKept() {
        TestNode node = worker().start();
        known(List.of(node), "Waits", ConcurrencyLimit.of(1));
        beginWaiting(node, "first", null);
        awaitBegun(node, "first");
        node.service()
            .start(new StartRequest("Waits", "second", null, node.json(), null, IdReusePolicy.ALLOW_DUPLICATE,
                    IdConflictPolicy.FAIL, null, null, null, null, null, Map.of(), Map.of(), 3, null,
                    new StartRequest.Signal("say", node.json("end"))));
        assertWaits(node, "second");
        beginWaiting(node, "third", null);
        node.service().operator().pause(ref("third"), new Operator("ada", "not yet"));
        end(node, "first");
        assertThat(node.result("second").status()).isEqualTo(WorkflowStatus.COMPLETED);
        TestNode.await(() -> inProgress("Waits") == 1);
        // It has its place, and is paused nevertheless.
        TestNode.await(() -> node.service().operator().concurrency("Waits").waiting() == 0);
        assertThat(node.service().describe(ref("third")).isPaused()).isTrue();
        node.service().operator().unpause(ref("third"), new Operator("ada", null));
        awaitBegun(node, "third");
    }

    /** By notifications alone: the nodes look again only after half a minute. */
    @Test
    void everyPlaceThatGetsFreeIsFilledWhicheverNodeHadIt() {
        List<TestNode> workers = IntStream.range(0, 3)
            .mapToObj((i) -> worker().settings((s) -> s.poll(Duration.ofSeconds(30))).start())
            .toList();
        workers.forEach((worker) -> TestNode.await(() -> worker.engine().gauges().liveNodes() == 3));
        known(workers, "Waits", ConcurrencyLimit.of(5));
        for (int i = 0; i < 20; i++) {
            beginWaiting(workers.get(i % 3), "run-" + i, null);
        }
        for (int from = 0; from < 20; from += 5) {
            for (int i = from; i < from + 5; i++) {
                awaitBegun(workers.get(i % 3), "run-" + i);
            }
            assertThat(inProgress("Waits")).isEqualTo(5);
            for (int i = from; i < from + 5; i++) {
                end(workers.get((i + 1) % 3), "run-" + i);
            }
        }
        for (int i = 0; i < 20; i++) {
            assertThat(workers.get(i % 3).result("run-" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
    }

    /** Not a figure, but that nothing waits for a poll. */
    @Test
    void aPlaceGoesToTheNextAtOnce() {
        TestNode node = worker().settings((s) -> s.poll(Duration.ofSeconds(30))).start();
        known(List.of(node), TYPE, ConcurrencyLimit.perKey(1));
        int runs = 100;
        for (int i = 0; i < runs; i++) {
            begin(node, "run-" + i, "k", i);
        }
        for (int i = 0; i < runs; i++) {
            assertThat(node.result("run-" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
        List<Long> sorted = this.handOvers.stream().sorted().toList();
        assertThat(Duration.ofNanos(sorted.get(sorted.size() / 2))).as("from one to the next, in the middle")
            .isLessThan(Duration.ofMillis(500));
    }

}
