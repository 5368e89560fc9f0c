package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes runs that have ended long ago: a few at a time, with the caretaker's beats, on
 * any node.
 * <p>
 * <b>Search.</b> A run's id begins with the time of its start, so what is old stands at
 * the beginning of the primary key: no index is needed that starts and ends would have to
 * pay for. A pass goes through these ids once, page by page, passing by what has not
 * ended or not long ago. <b>Bounds.</b> One transaction deletes at most so many events,
 * waits for no lock and passes by what another node deletes just then; of a long history
 * the last events go first, so that what is left of it is found again after a crash. A
 * beat works for a fraction of a second.
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

    /**
     * A retention.
     * @param kept for how long a run is kept after its end
     */
    Retention(WorkflowEngine engine, Duration kept) {
        this.engine = engine;
        this.kept = kept;
    }

    /** Goes on with a pass, or begins one when it is time. */
    void work(BooleanSupplier goOn) {
        long begin = System.nanoTime();
        while (goOn.getAsBoolean() && System.nanoTime() - this.nextPass >= 0
                && System.nanoTime() - begin < SLICE.toNanos()) {
            Instant before = this.engine.clock().instant().minus(this.kept);
            List<EngineStore.EndedRun> page = this.engine.store().startedBefore(this.position, before, PAGE);
            delete(page.stream().filter((run) -> run.closedAt() != null && run.closedAt().isBefore(before)).toList());
            if (page.size() < PAGE) {
                endPass();
            }
            else {
                this.position = page.getLast().runId();
            }
        }
    }

    private void delete(List<EngineStore.EndedRun> runs) {
        List<UUID> batch = new ArrayList<>();
        long events = 0;
        for (EngineStore.EndedRun run : runs) {
            if (events + run.historyLength() > EngineStore.DELETED_EVENTS && !batch.isEmpty()) {
                this.deleted += this.engine.store().delete(batch);
                batch.clear();
                events = 0;
            }
            batch.add(run.runId());
            events += run.historyLength();
        }
        if (!batch.isEmpty()) {
            this.deleted += this.engine.store().delete(batch);
        }
    }

    private void endPass() {
        if (this.deleted > 0) {
            logger.info("Deleted {} runs that had ended more than {} ago (workflow.retention)", this.deleted,
                    this.kept);
        }
        this.deleted = 0;
        this.position = BEGINNING;
        Duration pause = this.kept.dividedBy(50);
        this.nextPass = System.nanoTime() + ((pause.compareTo(LONGEST_PAUSE) > 0) ? LONGEST_PAUSE : pause).toNanos();
    }

}
