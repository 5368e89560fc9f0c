package dev.workflow.batch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

import javax.sql.DataSource;

import dev.workflow.client.BatchDescription;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.interceptor.ContextPropagator;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.visibility.ListedWorkflow;
import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;

/**
 * Begins batches and says how far they are. What is written joins a transaction of the
 * caller's.
 */
public final class Batches {

    private static final int MOST_LISTED = 1_000;

    /** So far the clocks of nodes may be apart. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private final BatchTable table;

    private final WorkflowLists lists;

    private final InstantSource clock;

    private final ContextPropagation context;

    private final Supplier<String> identity;

    private final PayloadCodecs codecs;

    private final LongAdder done = new LongAdder();

    private final LongAdder failed = new LongAdder();

    private volatile Map<String, Long> states = Map.of();

    private volatile Runnable wake = () -> {
    };

    /**
     * The batches of one database.
     * @param database where they are
     * @param lists finds the runs
     * @param clock the engine's time
     * @param context knows who calls
     * @param identity in whose name the calling thread acts
     */
    public Batches(Database database, WorkflowLists lists, InstantSource clock, ContextPropagation context,
            Supplier<String> identity) {
        this.table = new BatchTable(database.dataSource(), database.schema());
        this.codecs = database.codecs();
        this.lists = lists;
        this.clock = clock;
        this.context = context;
        this.identity = identity;
    }

    /**
     * Where batches are stored.
     *
     * @param dataSource the application's
     * @param schema the schema of the engine's tables; null: the one that the connection
     * finds them in
     * @param codecs what the arguments of signals go through
     */
    public record Database(DataSource dataSource, @Nullable String schema, PayloadCodecs codecs) {
    }

    BatchTable table() {
        return this.table;
    }

    WorkflowLists lists() {
        return this.lists;
    }

    InstantSource clock() {
        return this.clock;
    }

    ContextPropagation context() {
        return this.context;
    }

    PayloadCodecs codecs() {
        return this.codecs;
    }

    /** What to call when a batch has begun. */
    void onBegin(Runnable action) {
        this.wake = action;
    }

    /**
     * Begins a batch with the runs that its query finds now.
     * @return its id
     * @throws dev.workflow.visibility.ListQueryException when the query is not understood
     */
    public String begin(BatchRequest request) {
        Instant now = this.clock.instant();
        Batch.Position from = Batch.Position.at(newest(now));
        long total = this.lists.countBefore(request.query(), from.startedAt(), from.runId());
        String principal = this.context.capture(Map.of()).get(ContextPropagator.PRINCIPAL);
        Batch.Author author = new Batch.Author((principal != null) ? principal : this.identity.get(),
                principal != null);
        Batch batch = new Batch(UUID.randomUUID().toString(),
                new Batch.Wish(request.query(), StoredAction.of(request.action(), this.codecs), request.reason(),
                        request.rate()),
                Batch.State.RUNNING, new Batch.Tally(total, 0, 0, ""), new Batch.Progress(from, List.of(), 0, 0, null),
                new Batch.Times(now, null), author);
        this.table.insert(batch);
        this.wake.run();
        return batch.id();
    }

    /** Not before the newest run, whatever the clock of the node that started it. */
    private Instant newest(Instant now) {
        return this.lists.before(null, now.plus(CLOCKS), Batch.Position.at(now).runId(), 1)
            .stream()
            .map(ListedWorkflow::startTime)
            .filter(now::isBefore)
            .findFirst()
            .orElse(now);
    }

    /**
     * How far a batch is.
     * @throws IllegalArgumentException when there is none of that id
     */
    public BatchDescription describe(String batchId) {
        return this.table.find(batchId).map(Batch::describe).orElseThrow(() -> new UnknownBatchException(batchId));
    }

    /**
     * Refuses to wait for a batch in the transaction that has begun it.
     * @throws IllegalStateException when it is called there
     */
    public void requireCommitted(String batchId) {
        if (this.table.isBegunHere(batchId)) {
            throw new IllegalStateException("'await' waits for what only the commit of this transaction makes visible: "
                    + "batch " + batchId + " was begun in it. Call it after the commit.");
        }
    }

    /** The newest batches, at most so many. */
    public List<BatchDescription> newest(int limit) {
        return this.table.newest(Math.min(limit, MOST_LISTED)).stream().map(Batch::describe).toList();
    }

    /**
     * Stops a batch: what it has done stays done. Nothing where it has ended.
     * @throws IllegalArgumentException when there is none of that id
     */
    public void stop(String batchId) {
        describe(batchId);
        this.table.stop(batchId, this.identity.get(), this.clock.instant());
    }

    /**
     * Pauses a batch: what it deals with just now is dealt with, and nothing more until
     * it is resumed. Nothing where it has ended or is paused already.
     * @throws IllegalArgumentException when there is none of that id
     */
    public void pause(String batchId) {
        describe(batchId);
        this.table.pause(batchId, this.identity.get(), this.clock.instant());
    }

    /**
     * Lets a paused batch go on; nothing where it is not paused.
     * @throws IllegalArgumentException when there is none of that id
     */
    public void resume(String batchId) {
        describe(batchId);
        this.table.resume(batchId, this.identity.get(), this.clock.instant());
        this.wake.run();
    }

    /** This node has dealt with a run. */
    void count(boolean isDone) {
        (isDone ? this.done : this.failed).increment();
    }

    /** Counts the batches. */
    void takeCensus() {
        this.states = this.table.countByState();
    }

    /** How many runs this node has dealt with as they wanted. */
    public long doneRuns() {
        return this.done.sum();
    }

    /** How many runs refused what this node did for batches. */
    public long failedRuns() {
        return this.failed.sum();
    }

    /**
     * How many batches there are in a state, as of half a minute ago at most.
     * @param state one of those of {@link BatchDescription#state}
     */
    public long inState(String state) {
        return this.states.getOrDefault(state, 0L);
    }

}
