package dev.workflow.engine;

import java.time.Instant;
import java.util.List;

import dev.workflow.client.OperatorAction;
import org.jspecify.annotations.Nullable;

/**
 * Claims that look at fairness keys, and the weights of keys. What has no key has the
 * empty one here.
 */
public interface FairnessStore {

    /** The key that whatever has none shares. */
    String NO_KEY = "";

    /**
     * The weights that people gave to keys; null while no key was ever used nor weighed.
     */
    @Nullable List<FairnessWeight> weights();

    /** Notes that keys are used, so that all nodes look for them. */
    void use(Instant now);

    /**
     * Gives a key a weight, or, without one, that which each node has set for it.
     * @param action what is recorded of it
     */
    void weigh(String key, @Nullable Double weight, OperatorAction action);

    /**
     * As {@link EngineStore#claimDue}, what has a key among them: by priority, then the
     * oldest first, whosever it is.
     */
    List<EngineStore.ClaimedRun> claimRuns(long owner, List<EngineStore.SlotRequest> slots, Instant now,
            @Nullable String build);

    /** As {@link EngineStore#claimActivities}, in the same way. */
    List<EngineStore.ClaimedActivity> claimActivities(long owner, List<EngineStore.SlotRequest> slots, Instant now);

    /** Claims the oldest due runs of these keys. */
    List<Granted<EngineStore.ClaimedRun>> claimRunsOf(long owner, List<Grant> grants, Instant now,
            @Nullable String build);

    /** Claims the oldest due activities of these keys. */
    List<Granted<EngineStore.ClaimedActivity>> claimActivitiesOf(long owner, List<Grant> grants, Instant now);

    /**
     * Keys of which runs wait for a claim, due or not: from each lane the next ones after
     * its place, those of what is due the longest, and the empty one when it is due.
     * @param keys how many of each lane
     */
    List<Waiting> waitingRuns(List<Lane> lanes, int keys, Instant now);

    /** The same of activities. */
    List<Waiting> waitingActivities(List<Lane> lanes, int keys, Instant now);

    /**
     * What waits of one type and priority.
     *
     * @param taskQueue the queue
     * @param route the build that it waits for, or empty; activities wait for none
     * @param type the type of the runs or activities
     * @param priority 1 to 5
     * @param after behind which key to look; empty: from the first on
     */
    record Lane(String taskQueue, String route, String type, int priority, String after) {

        Lane behind(String key) {
            return new Lane(this.taskQueue, this.route, this.type, this.priority, key);
        }

    }

    /**
     * Something that waits.
     *
     * @param lane where, by its place in what was asked
     * @param key its key
     * @param dueAt since or until when the first of the key's waits
     * @param inTurn whether it was found in the order of the keys
     */
    record Waiting(int lane, String key, Instant dueAt, boolean inTurn) {
    }

    /**
     * Slots for one key.
     *
     * @param request of which slots they are
     * @param priority of which priority
     * @param key for which key
     * @param slots how many
     */
    record Grant(EngineStore.SlotRequest request, int priority, String key, int slots) {
    }

    /**
     * What was claimed for a key.
     *
     * @param <C> runs or activities
     * @param grant for which one, by its place in what was asked
     * @param claimed what
     */
    record Granted<C>(int grant, C claimed) {
    }

}
