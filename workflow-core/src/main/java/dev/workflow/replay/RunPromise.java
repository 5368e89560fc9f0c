package dev.workflow.replay;

import java.time.Duration;
import java.util.Objects;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.workflow.CompletablePromise;
import dev.workflow.Promise;
import org.jspecify.annotations.Nullable;

/**
 * A promise of a run. States: open, then completed with a value or with a failure.
 * <p>
 * What a history holds is decoded when code first asks for it, on the thread that asks: a
 * value that does not decode is an error of that code, not of the event. Listeners are
 * the engine's own and run inside the completion; functions of user code get a thread.
 *
 * @param <T> the type of the value
 */
final class RunPromise<T> implements CompletablePromise<T> {

    private final Run run;

    private List<Runnable> listeners = new ArrayList<>(1);

    private boolean completed;

    private @Nullable Supplier<? extends @Nullable T> value;

    private @Nullable Supplier<RuntimeException> failure;

    RunPromise(Run run) {
        this.run = run;
    }

    // Completion

    @Override
    public boolean complete(@Nullable T value) {
        this.run.threads().requireBlockable("CompletablePromise.complete");
        return completeWith(() -> value);
    }

    @Override
    public boolean completeExceptionally(RuntimeException failure) {
        this.run.threads().requireBlockable("CompletablePromise.completeExceptionally");
        return failWith(() -> failure);
    }

    /** Completes with a value that is made when it is first asked for. */
    boolean completeWith(Supplier<? extends @Nullable T> later) {
        if (this.completed) {
            return false;
        }
        this.value = new Once<>(later);
        complete();
        return true;
    }

    /** Completes with a failure that is made when it is first asked for. */
    boolean failWith(Supplier<RuntimeException> later) {
        if (this.completed) {
            return false;
        }
        this.failure = new Once<>(later);
        complete();
        return true;
    }

    /**
     * Completes with what the code returns or the failure that it throws; anything else
     * it throws is thrown.
     */
    void completeFrom(Callable<? extends @Nullable T> code) throws Exception {
        T result;
        try {
            result = code.call();
        }
        catch (Exception thrown) {
            if (!this.run.failures().isFailure(thrown)) {
                throw thrown;
            }
            RuntimeException unchecked = this.run.failures().unchecked(thrown);
            failWith(() -> unchecked);
            return;
        }
        completeWith(() -> result);
    }

    /** Completes as the other one does. */
    void follow(RunPromise<? extends T> other) {
        other.whenCompleted(() -> {
            if (other.isFailed()) {
                failWith(other::failure);
            }
            else {
                completeWith(other::value);
            }
        });
    }

    private void complete() {
        this.completed = true;
        List<Runnable> waiting = this.listeners;
        this.listeners = List.of();
        waiting.forEach(Runnable::run);
    }

    /** Runs the listener when the promise is completed, at once if it is. */
    void whenCompleted(Runnable listener) {
        if (this.completed) {
            listener.run();
        }
        else {
            this.listeners.add(listener);
        }
    }

    /**
     * Forgets a listener, so that a promise which is asked again and again in vain does
     * not grow.
     */
    void forget(Runnable listener) {
        if (!this.completed) {
            this.listeners.remove(listener);
        }
    }

    // Reading

    @Override
    public boolean isCompleted() {
        this.run.threads().requireHeld();
        return this.completed;
    }

    boolean isFailed() {
        return this.failure != null;
    }

    RuntimeException failure() {
        if (this.failure == null) {
            throw new IllegalStateException("The promise has not failed");
        }
        return this.failure.get();
    }

    // The value of a type that allows null may be null, which T cannot say.
    @SuppressWarnings("NullAway")
    T value() {
        if (this.value == null) {
            throw new IllegalStateException("The promise has no value");
        }
        return this.value.get();
    }

    private T read() {
        if (isFailed()) {
            throw failure();
        }
        return value();
    }

    @Override
    public T get() {
        this.run.threads().requireHeld();
        if (!this.completed) {
            WorkflowThread self = this.run.threads().requireWaitable("Promise.get of what is not complete");
            this.listeners.add(() -> this.run.threads().wake(self));
            this.run.threads().block(self);
        }
        return read();
    }

    @Override
    public T get(Duration timeout) {
        this.run.threads().requireHeld();
        if (!this.completed && !this.run.awaits().await(timeout, this)) {
            throw this.run.failures().timedOut("The promise was not complete within " + timeout);
        }
        return read();
    }

    // Derived promises

    @Override
    public <U> Promise<U> thenApply(Function<? super T, ? extends U> function) {
        return derive("Promise.thenApply", true, derived -> derived.completeFrom(() -> function.apply(value())));
    }

    @Override
    public <U> Promise<U> thenCompose(Function<? super T, Promise<U>> function) {
        return derive("Promise.thenCompose", true, derived -> {
            RunPromise<RunPromise<U>> inner = new RunPromise<>(this.run);
            inner.completeFrom(() -> (RunPromise<U>) Objects.requireNonNull(function.apply(value()),
                    "Promise.thenCompose: the function returned null instead of a promise"));
            if (inner.isFailed()) {
                derived.failWith(inner::failure);
            }
            else {
                derived.follow(inner.value());
            }
        });
    }

    @Override
    public <U> Promise<U> handle(BiFunction<? super @Nullable T, @Nullable RuntimeException, ? extends U> function) {
        return derive("Promise.handle", false, derived -> derived
            .completeFrom(() -> isFailed() ? function.apply(null, failure()) : function.apply(value(), null)));
    }

    @Override
    public Promise<T> exceptionally(Function<RuntimeException, ? extends T> function) {
        RunPromise<T> derived = new RunPromise<>(this.run);
        RunScope scope = this.run.threads().requireBlockable("Promise.exceptionally").scope();
        Map<String, String> header = this.run.outgoing();
        whenCompleted(() -> {
            if (isFailed()) {
                this.run.threads()
                    .start("Promise.exceptionally", scope, header,
                            () -> derived.completeFrom(() -> function.apply(failure())));
            }
            else {
                derived.completeWith(this::value);
            }
        });
        return derived;
    }

    private <U> RunPromise<U> derive(String name, boolean ofValue, Derivation<U> derivation) {
        RunPromise<U> derived = new RunPromise<>(this.run);
        RunScope scope = this.run.threads().requireBlockable(name).scope();
        Map<String, String> header = this.run.outgoing();
        whenCompleted(() -> {
            if (ofValue && isFailed()) {
                derived.failWith(this::failure);
            }
            else {
                this.run.threads().start(name, scope, header, () -> derivation.complete(derived));
            }
        });
        return derived;
    }

    @Override
    public String toString() {
        return this.completed ? (isFailed() ? "failed promise" : "completed promise") : "open promise";
    }

    /** Completes a derived promise, on a thread of its own. */
    @FunctionalInterface
    private interface Derivation<U> {

        void complete(RunPromise<U> derived) throws Exception;

    }

    /** Asks the source until it answered once. */
    private static final class Once<V extends @Nullable Object> implements Supplier<V> {

        private @Nullable Supplier<? extends V> source;

        private V value;

        @SuppressWarnings("NullAway.Init")
        Once(Supplier<? extends V> source) {
            this.source = source;
        }

        @Override
        public V get() {
            if (this.source != null) {
                this.value = this.source.get();
                this.source = null;
            }
            return this.value;
        }

    }

}
