package dev.workflow.schedule;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a schedule has before it and behind it.
 *
 * @param pending what waits until a run has ended, or was asked for by hand
 * @param backfills periods that are being made up
 * @param runs those that are open, and the last that have ended; oldest first
 * @param lastNominal the latest time for which something was started
 */
public record Progress(List<PendingStart> pending, List<Backfill> backfills, List<StartedRun> runs,
        @Nullable Instant lastNominal) {

    /** Nothing yet. */
    public static final Progress NONE = new Progress(List.of(), List.of(), List.of(), null);

    public Progress {
        pending = List.copyOf(pending);
        backfills = List.copyOf(backfills);
        runs = List.copyOf(runs);
    }

    /** The same without what is made up, which a pause stops. */
    public Progress withoutBackfills() {
        return new Progress(this.pending.stream().filter((start) -> !start.madeUp()).toList(), List.of(), this.runs,
                this.lastNominal);
    }

    /** The runs that have not ended. */
    public List<StartedRun> openRuns() {
        return this.runs.stream().filter(StartedRun::open).toList();
    }

}
