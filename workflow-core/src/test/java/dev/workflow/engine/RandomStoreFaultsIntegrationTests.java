package dev.workflow.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import javax.sql.DataSource;

import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.store.TestPostgres;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes on one database whose answers are cut off at random, before or after what was
 * asked for was done, and whose hearts stop for longer than a lease: each seed is another
 * story, and none may lose or repeat anything.
 */
class RandomStoreFaultsIntegrationTests {

    private static final int RUNS = 12;

    private static final int SIGNALS = 4;

    private static final Set<String> CUT = Set.of("commit", "deliver", "deliverOutcome", "claimDue", "claim",
            "claimActivities", "release", "retryLater", "history", "inbox", "runsWithMessages", "mayHaveWork",
            "handBack");

    static LongStream seeds() {
        Long given = Long.getLong("workflow.crash.seed");
        return (given != null) ? LongStream.of(given) : LongStream.rangeClosed(1, 20);
    }

    private final DataSource database = TestPostgres.newDatabase("engine");

    private final JdbcClient jdbc = JdbcClient.create(this.database);

    private volatile boolean calm;

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingIsLostAndNothingHappensTwice(long seed) throws Exception {
        this.jdbc.sql("create table engine.booking (run text, step int, primary key (run, step))").update();
        List<TestNode> nodes = List.of(node(seed), node(-seed));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            nodes.forEach(TestNode::start);
            List<Future<?>> stories = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                String id = "run-" + i;
                Random random = new Random(seed * 1_000 + i);
                stories.add(clients.submit(() -> play(nodes, id, random)));
            }
            for (Future<?> story : stories) {
                story.get();
            }
            TestNode
                .await(() -> this.jdbc.sql("select count(*) from engine.workflow_execution where status = 'RUNNING'")
                    .query(Long.class)
                    .single() == 0, Duration.ofSeconds(45));
            this.calm = true;
            check(nodes.getFirst());
        }
        finally {
            this.calm = true;
            nodes.forEach(TestNode::close);
        }
    }

    private TestNode node(long seed) {
        Random random = new Random(seed);
        TestNode node = new TestNode(this.database, InstantSource.system(), EngineMetrics.NONE);
        node.settings = new EngineSettings(null, true, 10_000, Duration.ofMillis(20), Duration.ofMillis(100),
                Duration.ofMillis(400), Duration.ofSeconds(2), 200, 200, Map.of(), Map.of(), 2, 1024 * 1024, 50_000,
                Duration.ofSeconds(10), true, 7);
        node.faults = FaultyStore.with((method, arguments, call) -> {
            int dice = random.nextInt(1_000);
            if (this.calm) {
                return call.call();
            }
            if (method.getName().equals("heartbeat") && arguments.length == 5 && dice < 60) {
                Thread.sleep(700);
            }
            boolean cut = CUT.contains(method.getName());
            if (cut && dice < 20) {
                throw FaultyStore.connectionLost();
            }
            Object result = call.call();
            if (cut && dice > 970) {
                throw FaultyStore.connectionLost();
            }
            return result;
        });
        return node.activity("Book", new DefaultTransactionAttribute(), (arguments) -> {
            int step = arguments.get(1, Integer.class);
            this.jdbc.sql("insert into engine.booking values (?, ?)")
                .params(arguments.get(0, String.class), step)
                .update();
            return step;
        }).activity("Echo", (arguments) -> arguments.get(0, Integer.class)).workflow("Story", (arguments) -> {
            List<Integer> said = new ArrayList<>();
            Workflows.onSignal("say", (message) -> said.add(message.get(0, Integer.class)));
            for (int i = 0; i < SIGNALS; i++) {
                int wanted = i + 1;
                Workflows.await(() -> said.size() >= wanted);
                Workflows.activity("Book", Integer.class, ActivityOptions.defaults(), arguments.get(0, String.class),
                        i);
                Workflows.sleep(Duration.ofMillis(30));
                Workflows.activity("Echo", Integer.class, ActivityOptions.defaults(), i);
            }
            return said;
        });
    }

    private void play(List<TestNode> nodes, String id, Random random) {
        persistently(() -> {
            try {
                nodes.get(random.nextInt(2)).begin("Story", id, id);
            }
            catch (WorkflowAlreadyStartedException ex) {
                // By a try whose answer was cut off.
            }
        });
        for (int i = 0; i < SIGNALS; i++) {
            int number = i;
            persistently(() -> {
                TestNode node = nodes.get(random.nextInt(2));
                node.service().signal(new WorkflowRef(id, null), "say", node.json(number), "say-" + number);
            });
        }
    }

    private static void persistently(Runnable call) {
        for (int i = 0;; i++) {
            try {
                call.run();
                return;
            }
            catch (StoreException | EngineStoppedException ex) {
                if (i > 100) {
                    throw ex;
                }
            }
        }
    }

    private void check(TestNode node) {
        String everything = IntStream.range(0, SIGNALS)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]"));
        assertThat(this.jdbc.sql("select distinct status || result from engine.workflow_execution")
            .query(String.class)
            .list()).containsExactly("COMPLETED" + everything);
        assertThat(this.jdbc.sql("select count(*) from engine.workflow_execution").query(Long.class).single())
            .isEqualTo(RUNS);
        assertThat(this.jdbc.sql("select count(*) from engine.booking").query(Long.class).single())
            .isEqualTo(RUNS * SIGNALS);
        assertThat(this.jdbc
            .sql("""
                    select x.workflow_id from engine.workflow_execution x join engine.workflow_event e on e.run_id = x.run_id
                    group by x.run_id having min(event_id) <> 1 or max(event_id) <> count(*) or max(event_id) <> history_length
                    """)
            .query(String.class)
            .list()).isEmpty();
        for (String table : List.of("workflow_task", "workflow_activity_task", "workflow_message")) {
            assertThat(this.jdbc.sql("select count(*) from engine." + table).query(Long.class).single()).as(table)
                .isZero();
        }
        for (int i = 0; i < RUNS; i++) {
            assertThat(node.service().query(new WorkflowRef("run-" + i, null), "__state", node.json())).isNotNull();
        }
    }

}
