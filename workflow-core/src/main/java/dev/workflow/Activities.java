package dev.workflow;

import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/**
 * What the code of an activity can ask and say about the attempt that its thread runs. On
 * any other thread every method throws {@link IllegalStateException}.
 */
public final class Activities {

    private Activities() {
    }

    /** The attempt: ids, number, deadline, token and a key that all attempts share. */
    public static ActivityInfo info() {
        return ActivityContext.current().info();
    }

    /**
     * Says that the attempt is alive, and how far it came. May be called often: writes
     * are throttled.
     * @param details what the next attempt may want to know
     * @throws dev.workflow.failure.CanceledFailure once the activity's cancellation was
     * requested
     */
    public static void heartbeat(@Nullable Object details) {
        ActivityContext.current().heartbeat(details);
    }

    /** The details of the last heartbeat of an earlier attempt. */
    public static <T> Optional<T> heartbeatDetails(Class<T> type) {
        return ActivityContext.current().heartbeatDetails(type);
    }

    /** As {@link #heartbeatDetails(Class)}, for a generic type. */
    public static <T> Optional<T> heartbeatDetails(ParameterizedTypeReference<T> type) {
        return ActivityContext.current().heartbeatDetails(type.getType());
    }

    /**
     * Leaves the activity open when its method returns; what the method returns is
     * ignored. Somebody completes it later with the token, through the client or REST. An
     * activity with a heartbeat timeout is still to be heard of: heartbeats come with the
     * token, too, and the attempt counts as lost when they stay away.
     * @return the task token, durable already
     */
    public static String completeLater() {
        return ActivityContext.current().completeLater();
    }

    /** Whether the activity's cancellation was requested. */
    public static boolean isCanceled() {
        return ActivityContext.current().isCanceled();
    }

}
