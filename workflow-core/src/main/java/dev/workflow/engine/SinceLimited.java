package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Since when this node counts those that were in progress before their type had its
 * limit. For one thread.
 */
final class SinceLimited {

    private record Since(Instant limitedAt, long begun) {
    }

    private final Map<String, Since> types = new HashMap<>();

    /**
     * A count is over, as far as there was something to count.
     * @param begun when it began, by {@link System#nanoTime()}
     * @return whether it began longer than that after the first one since the type was
     * limited
     */
    boolean isLongAgo(String workflowType, Instant limitedAt, long begun, Duration time) {
        Since since = this.types.get(workflowType);
        if (since == null || !since.limitedAt().equals(limitedAt)) {
            this.types.put(workflowType, new Since(limitedAt, begun));
            return false;
        }
        return begun - since.begun() > time.toNanos();
    }

    /** Forgets all types but these. */
    void keep(Collection<String> counted) {
        this.types.keySet().retainAll(counted);
    }

    int size() {
        return this.types.size();
    }

}
