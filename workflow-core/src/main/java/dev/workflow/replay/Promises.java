package dev.workflow.replay;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Promise;

/** Makes promises, alone and of others. */
final class Promises {

    private final Run run;

    Promises(Run run) {
        this.run = run;
    }

    <T> RunPromise<T> open() {
        return new RunPromise<>(this.run);
    }

    /** Runs the code on another thread. */
    <T> RunPromise<T> async(RunScope scope, Callable<T> code) {
        RunPromise<T> promise = open();
        this.run.threads().start("Workflows.async", scope, this.run.outgoing(), () -> promise.completeFrom(code));
        return promise;
    }

    /** Completes when all have, or fails with the first that fails. */
    <T> RunPromise<List<T>> allOf(Collection<? extends Promise<? extends T>> promises) {
        List<RunPromise<? extends T>> all = own(promises);
        RunPromise<List<T>> result = open();
        AtomicInteger missing = new AtomicInteger(all.size());
        for (RunPromise<? extends T> each : all) {
            each.whenCompleted(() -> {
                if (each.isFailed()) {
                    result.failWith(each::failure);
                }
                else if (missing.decrementAndGet() == 0) {
                    result.completeWith(() -> values(all));
                }
            });
        }
        if (all.isEmpty()) {
            result.completeWith(List::of);
        }
        return result;
    }

    /** Completes as the first does that completes. */
    <T> RunPromise<T> anyOf(Collection<? extends Promise<? extends T>> promises) {
        List<RunPromise<? extends T>> all = own(promises);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("Promise.anyOf needs at least one promise, else it never completes");
        }
        RunPromise<T> result = open();
        all.forEach(result::follow);
        return result;
    }

    private static <T> List<T> values(List<RunPromise<? extends T>> all) {
        List<T> values = new ArrayList<>(all.size());
        all.forEach(each -> values.add(each.value()));
        return values;
    }

    private static <T> List<RunPromise<? extends T>> own(Collection<? extends Promise<? extends T>> promises) {
        List<RunPromise<? extends T>> own = new ArrayList<>(promises.size());
        for (Promise<? extends T> promise : promises) {
            own.add((RunPromise<? extends T>) promise);
        }
        return own;
    }

}
