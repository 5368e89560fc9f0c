package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import dev.workflow.engine.EngineStore.Release;
import dev.workflow.engine.EngineStore.Released;

/**
 * Gives runs back, as many at once as wait: a node that stops, or whose cache is too
 * small, gives back thousands, and a transaction for each would keep all connections of
 * the engine for long.
 */
final class Releases {

    private static final int MAX_BATCH = 500;

    private record Waiting(Release release, CompletableFuture<Released> result) {
    }

    private final EngineStore store;

    private final WorkQueue<Waiting> queue = new WorkQueue<>(50_000);

    private final Thread thread = Thread.ofPlatform().name("workflow-releases").daemon(true).unstarted(this::run);

    Releases(EngineStore store) {
        this.store = store;
    }

    void start() {
        this.thread.start();
    }

    /** Gives back what still waits, for at most the given time. */
    void stop(Duration timeout) {
        this.queue.end();
        try {
            this.thread.join(Math.max(1, timeout.toMillis()));
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        this.thread.interrupt();
        refuseAll();
    }

    private void refuseAll() {
        this.queue.drain()
            .forEach((waiting) -> waiting.result()
                .completeExceptionally(new EngineStoppedException("The engine has stopped")));
    }

    /**
     * Gives a run back and waits until that is durable.
     * @throws StoreException when the database could not do it
     * @throws EngineStoppedException when the engine stopped first
     */
    Released release(Release release) {
        CompletableFuture<Released> result = new CompletableFuture<>();
        try {
            this.queue.put(new Waiting(release, result));
            if (!this.thread.isAlive()) {
                refuseAll();
            }
            return result.join();
        }
        catch (CompletionException ex) {
            if (ex.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw ex;
        }
    }

    private void run() {
        List<Waiting> batch = new ArrayList<>(MAX_BATCH);
        boolean more = true;
        while (more) {
            batch.clear();
            try {
                more = fill(batch);
                write(batch);
            }
            catch (InterruptedException ex) {
                // The engine has stopped: whoever waits is told by stop().
                Thread.currentThread().interrupt();
                return;
            }
            catch (RuntimeException | Error ex) {
                // As when memory is short: those who come later are still served.
                fail(batch, ex);
            }
        }
    }

    /** Takes what waits; false when nothing will come any more. */
    private boolean fill(List<Waiting> batch) throws InterruptedException {
        Waiting next = this.queue.take();
        boolean more = next != null;
        while (next != null) {
            batch.add(next);
            next = (batch.size() < MAX_BATCH) ? this.queue.poll() : null;
        }
        return more;
    }

    private void write(List<Waiting> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            List<Released> results = this.store.release(batch.stream().map(Waiting::release).toList());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).result().complete(results.get(i));
            }
        }
        catch (StoreException ex) {
            if (ex.kind() != StoreException.Kind.TRANSIENT && batch.size() > 1) {
                batch.forEach((waiting) -> write(List.of(waiting)));
            }
            else {
                fail(batch, ex);
            }
        }
        catch (RuntimeException | Error ex) {
            fail(batch, ex);
        }
    }

    private static void fail(List<Waiting> batch, Throwable failure) {
        batch.forEach((waiting) -> waiting.result().completeExceptionally(failure));
    }

}
