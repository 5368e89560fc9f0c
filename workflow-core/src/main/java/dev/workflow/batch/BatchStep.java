package dev.workflow.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

import dev.workflow.visibility.ListedWorkflow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A step of a batch: the next runs of its query, a few at the same time.
 * <p>
 * <b>Under way.</b> Before runs are dealt with it is written which; with that, what
 * became of those before. So whoever repeats the step after a crash knows the few whose
 * outcome is in doubt, whether or not the query finds them any more, and nothing is
 * counted twice or not at all. What is to be tried again stays under way; a step begins
 * with that.
 */
final class BatchStep {

    private static final Logger logger = LoggerFactory.getLogger(BatchStep.class);

    private static final Duration LONGEST = BatchTable.LEASE.dividedBy(2);

    private static final int AT_ONCE = 8;

    /** In so many steps a run may be held by somebody; then it is left out. */
    private static final int HELD_STEPS = 5;

    private static final int SAMPLES = 20;

    private static final int SAMPLE_LENGTH = 500;

    private final Batches batches;

    private final Batch batch;

    private final BatchDeed deed;

    private final ExecutorService threads;

    /** In how many steps a run was held, of the runs that somebody held lastly. */
    private final Map<UUID, Integer> held;

    private final BooleanSupplier running;

    private final long begin = System.nanoTime();

    private final List<UUID> left = new ArrayList<>();

    private final List<String> failures;

    private long done;

    private long failed;

    private int dealtWith;

    private boolean finished;

    BatchStep(Batches batches, Batch batch, BatchDeed deed, ExecutorService threads, Map<UUID, Integer> held,
            BooleanSupplier running) {
        this.batches = batches;
        this.batch = batch;
        this.deed = deed;
        this.threads = threads;
        this.held = held;
        this.running = running;
        this.failures = new ArrayList<>(batch.failures());
    }

    /** Takes it; returns how long the batch pauses then. */
    Duration take(Duration idle) throws InterruptedException {
        List<UUID> underWay = this.batch.progress().underWay();
        if (!underWay.isEmpty()) {
            deal(this.batches.table().inDoubt(underWay));
        }
        this.finished = isToGoOn() && next(Math.max(1, this.batch.size() - underWay.size()));
        Duration pause = this.batch.pace(this.dealtWith).minusNanos(System.nanoTime() - this.begin);
        pause = (pause.isNegative() || this.finished) ? Duration.ZERO : pause;
        if (!this.left.isEmpty() && pause.compareTo(idle) < 0) {
            pause = idle;
        }
        Instant ended = this.finished ? this.batches.clock().instant() : null;
        this.batches.table().advance(this.batch, this.left, tally(), pause, ended);
        return pause;
    }

    /** Whether it was the last one. */
    boolean isFinished() {
        return this.finished;
    }

    private boolean isToGoOn() {
        return this.left.isEmpty() && System.nanoTime() - this.begin < LONGEST.toNanos() && this.running.getAsBoolean();
    }

    /** Deals with the next runs; true when these were the last ones. */
    private boolean next(int limit) throws InterruptedException {
        Batch.Position position = this.batch.progress().position();
        List<ListedWorkflow> page = this.batches.lists()
            .before(this.batch.wish().query(), position.startedAt(), position.runId(), limit);
        Set<UUID> own = this.batches.table().madeBy(this.batch, page.stream().map(BatchStep::id).toList());
        for (int i = 0; i < page.size(); i += AT_ONCE) {
            List<ListedWorkflow> some = page.subList(i, Math.min(page.size(), i + AT_ONCE));
            List<Batch.Run> runs = some.stream()
                .filter((run) -> !own.contains(id(run)))
                .map((run) -> new Batch.Run(id(run), run.workflowId(), run.status(), run.startTime(), false))
                .toList();
            Batch.Position after = new Batch.Position(some.getLast().startTime(), id(some.getLast()));
            boolean ours = isToGoOn() && this.batches.table()
                .begin(this.batch, runs.stream().map(Batch.Run::runId).toList(), after, tally());
            if (!ours) {
                return false;
            }
            this.done = 0;
            this.failed = 0;
            deal(runs);
        }
        return page.size() < limit && this.left.isEmpty();
    }

    private static UUID id(ListedWorkflow run) {
        return UUID.fromString(run.runId());
    }

    private void deal(List<Batch.Run> runs) throws InterruptedException {
        List<Future<BatchDeed.Outcome>> outcomes = this.threads
            .invokeAll(runs.stream().map((run) -> (Callable<BatchDeed.Outcome>) () -> this.deed.deal(run)).toList());
        for (int i = 0; i < runs.size(); i++) {
            add(runs.get(i), outcome(outcomes.get(i)));
        }
    }

    private static BatchDeed.Outcome outcome(Future<BatchDeed.Outcome> outcome) throws InterruptedException {
        try {
            return outcome.get();
        }
        catch (ExecutionException ex) {
            return BatchDeed.Outcome.failed(String.valueOf(ex.getCause()));
        }
    }

    private void add(Batch.Run run, BatchDeed.Outcome outcome) {
        switch (outcome.kind()) {
            case DONE -> count(run, true);
            case FAILED -> refused(run, outcome);
            case LATER -> again(run, outcome);
            case HELD -> {
                if (this.held.merge(run.runId(), 1, Integer::sum) < HELD_STEPS) {
                    again(run, outcome);
                }
                else {
                    refused(run, outcome);
                }
            }
        }
    }

    private void again(Batch.Run run, BatchDeed.Outcome outcome) {
        logger.debug("Batch {} waits for run {}, and goes on then: {}", this.batch.id(), run.runId(), outcome.reason());
        this.left.add(run.runId());
    }

    private void refused(Batch.Run run, BatchDeed.Outcome outcome) {
        count(run, false);
        if (this.failures.size() < SAMPLES) {
            String name = (run.workflowId() != null) ? run.workflowId() + " " : "";
            this.failures.add(line(name + run.runId() + ": " + outcome.reason(), SAMPLE_LENGTH));
        }
    }

    private void count(Batch.Run run, boolean isDone) {
        this.held.remove(run.runId());
        this.dealtWith++;
        this.batches.count(isDone);
        if (isDone) {
            this.done++;
        }
        else {
            this.failed++;
        }
    }

    /** A text that the database takes, on one line. */
    static String line(String text, int length) {
        return text.replaceAll("[\\r\\n\\x00]+", " ")
            .codePoints()
            .limit(length)
            .filter((c) -> !(Character.isBmpCodePoint(c) && Character.isSurrogate((char) c)))
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    }

    private Batch.Tally tally() {
        return new Batch.Tally(0, this.done, this.failed, String.join("\n", this.failures));
    }

}
