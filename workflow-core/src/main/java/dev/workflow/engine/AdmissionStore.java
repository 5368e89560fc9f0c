package dev.workflow.engine;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.OperatorAction;
import org.jspecify.annotations.Nullable;

/**
 * Who has a place in a concurrency limit, and who waits for one. All methods use the
 * engine's own connections and throw {@link StoreException}.
 */
public interface AdmissionStore {

    /**
     * Sets or takes away the limit of a type, for all nodes.
     * @param action what is recorded of it
     */
    void limit(String workflowType, @Nullable ConcurrencyLimit limit, @Nullable String by, Instant now,
            OperatorAction action);

    /**
     * Sets what the configuration of a node says, where nobody has decided otherwise.
     * @param limits by workflow type
     * @param types the types that the node has: those without a configured limit have
     * none
     */
    void configure(Map<String, ConcurrencyLimit> limits, Collection<String> types, Instant now);

    /**
     * Frees places, and gives those that are free to the first who wait. One short
     * transaction under the lock of the limit's row, which waits for nothing else.
     * @throws StoreException {@link StoreException.Kind#LOCKED} while another admits
     */
    Admission admit(Round round, Instant now);

    /** How it stands with a run's place. */
    Standing standing(UUID runId);

    /**
     * Writes a run into the line, or among those that are in progress, that has no place
     * yet: its start did not know of the limit.
     * @return whether it has a place now
     */
    boolean enter(Latecomer run, Instant now);

    /**
     * Counts a page of the runs that are in progress, begun before there was a limit.
     * @return where the next page begins; null: there is none
     */
    @Nullable UUID count(String workflowType, UUID after, Instant now);

    /**
     * Notes that all have been counted, unless the limit was taken away and set again.
     */
    void counted(String workflowType, Instant limitedAt);

    /** The types that somebody has a place of. */
    Set<String> types();

    /** How many stand how, by type. */
    Map<String, Census> census(Collection<String> workflowTypes);

    /** Where an open run stands in line; null: it does not wait. */
    @Nullable InLine inLine(UUID runId);

    /**
     * What is to be looked at.
     *
     * @param workflowType the type
     * @param ended chains that may have ended
     * @param ripe chains whose start delay is over
     * @param keys keys of which one may be admitted
     * @param all whether to look at everything, not only at the above
     * @param thorough whether, of all, also those that wait may have ended
     * @param afterKey of all keys, those after this one
     */
    record Round(String workflowType, Collection<UUID> ended, Collection<UUID> ripe, Collection<String> keys,
            boolean all, boolean thorough, String afterKey) {
    }

    /**
     * What came of it.
     *
     * @param admitted runs that may begin
     * @param more whether there may be more right away
     * @param lastKey of all keys, the last that was looked at; null: there is none after
     * it
     */
    record Admission(List<Admitted> admitted, boolean more, @Nullable String lastKey) {
    }

    /**
     * A run that may begin.
     *
     * @param runId the run
     * @param workflowId its workflow id
     * @param taskQueue its queue
     * @param priority 1 (first) to 5 (last)
     */
    record Admitted(UUID runId, String workflowId, String taskQueue, int priority) {
    }

    /**
     * A run and its place.
     *
     * @param chainId the first run of its chain
     * @param place what it has
     */
    record Standing(UUID chainId, Held place) {

        /** What it has. */
        public enum Held {

            /** It may go on. */
            A_PLACE,

            /** It waits. */
            A_NUMBER,

            /** It is not known. */
            NOTHING

        }

    }

    /**
     * A run that has no place yet.
     *
     * @param runId the run
     * @param chainId the first run of its chain
     * @param workflowId its workflow id
     * @param workflowType its type
     * @param key what it counts for
     * @param begun whether its chain has begun, so that it does not wait
     * @param owner who has claimed it
     * @param token the token of that claim
     */
    record Latecomer(UUID runId, UUID chainId, String workflowId, String workflowType, @Nullable String key,
            boolean begun, long owner, int token) {
    }

    /**
     * How many stand how.
     *
     * @param inProgress how many have a place
     * @param waiting how many wait for one
     * @param delayed how many wait for the end of their start delay
     */
    record Census(long inProgress, long waiting, long delayed) {

        /** Nobody. */
        public static final Census NONE = new Census(0, 0, 0);

    }

    /**
     * Where a run stands in line.
     *
     * @param workflowType its type
     * @param key the key that it counts for
     * @param behindKey whether it waits for others of its key, not only of its type
     * @param delayed whether its start delay is not over
     */
    record InLine(String workflowType, @Nullable String key, boolean behindKey, boolean delayed) {
    }

}
