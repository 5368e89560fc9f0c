package dev.workflow.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import dev.workflow.client.BatchDescription;
import dev.workflow.client.ResetPoint;
import org.jspecify.annotations.Nullable;

/**
 * A batch as it is stored.
 *
 * @param id its id
 * @param request what it does; the input is as it is stored
 * @param state how it stands
 * @param tally how many it was about, has dealt with and could not deal with
 * @param position the run after which it goes on
 * @param step how often somebody has taken it up
 * @param times when it began, and ended
 * @param author who began it
 */
record Batch(String id, BatchRequest request, State state, Tally tally, Position position, long step, Times times,
        Author author) {

    private static final long FIRST = 0;

    private static final int MOST_AT_ONCE = 100;

    enum State {

        RUNNING, COMPLETED, STOPPED

    }

    record Tally(long total, long done, long failed, String failures) {
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

    BatchDescription describe() {
        return new BatchDescription(this.id, this.state.name(), this.tally.total(), this.tally.done(),
                this.tally.failed(), this.request.query(), this.request.operation().name(), this.request.reason(),
                this.times.startedAt(), this.times.endedAt(), this.author.name(), failures());
    }

    private List<String> failures() {
        return this.tally.failures().lines().toList();
    }

    /** How many runs the next step deals with. */
    int size() {
        double rate = this.request.rate();
        return (rate == 0) ? MOST_AT_ONCE : (int) Math.clamp(Math.ceil(rate / 2), 1, MOST_AT_ONCE);
    }

    /** How long a step that has dealt with so many runs takes at least. */
    Duration pace(int runs) {
        double rate = this.request.rate();
        return (rate == 0) ? Duration.ZERO : Duration.ofMillis((long) Math.min(runs * 1_000 / rate, 86_400_000));
    }

    static @Nullable Long stored(ResetPoint point) {
        return switch (point) {
            case ResetPoint.First first -> FIRST;
            case ResetPoint.Event event -> event.eventId();
            case ResetPoint.Last last -> null;
        };
    }

    static ResetPoint point(@Nullable Long stored) {
        return (stored == null) ? ResetPoint.last() : (stored == FIRST) ? ResetPoint.first() : ResetPoint.event(stored);
    }

}
