package dev.workflow.replay;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.CancellationScope;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.Saga;
import dev.workflow.SignalMethod;
import dev.workflow.WorkflowLock;
import dev.workflow.WorkflowMethod;
import dev.workflow.WorkflowQueue;
import dev.workflow.WorkflowSemaphore;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.TimerFired;
import dev.workflow.history.WorkflowExecutionCompleted;
import dev.workflow.history.WorkflowExecutionSignaled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The order of threads, and what is built on it. */
@Timeout(60)
class SchedulingTests {

    @Test
    void threadsRunInTheOrderInWhichTheyBecameReady() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            List<String> order = new ArrayList<>();
            int[] go = { 0 };
            Workflows.async(() -> {
                order.add("a1");
                Workflows.await(() -> go[0] == 2);
                order.add("a2");
            });
            Workflows.async(() -> {
                order.add("b1");
                Workflows.await(() -> go[0] >= 1);
                go[0] = 2;
                order.add("b2");
            });
            Promise<Void> c = Workflows.async(() -> order.add("c1")).thenApply((value) -> null);
            order.add("main1");
            c.get();
            go[0] = 1;
            order.add("main2");
            Workflows.await(() -> order.size() == 7);
            return order;
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo(List.of("main1", "a1", "b1", "c1", "main2", "b2", "a2"));
        }
    }

    @Test
    void threadsNeverOverlap() {
        AtomicInteger running = new AtomicInteger();
        int[] counter = { 0 };
        TestRun run = new TestRun(TestDefinition.of(() -> {
            List<Promise<Void>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(Workflows.async(() -> {
                    for (int step = 0; step < 20; step++) {
                        assertThat(running.incrementAndGet()).isEqualTo(1);
                        int before = counter[0];
                        Thread.onSpinWait();
                        counter[0] = before + 1;
                        running.decrementAndGet();
                        Workflows.async(() -> "").get();
                    }
                }));
            }
            Promise.allOf(all).get();
            return counter[0];
        }));
        run.start();
        assertThat(run.result()).isEqualTo(1000);
    }

    @Test
    void fanOutIsLinear() {
        fanOut(500);
        long small = fanOut(1_000);
        long large = fanOut(8_000);
        // Linear is 8; quadratic would be 64.
        assertThat(large).isLessThan(Math.max(small, Duration.ofMillis(20).toNanos()) * 30);
    }

    private static long fanOut(int n) {
        long begin = System.nanoTime();
        try (WorkflowMachine machine = new WorkflowMachine(TestDefinition.of(() -> {
            List<Promise<String>> all = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                all.add(Workflows.async(() -> call("A")));
            }
            return Promise.allOf(all).get().size();
        }), TestRun.SETTINGS)) {
            TestRun names = new TestRun(TestDefinition.of(() -> ""));
            List<CommandEvent> orders = machine.apply(names.started(TestRun.PAYLOADS.encodeArguments()));
            assertThat(orders).hasSize(n);
            for (CommandEvent order : orders) {
                machine.apply(new ActivityTaskCompleted(machine.lastEventId() + 1, TestRun.BEGIN, order.eventId(), 1,
                        TestRun.PAYLOADS.encode("x")));
            }
            assertThat(machine.isClosed()).isTrue();
        }
        return System.nanoTime() - begin;
    }

    @Test
    void semaphoreBoundsAFanOutAndServesInOrder() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            WorkflowSemaphore two = new WorkflowSemaphore(2);
            List<Promise<String>> all = new ArrayList<>();
            for (String type : List.of("A", "B", "C", "D")) {
                all.add(Workflows.async(() -> {
                    two.acquire();
                    try {
                        return call(type);
                    }
                    finally {
                        two.release();
                    }
                }));
            }
            return Promise.allOf(all).get();
        }))) {
            assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(A)", "3 ActivityTaskScheduled(B)");
            assertThat(run.complete(3, "b")).containsExactly("5 ActivityTaskScheduled(C)");
            assertThat(run.complete(2, "a")).containsExactly("7 ActivityTaskScheduled(D)");
            run.complete(7, "d");
            run.complete(5, "c");
            assertThat(run.result()).isEqualTo(List.of("a", "b", "c", "d"));
        }
    }

    @Test
    void lockIsNotTakenAgainBeforeThoseWhoWait() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            WorkflowLock lock = new WorkflowLock();
            List<String> order = new ArrayList<>();
            Workflows.async(() -> {
                for (int i = 0; i < 2; i++) {
                    lock.lock();
                    order.add("a" + call("A"));
                    lock.unlock();
                }
            });
            Workflows.async(() -> {
                lock.lock();
                order.add("b");
                lock.unlock();
            });
            assertThat(lock.tryLock(Duration.ZERO)).isTrue();
            lock.unlock();
            Workflows.await(() -> order.size() == 3);
            assertThat(lock.isHeld()).isFalse();
            return order;
        }))) {
            assertThat(run.start()).containsExactly("2 ActivityTaskScheduled(A)");
            assertThat(run.complete(2, "1")).containsExactly("4 ActivityTaskScheduled(A)");
            run.complete(4, "2");
            assertThat(run.result()).isEqualTo(List.of("a1", "b", "a2"));
        }
    }

    @Test
    void queueBlocksWhenFullAndWhenEmpty() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            WorkflowQueue<String> queue = new WorkflowQueue<>(2);
            Workflows.onSignal("put", (arguments) -> queue.put(arguments.get(0, String.class)));
            List<String> taken = new ArrayList<>();
            taken.add(queue.take());
            assertThat(queue.poll()).isNull();
            Workflows.sleep(Duration.ofMinutes(1));
            assertThat(queue.size()).isEqualTo(2);
            assertThat(queue.offer("refused")).isFalse();
            taken.add(queue.take());
            taken.add(queue.take());
            taken.add(queue.take());
            taken.add(queue.poll(Duration.ofMinutes(1)));
            taken.add(queue.poll(Duration.ofMinutes(1)));
            return taken;
        }))) {
            run.start();
            assertThat(run.signal("put", "a")).containsExactly("3 TimerStarted");
            run.signal("put", "b");
            run.signal("put", "c");
            run.signal("put", "d");
            assertThat(run.fire(3)).containsExactly("8 TimerStarted");
            assertThat(run.signal("put", "e")).containsExactly("10 TimerCanceled(of event 8)", "11 TimerStarted");
            run.fire(11);
            assertThat(run.result()).isEqualTo(Arrays.asList("a", "b", "c", "d", "e", null));
        }
    }

    /** Goes on when it is canceled, and still hears what is said to it. */
    static class Patient {

        private final WorkflowQueue<String> inbox = new WorkflowQueue<>(1);

        @WorkflowMethod
        List<String> run() {
            try {
                Workflows.await(() -> false);
            }
            catch (CanceledFailure canceled) {
                List<String> heard = new ArrayList<>();
                Workflows.detachedScope(() -> heard.add(this.inbox.poll(Duration.ofMinutes(1))));
                return heard;
            }
            return List.of();
        }

        @SignalMethod
        void say(String word) {
            this.inbox.put(word);
        }

        @QueryMethod
        String put() {
            this.inbox.put("by a query");
            return "";
        }

    }

    @Test
    void signalsReachAQueueAlsoWhenTheRunIsCanceled() {
        try (TestRun run = new TestRun(TestDefinition.of(Patient.class))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("3 TimerStarted");
            assertThat(run.signal("say", "x")).containsExactly("5 MarkerRecorded(Version __no-wait-no-cancellation)",
                    "6 TimerCanceled(of event 3)", "7 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo(List.of("x"));
        }
    }

    @Test
    void historyInWhichACanceledRunLostASignalStillReplays() {
        try (TestRun run = new TestRun(TestDefinition.of(Patient.class))) {
            run.start();
            run.cancel("enough");
            List<HistoryEvent> before = new ArrayList<>(run.history());
            before.add(new WorkflowExecutionSignaled(4, TestRun.BEGIN, "say", TestRun.PAYLOADS.encodeArguments("x"),
                    null, Map.of()));
            before.add(new TimerFired(5, TestRun.BEGIN, 3));
            before.add(new WorkflowExecutionCompleted(6, TestRun.BEGIN, TestRun.PAYLOADS.encode(List.of()), null));
            try (WorkflowMachine machine = run.replayed(TestDefinition.of(Patient.class), before)) {
                assertThat(machine.isClosed()).isTrue();
            }
        }
    }

    @Test
    void queueIsNotFilledByAQueryOfACanceledRun() {
        try (TestRun run = new TestRun(TestDefinition.of(Patient.class))) {
            run.start();
            run.cancel("enough");
            assertThatExceptionOfType(QueryRejected.class).isThrownBy(() -> run.query("put"));
        }
    }

    @Test
    void whoNeedNotWaitIsNotCanceled() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            WorkflowLock lock = new WorkflowLock();
            WorkflowQueue<String> queue = new WorkflowQueue<>(1);
            CancellationScope scope = Workflows.cancellationScope();
            scope.cancel();
            scope.run(() -> {
                lock.lock();
                assertThatExceptionOfType(CanceledFailure.class).isThrownBy(lock::lock);
                lock.unlock();
                assertThat(lock.tryLock(Duration.ofMinutes(1))).isTrue();
                assertThatExceptionOfType(CanceledFailure.class).isThrownBy(() -> lock.tryLock(Duration.ofMinutes(1)));
                queue.put("a");
                assertThatExceptionOfType(CanceledFailure.class).isThrownBy(() -> queue.put("b"));
                assertThat(queue.take()).isEqualTo("a");
                assertThatExceptionOfType(CanceledFailure.class).isThrownBy(queue::take);
            });
            return lock.isHeld();
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo(true);
        }
    }

    @Test
    void sagaCompensatesNewestFirstAlsoWhenCanceled() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Saga saga = new Saga();
            try {
                saga.addCompensation(() -> call("UndoA"));
                saga.addCompensation(() -> call("UndoB"));
                return call("C");
            }
            catch (RuntimeException failure) {
                saga.compensate();
                saga.compensate();
                throw failure;
            }
        }))) {
            run.start();
            assertThat(run.cancel("enough")).containsExactly("4 ActivityTaskCancelRequested(of event 2)",
                    "5 ActivityTaskScheduled(UndoB)");
            assertThat(run.complete(5, "")).containsExactly("7 ActivityTaskScheduled(UndoA)");
            assertThat(run.complete(7, "")).containsExactly("9 WorkflowExecutionCanceled");
        }
    }

    @Test
    void sagaStopsAtTheFirstFailureUnlessToldOtherwise() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            List<String> undone = new ArrayList<>();
            assertThatExceptionOfType(ApplicationFailure.class).isThrownBy(saga(undone)::compensate)
                .satisfies((failure) -> assertThat(failure.type()).isEqualTo("c"));
            assertThatExceptionOfType(ApplicationFailure.class)
                .isThrownBy(saga(undone).continueOnFailure(true)::compensate)
                .satisfies((failure) -> assertThat(failure.getSuppressed()).hasSize(1));
            assertThatExceptionOfType(ApplicationFailure.class).isThrownBy(saga(undone).parallel(true)::compensate)
                .satisfies((failure) -> assertThat(failure.getSuppressed()).hasSize(1));
            return undone;
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo(List.of("b", "b"));
        }
    }

    @Test
    void sagaGoesOnAfterAFailureThatTheWorkflowDeclares() {
        TestDefinition definition = TestDefinition.of(Undoing.class, IllegalStateException.class, IOException.class);
        for (boolean parallel : new boolean[] { false, true }) {
            try (TestRun run = new TestRun(definition)) {
                run.start(parallel);
                assertThat(run.failure().type()).isEqualTo(IllegalStateException.class.getName());
                assertThat(run.query("undone")).isEqualTo(List.of("b", "a"));
            }
        }
    }

    static class Undoing {

        private final List<String> undone = new ArrayList<>();

        @WorkflowMethod
        void run(boolean parallel) {
            Saga saga = new Saga().continueOnFailure(true).parallel(parallel);
            saga.addCompensation(() -> this.undone.add("a"));
            saga.addCompensation(() -> {
                throw new IOException("no");
            });
            saga.addCompensation(() -> this.undone.add("b"));
            saga.addCompensation(() -> {
                throw new IllegalStateException("no");
            });
            saga.compensate();
        }

        @QueryMethod
        List<String> undone() {
            return this.undone;
        }

    }

    private static Saga saga(List<String> undone) {
        Saga saga = new Saga();
        saga.addCompensation(() -> {
            throw ApplicationFailure.of("no", "a");
        });
        saga.addCompensation(() -> undone.add("b"));
        saga.addCompensation(() -> {
            throw ApplicationFailure.of("no", "c");
        });
        return saga;
    }

    @Test
    void loggerIsSilentInReplay() {
        List<String> seen = new ArrayList<>();
        ch.qos.logback.classic.Logger logger = (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory
            .getLogger(SchedulingTests.class);
        ch.qos.logback.core.AppenderBase<ch.qos.logback.classic.spi.ILoggingEvent> appender = new ch.qos.logback.core.AppenderBase<>() {
            @Override
            protected void append(ch.qos.logback.classic.spi.ILoggingEvent event) {
                seen.add(event.getFormattedMessage());
            }
        };
        appender.start();
        logger.addAppender(appender);
        TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.logger(SchedulingTests.class).info("before {}", "A");
            call("A");
            Workflows.logger(SchedulingTests.class).atInfo().log("after A");
            Workflows.sleep(Duration.ofDays(1));
            Workflows.logger(SchedulingTests.class).info("after the timer");
            return "";
        }));
        run.start();
        run.complete(2, "");
        run.evict();
        run.fire(4);
        run.evict();
        logger.detachAppender(appender);
        assertThat(seen).containsExactly("before A", "after A", "after the timer");
    }

}
