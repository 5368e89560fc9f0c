package dev.workflow.engine;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What one node puts up with.
 *
 * @param activityRates how many activities of single queues begin in a second on this
 * node
 * @param waitingCommits from how many transitions that wait to be written on starts are
 * refused; 0: never
 * @param backlog from how many runs and activities that wait in a queue on its starts are
 * refused; 0: never
 */
public record EngineLimits(Map<String, Double> activityRates, int waitingCommits, long backlog) {

    /** None. */
    public static final EngineLimits NONE = new EngineLimits(Map.of(), 0, 0);

    public EngineLimits {
        activityRates = Map.copyOf(activityRates);
    }

    @Nullable Double activityRateOf(String queue) {
        return this.activityRates.get(queue);
    }

}
