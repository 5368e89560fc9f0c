package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit. Each committer thread takes whatever waits, writes it in one transaction
 * and tells those who wait. There is no artificial delay: alone, a transition commits at
 * once; under load batches form by themselves.
 * <p>
 * A batch that the database rejects goes on one by one, so that one bad transition never
 * fails its neighbours; so does one that takes too long. A batch whose connection was
 * lost is sent again until it is known what became of it: the engine never answers
 * "maybe". Starts with an id that the caller chose have a lane of their own, for only
 * they can meet an uncommitted insert of somebody else; those that have met one go on in
 * another lane, one by one.
 */
final class Committer {

    private static final Logger logger = LoggerFactory.getLogger(Committer.class);

    private static final int MAX_BATCH = 500;

    private static final int CAPACITY = 50_000;

    /** So many transitions do not wait for a commit on its way, but begin another one. */
    private static final int WORTHWHILE = 16;

    /** So many starts of a batch may find somebody who starts the same. */
    private static final int MOST_MET = 5;

    private static final int MAX_ROWS = 4_000;

    private static final int MAX_BYTES = 8 * 1024 * 1024;

    /** The server takes no message of more than a GiB, and would cut the connection. */
    private static final long LARGEST = 128L * 1024 * 1024;

    /** Execution, task, first event and answer. */
    private static final int ROWS_OF_A_CHILD = 4;

    /** So often one transition alone may fail in a way that may lie in itself. */
    private static final int MOST_VAIN = 2;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** How long fewer transitions wait at most for a commit that takes long. */
    private static final Duration LOOK = Duration.ofMillis(100);

    /**
     * A transition that is to be written.
     *
     * @param mayMeet whether it starts a run under an id that somebody else may be
     * starting
     */
    private record Waiting(Transition transition, int rows, long bytes, boolean mayMeet,
            CompletableFuture<Transition.Result> result) {
    }

    private final EngineStore store;

    private final EngineMetrics metrics;

    private final WorkQueue<Waiting> transitions;

    private final WorkQueue<Waiting> starts = new WorkQueue<>(CAPACITY);

    private final WorkQueue<Waiting> blocked = new WorkQueue<>(CAPACITY);

    private final List<Thread> threads = new ArrayList<>();

    private volatile boolean abandoned;

    Committer(EngineStore store, EngineMetrics metrics, int committers) {
        this.store = store;
        this.metrics = metrics;
        this.transitions = new WorkQueue<>(CAPACITY, committers, WORTHWHILE, LOOK);
        for (int i = 0; i < committers; i++) {
            this.threads.add(thread("workflow-committer-" + (i + 1), this.transitions));
        }
        this.threads.add(thread("workflow-starter", this.starts));
        this.threads.add(thread("workflow-blocked-starter", this.blocked));
    }

    private Thread thread(String name, WorkQueue<Waiting> queue) {
        return Thread.ofPlatform().name(name).daemon(true).unstarted(() -> run(queue));
    }

    void start() {
        this.threads.forEach(Thread::start);
    }

    /**
     * Writes what still waits, for at most the given time; whatever is left then fails.
     */
    void stop(Duration timeout) {
        this.transitions.end();
        this.starts.end();
        long end = System.nanoTime() + timeout.toNanos();
        for (Thread thread : this.threads) {
            if (thread == this.threads.getLast()) {
                // Those before it may have brought it something.
                this.blocked.endAtOnce();
            }
            try {
                long left = Math.max(1, (end - System.nanoTime()) / 1_000_000);
                thread.join(left);
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
        this.abandoned = true;
        this.threads.forEach(Thread::interrupt);
        fail(this.transitions);
        fail(this.starts);
        fail(this.blocked);
    }

    private static void fail(WorkQueue<Waiting> queue) {
        queue.drain().forEach((w) -> w.result().complete(new Transition.Result.Refused()));
    }

    /** Completes when it is known what became of the transition. */
    CompletableFuture<Transition.Result> submit(Transition transition) {
        return submit(transition, this.starts);
    }

    /**
     * The same for one that found something locked: a start then holds up only those that
     * have met somebody, too.
     */
    CompletableFuture<Transition.Result> submitAgain(Transition transition) {
        return submit(transition, this.blocked);
    }

    private CompletableFuture<Transition.Result> submit(Transition transition, WorkQueue<Waiting> forStarts) {
        long bytes = 0;
        for (Transition.EventRow event : transition.events()) {
            bytes += event.attributes().length();
        }
        if (bytes > LARGEST) {
            return CompletableFuture.completedFuture(new Transition.Result.Condemned("its events of one turn have "
                    + bytes / 1024 / 1024 + " MiB, and no more than " + LARGEST / 1024 / 1024 + " can be written"));
        }
        int rows = transition.events().size() + transition.newActivities().size();
        Relations relations = transition.relations();
        boolean chosenChild = false;
        if (relations != null) {
            rows += ROWS_OF_A_CHILD * relations.children().size() + 2 * relations.asks().size();
            for (Relations.Child child : relations.children()) {
                chosenChild |= child.execution().chosenId();
                bytes += java.util.Objects.requireNonNull(child.execution().startedEvent()).attributes().length();
            }
        }
        Transition.NewExecution start = transition.start();
        boolean mayMeet = start != null && start.chosenId() || chosenChild;
        Waiting waiting = new Waiting(transition, rows, bytes, mayMeet, new CompletableFuture<>());
        put(waiting, mayMeet ? forStarts : (transition.next() != null) ? this.starts : this.transitions);
        return waiting.result();
    }

    private void put(Waiting waiting, WorkQueue<Waiting> queue) {
        queue.put(waiting);
        if (this.abandoned) {
            fail(queue);
        }
    }

    /** About how many transitions wait to be written. */
    int waiting() {
        return this.transitions.size() + this.starts.size() + this.blocked.size();
    }

    boolean isIdle() {
        return this.transitions.isEmpty() && this.starts.isEmpty() && this.blocked.isEmpty();
    }

    private void run(WorkQueue<Waiting> queue) {
        List<Waiting> batch = new ArrayList<>();
        Waiting carried = null;
        while (!this.abandoned) {
            batch.clear();
            try {
                Waiting first = (carried != null) ? carried : queue.take();
                carried = null;
                if (first == null) {
                    return;
                }
                carried = fill(batch, first, queue);
                queue.share();
                write(batch);
            }
            catch (InterruptedException ex) {
                if (this.abandoned) {
                    batch.forEach((w) -> w.result().complete(new Transition.Result.Refused()));
                    return;
                }
            }
            catch (RuntimeException | Error ex) {
                logger.error("A batch of {} transitions failed unexpectedly", batch.size(), ex);
                batch.forEach((w) -> w.result().completeExceptionally(ex));
            }
        }
        if (carried != null) {
            carried.result().complete(new Transition.Result.Refused());
        }
    }

    /**
     * Fills a batch, bounded in number, rows and bytes; returns what did not fit any
     * more.
     */
    private @Nullable Waiting fill(List<Waiting> batch, Waiting first, WorkQueue<Waiting> queue) {
        int most = (queue == this.blocked) ? 1 : MAX_BATCH;
        int rows = 0;
        long bytes = 0;
        Waiting next = first;
        while (next != null) {
            if (!batch.isEmpty() && (rows + next.rows() > MAX_ROWS || bytes + next.bytes() > MAX_BYTES)) {
                return next;
            }
            batch.add(next);
            rows += next.rows();
            bytes += next.bytes();
            next = (batch.size() < most) ? queue.poll() : null;
        }
        return null;
    }

    private void write(List<Waiting> batch) throws InterruptedException {
        List<Transition.Result> results;
        try {
            results = commit(batch);
        }
        catch (UnexpectedException ex) {
            recover(batch, ex);
            return;
        }
        catch (StoreException ex) {
            if (batch.size() > 1 && (ex.kind() != StoreException.Kind.TRANSIENT || ex.isStatementTimeout())) {
                writeOneByOne(batch);
            }
            else {
                recover(batch, ex);
            }
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).result().complete(results.get(i));
        }
    }

    /**
     * @throws UnexpectedException when something else fails than the database, as when
     * memory is short: it may have been written
     */
    private List<Transition.Result> commit(List<Waiting> batch) {
        long begin = System.nanoTime();
        List<Transition.Result> results = asked(
                () -> this.store.commit(batch.stream().map(Waiting::transition).toList()));
        count(batch.size(), Duration.ofNanos(System.nanoTime() - begin));
        return results;
    }

    /**
     * Before anybody hears of the commit: who has a result finds what it took counted.
     * What fails here must not be taken for a commit that failed.
     */
    private void count(int transitions, Duration duration) {
        try {
            this.metrics.commit(transitions, duration);
        }
        catch (RuntimeException | Error ex) {
            logger.warn("A commit of {} transitions was not counted", transitions, ex);
        }
    }

    private boolean wasCommitted(Waiting waiting) {
        return asked(() -> this.store.wasCommitted(waiting.transition()));
    }

    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        }
        catch (StoreException ex) {
            throw ex;
        }
        catch (RuntimeException | Error ex) {
            throw new UnexpectedException(ex);
        }
    }

    /**
     * Those that meet somebody take their time; when there are many of them, whoever
     * might, too, is left to their lane.
     */
    private void writeOneByOne(List<Waiting> batch) throws InterruptedException {
        int met = 0;
        for (Waiting waiting : batch) {
            if (waiting.mayMeet() && met >= MOST_MET) {
                put(waiting, this.blocked);
            }
            else {
                writeAlone(waiting);
                met += (waiting.result().getNow(null) instanceof Transition.Result.Locked) ? 1 : 0;
            }
        }
    }

    private void writeAlone(Waiting waiting) throws InterruptedException {
        try {
            waiting.result().complete(commit(List.of(waiting)).getFirst());
        }
        catch (StoreException ex) {
            recover(List.of(waiting), ex);
        }
    }

    /**
     * Goes on until it is known which of the transitions were written: together, so that
     * after an outage all of them wait for one pause and not each for its own. What takes
     * too long, or fails unexpectedly, is parted, and what does so alone is given up:
     * nothing else would ever be written behind it.
     */
    private void recover(List<Waiting> batch, StoreException failure) throws InterruptedException {
        List<Waiting> left = new ArrayList<>(batch);
        StoreException last = failure;
        Duration pause = Duration.ofMillis(20);
        int vain = 0;
        while (last.kind() == StoreException.Kind.TRANSIENT) {
            if (mayLieInTheWork(last)) {
                if (left.size() > 1) {
                    break;
                }
                if (isToGiveUp(left.getFirst(), last, ++vain) && giveUp(left.getFirst(), last)) {
                    return;
                }
            }
            if (this.abandoned) {
                left.forEach((w) -> w.result().complete(new Transition.Result.Refused()));
                return;
            }
            logger.warn("A commit of {} transitions failed and is tried again in {} ms: {}", left.size(),
                    pause.toMillis(), last.getMessage());
            Thread.sleep(pause);
            pause = pause.multipliedBy(2);
            pause = (pause.compareTo(LONGEST_PAUSE) > 0) ? LONGEST_PAUSE : pause;
            try {
                writeAgain(left);
                return;
            }
            catch (StoreException ex) {
                last = ex;
            }
        }
        boolean uncertain = failure.kind() == StoreException.Kind.TRANSIENT;
        if (left.size() > 1) {
            for (Waiting waiting : left) {
                writeAgainAlone(waiting);
            }
        }
        else if (!left.isEmpty()) {
            left.getFirst()
                .result()
                .complete((last.kind() == StoreException.Kind.LOCKED) ? new Transition.Result.Locked(uncertain)
                        : new Transition.Result.Condemned(String.valueOf(last.getMessage())));
        }
    }

    private static boolean mayLieInTheWork(StoreException failure) {
        return failure.isStatementTimeout() || failure instanceof UnexpectedException;
    }

    /** A start is small: it takes long only where everything does. */
    private static boolean isToGiveUp(Waiting waiting, StoreException failure, int vain) {
        return vain >= MOST_VAIN && (waiting.transition().start() == null || failure instanceof UnexpectedException);
    }

    /** Unless it was written after all; false when that cannot be known now. */
    private boolean giveUp(Waiting waiting, StoreException failure) {
        try {
            return waiting.result()
                .complete(wasCommitted(waiting) ? RunWriter.written(waiting.transition())
                        : new Transition.Result.Condemned(String.valueOf(failure.getMessage())));
        }
        catch (StoreException ex) {
            return false;
        }
    }

    private void writeAgainAlone(Waiting waiting) throws InterruptedException {
        try {
            writeAgain(new ArrayList<>(List.of(waiting)));
        }
        catch (StoreException ex) {
            recover(List.of(waiting), ex);
        }
    }

    /**
     * A start or an end that was written must not meet itself. For the others the fence
     * tells, unless the run was taken by somebody else since. A row that is held may be
     * held by what was sent first and has not ended yet.
     */
    private void writeAgain(List<Waiting> left) {
        left.removeIf((waiting) -> {
            Transition transition = waiting.transition();
            boolean written = (transition.start() != null || transition.close() != null) && wasCommitted(waiting);
            return written && waiting.result().complete(new Transition.Result.Committed());
        });
        if (left.isEmpty()) {
            return;
        }
        List<Transition.Result> results = commit(left);
        for (int i = 0; i < results.size(); i++) {
            Waiting waiting = left.get(i);
            waiting.result().complete(switch (results.get(i)) {
                case Transition.Result.Refused refused when wasCommitted(waiting) ->
                    RunWriter.written(waiting.transition());
                case Transition.Result.Locked locked -> new Transition.Result.Locked(true);
                case Transition.Result known -> known;
            });
        }
    }

    /** Whether it was written is not known. */
    private static final class UnexpectedException extends StoreException {

        UnexpectedException(Throwable failure) {
            super(Kind.TRANSIENT, failure.toString(), failure);
        }

    }

}
