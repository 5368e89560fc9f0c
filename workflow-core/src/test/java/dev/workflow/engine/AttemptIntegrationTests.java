package dev.workflow.engine;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.workflow.Activities;
import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.RetryOptions;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AttemptIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private volatile String token = "";

    private final AtomicInteger attempts = new AtomicInteger();

    private TestNode node(TestNode.Body body, ActivityOptions options) {
        return this.nodes.node()
            .activity("Works", body)
            .workflow("Calls", (arguments) -> Workflows.activity("Works", Object.class, options));
    }

    @Test
    void heartbeatsThatTheDatabaseDoesNotTakeDoNotFailTheActivity() {
        AtomicInteger refused = new AtomicInteger();
        TestNode node = node((arguments) -> {
            this.attempts.incrementAndGet();
            for (int i = 0; i < 3; i++) {
                Activities.heartbeat(i);
            }
            return "done";
        }, ActivityOptions.defaults());
        node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("heartbeat") && arguments[0] instanceof EngineStore.ActivityKey
                    && refused.incrementAndGet() == 1) {
                throw FaultyStore.connectionLost();
            }
            return call.call();
        });
        node.start().begin("Calls", "calls");
        assertThat(node.result("calls").result()).isEqualTo(new Json("\"done\""));
        assertThat(refused).hasPositiveValue();
        assertThat(this.attempts).hasValue(1);
    }

    @Test
    void failureThatCannotBeDescribedIsOneAllTheSame() {
        ActivityOptions once = ActivityOptions.defaults().retry(RetryOptions.defaults().maximumAttempts(2));
        TestNode node = node((arguments) -> {
            this.attempts.incrementAndGet();
            throw new Unspeakable();
        }, once)
            .workflow("CallsHere",
                    (arguments) -> WorkflowContext.current().localActivity("Works", Object.class, once).get())
            .start();
        for (String type : List.of("Calls", "CallsHere")) {
            this.attempts.set(0);
            node.begin(type, type);
            WorkflowOutcome outcome = node.result(type);
            assertThat(outcome.status()).isEqualTo(WorkflowStatus.FAILED);
            assertThat(String.valueOf(outcome.failure())).contains(Unspeakable.class.getName())
                .contains("It could not be described");
            assertThat(this.attempts).hasValue(2);
        }
    }

    private static final class Unspeakable extends RuntimeException {

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("What caused it is gone");
        }

    }

    @Test
    void callOfTheEngineThatFailsInAnActivityIsItsFailure() {
        TestNode node = node((arguments) -> {
            if (this.attempts.incrementAndGet() == 1) {
                throw new EngineStoppedException("Not durable");
            }
            return "done";
        }, ActivityOptions.defaults().retry(RetryOptions.defaults().initialInterval(Duration.ofMillis(20)))).start();
        node.begin("Calls", "calls");
        assertThat(node.result("calls").result()).isEqualTo(new Json("\"done\""));
        assertThat(this.attempts).hasValue(2);
    }

    @Test
    void resultThatWaitsToBeCommittedIsNoStrayActivity() throws Exception {
        TestNode node = node((arguments) -> {
            this.attempts.incrementAndGet();
            return "done";
        }, ActivityOptions.defaults()).settings((s) -> s.heartbeat(Duration.ofMillis(20)));
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger sweeps = new AtomicInteger();
        node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("ownership")) {
                sweeps.incrementAndGet();
            }
            boolean ends = method.getName().equals("commit") && arguments[0] instanceof List<?> batch
                    && batch.stream().anyMatch((t) -> ((Transition) t).close() != null);
            if (ends) {
                held.countDown();
                goOn.await(20, TimeUnit.SECONDS);
            }
            return call.call();
        });
        node.start().begin("Calls", "calls");
        assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
        int before = sweeps.get();
        // The tenth is thorough.
        TestNode.await(() -> sweeps.get() > before + 12, Duration.ofSeconds(30));
        goOn.countDown();
        assertThat(node.result("calls").result()).isEqualTo(new Json("\"done\""));
        assertThat(this.attempts).hasValue(1);
    }

    @Test
    void cancellationReachesAnActivityOnAnotherNodeThoughItsHeartbeatsAreNotStored() {
        AtomicBoolean canceled = new AtomicBoolean();
        ActivityOptions far = ActivityOptions.defaults().taskQueue("far").heartbeatTimeout(Duration.ofMinutes(1));
        this.nodes.node().queues("far").activity("Works", (arguments) -> {
            this.attempts.incrementAndGet();
            try {
                while (!canceled.get()) {
                    Activities.heartbeat(this.attempts.get());
                    LockSupport.parkNanos(1_000_000);
                }
            }
            catch (CanceledFailure ex) {
                canceled.set(true);
                throw ex;
            }
            return "never";
        }).start();
        TestNode home = this.nodes.node()
            .workflow("Calls", (arguments) -> Workflows.activity("Works", Object.class, far))
            .start();
        home.begin("Calls", "calls");
        TestNode.await(() -> this.attempts.get() == 1);
        home.service().cancel(new WorkflowRef("calls", null), "enough");
        assertThat(home.result("calls").status()).isEqualTo(WorkflowStatus.CANCELED);
        TestNode.await(canceled::get);
    }

    @Test
    void activityIsHeardOfByItsIds() {
        TestNode node = node((arguments) -> Activities.completeLater(),
                ActivityOptions.defaults().heartbeatTimeout(Duration.ofMinutes(1)))
            .start();
        node.begin("Calls", "calls");
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_activity_task where completes_later") == 1);
        assertThat(node.service().heartbeatActivity("calls", "2", new Json("\"half\""))).isFalse();
        assertThat(this.nodes.jdbc()
            .sql("select heartbeat_details from engine.workflow_activity_task")
            .query(String.class)
            .single()).contains("half");
        node.service().completeActivity("calls", "2", new Json("\"done\""));
        assertThat(node.result("calls").result()).isEqualTo(new Json("\"done\""));
    }

    /** Claimed is not begun: its node may have no slot for it, and hand it back. */
    @Test
    void activityThatWasHandedBackUnbegunRunsOutOfTimeToStart() {
        TestNodes.Time time = new TestNodes.Time();
        // No sweep may find the claim of a node that there is not.
        TestNode node = this.nodes.node(time)
            .settings((settings) -> settings.heartbeat(Duration.ofSeconds(20)))
            .workflow("Calls",
                    (arguments) -> Workflows.activity("Far", Object.class,
                            ActivityOptions.defaults().taskQueue("far").scheduleToStartTimeout(Duration.ofMinutes(1))))
            .start();
        UUID run = UUID.fromString(node.begin("Calls", "calls").runId());
        TestNode.awaitQuiet(List.of(node));
        assertThat(node.store.claimActivities(4711, List.of(new EngineStore.SlotRequest("far", List.of("Far"), 1)),
                node.clock.instant()))
            .hasSize(1);
        time.advance(Duration.ofSeconds(61));
        node.engine().clockMoved();
        TestNode.awaitQuiet(List.of(node));
        assertThat(this.nodes.count("select count(*) from engine.workflow_task")).as("goes on").isEqualTo(1);
        node.store.handBack(4711, Map.of(new EngineStore.ActivityKey(run, 2), 1));
        time.advance(Duration.ofSeconds(2));
        node.engine().clockMoved();
        assertThat(node.result("calls").status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(String.valueOf(node.result("calls").failure())).contains("SCHEDULE_TO_START");
    }

    @Test
    void heartbeatDetailsAreThoseOfTheAttemptBefore() {
        List<Optional<Integer>> seen = new CopyOnWriteArrayList<>();
        TestNode node = node((arguments) -> {
            int attempt = this.attempts.incrementAndGet();
            seen.add(Activities.heartbeatDetails(Integer.class));
            Activities.heartbeat(10 * attempt);
            Activities.heartbeat(10 * attempt + 1);
            seen.add(Activities.heartbeatDetails(Integer.class));
            if (attempt < 3) {
                throw new IllegalStateException("not yet");
            }
            return "done";
        }, ActivityOptions.defaults());
        node.start().begin("Calls", "calls");
        assertThat(node.result("calls").result()).isEqualTo(new Json("\"done\""));
        List<Optional<Integer>> expected = new ArrayList<>();
        for (Optional<Integer> details : List.of(Optional.<Integer>empty(), Optional.of(11), Optional.of(21))) {
            expected.add(details);
            expected.add(details);
        }
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void exceptionsThatExtendOneThatIsNotRetriedAreNotRetried() {
        RetryOptions retry = RetryOptions.defaults()
            .maximumAttempts(3)
            .doNotRetry(IOException.class.getName(), "IllegalStateException");
        List<Exception> thrown = List.of(new FileNotFoundException("no file"), new IllegalStateException("no"),
                new UncheckedIOException(new IOException("only its cause")));
        List<Integer> expected = List.of(1, 1, 3);
        for (int i = 0; i < thrown.size(); i++) {
            Exception failure = thrown.get(i);
            this.attempts.set(0);
            TestNode node = node((arguments) -> {
                this.attempts.incrementAndGet();
                throw failure;
            }, ActivityOptions.defaults().retry(retry));
            node.start().begin("Calls", "calls-" + i);
            assertThat(node.result("calls-" + i).status()).isEqualTo(WorkflowStatus.FAILED);
            assertThat(this.attempts).as(failure.toString()).hasValue(expected.get(i));
            node.close();
        }
    }

    @Test
    void localActivityIsNotRetriedAfterAnExceptionThatExtendsOneThatIsNotRetried() {
        ActivityOptions options = ActivityOptions.defaults()
            .retry(RetryOptions.defaults().maximumAttempts(3).doNotRetry(IOException.class.getName()));
        TestNode node = this.nodes.node().activity("Reads", (arguments) -> {
            this.attempts.incrementAndGet();
            throw new FileNotFoundException("no file");
        })
            .workflow("Calls",
                    (arguments) -> WorkflowContext.current().localActivity("Reads", Object.class, options).get());
        node.start().begin("Calls", "calls");
        assertThat(node.result("calls").status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(this.attempts).hasValue(1);
    }

    @Test
    void activityIsNotRetriedWhereWhoeverFailsItFromOutsideHasAnExceptionThatExtendsOneThatIsNotRetried() {
        TestNode node = node((arguments) -> {
            this.attempts.incrementAndGet();
            this.token = Activities.completeLater();
            return null;
        }, ActivityOptions.defaults().retry(RetryOptions.defaults().doNotRetry("IllegalArgumentException"))).start();
        List<Consumer<String>> failing = List.of(
                (id) -> node.service().failActivity(this.token, new NumberFormatException("no number")),
                (id) -> node.service().failActivity(id, "2", new NumberFormatException("no number")));
        for (int i = 0; i < failing.size(); i++) {
            String id = "calls-" + i;
            this.attempts.set(0);
            this.token = "";
            node.begin("Calls", id);
            TestNode.await(() -> !this.token.isEmpty());
            failing.get(i).accept(id);
            assertThat(node.result(id).status()).isEqualTo(WorkflowStatus.FAILED);
            assertThat(String.valueOf(node.result(id).failure())).contains(NumberFormatException.class.getName());
            assertThat(this.attempts).hasValue(1);
        }
    }

    @Test
    void whoeverCompletesAnActivityLaterIsLostWhenItsHeartbeatsStay() {
        TestNodes.Time time = new TestNodes.Time();
        ActivityOptions options = ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofDays(2))
            .heartbeatTimeout(Duration.ofMinutes(1));
        TestNode node = outside(time, options);
        for (int i = 0; i < 3; i++) {
            advance(node, time, Duration.ofSeconds(40));
            assertThat(this.nodes.count("select count(*) from engine.workflow_task")).as("goes on").isEqualTo(1);
            assertThat(node.service().heartbeatActivity(this.token, node.json(i))).isFalse();
        }
        advance(node, time, Duration.ofSeconds(61));
        assertThat(node.result("calls").status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(String.valueOf(node.result("calls").failure())).contains("ran out of time: HEARTBEAT");
    }

    @Test
    void heartbeatsOfWhoeverCompletesAnActivityLaterDoNotProlongItsTime() {
        TestNodes.Time time = new TestNodes.Time();
        TestNode node = outside(time,
                ActivityOptions.defaults()
                    .startToCloseTimeout(Duration.ofSeconds(60))
                    .scheduleToCloseTimeout(Duration.ofSeconds(90))
                    .heartbeatTimeout(Duration.ofSeconds(50)));
        advance(node, time, Duration.ofSeconds(40));
        assertThat(node.service().heartbeatActivity(this.token, node.json())).isFalse();
        advance(node, time, Duration.ofSeconds(21));
        assertThat(node.result("calls").status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(String.valueOf(node.result("calls").failure())).contains("ran out of time: START_TO_CLOSE");
    }

    /** Its activity waits to be completed from outside. */
    private TestNode outside(TestNodes.Time time, ActivityOptions options) {
        TestNode node = this.nodes.node(time)
            .settings((settings) -> settings.heartbeat(Duration.ofSeconds(20)))
            .activity("Outside", (arguments) -> {
                this.token = Activities.completeLater();
                return null;
            })
            .workflow("Calls",
                    (arguments) -> Workflows.activity("Outside", Object.class, options.retry(RetryOptions.none())))
            .start();
        node.begin("Calls", "calls");
        TestNode.awaitQuiet(List.of(node));
        return node;
    }

    private static void advance(TestNode node, TestNodes.Time time, Duration duration) {
        time.advance(duration);
        node.engine().clockMoved();
        TestNode.awaitQuiet(List.of(node));
    }

    @Test
    void interruptOfAThreadThatAnActivityHasLeftIsNotItsRuns() throws InterruptedException {
        AtomicReference<@Nullable Thread> left = new AtomicReference<>();
        TestNode node = this.nodes.node().workflow("Steps", (arguments) -> {
            for (int i = 0; i < 300; i++) {
                Workflows.activity("Works", Object.class, ActivityOptions.defaults());
            }
            return "done";
        }).activity("Works", (arguments) -> {
            this.attempts.incrementAndGet();
            left.set(Thread.currentThread());
            return "";
        });
        node.start().begin("Steps", "steps");
        AtomicBoolean over = new AtomicBoolean();
        Thread interrupting = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                Thread thread = left.get();
                if (thread != null) {
                    thread.interrupt();
                }
                LockSupport.parkNanos(20_000);
            }
        });
        try {
            assertThat(node.result("steps").result()).isEqualTo(new Json("\"done\""));
        }
        finally {
            over.set(true);
            interrupting.join();
        }
        assertThat(this.attempts).as("none was lost").hasValue(300);
    }

    @Test
    void stepsOfARunStayOnItsThreadAndThoseBesideThemHaveTheirOwn() {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        CountDownLatch together = new CountDownLatch(3);
        TestNode node = this.nodes.node().activity("Works", (arguments) -> {
            threads.add(Thread.currentThread());
            assertThat(Thread.currentThread().getName()).isEqualTo("activity-Works");
            return "";
        }).activity("Meets", (arguments) -> {
            together.countDown();
            return together.await(10, TimeUnit.SECONDS);
        }).workflow("Steps", (arguments) -> {
            for (int i = 0; i < 50; i++) {
                Workflows.activity("Works", Object.class, ActivityOptions.defaults());
            }
            return "done";
        })
            .workflow("Beside",
                    (arguments) -> Stream
                        .generate(() -> Workflows
                            .async(() -> Workflows.activity("Meets", Boolean.class, ActivityOptions.defaults())))
                        .limit(3)
                        .toList()
                        .stream()
                        .allMatch(Promise::get));
        node.start().begin("Steps", "steps");
        assertThat(node.result("steps").result()).isEqualTo(new Json("\"done\""));
        // Whatever else arrives for the run, as a hint of the poller, takes a thread.
        assertThat(threads).hasSize(50);
        assertThat(Set.copyOf(threads)).as("threads of 50 steps").hasSizeLessThan(25);
        node.begin("Beside", "beside");
        assertThat(node.result("beside").result()).isEqualTo(new Json("true"));
    }

}
