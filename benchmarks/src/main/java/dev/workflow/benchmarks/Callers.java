package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/** Virtual threads that do something at once; the first failure is everybody's. */
final class Callers {

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private final List<Thread> threads = new ArrayList<>();

    /** Runs {@code work} for each number below {@code number}, all at once, and waits. */
    static void atOnce(int number, IntConsumer work) {
        Callers callers = new Callers();
        for (int i = 0; i < number; i++) {
            int index = i;
            callers.start(() -> work.accept(index));
        }
        callers.join();
    }

    /** Runs {@code work} for each number below {@code number}, some of them at once. */
    static void inParallel(int number, int atOnce, IntConsumer work) {
        atOnce(Math.min(number, atOnce), (caller) -> {
            for (int i = caller; i < number; i += atOnce) {
                work.accept(i);
            }
        });
    }

    void start(Runnable work) {
        this.threads.add(Thread.ofVirtual().start(() -> {
            try {
                work.run();
            }
            catch (RuntimeException | Error ex) {
                this.failure.compareAndSet(null, ex);
            }
        }));
    }

    boolean hasFailed() {
        return this.failure.get() != null;
    }

    /** Waits for all of them. */
    void join() {
        try {
            for (Thread thread : this.threads) {
                thread.join();
            }
        }
        catch (InterruptedException ex) {
            this.threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while workflows were running", ex);
        }
        Throwable thrown = this.failure.get();
        if (thrown != null) {
            throw new IllegalStateException("A workflow failed: " + thrown, thrown);
        }
    }

}
