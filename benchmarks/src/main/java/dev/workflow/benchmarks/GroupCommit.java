package dev.workflow.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;

import dev.workflow.engine.EngineStore;
import dev.workflow.engine.Transition;

/**
 * Group commit in its least form: each writer takes whatever waits, writes it in one
 * transaction and tells those who wait.
 */
final class GroupCommit implements AutoCloseable {

    private static final int MAX_BATCH = 500;

    private record Waiting(Transition transition, CompletableFuture<Transition.Result> result) {
    }

    private final EngineStore store;

    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();

    private final List<Thread> writers = new ArrayList<>();

    private final LongAdder commits = new LongAdder();

    private final LongAdder transitions = new LongAdder();

    GroupCommit(EngineStore store, int writers) {
        this.store = store;
        for (int i = 0; i < writers; i++) {
            this.writers.add(Thread.ofPlatform().name("bare-writer-" + i).daemon(true).start(this::write));
        }
    }

    /** Returns when it is durable. */
    Transition.Result write(Transition transition) {
        Waiting waiting = new Waiting(transition, new CompletableFuture<>());
        this.queue.add(waiting);
        return waiting.result().join();
    }

    Session.Commits commits() {
        return new Session.Commits(this.commits.sum(), this.transitions.sum());
    }

    private void write() {
        List<Waiting> batch = new ArrayList<>();
        try {
            while (true) {
                batch.add(this.queue.take());
                this.queue.drainTo(batch, MAX_BATCH - 1);
                write(batch);
                batch.clear();
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(List<Waiting> batch) {
        try {
            List<Transition.Result> results = this.store.commit(batch.stream().map(Waiting::transition).toList());
            this.commits.increment();
            this.transitions.add(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).result().complete(results.get(i));
            }
        }
        catch (RuntimeException ex) {
            batch.forEach((w) -> w.result().completeExceptionally(ex));
        }
    }

    @Override
    public void close() {
        this.writers.forEach(Thread::interrupt);
    }

}
