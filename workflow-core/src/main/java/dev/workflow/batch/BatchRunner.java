package dev.workflow.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.workflow.client.ResetOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.EngineStoppedException;
import dev.workflow.engine.HandlerCall;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.visibility.ListedWorkflow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works through batches: a loop on a platform thread that never dies.
 * <p>
 * <b>Steps.</b> It takes up a batch that is due, deals with the next runs of its query,
 * and writes how far it came. Between two steps any other node may take it up.
 * <b>Crash.</b> Where a step was not written, another node repeats it when the lease is
 * over. Each operation says under which request it is done, so that a run which had its
 * turn is not signaled, reset or forked again.
 */
public final class BatchRunner {

    private static final Logger logger = LoggerFactory.getLogger(BatchRunner.class);

    private static final Duration IDLE = Duration.ofSeconds(1);

    private static final Duration STEP = BatchTable.LEASE.dividedBy(2);

    private static final int AT_ONCE = 8;

    /** In so many steps a run may be held by somebody; then it is left out. */
    private static final int HELD_STEPS = 5;

    private static final int SAMPLES = 20;

    private static final int SAMPLE_LENGTH = 500;

    private final Batches batches;

    private final WorkflowService workflows;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition woken = this.lock.newCondition();

    private final Thread thread = Thread.ofPlatform().name("workflow-batches").daemon(true).unstarted(this::run);

    /** The run at which a step ended since somebody held it. Of the runner's thread. */
    private @Nullable Held held;

    private boolean wake;

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

    /** Takes one step of one batch; returns how long to wait before the next look. */
    private Duration step(ExecutorService threads) throws InterruptedException {
        Batch batch = this.batches.table().claim().orElse(null);
        if (batch == null) {
            return IDLE;
        }
        long begin = System.nanoTime();
        Batch.Position position = batch.position();
        List<ListedWorkflow> page = this.batches.lists()
            .before(batch.request().query(), position.startedAt(), position.runId(), batch.size());
        Progress progress = new Progress(batch);
        int dealtWith = 0;
        boolean goOn = true;
        while (goOn && dealtWith < page.size()) {
            List<ListedWorkflow> some = page.subList(dealtWith, Math.min(page.size(), dealtWith + AT_ONCE));
            List<Outcome> outcomes = outcomes(threads, batch, some);
            int done = progress.add(some, outcomes, this::isToBeTriedAgain);
            dealtWith += done;
            goOn = done == some.size() && System.nanoTime() - begin < STEP.toNanos() && this.running
                    && this.batches.table().isHeld(batch);
        }
        boolean finished = goOn && page.size() < batch.size();
        Duration pause = batch.pace(dealtWith).minusNanos(System.nanoTime() - begin);
        pause = (pause.isNegative() || finished) ? Duration.ZERO : pause;
        if (dealtWith == 0 && !finished) {
            pause = IDLE;
        }
        Instant ended = finished ? this.batches.clock().instant() : null;
        this.batches.table().advance(batch, progress.position, progress.tally(), pause, ended);
        return (pause.compareTo(IDLE) > 0) ? IDLE : pause;
    }

    private List<Outcome> outcomes(ExecutorService threads, Batch batch, List<ListedWorkflow> runs)
            throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        for (Future<Outcome> one : threads
            .invokeAll(runs.stream().map((run) -> (Callable<Outcome>) () -> outcome(batch, run)).toList())) {
            try {
                outcomes.add(one.get());
            }
            catch (ExecutionException ex) {
                outcomes.add(new Outcome(false, false, String.valueOf(ex.getCause())));
            }
        }
        return outcomes;
    }

    /**
     * A run that somebody holds.
     *
     * @param batchId the batch that waits for it
     * @param runId the run
     * @param steps in how many steps it was held
     */
    private record Held(String batchId, String runId, int steps) {
    }

    private boolean isToBeTriedAgain(Batch batch, ListedWorkflow run, Outcome outcome) {
        if (!outcome.held()) {
            return outcome.again();
        }
        Held before = this.held;
        int steps = (before != null && before.batchId().equals(batch.id()) && before.runId().equals(run.runId()))
                ? before.steps() + 1 : 1;
        this.held = (steps < HELD_STEPS) ? new Held(batch.id(), run.runId(), steps) : null;
        return steps < HELD_STEPS;
    }

    /** Says whether a step ends before a run, to try it again in the next one. */
    private interface Again {

        boolean test(Batch batch, ListedWorkflow run, Outcome outcome);

    }

    /**
     * What became of one run.
     *
     * @param again whether the database could not do it for a moment
     * @param held whether somebody held the run
     * @param failure why it was refused; null: it was done
     */
    private record Outcome(boolean again, boolean held, @Nullable String failure) {
    }

    private Outcome outcome(Batch batch, ListedWorkflow run) {
        Map<String, String> header = batch.author().principal()
                ? Map.of(ContextPropagator.PRINCIPAL, batch.author().name()) : Map.of();
        try (ContextPropagation.Restored context = this.batches.context().restore(header)) {
            deal(batch, run, header);
            return new Outcome(false, false, null);
        }
        catch (EngineStoppedException ex) {
            return new Outcome(true, false, ex.getMessage());
        }
        catch (StoreException ex) {
            return new Outcome(ex.kind() == StoreException.Kind.TRANSIENT, ex.kind() == StoreException.Kind.LOCKED,
                    String.valueOf(ex.getMessage()));
        }
        catch (RuntimeException ex) {
            return new Outcome(false, false, (ex.getMessage() != null) ? ex.getMessage() : ex.toString());
        }
    }

    private void deal(Batch batch, ListedWorkflow run, Map<String, String> header) {
        BatchRequest request = batch.request();
        WorkflowRef workflow = new WorkflowRef(run.workflowId(), run.runId());
        String once = "batch " + batch.id() + " " + run.runId();
        String reason = ((request.reason() != null) ? request.reason() + " " : "") + "(batch " + batch.id() + ")";
        ResetOptions options = ResetOptions.defaults()
            .reason(reason)
            .keepSignals(request.keepSignals())
            .requestId(once);
        switch (request.operation()) {
            case SIGNAL -> this.workflows.signal(workflow, new HandlerCall(String.valueOf(request.signalName()),
                    this.batches.codecs().decode(request.input()), header), once);
            case CANCEL -> this.workflows.cancel(workflow, reason);
            case TERMINATE -> {
                // One that is repeated finds it ended.
                if (run.status() != WorkflowStatus.TERMINATED) {
                    this.workflows.terminate(workflow, reason);
                }
            }
            case RESET -> this.workflows.reset(workflow, request.point(), options);
            case FORK -> this.workflows.fork(workflow, request.point(), run.workflowId() + request.idSuffix(), options);
        }
    }

    /** What a step has come to. */
    private static final class Progress {

        private final Batch batch;

        private Batch.Position position;

        private long done;

        private long failed;

        private final List<String> failures;

        Progress(Batch batch) {
            this.batch = batch;
            this.position = batch.position();
            this.failures = new ArrayList<>(batch.tally().failures().lines().toList());
        }

        /** Adds outcomes up to the first that must be tried again; returns how many. */
        int add(List<ListedWorkflow> runs, List<Outcome> outcomes, Again again) {
            for (int i = 0; i < runs.size(); i++) {
                Outcome outcome = outcomes.get(i);
                ListedWorkflow run = runs.get(i);
                if (again.test(this.batch, run, outcome)) {
                    logger.debug("A batch waits, and goes on then: {}", outcome.failure());
                    return i;
                }
                if (outcome.failure() == null) {
                    this.done++;
                }
                else {
                    this.failed++;
                    sample(run, outcome.failure());
                }
                this.position = new Batch.Position(run.startTime(), UUID.fromString(run.runId()));
            }
            return runs.size();
        }

        private void sample(ListedWorkflow run, String failure) {
            if (this.failures.size() < SAMPLES) {
                String line = (run.workflowId() + " " + run.runId() + ": " + failure).replaceAll("[\\r\\n\\x00]+", " ");
                this.failures.add(line.codePoints()
                    .limit(SAMPLE_LENGTH)
                    .filter((c) -> !(Character.isBmpCodePoint(c) && Character.isSurrogate((char) c)))
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString());
            }
        }

        Batch.Tally tally() {
            return new Batch.Tally(0, this.done, this.failed, String.join("\n", this.failures));
        }

    }

}
