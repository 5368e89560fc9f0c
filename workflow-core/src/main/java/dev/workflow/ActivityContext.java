package dev.workflow;

import java.lang.reflect.Type;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The attempt that the current thread runs: the port between {@link Activities} and the
 * engine; application code has no use for it.
 */
public interface ActivityContext {

    /**
     * The attempt of the current thread.
     * @throws IllegalStateException on any thread that is no activity thread
     */
    static ActivityContext current() {
        return ActivityThreadBinding.required();
    }

    /** Whether the current thread runs an activity. */
    static boolean isPresent() {
        return ActivityThreadBinding.context() != null;
    }

    /** Runs something as the given attempt; for the engine. */
    static void runAs(ActivityContext context, Runnable body) {
        ActivityThreadBinding.runAs(context, body);
    }

    ActivityInfo info();

    void heartbeat(@Nullable Object details);

    <T> Optional<T> heartbeatDetails(Type type);

    String completeLater();

    boolean isCanceled();

}
