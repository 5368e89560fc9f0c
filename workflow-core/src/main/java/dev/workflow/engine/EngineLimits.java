package dev.workflow.engine;

import java.util.Map;

import dev.workflow.client.ConcurrencyLimit;
import org.jspecify.annotations.Nullable;

/**
 * What one node puts up with.
 *
 * @param activityRates how many activities of single queues begin in a second on this
 * node
 * @param waitingCommits from how many transitions that wait to be written on starts and
 * messages are refused; 0: never
 * @param backlog from how many runs and activities that wait in a queue on its starts,
 * and messages to its runs, are refused; 0: never
 * @param concurrency by workflow type, how many workflows may be in progress at once on
 * all nodes together, where nobody decides otherwise
 */
public record EngineLimits(Map<String, Double> activityRates, int waitingCommits, long backlog,
        Map<String, ConcurrencyLimit> concurrency) {

    /** None. */
    public static final EngineLimits NONE = new EngineLimits(Map.of(), 0, 0, Map.of());

    public EngineLimits {
        activityRates = Map.copyOf(activityRates);
        concurrency = Map.copyOf(concurrency);
    }

    /** Without limits of concurrency. */
    public EngineLimits(Map<String, Double> activityRates, int waitingCommits, long backlog) {
        this(activityRates, waitingCommits, backlog, Map.of());
    }

    @Nullable Double activityRateOf(String queue) {
        return this.activityRates.get(queue);
    }

}
