package dev.workflow.engine;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import javax.sql.DataSource;

import dev.workflow.Activities;
import dev.workflow.ActivityOptions;
import dev.workflow.ChildOptions;
import dev.workflow.RetryOptions;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import dev.workflow.store.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;

/** The database fails, or its answer is lost, at moments that are hard to hit. */
class StoreFaultsIntegrationTests {

    private final DataSource database = TestPostgres.newDatabase("engine");

    private final JdbcClient jdbc = JdbcClient.create(this.database);

    private final TestNode node = new TestNode(this.database, InstantSource.system(), EngineMetrics.NONE);

    @AfterEach
    void stop() {
        this.node.close();
    }

    @Test
    void heartBeatsOnWhenAProblemCannotBeNoted() {
        AtomicInteger notes = new AtomicInteger();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("noteProblem")) {
                notes.incrementAndGet();
                throw FaultyStore.connectionLost();
            }
            return call.call();
        });
        this.node.workflow("Hogs", (arguments) -> {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
            while (notes.get() == 0 && System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return "done";
        }).start();
        this.node.begin("Hogs", "hog");
        this.node.result("hog");
        assertThat(notes).hasPositiveValue();
        long counter = counter();
        TestNode.await(() -> counter() > counter + 2);
    }

    @Test
    void runsThatTakeLongToEndHoldUpNoOther() {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger ending = new AtomicInteger();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("terminate")) {
                ending.incrementAndGet();
                goOn.await();
            }
            return call.call();
        });
        this.node.workflow("Sleeps", (arguments) -> Workflows.await(Duration.ofDays(1), () -> false))
            .workflow("Parent", (arguments) -> {
                for (int i = 0; i < 3; i++) {
                    Workflows.startChild("Sleeps", Object.class, ChildOptions.withId("child-" + i)).started().get();
                }
                return "left";
            })
            .workflow("Echo", (arguments) -> arguments.get(0, String.class))
            .start();
        this.node.begin("Parent", "parent");
        this.node.result("parent");
        TestNode.await(() -> ending.get() > 0);
        assertThat(this.node.result(this.node.begin("Echo", "beside", "a").workflowId()).result())
            .isEqualTo(new Json("\"a\""));
        goOn.countDown();
        for (int i = 0; i < 3; i++) {
            assertThat(this.node.result("child-" + i).status()).isEqualTo(WorkflowStatus.TERMINATED);
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24, disabledReason = "an older scheduler cannot get further threads")
    void runsThatKeepAllThreadsDoNotStopTheOthers() {
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger inside = new AtomicInteger();
        int all = Runtime.getRuntime().availableProcessors() + 1;
        this.node.workflow("Hogs", (arguments) -> {
            inside.incrementAndGet();
            while (!enough.get()) {
                Thread.onSpinWait();
            }
            return "done";
        })
            .activity("Echo", (arguments) -> arguments.get(0, String.class))
            .workflow("Steps", (arguments) -> Workflows.activity("Echo", String.class, ActivityOptions.defaults(), "a"))
            .start();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            for (int i = 0; i < all; i++) {
                String id = "hog-" + i;
                threads.submit(() -> this.node.begin("Hogs", id));
            }
            TestNode.await(() -> inside.get() == all);
            assertThat(this.node.result(this.node.begin("Steps", "beside").workflowId()).status())
                .isEqualTo(WorkflowStatus.COMPLETED);
            enough.set(true);
        }
        for (int i = 0; i < all; i++) {
            assertThat(this.node.result("hog-" + i).status()).isEqualTo(WorkflowStatus.COMPLETED);
        }
    }

    @Test
    void heartBeatsOnWhileTheNodeLooksAfterWhatOthersLeft() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicBoolean started = new AtomicBoolean();
        Set<String> slow = Set.of("releaseDead", "unregisterDead", "ownership", "sweep", "clean", "backlogs",
                "controls", "fairness");
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (started.get() && slow.contains(method.getName())) {
                asked.incrementAndGet();
                goOn.await();
            }
            return call.call();
        });
        this.node.start();
        started.set(true);
        this.jdbc.sql("""
                insert into engine.workflow_node (name, task_queues, workflow_types, activity_types, state, started_at,
                  heartbeat_at) values ('dead', '', '', '', 'DEAD', now(), now())""").update();
        TestNode.await(() -> asked.get() > 0);
        long counter = counter();
        TestNode.await(() -> counter() > counter + 8);
        goOn.countDown();
        TestNode
            .await(() -> this.jdbc.sql("select count(*) from engine.workflow_node").query(Long.class).single() == 1);
        TestNode.await(() -> this.node.engine().takeoverCount() == 1);
    }

    private long counter() {
        return this.jdbc.sql("select counter from engine.workflow_node where state = 'LIVE'")
            .query(Long.class)
            .single();
    }

    @Test
    void activityWhoseClaimWasNotAnsweredIsTriedAgain() {
        assertUnansweredClaimIsRepeated((call) -> {
        });
    }

    @Test
    void activityThatCompletesLaterHasItsTokenThoughTheAnswerWasLost() {
        AtomicInteger asked = new AtomicInteger();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            Object result = call.call();
            if (method.getName().equals("completesLater") && asked.incrementAndGet() == 1) {
                throw FaultyStore.connectionLost();
            }
            return result;
        });
        BlockingQueue<String> tokens = new LinkedBlockingQueue<>();
        this.node.activity("Later", (arguments) -> {
            tokens.add(Activities.completeLater());
            return null;
        })
            .workflow("Asks", (arguments) -> Workflows.activity("Later", String.class, ActivityOptions.defaults()))
            .start();
        this.node.begin("Asks", "asks");
        TestNode.await(() -> !tokens.isEmpty());
        this.node.service().completeActivity(tokens.remove(), new Json("\"done\""));
        assertThat(this.node.result("asks").result()).isEqualTo(new Json("\"done\""));
        assertThat(asked).hasValue(2);
    }

    @Test
    void whatNobodyOwnsIsFoundThoughBacklogsCannotBeCounted() {
        AtomicInteger counts = new AtomicInteger();
        assertUnansweredClaimIsRepeated((call) -> {
            if (call.equals("backlogs")) {
                counts.incrementAndGet();
                throw FaultyStore.connectionLost();
            }
        });
        assertThat(counts).hasPositiveValue();
    }

    /** Before each call of the store something else may fail. */
    private void assertUnansweredClaimIsRepeated(Consumer<String> before) {
        AtomicBoolean cut = new AtomicBoolean();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            before.accept(method.getName());
            Object result = call.call();
            if (method.getName().equals("claimActivities") && !((List<?>) result).isEmpty()
                    && cut.compareAndSet(false, true)) {
                throw FaultyStore.connectionLost();
            }
            return result;
        });
        AtomicInteger attempts = new AtomicInteger();
        this.node.activity("Second", (arguments) -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("the next attempt is claimed from the database");
            }
            return "done";
        })
            .workflow("Claims", (arguments) -> Workflows.activity("Second", String.class, ActivityOptions.defaults()))
            .start();
        this.node.begin("Claims", "claims");
        assertThat(this.node.result("claims").result()).isEqualTo(new Json("\"done\""));
        assertThat(cut).isTrue();
    }

    @Test
    void signalWhoseCommitWasNotAnsweredBeforeItsRunWasTakenIsDeliveredOnce() {
        AtomicBoolean cut = new AtomicBoolean();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            Object result = call.call();
            if (method.getName().equals("commit") && isOfSignal(arguments[0]) && cut.compareAndSet(false, true)) {
                this.node.store.releaseDead(this.node.engine().nodeId(), this.node.clock.instant(), 100, () -> true);
                throw FaultyStore.connectionLost();
            }
            return result;
        });
        this.node.workflow("Counts", (arguments) -> {
            AtomicInteger seen = new AtomicInteger();
            Workflows.onSignal("count", (nothing) -> seen.incrementAndGet());
            Workflows.onQuery("seen", (nothing) -> seen.get());
            Workflows.await(() -> seen.get() > 10);
            return null;
        }).start();
        this.node.begin("Counts", "counts");
        WorkflowRef ref = new WorkflowRef("counts", null);
        this.node.service().signal(ref, "count", this.node.json(), null);
        assertThat(cut).isTrue();
        TestNode.await(() -> this.node.engine().resident().get("counts") == null);
        assertThat(this.node.service().query(ref, "seen", this.node.json())).isEqualTo(new Json("1"));
        assertThat(TestNode.types(this.node.service(), "counts").stream().filter("WorkflowExecutionSignaled"::equals))
            .hasSize(1);
        assertThat(this.jdbc.sql("select count(*) from engine.workflow_message").query(Long.class).single()).isZero();
    }

    @Test
    void signalThatWasPutBackWithoutAnAnswerIsDeliveredOnce() {
        AtomicBoolean taken = new AtomicBoolean();
        AtomicInteger putBack = new AtomicInteger();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("commit") && isOfSignal(arguments[0]) && taken.compareAndSet(false, true)) {
                this.node.store.releaseDead(this.node.engine().nodeId(), this.node.clock.instant(), 100, () -> true);
            }
            Object result = call.call();
            if (method.getName().equals("deliver") && putBack.incrementAndGet() == 1) {
                throw FaultyStore.connectionLost();
            }
            return result;
        });
        this.node.workflow("Counts", (arguments) -> {
            AtomicInteger seen = new AtomicInteger();
            Workflows.onSignal("count", (nothing) -> seen.incrementAndGet());
            Workflows.await(() -> seen.get() > 10);
            return null;
        }).start();
        this.node.begin("Counts", "counts");
        this.node.service().signal(new WorkflowRef("counts", null), "count", this.node.json(), null);
        assertThat(putBack.get()).as("times put back").isEqualTo(2);
        TestNode
            .await(() -> this.jdbc.sql("select count(*) from engine.workflow_message").query(Long.class).single() == 0);
        assertThat(TestNode.types(this.node.service(), "counts").stream().filter("WorkflowExecutionSignaled"::equals))
            .hasSize(1);
    }

    @Test
    void runThatCannotBeEndedAsItWasAskedForHoldsUpNoOther() {
        AtomicInteger asked = new AtomicInteger();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("terminationAsked")) {
                asked.incrementAndGet();
                throw new IllegalStateException("nobody here can read why");
            }
            return call.call();
        });
        AtomicInteger attempts = new AtomicInteger();
        waiting(this.node).activity("Second", (arguments) -> {
            if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("the next attempt is claimed from the database");
            }
            return "done";
        })
            .workflow("Claims", (arguments) -> Workflows.activity("Second", String.class, ActivityOptions.defaults()))
            .start();
        StartResult poisoned = this.node.begin("Waits", "poisoned");
        this.node.store.deliver(UUID.fromString(poisoned.runId()),
                new Transition.NewMessage(Message.Kind.TERMINATE, null, "TERMINATE", "null"),
                this.node.clock.instant());
        TestNode.await(() -> asked.get() > 0);
        this.node.begin("Claims", "claims");
        assertThat(this.node.result("claims").result()).isEqualTo(new Json("\"done\""));
        this.node.engine().evictAll();
        this.jdbc.sql("update engine.workflow_task set due_at = now()").update();
        TestNode.await(() -> this.node.engine().resident().get("poisoned") != null);
    }

    private static boolean isOfSignal(Object batch) {
        return ((List<?>) batch).stream()
            .flatMap((transition) -> ((Transition) transition).events().stream())
            .anyMatch((event) -> event.type().equals("WorkflowExecutionSignaled"));
    }

    @Test
    void lastAttemptWhoseCommitWasNotAnsweredCounts() {
        this.jdbc.sql("create table engine.booking (id text)").update();
        AtomicBoolean cut = new AtomicBoolean();
        this.node.transactions = new DataSourceTransactionManager(this.database) {

            @Override
            protected void doCommit(DefaultTransactionStatus status) {
                super.doCommit(status);
                if (cut.compareAndSet(false, true)) {
                    throw new TransactionSystemException("the test cut the connection");
                }
            }

        };
        this.node
            .activity("Book", new DefaultTransactionAttribute(),
                    (arguments) -> this.jdbc.sql("insert into engine.booking values ('b')").update())
            .workflow("Books",
                    (arguments) -> Workflows.activity("Book", Integer.class,
                            ActivityOptions.defaults().retry(RetryOptions.defaults().maximumAttempts(1))))
            .start();
        this.node.begin("Books", "books");
        assertThat(this.node.result("books").status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(cut).isTrue();
        assertThat(this.jdbc.sql("select count(*) from engine.booking").query(Long.class).single()).isEqualTo(1);
    }

    @Test
    void attemptThatIsLateDoesNotEndALaterOne() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        this.node.activity("Slow", (arguments) -> {
            begun.incrementAndGet();
            end.await();
            return "done";
        })
            .workflow("Slowly", (arguments) -> Workflows.activity("Slow", String.class, ActivityOptions.defaults()))
            .start();
        StartResult started = this.node.begin("Slowly", "slowly");
        TestNode.await(() -> begun.get() == 1);
        EngineStore.ActivityKey key = new EngineStore.ActivityKey(UUID.fromString(started.runId()), 2);
        EngineStore.ClaimedActivity first = this.node.store.activity(key);
        this.jdbc.sql("update engine.workflow_activity_task set attempt = 2").update();
        ActivityRunner activities = this.node.engine().activities();
        assertThat(activities.tryReserve(TestNode.QUEUE, "Slow", 3)).isTrue();
        activities.start(this.node.store.activity(key), this.node.engine().nodeId());
        TestNode.await(() -> begun.get() == 2);
        assertThat(activities.tryReserve(TestNode.QUEUE, "Slow", 3)).isTrue();
        activities.start(first, this.node.engine().nodeId());
        end.countDown();
        assertThat(this.node.result("slowly").result()).isEqualTo(new Json("\"done\""));
        assertThat(begun).hasValue(2);
        TestNode.await(activities::isIdle);
    }

    @Test
    void runThatWentOnElsewhereBeforeItWasReadIsDropped() {
        AtomicBoolean overtaken = new AtomicBoolean();
        AtomicInteger failedTasks = new AtomicInteger();
        try (TestNode other = new TestNode(this.database, InstantSource.system(), EngineMetrics.NONE);
                TestNode slow = new TestNode(this.database, InstantSource.system(), new EngineMetrics() {

                    @Override
                    public void workflowTaskFailed(String workflowType) {
                        failedTasks.incrementAndGet();
                    }

                })) {
            waiting(this.node).start();
            this.node.begin("Waits", "overtaken");
            this.node.close();
            slow.faults = FaultyStore.with((method, arguments, call) -> {
                if (method.getName().equals("history") && overtaken.compareAndSet(false, true)) {
                    this.jdbc.sql("update engine.workflow_task set owner = null, token = token + 1, due_at = now()")
                        .update();
                    waiting(other).start();
                    other.result("overtaken");
                }
                return call.call();
            });
            waiting(slow).start();
            slow.service().signal(new WorkflowRef("overtaken", null), "say", slow.json(), null);
            assertThat(slow.result("overtaken").status()).isEqualTo(WorkflowStatus.COMPLETED);
            TestNode.await(() -> slow.engine().gauges().cachedRuns() == 0);
            assertThat(overtaken).isTrue();
            assertThat(failedTasks).hasValue(0);
        }
    }

    private static TestNode waiting(TestNode node) {
        return node.workflow("Waits", (arguments) -> {
            AtomicBoolean said = new AtomicBoolean();
            Workflows.onSignal("say", (nothing) -> said.set(true));
            Workflows.await(said::get);
            return "said";
        });
    }

    @Test
    void runWhoseNodesDiedIsLeftAloneForAMomentThoughAMessageWaits() throws Exception {
        waiting(this.node).start();
        StartResult started = this.node.begin("Waits", "waits");
        this.node.engine().evictAll();
        this.jdbc.sql("update engine.workflow_task set owner = 4711, crashes = 1").update();
        this.node.store.releaseDead(4711, this.node.clock.instant(), 10, () -> true);
        assertThat(problem()).isEmpty();
        this.jdbc.sql("update engine.workflow_task set owner = 4711, crashes = 2").update();
        long begin = System.nanoTime();
        this.node.store.releaseDead(4711, this.node.clock.instant(), 10, () -> true);
        assertThat(problem()).contains("2 times");
        this.node.service().signal(new WorkflowRef("waits", null), "say", this.node.json(), null);
        assertThat(this.node.result("waits").runId()).isEqualTo(started.runId());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void runThatBlockedForDaysDoesNotKeepTheOthersOfItsDeadNode() {
        waiting(this.node).start();
        this.node.begin("Waits", "blocked");
        this.node.begin("Waits", "other");
        this.node.engine().evictAll();
        this.jdbc.sql("""
                update engine.workflow_task set owner = 4711, crashes = case when run_id = (
                  select run_id from engine.workflow_execution where workflow_id = 'blocked') then 2000 else 0 end""")
            .update();
        assertThat(this.node.store.releaseDead(4711, this.node.clock.instant(), 10, () -> true)).isEqualTo(2);
        assertThat(this.jdbc.sql("select count(*) from engine.workflow_task where owner = 4711")
            .query(Long.class)
            .single()).isZero();
    }

    @Test
    void messageWakesARunWhoseNodeDiedWhileItsCodeKeptAThread() {
        waiting(this.node).start();
        this.node.begin("Waits", "noted");
        this.node.engine().evictAll();
        this.jdbc.sql("update engine.workflow_task set owner = 4711, crashes = 1, problem = 'keeps its thread'")
            .update();
        this.node.store.releaseDead(4711, this.node.clock.instant(), 10, () -> true);
        this.node.service().signal(new WorkflowRef("noted", null), "say", this.node.json(), null);
        assertThat(this.node.result("noted").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    private String problem() {
        return this.jdbc.sql("select coalesce(problem, '') from engine.workflow_task").query(String.class).single();
    }

    @Test
    void signalWaitsForARowThatSomebodyHolds() throws Exception {
        waiting(this.node).start();
        this.node.begin("Waits", "locked");
        this.node.engine().evictAll();
        try (Connection connection = this.database.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select * from engine.workflow_task for update");
            Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(700);
                    connection.commit();
                }
                catch (Exception ex) {
                    throw new IllegalStateException(ex);
                }
            });
            this.node.service().signal(new WorkflowRef("locked", null), "say", this.node.json(), null);
        }
        assertThat(this.node.result("locked").result()).isEqualTo(new Json("\"said\""));
    }

    @Test
    void signalThatIsTakenSlowlyIsAcknowledgedInTheEnd() {
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("commit") && isOfSignal(arguments[0])) {
                Thread.sleep(2_500);
            }
            return call.call();
        });
        waiting(this.node).start();
        this.node.begin("Waits", "slow");
        this.node.service().signal(new WorkflowRef("slow", null), "say", this.node.json(), null);
        assertThat(this.node.result("slow").result()).isEqualTo(new Json("\"said\""));
    }

}
