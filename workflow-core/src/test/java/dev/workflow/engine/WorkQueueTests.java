package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(120)
class WorkQueueTests {

    private static final int CAPACITY = 8;

    private final WorkQueue<Integer> queue = new WorkQueue<>(CAPACITY);

    @Test
    void handsOverInOrder() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            this.queue.put(i);
        }
        assertThat(this.queue.take()).isZero();
        assertThat(this.queue.poll()).isOne();
        assertThat(this.queue.drain()).containsExactly(2);
        assertThat(this.queue.poll()).isNull();
        assertThat(this.queue.isEmpty()).isTrue();
    }

    @Test
    void givesNothingOnlyAtTheEnd() throws InterruptedException {
        List<CompletableFuture<Integer>> taken = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        Thread taking = Thread.ofPlatform().daemon().start(() -> taken.forEach((next) -> take(this.queue, next)));
        awaitWaiting(taking);
        this.queue.put(1);
        assertThat(taken.get(0)).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(1);
        awaitWaiting(taking);
        this.queue.end();
        assertThat(taken.get(1)).succeedsWithin(10, TimeUnit.SECONDS).isNull();
        this.queue.put(2);
        assertThat(this.queue.take()).as("what came late").isEqualTo(2);
        assertThat(this.queue.take()).isNull();
    }

    @Test
    void whoWaitsLooksForWhatSomebodyHasLeft() throws InterruptedException {
        WorkQueue<Integer> shared = new WorkQueue<>(CAPACITY, 2, 3, Duration.ofMillis(1));
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        awaitWaiting(Thread.ofPlatform().daemon().start(() -> take(shared, taken)));
        // This thread is the other taker, and works for long.
        shared.put(1);
        assertThat(taken).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(1);
    }

    @Test
    void whoBringsWaitsForRoom() throws InterruptedException {
        List<Thread> bringing = new ArrayList<>();
        for (int i = 0; i < 3 * CAPACITY; i++) {
            int element = i;
            bringing.add(Thread.ofVirtual().start(() -> put(element)));
        }
        List<Integer> taken = new ArrayList<>();
        while (taken.size() < 3 * CAPACITY) {
            taken.add(this.queue.take());
        }
        assertThat(taken).doesNotHaveDuplicates();
        for (Thread thread : bringing) {
            thread.join();
        }
    }

    @Test
    void nothingIsLeftWhileSomebodyWaits() throws InterruptedException {
        int rounds = 20_000;
        WorkQueue<Integer> shared = new WorkQueue<>(CAPACITY, 3, 1, Duration.ofHours(1));
        Set<Integer> taken = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(rounds);
        List<Thread> takers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            takers.add(Thread.ofPlatform().daemon().start(() -> takeAll(shared, taken, all)));
        }
        List<Thread> bringing = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int first = i;
            bringing.add(Thread.ofPlatform().start(() -> {
                for (int element = first; element < rounds; element += 4) {
                    shared.put(element);
                }
            }));
        }
        assertThat(all.await(60, TimeUnit.SECONDS)).as("%s of %s taken", taken.size(), rounds).isTrue();
        takers.forEach(Thread::interrupt);
        for (Thread thread : bringing) {
            thread.join();
        }
    }

    @Test
    void whileSomebodyWorksAnotherOneComesOnlyForEnough() throws InterruptedException {
        WorkQueue<Integer> shared = new WorkQueue<>(CAPACITY, 2, 3, Duration.ofHours(1));
        CompletableFuture<Integer> taken = new CompletableFuture<>();
        awaitWaiting(Thread.ofPlatform().daemon().start(() -> take(shared, taken)));
        // This thread is the other taker, and works.
        shared.put(1);
        shared.put(2);
        assertThat(shared.poll()).as("nobody came for it").isEqualTo(1);
        shared.put(3);
        assertThat(taken).isNotDone();
        shared.put(4);
        assertThat(taken).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(2);
        assertThat(shared.drain()).containsExactly(3, 4);
    }

    private static void take(WorkQueue<Integer> queue, CompletableFuture<Integer> taken) {
        try {
            taken.complete(queue.take());
        }
        catch (InterruptedException ex) {
            taken.completeExceptionally(ex);
        }
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private void put(int element) {
        this.queue.put(element);
    }

    /** Takes one after the other, and now and then all that is there. */
    private static void takeAll(WorkQueue<Integer> queue, Set<Integer> taken, CountDownLatch all) {
        try {
            while (all.getCount() > 0) {
                Integer element = queue.take();
                while (element != null) {
                    taken.add(element);
                    all.countDown();
                    element = (element % 3 == 0) ? queue.poll() : null;
                }
                queue.share();
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

}
