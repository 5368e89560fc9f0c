package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.workflow.WorkflowContext;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.replay.WorkflowMachine.Running;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of one run.
 * <p>
 * <b>One at a time.</b> Exactly one of driver (the caller of the machine) and workflow
 * threads runs; everything here and in the rest of the package is touched by that one
 * only.
 * <p>
 * <b>Order.</b> Threads that can go on wait in one queue, first in, first out. A thread
 * that waits for a promise is in the promise's list and costs nothing until that
 * completes. Once the queue is empty the conditions of {@code Workflows.await} are
 * evaluated in the order of their registration; the first that is true wakes its thread,
 * and so on until none is. So the order depends on the history and the code alone.
 * <p>
 * <b>Conditions</b> are evaluated by the driver, bound to the run, and must only read:
 * that costs no switch of threads. What one throws is thrown by its {@code await}.
 * <p>
 * <b>End.</b> A sealed run throws {@link EvictedError} out of every call that blocks or
 * commands; {@link #endAll()} wakes each parked thread for it, for parked virtual threads
 * that nobody refers to are never collected.
 */
final class WorkflowThreads {

    /**
     * Where constructors run: like all that only reads, but their randomness is the same
     * in every replay.
     */
    static final String IN_CONSTRUCTOR = "in the constructor of a workflow";

    private static final Logger logger = LoggerFactory.getLogger(WorkflowMachine.class);

    /** How long code may go on after it was told to end. */
    private static final Duration END_TIMEOUT = Duration.ofSeconds(1);

    private final Deque<WorkflowThread> ready = new ArrayDeque<>(2);

    private final Set<WorkflowThread> live = new LinkedHashSet<>(2);

    private final Set<Condition> conditions = new LinkedHashSet<>(2);

    private final WorkflowContext context;

    private final ContextPropagation propagation;

    private final Consumer<Throwable> uncaught;

    private @Nullable WorkflowThread current;

    private @Nullable Thread holder;

    private @Nullable String readOnly;

    private boolean hasty;

    private boolean commandsRefused;

    private boolean sealed;

    private boolean cut;

    private @Nullable RuntimeException fatal;

    private final boolean watched;

    private BooleanSupplier feed = () -> false;

    private volatile @Nullable Running running;

    private volatile List<WorkflowThread> blocked = List.of();

    /**
     * Creates the threads of a run.
     * @param context what they are bound to
     * @param propagation what is put in place on each of them
     * @param uncaught told of everything but {@link EvictedError} that ends a thread
     * @param watched whether others may ask for blocked threads that keep their carriers
     */
    WorkflowThreads(WorkflowContext context, ContextPropagation propagation, Consumer<Throwable> uncaught,
            boolean watched) {
        this.context = context;
        this.propagation = propagation;
        this.uncaught = uncaught;
        this.watched = watched;
    }

    /**
     * Adds a thread, which goes on when its turn comes.
     * @param header what is in place as its context
     */
    void start(String name, RunScope scope, Map<String, String> header, Body body) {
        WorkflowThread thread = new WorkflowThread(name, scope, header,
                () -> WorkflowContext.runAs(this.context, () -> runBody(header, body)));
        this.live.add(thread);
        this.ready.add(thread);
    }

    private void runBody(Map<String, String> header, Body body) {
        this.running = Running.now(Thread.currentThread());
        try (ContextPropagation.Restored context = this.propagation.restore(header)) {
            body.run();
        }
        catch (EvictedError ended) {
            // That is how it should end.
        }
        catch (Throwable thrown) {
            if (!this.sealed) {
                tell(thrown);
            }
        }
        finally {
            this.running = null;
        }
    }

    private void tell(Throwable thrown) {
        try {
            this.uncaught.accept(thrown);
        }
        catch (RuntimeException | StackOverflowError unsayable) {
            unsayable.addSuppressed(thrown);
            fail(new WorkflowTaskFailedException("A failure of workflow code cannot be recorded: " + unsayable,
                    unsayable));
        }
    }

    /** Puts a thread that waits back into the queue. */
    void wake(WorkflowThread thread) {
        this.ready.add(thread);
    }

    /** Advances the code until every thread is blocked. */
    void runUntilBlocked() {
        WorkflowThread next = next();
        while (next != null) {
            advance(next);
            if (this.fatal != null) {
                throw this.fatal;
            }
            next = this.cut ? null : next();
        }
        if (this.watched) {
            this.blocked = parked();
        }
    }

    private @Nullable WorkflowThread next() {
        WorkflowThread next = this.ready.poll();
        return (next != null) ? next : nextByCondition();
    }

    private void advance(WorkflowThread thread) {
        this.current = thread;
        this.holder = thread.thread();
        thread.advance();
        this.running = null;
        this.holder = null;
        this.current = null;
        if (thread.isEnded()) {
            this.live.remove(thread);
        }
    }

    // Blocking

    /**
     * Blocks the current thread until somebody wakes it. Ask {@link #requireBlockable}
     * first.
     */
    void block(WorkflowThread self) {
        if (!isNext(self)) {
            this.running = Running.handedBack(this.running);
            self.park();
            this.running = Running.now(self.thread());
        }
        if (this.sealed) {
            throw self.evicted();
        }
    }

    /**
     * Whether the thread that is about to block would be the next to go on: then it keeps
     * the turn. In a replay it takes the next input from the history itself, as long as
     * nobody else has something to do: code that does one thing after the other is
     * replayed without a switch of threads.
     */
    private boolean isNext(WorkflowThread self) {
        while (!this.sealed) {
            if (this.ready.peek() == self) {
                this.ready.remove();
                return true;
            }
            // Reading the history is not the code's time.
            this.running = null;
            boolean fed = this.ready.isEmpty() && this.conditions.isEmpty() && this.feed.getAsBoolean();
            this.running = Running.now(self.thread());
            if (!fed) {
                return false;
            }
        }
        return false;
    }

    /**
     * Says where inputs come from while a history is replayed.
     * @param source applies the next input; false when there is none that may be applied
     * by a thread of the run
     */
    void feedFrom(BooleanSupplier source) {
        this.feed = source;
    }

    /** Lets the threads that are ready go first. */
    void giveWay() {
        WorkflowThread self = requireBlockable("giving way");
        wake(self);
        block(self);
    }

    /** Blocks the current thread until the condition is true, which it is not now. */
    void awaitCondition(BooleanSupplier test) {
        WorkflowThread self = requireWaitable("await");
        Condition condition = new Condition(self, test);
        this.conditions.add(condition);
        block(self);
        if (condition.failure != null) {
            throw Sneaky.rethrow(condition.failure);
        }
    }

    private @Nullable WorkflowThread nextByCondition() {
        return this.conditions.isEmpty() ? null : asDriver("in the condition of an await", this::firstTrue);
    }

    private @Nullable WorkflowThread firstTrue() {
        Iterator<Condition> each = this.conditions.iterator();
        while (each.hasNext()) {
            Condition condition = each.next();
            this.current = condition.thread;
            if (condition.isTrue()) {
                each.remove();
                return condition.thread;
            }
        }
        return null;
    }

    // Who may do what

    /** The current workflow thread; none in a query or a validator. */
    @Nullable WorkflowThread current() {
        return this.current;
    }

    /** Refuses every thread but the one of this run that runs now. */
    void requireHeld() {
        if (Thread.currentThread() != this.holder) {
            throw new IllegalStateException(
                    "This belongs to a workflow run and works only in the run's own code, on the "
                            + "thread that the run is on; this is " + Thread.currentThread()
                            + ". Threads that workflow code needs are started with Workflows.async.");
        }
    }

    /** The current thread, which may block. */
    WorkflowThread requireBlockable(String what) {
        return requireWritable(what, "wait");
    }

    /** The current thread, which may wait now. */
    WorkflowThread requireWaitable(String what) {
        WorkflowThread self = requireBlockable(what);
        if (this.hasty) {
            throw new IllegalStateException(
                    "'" + what + "' is not possible in a @WorkflowInit method, which must not wait");
        }
        return self;
    }

    /** The current thread, which may issue commands. */
    WorkflowThread requireCommandable(String what) {
        WorkflowThread self = requireWritable(what, "change the run");
        if (this.commandsRefused) {
            throw self.evicted();
        }
        return self;
    }

    private WorkflowThread requireWritable(String what, String verb) {
        requireHeld();
        if (this.readOnly != null) {
            throw new IllegalStateException(
                    "'" + what + "' is not possible " + this.readOnly + ", which must not " + verb);
        }
        WorkflowThread self = this.current;
        if (self == null) {
            throw new IllegalStateException("'" + what + "' is not possible outside of workflow threads");
        }
        if (this.sealed) {
            throw self.evicted();
        }
        return self;
    }

    /**
     * Refuses code that may run at any time or not at all: queries, validators,
     * conditions, side effects.
     */
    void requireReproducible() {
        if (this.readOnly == null || !this.readOnly.equals(IN_CONSTRUCTOR)) {
            requireWritable("this call", "change the run");
        }
        requireHeld();
    }

    /** Whether the code that runs now does so in every replay. */
    boolean isReproducible() {
        return this.readOnly == null || this.readOnly.equals(IN_CONSTRUCTOR);
    }

    /** Runs code on the current thread that must not wait. */
    void withoutWaiting(Body code) throws Throwable {
        this.hasty = true;
        try {
            code.run();
        }
        finally {
            this.hasty = false;
        }
    }

    /** Runs code on the current thread that must neither block nor command. */
    <T> T readOnly(String where, Supplier<T> code) {
        String before = this.readOnly;
        this.readOnly = where;
        try {
            return code.get();
        }
        finally {
            this.readOnly = before;
        }
    }

    /**
     * Runs code of the run on the driver's thread, bound to the run; it must neither
     * block nor command.
     */
    <T extends @Nullable Object> T asDriver(String where, Supplier<T> code) {
        List<T> result = new ArrayList<>(1);
        Thread driver = Thread.currentThread();
        this.holder = driver;
        this.readOnly = where;
        this.running = Running.now(driver);
        try {
            WorkflowContext.runAs(this.context, () -> result.add(code.get()));
        }
        finally {
            this.running = null;
            this.readOnly = null;
            this.holder = null;
            this.current = null;
        }
        return result.get(0);
    }

    // End

    /**
     * Stops the run for a reason that its code must not see; what the current thread has
     * to throw.
     */
    EvictedError fail(RuntimeException reason) {
        if (this.fatal == null) {
            this.fatal = reason;
        }
        this.sealed = true;
        return new EvictedError();
    }

    /**
     * Lets the code go no further, for its run was ended before it did; what the current
     * thread, or the driver, has to throw.
     */
    EvictedError cut() {
        this.sealed = true;
        this.cut = true;
        return (this.current != null) ? this.current.evicted() : new EvictedError();
    }

    boolean isCut() {
        return this.cut;
    }

    @Nullable RuntimeException fatal() {
        return this.fatal;
    }

    /** Lets the other threads go on as far as they come without ordering anything. */
    void refuseCommands() {
        this.commandsRefused = true;
    }

    /** Seals the run and ends its threads, in the order of their creation. */
    void endAll() {
        this.sealed = true;
        this.blocked = List.of();
        this.ready.clear();
        this.conditions.clear();
        List<WorkflowThread> ending = List.copyOf(this.live);
        this.live.clear();
        for (WorkflowThread thread : ending) {
            if (thread.isStarted()) {
                end(thread);
            }
        }
    }

    private void end(WorkflowThread thread) {
        this.current = thread;
        this.holder = thread.thread();
        boolean blocked = thread.advance(END_TIMEOUT.toNanos());
        if (!blocked || thread.wasGivenUp()) {
            logger.error("Workflow code on thread '{}' does not end: it catches Throwable around a blocking call. The "
                    + "thread was given up and keeps its memory.", thread.name());
        }
        this.holder = null;
        this.current = null;
    }

    /** The threads that have begun and not ended, in the order of their creation. */
    List<WorkflowThread> parked() {
        return this.live.stream().filter(WorkflowThread::isStarted).toList();
    }

    @Nullable Running running() {
        return this.running;
    }

    /** A thread that has blocked and keeps its carrier; for any thread. */
    WorkflowMachine.@Nullable Pinned pinned() {
        for (WorkflowThread thread : this.blocked) {
            String carrier = thread.keptCarrier();
            if (carrier != null) {
                return new WorkflowMachine.Pinned(thread.thread(), carrier);
            }
        }
        return null;
    }

    /** What a thread does. */
    @FunctionalInterface
    interface Body {

        void run() throws Throwable;

    }

    /** A thread that waits until something is true. */
    private static final class Condition {

        private final WorkflowThread thread;

        private final BooleanSupplier test;

        private @Nullable Throwable failure;

        Condition(WorkflowThread thread, BooleanSupplier test) {
            this.thread = thread;
            this.test = test;
        }

        boolean isTrue() {
            try {
                return this.test.getAsBoolean();
            }
            catch (Throwable thrown) {
                this.failure = thrown;
                return true;
            }
        }

    }

}
