package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Arguments;
import dev.workflow.Workflows;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Who waits for a run or an update hears of it, whatever becomes of the run. */
class WaitersIntegrationTests {

    private static final WorkflowRef TAKES = new WorkflowRef("takes", null);

    /** Far more than any answer takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final AtomicBoolean refuses = new AtomicBoolean();

    private TestNode node() {
        return this.nodes.node().workflow("Takes", this::take).workflow("Twice", (arguments) -> {
            if (arguments.get(0, Integer.class) == 0) {
                Workflows.continueAsNew(1);
            }
            return "done";
        });
    }

    private TestNode client() {
        return node().settings((settings) -> settings.clientOnly());
    }

    private Object take(Arguments arguments) {
        boolean[] go = { false };
        Workflows.onSignal("go", (said) -> go[0] = true);
        if (!this.refuses.get()) {
            Workflows.onUpdate("wait", (given) -> {
                Workflows.await(() -> go[0]);
                return "gone";
            });
        }
        Workflows.await(() -> go[0] && Workflows.allHandlersFinished());
        return "ended";
    }

    private static HandlerCall waiting(TestNode node) {
        return new HandlerCall("wait", node.json(), Map.of());
    }

    /** A run that has accepted the update, which waits for the signal. */
    private static StartResult accepting(TestNode node) {
        StartResult run = node.begin("Takes", "takes");
        UpdateOutcome outcome = node.service().update(TAKES, "u", waiting(node), false, PATIENCE);
        assertThat(outcome.stage()).isEqualTo(UpdateOutcome.Stage.ACCEPTED);
        return run;
    }

    /** Somebody waits for the update on that node. */
    private Future<UpdateOutcome> outcome(TestNode node) {
        Future<UpdateOutcome> outcome = this.threads
            .submit(() -> node.service().updateOutcome(TAKES, "u", PATIENCE.multipliedBy(2)));
        TestNode.await(() -> node.engine().updates().size() == 1);
        return outcome;
    }

    /** The node sees the run open or not at all, but not how it ends before. */
    private static CountDownLatch deletedUnseen(TestNode node, AtomicBoolean begun) {
        CountDownLatch deleted = new CountDownLatch(1);
        node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("execution") && begun.get()) {
                deleted.await();
            }
            return call.call();
        });
        return deleted;
    }

    @Test
    void resultOfAChainWhoseLastRunWasDeletedIsNotFound() {
        TestNode node = node().start();
        StartResult first = node.begin("Twice", "twice", 0);
        String last = node.result("twice").runId();
        node.service().delete(new WorkflowRef("twice", last), false);
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> node.service().result(new WorkflowRef("twice", first.runId()), true, PATIENCE))
            .withMessageContaining(last)
            .satisfies((ex) -> assertThat(ex.workflowId()).isEqualTo("twice"));
    }

    @Test
    void whoWaitsForARunThatAnotherNodeDeletesHearsOfIt() {
        TestNode node = node().start();
        // It looks when it is told to, so that it never sees the run ended.
        TestNode elsewhere = client().settings((settings) -> settings.clientOnly().deaf().poll(Duration.ofMinutes(5)))
            .start();
        StartResult run = node.begin("Takes", "takes");
        CompletableFuture<WorkflowOutcome> result = elsewhere.service().resultAsync(TAKES, true);
        node.service().delete(TAKES, true);
        elsewhere.engine().clockMoved();
        assertThat(result).failsWithin(PATIENCE)
            .withThrowableThat()
            .havingCause()
            .isInstanceOf(WorkflowNotFoundException.class)
            .withMessageContaining(run.runId());
        assertThat(elsewhere.engine().results().size()).isZero();
    }

    @Test
    void whoWaitsForAnUpdateOfARunThatIsDeletedHearsOfIt() {
        AtomicBoolean begun = new AtomicBoolean();
        TestNode elsewhere = client();
        CountDownLatch deleted = deletedUnseen(elsewhere, begun);
        elsewhere.start();
        TestNode node = node().start();
        StartResult run = accepting(node);
        Future<UpdateOutcome> outcome = outcome(elsewhere);
        begun.set(true);
        node.service().delete(TAKES, true);
        deleted.countDown();
        assertThat(outcome).failsWithin(PATIENCE)
            .withThrowableThat()
            .havingCause()
            .isInstanceOf(WorkflowNotFoundException.class)
            .withMessageContaining(run.runId());
    }

    @Test
    void updateWithAStartWhoseRunIsDeletedIsNotSentAgain() {
        AtomicBoolean begun = new AtomicBoolean();
        TestNode elsewhere = client();
        CountDownLatch deleted = deletedUnseen(elsewhere, begun);
        elsewhere.start();
        TestNode operator = client().start();
        Future<StartedUpdate> started = this.threads.submit(() -> elsewhere.service()
            .updateWithStart(elsewhere.request("Takes", "takes"), "u", waiting(elsewhere), PATIENCE.multipliedBy(2)));
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_execution") == 1);
        begun.set(true);
        operator.service().delete(TAKES, true);
        deleted.countDown();
        assertThat(started).failsWithin(PATIENCE)
            .withThrowableThat()
            .havingCause()
            .isInstanceOf(WorkflowNotFoundException.class);
        assertThat(this.nodes.count("select count(*) from engine.workflow_execution")).isZero();
    }

    @Test
    void whoWaitsOnANodeThatStopsHearsOfIt() {
        TestNode node = node().start();
        accepting(node);
        CompletableFuture<WorkflowOutcome> result = node.service().resultAsync(TAKES, true);
        Future<UpdateOutcome> outcome = outcome(node);
        node.engine().stop();
        assertThat(result).failsWithin(PATIENCE)
            .withThrowableThat()
            .havingCause()
            .isInstanceOf(EngineStoppedException.class);
        assertThat(outcome).failsWithin(PATIENCE)
            .withThrowableThat()
            .havingCause()
            .isInstanceOf(EngineStoppedException.class);
        assertThat(node.engine().results().size()).isZero();
    }

    @Test
    void whoWaitsOnANodeThatHasStoppedIsRefused() {
        TestNode node = node().start();
        String first = node.begin("Twice", "twice", 0).runId();
        WorkflowOutcome ended = node.result("twice");
        accepting(node);
        node.engine().stop();
        assertThatExceptionOfType(EngineStoppedException.class)
            .isThrownBy(() -> node.service().result(TAKES, true, PATIENCE));
        assertThatExceptionOfType(EngineStoppedException.class)
            .isThrownBy(() -> node.service().updateOutcome(TAKES, "u", PATIENCE));
        assertThat(node.service().result(new WorkflowRef("twice", first), true, PATIENCE))
            .as("what has ended can still be read")
            .isEqualTo(ended);
    }

    @Test
    void updateThatWasAcceptedAndWhoseRunIsTerminatedHasFailed() throws Exception {
        TestNode node = node().start();
        accepting(node);
        Future<UpdateOutcome> outcome = outcome(client().start());
        node.service().terminate(TAKES, "enough");
        assertThat(outcome).succeedsWithin(PATIENCE)
            .extracting(UpdateOutcome::stage)
            .isEqualTo(UpdateOutcome.Stage.FAILED);
        // Whoever asks later reads all of it at once.
        assertThat(node.service().updateOutcome(TAKES, "u", PATIENCE)).isEqualTo(outcome.get());
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, 2 })
    void updateWhoseRunIsResetWhileItWaitsHasTheNewRunsAnswer(long event) {
        TestNode node = node().start();
        accepting(node);
        Future<UpdateOutcome> outcome = outcome(node);
        StartResult reset = node.service().reset(TAKES, ResetPoint.event(event), ResetOptions.defaults());
        TestNode.await(() -> TestNode.types(node.service(), "takes").contains("WorkflowExecutionUpdateAccepted"));
        node.service().signal(TAKES, "go", node.json(), null);
        assertThat(outcome).succeedsWithin(PATIENCE).satisfies((answer) -> {
            assertThat(answer.stage()).isEqualTo(UpdateOutcome.Stage.COMPLETED);
            assertThat(answer.result()).isEqualTo(new Json("\"gone\""));
            assertThat(answer.runId()).isEqualTo(reset.runId());
        });
    }

    @Test
    void updateThatTheRunAfterAResetRefusesIsRejected() {
        TestNode node = node().start();
        accepting(node);
        Future<UpdateOutcome> outcome = outcome(node);
        this.refuses.set(true);
        StartResult reset = node.service().reset(TAKES, ResetPoint.event(1), ResetOptions.defaults());
        assertThat(outcome).succeedsWithin(PATIENCE).satisfies((answer) -> {
            assertThat(answer.stage()).isEqualTo(UpdateOutcome.Stage.REJECTED);
            assertThat(answer.runId()).isEqualTo(reset.runId());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "update", "updateOutcome", "updateWithStart" })
    void updateIsWaitedForWhileTheDatabaseIsAway(String call) throws Exception {
        AtomicBoolean away = new AtomicBoolean();
        AtomicInteger looks = new AtomicInteger();
        TestNode elsewhere = client();
        elsewhere.faults = FaultyStore.with((method, arguments, actual) -> {
            if (method.getName().equals("execution") && away.get()) {
                looks.incrementAndGet();
                throw FaultyStore.connectionLost();
            }
            return actual.call();
        });
        elsewhere.start();
        TestNode node = node();
        Duration enough = PATIENCE.multipliedBy(2);
        Callable<UpdateOutcome> waits = switch (call) {
            case "update" -> () -> elsewhere.service().update(TAKES, "u", waiting(elsewhere), true, enough);
            case "updateOutcome" -> () -> elsewhere.service().updateOutcome(TAKES, "u", enough);
            default -> () -> elsewhere.service()
                .updateWithStart(elsewhere.request("Takes", "takes"), "u", waiting(elsewhere), enough)
                .update();
        };
        if (!call.equals("updateWithStart")) {
            node.start();
            accepting(node);
        }
        Future<UpdateOutcome> outcome = this.threads.submit(waits);
        TestNode.await(() -> elsewhere.engine().updates().size() == 1
                && this.nodes.count("select count(*) from engine.workflow_execution") == 1);
        away.set(true);
        TestNode.await(() -> looks.get() >= 2 || outcome.isDone());
        away.set(false);
        if (call.equals("updateWithStart")) {
            node.start();
        }
        else {
            node.service().signal(TAKES, "go", node.json(), null);
        }
        assertThat(outcome).succeedsWithin(PATIENCE)
            .extracting(UpdateOutcome::stage)
            .isEqualTo(call.equals("updateWithStart") ? UpdateOutcome.Stage.ACCEPTED : UpdateOutcome.Stage.COMPLETED);
    }

    @Test
    void whatTheDatabaseRefusesIsNotWaitedFor() {
        AtomicBoolean broken = new AtomicBoolean();
        TestNode elsewhere = client();
        elsewhere.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("history") && broken.get()) {
                throw new StoreException(StoreException.Kind.REJECTED, "no such column", null);
            }
            return call.call();
        });
        elsewhere.start();
        accepting(node().start());
        Future<UpdateOutcome> outcome = outcome(elsewhere);
        broken.set(true);
        assertThat(outcome).failsWithin(PATIENCE).withThrowableThat().havingCause().isInstanceOf(StoreException.class);
    }

    @Test
    void outcomeOfAnUpdateThatWasAcceptedIsReadFromThereOn() {
        Queue<Long> readAfter = new ConcurrentLinkedQueue<>();
        TestNode node = node();
        node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("history")) {
                readAfter.add((Long) arguments[1]);
            }
            return call.call();
        });
        node.start();
        node.begin("Takes", "takes");
        for (int i = 0; i < 5; i++) {
            node.service().signal(TAKES, "heard by nobody", node.json(), null);
        }
        UpdateOutcome accepted = node.service().update(TAKES, "u", waiting(node), false, PATIENCE);
        assertThat(accepted.acceptedEventId()).isEqualTo(7);
        node.service().signal(TAKES, "go", node.json(), null);
        assertThat(node.service().updateOutcome("takes", accepted, PATIENCE).result()).isEqualTo(new Json("\"gone\""));
        assertThat(readAfter).isNotEmpty().allMatch((event) -> event >= 7);
    }

    @Test
    void rejectionIsToldToAllWhoWaitForIt() throws Exception {
        TestNode first = node().start();
        first.begin("Takes", "takes");
        first.close();
        AtomicInteger sent = new AtomicInteger();
        TestNode elsewhere = client();
        elsewhere.faults = FaultyStore.with((method, arguments, call) -> {
            Object result = call.call();
            sent.addAndGet(method.getName().equals("deliver") ? 1 : 0);
            return result;
        });
        elsewhere.start();
        HandlerCall unknown = new HandlerCall("unknown", elsewhere.json(), Map.of());
        Callable<UpdateOutcome> update = () -> elsewhere.service()
            .update(TAKES, "u", unknown, true, PATIENCE.multipliedBy(2));
        List<Future<UpdateOutcome>> outcomes = List.of(this.threads.submit(update), this.threads.submit(update));
        TestNode.await(() -> sent.get() == 2);
        node().start();
        for (Future<UpdateOutcome> outcome : outcomes) {
            assertThat(outcome).succeedsWithin(PATIENCE)
                .extracting(UpdateOutcome::stage)
                .isEqualTo(UpdateOutcome.Stage.REJECTED);
        }
    }

}
