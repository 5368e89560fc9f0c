package dev.workflow.batch;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.workflow.engine.EngineStoppedException;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.WorkflowService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;

/**
 * Works through batches: a loop on a platform thread that never dies.
 * <p>
 * <b>Steps.</b> It takes up a batch that is due, deals with the next runs of its query,
 * and writes how far it came. Between two steps any other node may take it up.
 * <b>Crash.</b> Where a step was not written, another node repeats it when the lease is
 * over. Each operation says under which request it is done, so that a run which had its
 * turn is not signaled, reset or forked again. <b>Failure.</b> A batch that cannot be
 * read, whose query cannot be asked, or whose nodes end over it, is tried again a few
 * times, since another node may be of a version that can; then it has failed. What the
 * database cannot do for a moment does not count.
 */
public final class BatchRunner {

    private static final Logger logger = LoggerFactory.getLogger(BatchRunner.class);

    private static final Duration IDLE = Duration.ofSeconds(1);

    /** So often in a row a step may lead to nothing; then the batch has failed. */
    private static final int ATTEMPTS = 8;

    private static final Duration CENSUS = Duration.ofSeconds(30);

    private static final int PROBLEM_LENGTH = 2_000;

    private static final int MOST_HELD = 1_000;

    private final Batches batches;

    private final WorkflowService workflows;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition woken = this.lock.newCondition();

    private final Thread thread = Thread.ofPlatform().name("workflow-batches").daemon(true).unstarted(this::run);

    /** In how many steps a run was held by somebody. Of the runner's thread. */
    private final Map<UUID, Integer> held = new HashMap<>();

    private boolean wake;

    private long counted;

    private volatile boolean running = true;

    /**
     * A runner that has not started.
     * @param batches the batches
     * @param workflows what is done with each run
     */
    public BatchRunner(Batches batches, WorkflowService workflows) {
        this.batches = batches;
        this.workflows = workflows;
    }

    /** Begins to work. A runner is started once. */
    public void start() {
        this.batches.onBegin(this::wake);
        this.thread.start();
    }

    /** Ends after what it deals with just now. */
    public void stop() {
        this.running = false;
        wake();
        try {
            this.thread.join(Duration.ofSeconds(5));
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        this.lock.lock();
        try {
            this.wake = true;
            this.woken.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    private void await(Duration time) throws InterruptedException {
        this.lock.lock();
        try {
            long left = time.toNanos();
            while (this.running && !this.wake && left > 0) {
                left = this.woken.awaitNanos(left);
            }
            this.wake = false;
        }
        finally {
            this.lock.unlock();
        }
    }

    private void run() {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Duration pause = Duration.ZERO;
            while (this.running) {
                try {
                    await(pause);
                    if (this.running) {
                        count();
                        pause = step(threads);
                    }
                }
                catch (InterruptedException ex) {
                    return;
                }
                catch (RuntimeException | Error ex) {
                    logger.warn("A batch did not get on, and is tried again: {}", ex.getMessage());
                    pause = IDLE;
                }
            }
        }
    }

    private void count() {
        if (this.counted == 0 || System.nanoTime() - this.counted > CENSUS.toNanos()) {
            this.counted = System.nanoTime();
            this.batches.takeCensus();
        }
    }

    /** Takes one step of one batch; returns how long to wait before the next look. */
    private Duration step(ExecutorService threads) throws InterruptedException {
        Batch batch = this.batches.table().claim().orElse(null);
        if (batch == null) {
            return IDLE;
        }
        if (batch.progress().attempts() > ATTEMPTS) {
            String problem = batch.progress().problem();
            fail(batch, (problem != null) ? problem : "Whoever went on with it ended before it got on", true);
            return Duration.ZERO;
        }
        if (this.held.size() > MOST_HELD) {
            this.held.clear();
        }
        try {
            BatchAction action = batch.wish().action().action(this.batches.codecs());
            BatchDeed deed = new BatchDeed(this.workflows, this.batches.context(), batch, action);
            BatchStep step = new BatchStep(this.batches, batch, deed, threads, this.held, () -> this.running);
            Duration pause = step.take(IDLE);
            this.counted = step.isFinished() ? 0 : this.counted;
            return (pause.compareTo(IDLE) > 0) ? IDLE : pause;
        }
        catch (RuntimeException | Error ex) {
            fail(batch, (ex.getMessage() != null) ? ex.getMessage() : ex.toString(), !isForAMoment(ex));
            return IDLE;
        }
    }

    private void fail(Batch batch, String problem, boolean counts) {
        int attempts = batch.progress().attempts();
        boolean over = counts && attempts >= ATTEMPTS;
        if (over) {
            this.counted = 0;
            logger.error("Batch {} cannot go on, and has failed: {}", batch.id(), problem);
        }
        else {
            logger.warn("Batch {} did not get on, and is tried again: {}", batch.id(), problem);
        }
        Duration pause = IDLE.multipliedBy(1L << Math.min(attempts, 5));
        this.batches.table()
            .fail(batch, BatchStep.line(problem, PROBLEM_LENGTH), counts, pause,
                    over ? this.batches.clock().instant() : null);
    }

    /** The same may succeed later; a query that takes too long will do so again. */
    private static boolean isForAMoment(Throwable failure) {
        return switch (failure) {
            case StoreException ex -> ex.kind() != StoreException.Kind.REJECTED;
            case EngineStoppedException ex -> true;
            case QueryTimeoutException ex -> false;
            case TransientDataAccessException ex -> true;
            case RecoverableDataAccessException ex -> true;
            case NonTransientDataAccessResourceException ex -> true;
            default -> false;
        };
    }

}
