package dev.workflow.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import dev.workflow.client.BatchDescription;
import dev.workflow.client.WorkflowStatus;
import org.jspecify.annotations.Nullable;

/**
 * A batch as it is stored.
 *
 * @param id its id
 * @param wish what it does
 * @param state how it stands
 * @param tally how many it was about, has dealt with and could not deal with
 * @param progress how far it is
 * @param times when it began, and ended
 * @param author who began it
 */
record Batch(String id, Wish wish, State state, Tally tally, Progress progress, Times times, Author author) {

    private static final int MOST_AT_ONCE = 100;

    enum State {

        RUNNING, PAUSED, COMPLETED, STOPPED, FAILED

    }

    /**
     * What it does; it can be shown whether or not this version can do it.
     *
     * @param query which runs
     * @param action what is done with each
     * @param reason why
     * @param rate how many in a second, at most; 0: as many as it can
     */
    record Wish(String query, StoredAction action, @Nullable String reason, double rate) {
    }

    /**
     * What became of the runs.
     *
     * @param total how many its query found
     * @param done how many are done
     * @param failed how many could not be dealt with
     * @param failures why, a line for each of the first ones
     */
    record Tally(long total, long done, long failed, String failures) {
    }

    /**
     * How far it is.
     *
     * @param position behind which run it goes on once those under way are done
     * @param underWay the runs that somebody began to deal with
     * @param step how often somebody has taken it up
     * @param attempts how often in a row that has led to nothing
     * @param problem why it did not get on
     */
    record Progress(Position position, List<UUID> underWay, long step, int attempts, @Nullable String problem) {
    }

    /** Newest first: what starts later is not before it. */
    record Position(Instant startedAt, UUID runId) {

        /** Before all runs that have started until then. */
        static Position at(Instant now) {
            return new Position(now, new UUID(-1, -1));
        }

    }

    record Times(Instant startedAt, @Nullable Instant endedAt) {
    }

    /**
     * Who began it.
     *
     * @param name the name
     * @param principal whether it is that of a principal, in whose name the runs are
     * dealt with
     */
    record Author(String name, boolean principal) {
    }

    /**
     * A run of a batch.
     *
     * @param runId its id
     * @param workflowId its workflow; null: it is there no more
     * @param status how it stood when it was looked at; null: it is there no more
     * @param startedAt when it started; null: it is there no more
     * @param inDoubt whether somebody began to deal with it, and it is not known what
     * became of that
     */
    record Run(UUID runId, @Nullable String workflowId, @Nullable WorkflowStatus status, @Nullable Instant startedAt,
            boolean inDoubt) {
    }

    BatchDescription describe() {
        return new BatchDescription(this.id, this.state.name(), this.tally.total(), this.tally.done(),
                this.tally.failed(), this.wish.query(), this.wish.action().operation(), this.wish.reason(),
                this.times.startedAt(), this.times.endedAt(), this.author.name(), failures(), this.progress.problem());
    }

    List<String> failures() {
        return this.tally.failures().lines().toList();
    }

    /** How many runs the next step deals with. */
    int size() {
        double rate = this.wish.rate();
        return (rate == 0) ? MOST_AT_ONCE : (int) Math.clamp(Math.ceil(rate / 2), 1, MOST_AT_ONCE);
    }

    /** How long a step that has dealt with so many runs takes at least. */
    Duration pace(int runs) {
        double rate = this.wish.rate();
        return (rate == 0) ? Duration.ZERO : Duration.ofMillis((long) Math.min(runs * 1_000 / rate, 86_400_000));
    }

}
