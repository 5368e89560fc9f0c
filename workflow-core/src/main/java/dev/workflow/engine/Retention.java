package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes runs that have ended long ago: a few at a time, with the caretaker's beats, on
 * any node.
 * <p>
 * <b>Search.</b> A run's id begins with the time of its start, so what is old stands at
 * the beginning of the primary key: no index is needed that starts and ends would have to
 * pay for. The first run of a workflow that has gone on in others is kept until the last
 * of them goes, since by it callers and schedules find that one; those between them go.
 * Before a pass schedules take note of how their runs have ended. A pass goes through
 * these ids once, page by page, passing by what has not ended or not long ago.
 * <b>Bounds.</b> One transaction deletes at most so many events, waits for no lock and
 * passes by what another node deletes just then; of a long history the last events go
 * first, so that what is left of it is found again after a crash. A beat works for a
 * fraction of a second.
 */
final class Retention {

    private static final Logger logger = LoggerFactory.getLogger(Retention.class);

    /** For how long a beat deletes. */
    private static final Duration SLICE = Duration.ofMillis(200);

    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private static final int PAGE = 500;

    private static final UUID BEGINNING = new UUID(0, 0);

    private final WorkflowEngine engine;

    private final Duration kept;

    private UUID position = BEGINNING;

    private long nextPass = System.nanoTime();

    private long deleted;

    private final LongAdder deletedInAll = new LongAdder();

    /** Since when this pass goes on; 0: there is none. */
    private volatile long passSince;

    /** How many runs are deleted one by one. */
    private int alone;

    /**
     * A retention.
     * @param kept for how long a run is kept after its end
     */
    Retention(WorkflowEngine engine, Duration kept) {
        this.engine = engine;
        this.kept = kept;
    }

    /**
     * Goes on with a pass, or begins one when it is time.
     * @param goOn asked before each transaction, as is whether the slice is over; but one
     * transaction each beat makes
     */
    void work(BooleanSupplier goOn) {
        if (!goOn.getAsBoolean() || System.nanoTime() - this.nextPass < 0) {
            return;
        }
        long begin = System.nanoTime();
        if (this.passSince == 0) {
            this.passSince = begin | 1;
        }
        BooleanSupplier more = () -> goOn.getAsBoolean() && System.nanoTime() - begin < SLICE.toNanos();
        if (this.position.equals(BEGINNING) && !this.engine.schedules().takeNote(more)) {
            return;
        }
        do {
            Instant before = this.engine.clock().instant().minus(this.kept);
            List<EngineStore.EndedRun> page = this.engine.store().startedBefore(this.position, before, PAGE);
            List<EngineStore.EndedRun> over = page.stream()
                .filter((run) -> run.closedAt() != null && run.closedAt().isBefore(before) && !run.beginsKeptChain())
                .toList();
            if (!deleteAll(over, more)) {
                return;
            }
            if (page.size() < PAGE) {
                endPass();
                return;
            }
            this.position = page.getLast().runId();
        }
        while (more.getAsBoolean());
    }

    private boolean deleteAll(List<EngineStore.EndedRun> runs, BooleanSupplier more) {
        List<UUID> batch = new ArrayList<>();
        long events = 0;
        for (EngineStore.EndedRun run : runs) {
            if (!batch.isEmpty() && (this.alone > 0 || events + run.historyLength() > EngineStore.DELETED_EVENTS)) {
                if (!delete(batch, more) || !more.getAsBoolean()) {
                    return false;
                }
                batch.clear();
                events = 0;
            }
            batch.add(run.runId());
            events += run.historyLength();
        }
        return batch.isEmpty() || delete(batch, more);
    }

    /**
     * Deletes some runs; false when they must be tried again. Where it fails they are
     * tried one by one, and the one to blame is left for the next pass: it must not stand
     * in the way of all others.
     */
    private boolean delete(List<UUID> runs, BooleanSupplier more) {
        AtomicBoolean heldUp = new AtomicBoolean();
        try {
            int gone = this.engine.store().delete(runs, () -> {
                heldUp.set(!more.getAsBoolean());
                return !heldUp.get();
            });
            this.deleted += gone;
            this.deletedInAll.add(gone);
        }
        catch (StoreException ex) {
            if (runs.size() > 1) {
                this.alone = runs.size();
                return false;
            }
            logger.warn("Run {} could not be deleted (workflow.retention), and will be tried again by the next pass: "
                    + "{}", runs.getFirst(), ex.getMessage());
        }
        if (heldUp.get()) {
            return false;
        }
        this.alone = Math.max(0, this.alone - 1);
        this.position = runs.getLast();
        return true;
    }

    private void endPass() {
        if (this.deleted > 0) {
            logger.info("Deleted {} runs that had ended more than {} ago (workflow.retention)", this.deleted,
                    this.kept);
        }
        this.deleted = 0;
        this.passSince = 0;
        this.position = BEGINNING;
        Duration pause = this.kept.dividedBy(50);
        this.nextPass = System.nanoTime() + ((pause.compareTo(LONGEST_PAUSE) > 0) ? LONGEST_PAUSE : pause).toNanos();
    }

    long deletedInAll() {
        return this.deletedInAll.sum();
    }

    /** For how long this pass goes on; zero between two of them. */
    Duration passAge() {
        long since = this.passSince;
        return (since == 0) ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    }

}
