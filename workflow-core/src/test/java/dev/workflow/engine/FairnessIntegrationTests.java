package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.workflow.ActivityOptions;
import dev.workflow.ChildOptions;
import dev.workflow.Promise;
import dev.workflow.Workflows;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.client.WorkflowStatus;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

/** Shares of what several nodes do, while much more waits than they have slots for. */
class FairnessIntegrationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());

    private TestNode client() {
        return this.nodes.node().settings(TestNode.Settings::clientOnly).workflow("Note", (arguments) -> null).start();
    }

    /** A worker that writes down whose runs it begins. */
    private TestNode noting(int slots) {
        return this.nodes.node().settings((s) -> s.workflowSlots(slots)).workflow("Note", (arguments) -> {
            this.begun.add(arguments.get(0, String.class));
            return null;
        });
    }

    /** Many runs at once that wait for a claim, each with an id of its own. */
    private void wait(TestNode client, String key, int priority, int number) {
        StartResult first = client.service()
            .start(client.shared("Note", null, priority, key.isEmpty() ? null : key, key));
        this.nodes.jdbc()
            .sql("""
                    with ids as materialized (select gen_random_uuid() as id from generate_series(2, :number)),
                    e as (insert into engine.workflow_execution
                        (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id, priority)
                      select ids.id, ids.id::text, x.workflow_type, x.task_queue, 'RUNNING', x.started_at, ids.id, x.priority
                      from ids, engine.workflow_execution x where x.run_id = :run),
                    v as (insert into engine.workflow_event
                      select ids.id, 1, x.event_type, x.event_time, x.format, replace(x.attributes, :run::text, ids.id::text)
                      from ids, engine.workflow_event x where x.run_id = :run)
                    insert into engine.workflow_task
                      (run_id, workflow_type, task_queue, priority, due_at, last_event, fairness_key)
                    select ids.id, x.workflow_type, x.task_queue, x.priority, x.due_at, 1, x.fairness_key
                    from ids, engine.workflow_task x where x.run_id = :run""")
            .param("number", number)
            .param("run", java.util.UUID.fromString(first.runId()))
            .update();
    }

    private void await(int begun) {
        TestNode.await(() -> this.begun.size() >= begun, PATIENCE);
    }

    private static Map<String, Integer> counts(List<String> keys) {
        Map<String, Integer> counts = new HashMap<>();
        keys.forEach((key) -> counts.merge(key, 1, Integer::sum));
        return counts;
    }

    private static void assertShares(List<String> keys, Map<String, Double> weights) {
        Map<String, Integer> counts = counts(keys);
        double all = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        weights.forEach((key, weight) -> assertThat(counts.getOrDefault(key, 0) / (double) keys.size())
            .as("share of '%s' in %s", key, counts)
            .isCloseTo(weight / all, within(0.05)));
    }

    private List<String> first(int number) {
        await(number);
        return List.copyOf(this.begun).subList(0, number);
    }

    private static void weigh(TestNode node, String key, double weight) {
        node.service().operator().fairness().weigh(key, weight, Operator.UNKNOWN);
    }

    @Test
    void runsShareTheSlotsOfSeveralNodesByWeight() {
        TestNode client = client();
        weigh(client, "b", 2);
        List.of("a", "b", "c").forEach((key) -> wait(client, key, 3, 600));
        List<TestNode> workers = List.of(noting(2), noting(3));
        for (TestNode worker : workers) {
            worker.weights = Map.of("b", 7.0, "c", 5.0);
            worker.start();
        }
        assertShares(first(600), Map.of("a", 1.0, "b", 2.0, "c", 5.0));
    }

    @Test
    void floodOfOneKeyDoesNotDelayAnother() {
        TestNode client = client();
        wait(client, "flood", 3, 100_000);
        this.nodes.jdbc().sql("analyze").update();
        List.of(noting(2), noting(2)).forEach(TestNode::start);
        await(100);
        client.service().start(client.shared("Note", null, 3, "newcomer", "newcomer"));
        int before = this.begun.size();
        TestNode.await(() -> this.begun.contains("newcomer"), PATIENCE);
        assertThat(this.begun.indexOf("newcomer") - before).isLessThan(200);
        assertThat(this.nodes.count("select count(*) from engine.workflow_task")).isGreaterThan(90_000);
    }

    @Test
    void priorityGoesBeforeEveryShare() {
        TestNode client = client();
        weigh(client, "heavy", 1_000);
        wait(client, "heavy", 4, 300);
        wait(client, "light", 2, 100);
        wait(client, "", 2, 100);
        List.of(noting(2), noting(2)).forEach(TestNode::start);
        List<String> first = first(300);
        // Runs that are begun at once write themselves down in any order.
        assertThat(first.subList(0, 190)).doesNotContain("heavy");
        assertShares(first.subList(0, 150), Map.of("light", 1.0, "", 1.0));
    }

    @Test
    void noneOfManyKeysStarves() {
        TestNode client = client();
        wait(client, "flood", 3, 6_000);
        wait(client, "model", 3, 1);
        this.nodes.jdbc()
            .sql("""
                    create table ids as select gen_random_uuid() as id, 'key-' || i % 1000 as key from generate_series(1, 3000) i""")
            .update();
        String run = this.nodes.jdbc()
            .sql("select run_id from engine.workflow_task where fairness_key = 'model'")
            .query(String.class)
            .single();
        for (String sql : List.of("""
                insert into engine.workflow_execution
                    (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id)
                  select id, id::text, 'Note', 'q', 'RUNNING', now(), id from ids""", """
                insert into engine.workflow_event
                  select ids.id, 1, x.event_type, x.event_time, x.format,
                    replace(replace(x.attributes, x.run_id::text, ids.id::text), 'model', ids.key)
                  from ids, engine.workflow_event x where x.run_id = '%s'""".formatted(run), """
                insert into engine.workflow_task
                  (run_id, workflow_type, task_queue, priority, due_at, last_event, fairness_key)
                select id, 'Note', 'q', 13, now(), 1, key from ids""")) {
            this.nodes.jdbc().sql(sql).update();
        }
        List.of(noting(4), noting(4)).forEach(TestNode::start);
        // Each node serves each key once before it serves any twice.
        Map<String, Integer> counts = counts(first(2 * 1_002 + 100));
        assertThat(counts).hasSizeGreaterThanOrEqualTo(1_002);
        assertThat(counts.get("flood")).isLessThan(20);
    }

    @Test
    void runsWithoutKeyShareOne() {
        TestNode client = client();
        wait(client, "", 3, 600);
        wait(client, "a", 3, 600);
        weigh(client, FairnessStore.NO_KEY, 3);
        List.of(noting(2), noting(2)).forEach(TestNode::start);
        assertShares(first(500), Map.of("", 3.0, "a", 1.0));
    }

    @Test
    void weightCountsWhileTheyRun() {
        TestNode client = client();
        List.of("a", "b").forEach((key) -> wait(client, key, 3, 3_000));
        List<TestNode> workers = List.of(noting(2), noting(2));
        workers.forEach(TestNode::start);
        assertShares(first(300), Map.of("a", 1.0, "b", 1.0));
        weigh(workers.getFirst(), "b", 9);
        TestNode
            .await(() -> workers.stream().allMatch((worker) -> worker.engine().sharing().keys().weightOf("b") == 9));
        int from = this.begun.size() + 10;
        assertShares(first(from + 400).subList(from, from + 400), Map.of("a", 1.0, "b", 9.0));
        assertThat(client.service().operator().fairness().weights()).singleElement()
            .satisfies((weight) -> assertThat(weight.changedBy()).isNotBlank());
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> weigh(client, "b", 0))
            .withMessageContaining("0.001 to 1000");
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> weigh(client, "b".repeat(201), 1))
            .withMessageContaining("at most 200");
    }

    /** A worker whose activities write down whose they are, once the gate is open. */
    private TestNode busy(int slots, CountDownLatch gate) {
        return this.nodes.node().settings((s) -> s.slots(slots)).activity("Do", (arguments) -> {
            gate.await(60, TimeUnit.SECONDS);
            this.begun.add(arguments.get(0, String.class));
            return null;
        }).workflow("Wide", (arguments) -> {
            String key = arguments.get(0, String.class);
            List<Promise<Object>> all = IntStream.range(0, arguments.get(1, Integer.class))
                .mapToObj((i) -> Workflows.async(() -> Workflows.activity("Do", Object.class,
                        ActivityOptions.defaults().priority(arguments.get(2, Integer.class)), key)))
                .toList();
            all.forEach(Promise::get);
            return null;
        }).workflow("Long", (arguments) -> {
            for (int i = 0; i < arguments.get(1, Integer.class); i++) {
                Workflows.activity("Do", Object.class,
                        ActivityOptions.defaults().priority(arguments.get(2, Integer.class)),
                        arguments.get(0, String.class));
            }
            return null;
        });
    }

    private static void begin(TestNode node, String type, String key, int number, int priority) {
        node.service().start(node.shared(type, null, 3, key.isEmpty() ? null : key, key, number, priority));
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3 })
    void activitiesShareTheSlotsOfSeveralNodesByTheKeyOfTheirRun(long seed) {
        Random random = new Random(seed);
        Map<String, Double> weights = Map.of("", 1.0, "a", 1.0, "b", 1.0 + random.nextInt(3), "c",
                3.0 + random.nextInt(3));
        CountDownLatch gate = new CountDownLatch(1);
        List<TestNode> workers = IntStream.range(0, 2).mapToObj((i) -> busy(2 + random.nextInt(3), gate)).toList();
        workers.forEach(TestNode::start);
        for (String key : List.of("b", "c")) {
            double weight = weights.get(key);
            weigh(workers.getFirst(), key, weight);
            workers.forEach((worker) -> TestNode.await(() -> worker.engine().sharing().keys().weightOf(key) == weight,
                    PATIENCE));
        }
        List<String> keys = new ArrayList<>(List.of("a", "b", "c", ""));
        Collections.shuffle(keys, random);
        keys.forEach((key) -> begin(workers.getLast(), "Wide", key, 500, 3));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_activity_task") == 2_000, PATIENCE);
        gate.countDown();
        // What held the slots before the gate was open was nobody's share.
        assertShares(first(620).subList(20, 620), weights);
    }

    /** A freed slot would go to the next step of the run that had it. */
    @Test
    void whoHasTheSlotsGivesWay() {
        CountDownLatch gate = new CountDownLatch(1);
        TestNode worker = busy(1, gate).start();
        IntStream.range(0, 6).forEach((i) -> begin(worker, "Long", "a", 100, 3));
        TestNode.await(() -> worker.engine().activities().used(TestNode.QUEUE) == 1);
        IntStream.range(0, 6).forEach((i) -> begin(worker, "Long", "b", 100, 3));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_activity_task") == 12);
        gate.countDown();
        assertShares(first(210).subList(10, 210), Map.of("a", 1.0, "b", 1.0));
    }

    /**
     * Its workflow is elsewhere, and nobody here was refused a slot: so only a claim can
     * tell that it waits.
     */
    @Test
    void whoHasTheSlotsGivesWayToWhatOtherNodesOrder() {
        CountDownLatch gate = new CountDownLatch(1);
        TestNode worker = busy(1, gate).start();
        TestNode other = this.nodes.node()
            .queues("other")
            .workflow("Remote",
                    (arguments) -> Workflows.activity("Do", Object.class,
                            ActivityOptions.defaults().taskQueue(TestNode.QUEUE), "b"))
            .start();
        begin(worker, "Long", "a", 50, 3);
        TestNode.await(() -> worker.engine().activities().used(TestNode.QUEUE) == 1);
        other.service().start(other.shared("Remote", "remote", 3, "b"));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_activity_task") == 2);
        TestNode.await(() -> worker.engine().activities().isAwaited(TestNode.QUEUE));
        gate.countDown();
        assertThat(other.result("remote").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(this.begun.indexOf("b")).as("behind one that had the slot").isBetween(1, 3);
    }

    /** Of which fewer may run than there are slots, so that never all slots are taken. */
    @Test
    void activitiesThatHoldConnectionsAreSharedToo() {
        CountDownLatch gate = new CountDownLatch(1);
        List<TestNode> workers = IntStream.range(0, 2)
            .mapToObj((i) -> busy(50, gate).settings((s) -> s.slots(50).transactionalSlots(2))
                .activity("Do", new DefaultTransactionAttribute(), (arguments) -> {
                    gate.await(60, TimeUnit.SECONDS);
                    this.begun.add(arguments.get(0, String.class));
                    return null;
                }))
            .toList();
        workers.forEach(TestNode::start);
        weigh(workers.getFirst(), "b", 3);
        List.of("a", "b").forEach((key) -> begin(workers.getLast(), "Wide", key, 800, 3));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_activity_task") == 1_600);
        gate.countDown();
        // A node has some that begin soon, which it took before it knew of others. Of
        // each key it then takes several at once: a few hundred say little.
        assertShares(first(650).subList(50, 650), Map.of("a", 1.0, "b", 3.0));
    }

    @Test
    void whatARateLimitAllowsIsSharedToo() {
        CountDownLatch gate = new CountDownLatch(0);
        List<TestNode> workers = List.of(busy(50, gate), busy(50, gate));
        workers.forEach(TestNode::start);
        weigh(workers.getFirst(), "b", 3);
        workers.getFirst().service().operator().limitRate(TestNode.QUEUE, 60.0);
        TestNode.await(() -> workers.stream()
            .allMatch((worker) -> worker.engine().controls().rateLimitOf(TestNode.QUEUE) != null));
        List.of("a", "b").forEach((key) -> begin(workers.getLast(), "Wide", key, 400, 3));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_activity_task") > 600);
        int from = this.begun.size();
        assertShares(first(from + 200).subList(from, from + 200), Map.of("a", 1.0, "b", 3.0));
    }

    @Test
    void whatIsMoreUrgentGoesBeforeTheNextStepOfWhoHasTheSlots() {
        CountDownLatch gate = new CountDownLatch(1);
        TestNode worker = busy(1, gate).start();
        begin(worker, "Long", "", 100, 5);
        TestNode.await(() -> worker.engine().activities().used(TestNode.QUEUE) == 1);
        worker.service().start(worker.shared("Long", null, 3, null, "urgent", 1, 1));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_activity_task") == 2);
        gate.countDown();
        assertThat(first(20).subList(0, 4)).contains("urgent");
        assertThat(worker.engine().sharing().keys().areUsed()).isFalse();
    }

    @Test
    void withoutKeysNothingLooksForThem() {
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger polls = new AtomicInteger();
        TestNode worker = noting(2);
        worker.settings((s) -> s.heartbeat(Duration.ofSeconds(20)).poll(Duration.ofMillis(5)));
        worker.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("fairness")) {
                looks.incrementAndGet();
            }
            if (Set.of("claimDue", "mayHaveWork").contains(method.getName())) {
                polls.incrementAndGet();
            }
            return call.call();
        });
        TestNode client = client();
        wait(client, "", 3, 200);
        worker.start();
        await(200);
        TestNode.await(() -> polls.get() > 50);
        // At its start and with its first heartbeat, but with no poll.
        assertThat(looks.get()).isLessThanOrEqualTo(2);
    }

    /** Whatever a run leads to has its key, and keeps it wherever it goes. */
    @Test
    void keyGoesWithTheWork() {
        CountDownLatch gate = new CountDownLatch(1);
        TestNode worker = busy(1, gate).workflow("Child", (arguments) -> {
            Workflows.sleep(Duration.ofHours(1));
            return null;
        }).workflow("Parent", (arguments) -> {
            if (arguments.get(0, Boolean.class)) {
                Workflows.continueAsNew(false);
            }
            Workflows.startChild("Child", Object.class, ChildOptions.defaults().id("child"));
            Workflows.activity("Do", Object.class, ActivityOptions.defaults(), "k");
            return null;
        }).start();
        worker.service().start(worker.shared("Parent", "parent", 2, "k", true));
        String keyed = """
                select count(*) from engine.workflow_task t join engine.workflow_execution e using (run_id)
                where t.fairness_key = 'k' and t.priority = 12 and e.priority = 2""";
        String activities = """
                select count(*) from engine.workflow_activity_task where fairness_key = 'k' and priority = 12""";
        TestNode.await(() -> this.nodes.count(keyed) == 2 && this.nodes.count(activities) == 1);
        for (String id : List.of("parent", "child")) {
            WorkflowDetails details = worker.service().describe(new WorkflowRef(id, null));
            assertThat(details.fairnessKey()).isEqualTo("k");
            assertThat(details.priority()).isEqualTo(2);
        }
        worker.service().reset(new WorkflowRef("parent", null), ResetPoint.last(), ResetOptions.defaults());
        TestNode.await(() -> this.nodes.count(keyed) == 2 && this.nodes.count(activities) == 1);
        TestNode survivor = busy(1, gate).workflow("Child", (arguments) -> null)
            .workflow("Parent", (arguments) -> null)
            .start();
        worker.close();
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_node") == 1);
        assertThat(this.nodes.count(keyed)).isEqualTo(2);
        gate.countDown();
        assertThat(survivor.engine().sharing().keys().areUsed()).isTrue();
    }

    @Test
    void scheduledRunsAndForksHaveTheirKey() {
        TestNode worker = this.nodes.node().workflow("Sleeper", (arguments) -> {
            Workflows.sleep(Duration.ofHours(1));
            return null;
        }).start();
        worker.service()
            .schedules()
            .create("s", ScheduleSpec.cron("0 0 1 1 *"), worker.shared("Sleeper", null, 4, "k"),
                    ScheduleOptions.defaults());
        worker.service().schedules().trigger("s", null);
        String keyed = """
                select count(*) from engine.workflow_task where fairness_key = 'k' and priority = 14 and last_event > 1""";
        TestNode.await(() -> this.nodes.count(keyed) == 1);
        String id = this.nodes.jdbc()
            .sql("select workflow_id from engine.workflow_execution")
            .query(String.class)
            .single();
        worker.service().fork(new WorkflowRef(id, null), ResetPoint.last(), "fork", ResetOptions.defaults());
        TestNode.await(() -> this.nodes.count(keyed) == 2);
    }

    @Test
    void startInATransactionHasItsKey() {
        TestNode client = client();
        this.nodes.transaction()
            .executeWithoutResult((status) -> client.service().start(client.shared("Note", "w", 1, "k", "k")));
        assertThat(this.nodes.count("""
                select count(*) from engine.workflow_task where fairness_key = 'k' and priority = 11""")).isEqualTo(1);
    }

    /** As histories of versions before may have them. */
    @Test
    void keyThatIsTooLongForAnIndexIsCut() {
        assertThat(FairnessKeys.stored(null)).isNull();
        assertThat(FairnessKeys.stored("k".repeat(200))).hasSize(200);
        assertThat(FairnessKeys.stored("k".repeat(1_000))).hasSize(200);
        assertThat(FairnessKeys.stored("k".repeat(199) + "\ud83d\ude00")).isEqualTo("k".repeat(199));
    }

    @Test
    void runsThatEndUnderKeysEndAsAlways() {
        TestNode worker = noting(1).start();
        for (int i = 0; i < 50; i++) {
            worker.service().start(worker.shared("Note", "w" + i, 1 + i % 5, "k" + i % 7, "k" + i % 7));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(worker.result("w" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
        assertThat(Set.copyOf(this.begun)).hasSize(7);
    }

}
