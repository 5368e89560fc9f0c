package dev.workflow.interceptor;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All propagators of an application as one; for the engine. Without any it does nothing.
 *
 * @param propagators the propagators; the first one is restored first and closed last
 */
public record ContextPropagation(List<ContextPropagator> propagators) {

    /** No context is propagated. */
    public static final ContextPropagation NONE = new ContextPropagation(List.of());

    private static final Restored NOTHING = () -> {
    };

    public ContextPropagation {
        propagators = List.copyOf(propagators);
    }

    /**
     * What a call from the current thread carries.
     * @param inherited what the thread itself was called with; what the propagators
     * capture wins over it
     */
    public Map<String, String> capture(Map<String, String> inherited) {
        if (this.propagators.isEmpty()) {
            return inherited;
        }
        Map<String, String> headers = new LinkedHashMap<>(inherited);
        this.propagators.forEach((propagator) -> headers.putAll(propagator.capture()));
        return Collections.unmodifiableMap(headers);
    }

    /** Puts a context in place on the current thread, until it is closed there. */
    public Restored restore(Map<String, String> headers) {
        if (this.propagators.isEmpty()) {
            return NOTHING;
        }
        Deque<AutoCloseable> open = new ArrayDeque<>();
        Map<String, String> readOnly = Collections.unmodifiableMap(headers);
        try {
            for (ContextPropagator propagator : this.propagators) {
                open.push(propagator.restore(readOnly));
            }
        }
        catch (RuntimeException | Error ex) {
            closeAfter(ex, open);
            throw ex;
        }
        return () -> close(open);
    }

    private static void closeAfter(Throwable failure, Deque<AutoCloseable> open) {
        try {
            close(open);
        }
        catch (RuntimeException | Error ex) {
            failure.addSuppressed(ex);
        }
    }

    /** All are closed, whatever one of them throws. */
    private static void close(Deque<AutoCloseable> open) {
        RuntimeException failure = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            }
            catch (Exception ex) {
                RuntimeException unchecked = (ex instanceof RuntimeException runtime) ? runtime
                        : new IllegalStateException("A context could not be taken back: " + ex, ex);
                if (failure == null) {
                    failure = unchecked;
                }
                else {
                    failure.addSuppressed(unchecked);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** A context that is in place. */
    @FunctionalInterface
    public interface Restored extends AutoCloseable {

        @Override
        void close();

    }

}
