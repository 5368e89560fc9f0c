package dev.workflow.boot.web;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Requests that wait, on no thread or on a virtual one, never on one of the container's.
 */
final class Waiting implements AutoCloseable {

    private final ExecutorService threads = Executors
        .newThreadPerTaskExecutor(Thread.ofVirtual().name("workflow-rest-", 0).factory());

    private final Set<Runnable> open = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /**
     * Does something that may block.
     * @param work makes the answer
     * @param otherwise makes it when the application stops first
     */
    CompletableFuture<Reply.Ready> begin(Supplier<Reply.Ready> work, Supplier<Reply.Ready> otherwise) {
        CompletableFuture<Reply.Ready> answer = CompletableFuture.supplyAsync(work, this.threads);
        Runnable giveUp = () -> answer.completeAsync(otherwise, this.threads);
        waits(giveUp);
        return answer.whenComplete((reply, failure) -> this.open.remove(giveUp));
    }

    private void waits(Runnable giveUp) {
        this.open.add(giveUp);
        if (this.closed) {
            giveUp.run();
        }
    }

    /**
     * Waits for something; when the time is over, or the application stops, without it.
     * @param source what is waited for; canceled when nobody waits for it any more
     * @param reply makes the answer, of null when the time was over
     */
    <T> CompletableFuture<Reply.Ready> atMost(Duration wait, CompletableFuture<T> source,
            Function<@Nullable T, Reply.Ready> reply) {
        CompletableFuture<@Nullable T> waiting = new CompletableFuture<>();
        source.whenComplete((value, failure) -> {
            if (failure != null) {
                waiting.completeExceptionally(failure);
            }
            else {
                waiting.complete(value);
            }
        });
        Runnable giveUp = () -> waiting.complete(null);
        waits(giveUp);
        return waiting.completeOnTimeout(null, wait.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((value, failure) -> {
                this.open.remove(giveUp);
                source.cancel(false);
            })
            .thenApplyAsync(reply, this.threads);
    }

    /** Lets requests wait again after they could not. */
    void open() {
        this.closed = false;
    }

    /**
     * Answers all that wait for something, and whatever comes still, so that they do not
     * hold up the end of the application.
     */
    @Override
    public void close() {
        this.closed = true;
        this.open.forEach(Runnable::run);
    }

}
