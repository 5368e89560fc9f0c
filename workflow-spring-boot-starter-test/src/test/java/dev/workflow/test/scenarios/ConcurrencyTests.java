package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import dev.workflow.Activity;
import dev.workflow.CompletablePromise;
import dev.workflow.Promise;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowLock;
import dev.workflow.WorkflowMethod;
import dev.workflow.WorkflowQueue;
import dev.workflow.WorkflowSemaphore;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@WorkflowTest(classes = { ConcurrencyTests.Work.class, ConcurrencyTests.Promised.class, ConcurrencyTests.Racing.class,
        ConcurrencyTests.Limited.class, ConcurrencyTests.Locked.class, ConcurrencyTests.Piped.class,
        ConcurrencyTests.Overlapping.class })
class ConcurrencyTests extends ScenarioTests {

    @Test
    void aPromiseIsCompletedByASignal() {
        WorkflowHandle<Promised, String> handle = this.client.start(Promised.class, (w) -> w.run(), anyId());
        step();
        handle.signal((w) -> w.approve("Ada"));
        step();
        assertThat(resultOf(handle)).isEqualTo("approved by Ada");
    }

    @Test
    void theFirstPromiseCounts() {
        WorkflowHandle<Racing, String> handle = this.client.start(Racing.class, (w) -> w.run(), anyId());
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("2s, then all [5s, 2s, 9s]");
    }

    @Test
    void aSemaphoreLimitsWhatRunsAtOnce() {
        WorkflowHandle<Limited, Integer> handle = this.client.start(Limited.class, (w) -> w.run(10, 3), anyId());
        advance(Duration.ofMinutes(4));
        assertThat(resultOf(handle)).isEqualTo(3);
    }

    @Test
    void aLockIsHeldByOneThreadAtATime() {
        WorkflowHandle<Locked, List<String>> handle = this.client.start(Locked.class, (w) -> w.run(), anyId());
        advance(Duration.ofMinutes(5));
        assertThat(resultOf(handle)).containsExactly("0 in", "0 out", "1 in", "1 out", "impatient: false");
    }

    @Test
    void aBoundedQueueHoldsItsWritersBack() {
        WorkflowHandle<Piped, List<Integer>> handle = this.client.start(Piped.class, (w) -> w.run(20), anyId());
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
    }

    @Test
    void theThreadsOfARunNeverOverlap() {
        WorkflowHandle<Overlapping, Integer> handle = this.client.start(Overlapping.class, (w) -> w.run(20, 10),
                anyId());
        step();
        assertThat(resultOf(handle)).isEqualTo(200);
    }

    @Activity
    static class Work {

        public int work(int value) {
            return value;
        }

    }

    @Workflow
    static class Promised {

        private final CompletablePromise<String> approval = Workflows.promise();

        @WorkflowMethod
        String run() {
            return "approved by " + this.approval.thenApply(String::trim).get();
        }

        @SignalMethod
        void approve(String by) {
            this.approval.complete(" " + by + " ");
        }

    }

    @Workflow
    static class Racing {

        @WorkflowMethod
        String run() {
            List<Promise<String>> racers = new ArrayList<>();
            for (int seconds : new int[] { 5, 2, 9 }) {
                racers.add(Workflows.async(() -> {
                    Workflows.sleep(Duration.ofSeconds(seconds));
                    return seconds + "s";
                }));
            }
            String first = Promise.anyOf(racers).get();
            return first + ", then all " + Promise.allOf(racers).get();
        }

    }

    @Workflow
    static class Limited {

        private int inside;

        private int most;

        @WorkflowMethod
        int run(int count, int permits) {
            WorkflowSemaphore semaphore = new WorkflowSemaphore(permits);
            List<Promise<Void>> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(Workflows.async(() -> {
                    semaphore.acquire();
                    try {
                        this.inside++;
                        this.most = Math.max(this.most, this.inside);
                        Workflows.sleep(Duration.ofMinutes(1));
                    }
                    finally {
                        this.inside--;
                        semaphore.release();
                    }
                }));
            }
            Promise.allOf(all).get();
            return this.most;
        }

    }

    @Workflow
    static class Locked {

        private final WorkflowLock lock = new WorkflowLock();

        private final List<String> log = new ArrayList<>();

        @WorkflowMethod
        List<String> run() {
            Promise<Void> first = Workflows.async(() -> hold(0));
            Promise<Void> second = Workflows.async(() -> hold(1));
            Promise<Boolean> impatient = Workflows.async(() -> this.lock.tryLock(Duration.ofSeconds(1)));
            Promise.allOf(first, second, impatient).get();
            this.log.add("impatient: " + impatient.get());
            return this.log;
        }

        private void hold(int thread) {
            this.lock.lock();
            this.log.add(thread + " in");
            Workflows.sleep(Duration.ofMinutes(1));
            this.log.add(thread + " out");
            this.lock.unlock();
        }

    }

    @Workflow
    static class Piped {

        @WorkflowMethod
        List<Integer> run(int count) {
            WorkflowQueue<Integer> queue = new WorkflowQueue<>(2);
            Promise<Void> writer = Workflows.async(() -> {
                for (int i = 0; i < count; i++) {
                    queue.put(i);
                }
            });
            List<Integer> read = new ArrayList<>();
            while (read.size() < count) {
                assertSmall(queue.size());
                read.add(queue.take());
                Workflows.sleep(Duration.ofSeconds(1));
            }
            writer.get();
            return read;
        }

        private static void assertSmall(int size) {
            if (size > 2) {
                throw new IllegalStateException("The queue holds " + size);
            }
        }

    }

    /** Adds with a read and a write apart, which loses updates where threads overlap. */
    @Workflow
    static class Overlapping {

        private final Work work;

        private int sum;

        Overlapping(Work work) {
            this.work = work;
        }

        @WorkflowMethod
        int run(int threads, int rounds) {
            List<Promise<Void>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(Workflows.async(() -> {
                    for (int round = 0; round < rounds; round++) {
                        int one = this.work.work(1);
                        int before = this.sum;
                        Thread.yield();
                        this.sum = before + one;
                    }
                }));
            }
            Promise.allOf(all).get();
            return this.sum;
        }

    }

}
