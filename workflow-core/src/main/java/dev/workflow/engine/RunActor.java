package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.UnsupportedHistoryFormatException;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.UnreadablePayloadException;
import dev.workflow.replay.WorkflowMachine;
import dev.workflow.replay.WorkflowTaskFailedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run in memory: a loop in straight-line code on a virtual thread.
 *
 * <pre>
 * take everything in the mailbox
 *   → advance the code, one input at a time
 *   → one transition
 *   → park until it is durable
 *   → dispatch: run activities, answer callers
 *   → repeat
 * </pre>
 *
 * <b>Rest.</b> An actor for which nothing arrives for a while gives up its thread: run()
 * is left, and entered again with what arrives next. It does so at once where it waits
 * for an activity that runs here, which begins on that thread, and whose end brings it.
 * <b>Crash.</b> Nothing leaves the actor before its transition is durable, so whatever is
 * lost with it was told to nobody. <b>Ownership.</b> A refused transition means that
 * somebody else has the run: the actor drops everything and ends. <b>Blocked.</b> Code
 * that fails its workflow task or differs from its history gives the run back with a
 * growing pause; what had reached only the mailbox goes to the inbox table.
 * <p>
 * The loop is here, with when to begin, rest, repeat and leave. What happens in a turn is
 * next door: {@link RunInbox} reads what waits, {@link RunInputs} makes events of it,
 * {@link RunCode} has code and state, {@link RunWriter} writes, {@link RunDispatch} does
 * what follows; {@link RunTimer} is the run's clock, and {@link CodelessTurns} is for
 * when there is no code to ask.
 */
final class RunActor implements ThreadStep {

    private static final Logger logger = LoggerFactory.getLogger(RunActor.class);

    private static final long NOT_READ = 0;

    /** For how long the end of an activity is expected, in nanoseconds. */
    private static final long SOON = Duration.ofSeconds(5).toNanos();

    private final WorkflowEngine engine;

    private final HeldRun run;

    private final RunCode code;

    private final RunInputs inputs;

    private final RunInbox inbox;

    private final RunWriter writer;

    private final RunTimer timer;

    private final RunDispatch dispatch;

    private int crashes;

    private final Mailbox mailbox;

    private final CompletableFuture<Transition.Result> startResult = new CompletableFuture<>();

    private final LocalActivities locals;

    private Transition.@Nullable NewExecution start;

    private @Nullable WorkflowExecutionStarted startedEvent;

    private Delivery.@Nullable Update firstUpdate;

    private boolean admitted = true;

    private @Nullable Throwable blockedBy;

    /** The last one that is known to be durable. */
    private long lastEvent;

    /** What was read with the claim; for one replay. */
    private EngineStore.@Nullable Beginning beginning;

    private Duration lastReplay = Duration.ZERO;

    private volatile boolean idle;

    private boolean begun;

    private boolean activityStarted;

    /** The inputs that were taken last are in the history: nobody must get them twice. */
    private boolean written;

    /** Has this thread when the actor rests. */
    private @Nullable Attempt successor;

    /** An activity has not ended yet. */
    private volatile boolean expecting;

    private volatile long lastTurn = System.nanoTime();

    private RunActor(WorkflowEngine engine, HeldRun run, int crashes, Instant storedDue) {
        this.engine = engine;
        this.run = run;
        this.crashes = crashes;
        this.mailbox = new Mailbox(() -> ThreadStep.launch(this));
        this.locals = new LocalActivities(engine, this.mailbox::offer);
        this.code = new RunCode(engine, run, this);
        this.inputs = new RunInputs(engine, run, this.code, this.locals);
        this.inbox = new RunInbox(engine, run);
        this.writer = new RunWriter(engine, run);
        this.timer = new RunTimer(engine, this, this.code, storedDue);
        this.dispatch = new RunDispatch(engine, run, this.code);
    }

    /**
     * An actor of a run that starts here: its start and its first turn are one
     * transition.
     */
    static RunActor starting(WorkflowEngine engine, Transition.NewExecution execution, WorkflowExecutionStarted event,
            Delivery.@Nullable Update firstUpdate) {
        HeldRun run = new HeldRun(execution.runId(), execution.workflowId(), execution.workflowType(),
                execution.taskQueue(), engine.nodeId(), 1, execution.version());
        RunActor actor = new RunActor(engine, run, 0, execution.dueAt());
        actor.start = execution;
        actor.startedEvent = event;
        actor.firstUpdate = firstUpdate;
        return actor;
    }

    /** An actor of a run that was claimed: it begins with a replay. */
    static RunActor claimed(WorkflowEngine engine, long owner, EngineStore.ClaimedRun claimed,
            EngineStore.@Nullable Beginning beginning) {
        HeldRun run = new HeldRun(claimed.runId(), claimed.workflowId(), claimed.workflowType(), claimed.taskQueue(),
                owner, claimed.token(), claimed.version());
        RunActor actor = new RunActor(engine, run, claimed.crashes(), claimed.dueAt());
        actor.lastEvent = claimed.lastEvent();
        actor.beginning = beginning;
        actor.admitted = claimed.admitted();
        return actor;
    }

    UUID runId() {
        return this.run.runId();
    }

    String workflowId() {
        return this.run.workflowId();
    }

    String workflowType() {
        return this.run.workflowType();
    }

    String taskQueue() {
        return this.run.taskQueue();
    }

    /** Local activities without an end, for people; for any thread. */
    List<WorkflowDetails.PendingActivityTask> localActivities() {
        return this.locals.pending();
    }

    RunVersion version() {
        return this.run.version();
    }

    int token() {
        return this.run.token();
    }

    long owner() {
        return this.run.owner();
    }

    boolean isIdle() {
        return this.idle && this.mailbox.isEmpty();
    }

    /**
     * Whether something is likely to happen soon: the end of an activity. A local one
     * would have to begin again elsewhere, however long it has taken.
     */
    boolean isExpecting(long now) {
        return this.locals.isRunning() || (this.expecting && quietFor(now) < SOON);
    }

    boolean offer(Delivery delivery) {
        boolean taken = this.mailbox.offer(delivery);
        this.engine.moved();
        return taken;
    }

    /**
     * @param idle takes this actor if it has no thread now, to lend it one
     */
    boolean offer(Delivery delivery, Consumer<RunActor> idle) {
        boolean taken = this.mailbox.offer(delivery, () -> idle.accept(this));
        this.engine.moved();
        return taken;
    }

    @Override
    public String threadName() {
        return "run-" + this.run.workflowId();
    }

    boolean withdraw(Delivery delivery) {
        return this.mailbox.withdraw(delivery);
    }

    /** Completes when it is known what became of the start. */
    CompletableFuture<Transition.Result> startResult() {
        return this.startResult;
    }

    /** The machine that has the code, once there is one; for any thread. */
    @Nullable WorkflowMachine machine() {
        return this.code.machine();
    }

    /** How long nothing has happened, in nanoseconds. */
    long quietFor(long now) {
        return now - this.lastTurn;
    }

    /** Lets the actor give up its thread until something arrives for it. */
    void rest() {
        if (!this.mailbox.rest()) {
            // It is busy: later.
            this.lastTurn = System.nanoTime();
            this.engine.resident().touch(this);
        }
    }

    @Override
    public @Nullable ThreadStep run() {
        List<Delivery> taken = new ArrayList<>();
        boolean rests = false;
        try {
            boolean goOn = this.begun || first(taken);
            while (goOn) {
                this.expecting = this.code.state().hasPendingActivities();
                this.idle = true;
                // From the rest on another thread may be here.
                Attempt successor = this.successor;
                this.successor = null;
                // An activity that runs here lends its thread when it ends.
                boolean restsAtOnce = this.activityStarted;
                this.activityStarted = false;
                List<Delivery> next = restsAtOnce ? this.mailbox.takeOrRest() : this.mailbox.take();
                // Whoever interrupts means the activity that ran on this thread before.
                Thread.interrupted();
                if (next.isEmpty()) {
                    rests = true;
                    return successor;
                }
                taken.clear();
                taken.addAll(next);
                this.written = false;
                launch(successor);
                this.idle = false;
                this.lastTurn = System.nanoTime();
                this.engine.resident().touch(this);
                this.engine.metrics().cacheHit();
                goOn = turn(taken, List.of(), 0);
            }
        }
        catch (WorkflowTaskFailedException | NonDeterminismException | UnsupportedHistoryFormatException
                | UnreadablePayloadException ex) {
            block(ex, taken);
        }
        catch (EngineStoppedException ex) {
            logger.debug("Run {} leaves memory: the engine has stopped", this.run.runId());
        }
        catch (MovedException ex) {
            refused(taken, "its history went on while it was brought into memory");
        }
        catch (RuntimeException | Error ex) {
            logger.error("The actor of {} ({}) failed", this.run.workflowId(), this.run.runId(), ex);
            if (this.written) {
                taken.removeIf(Delivery.Input.class::isInstance);
            }
            block(ex, taken);
        }
        finally {
            if (!rests) {
                launchSuccessor();
                end();
            }
        }
        return null;
    }

    /**
     * An attempt begins on this thread when the actor rests, or on one of its own as soon
     * as the actor has something else to do.
     */
    private void succeed(Attempt attempt) {
        launchSuccessor();
        this.successor = attempt;
    }

    private void launchSuccessor() {
        launch(this.successor);
        this.successor = null;
    }

    private static void launch(@Nullable Attempt attempt) {
        if (attempt != null) {
            ThreadStep.launch(attempt);
        }
    }

    private boolean first(List<Delivery> taken) {
        this.begun = true;
        return (this.start != null) ? begin(taken) : resume(taken);
    }

    private boolean begin(List<Delivery> taken) {
        WorkflowExecutionStarted event = Objects.requireNonNull(this.startedEvent);
        Turn turn = new Turn(this.engine, this.code.state());
        turn.add(event);
        RuntimeException failure = null;
        try {
            this.code.load();
            for (CommandEvent command : this.code.apply(event)) {
                turn.add(command);
            }
        }
        catch (WorkflowTaskFailedException ex) {
            // The start itself is sound: it is written alone, and the run then waits for
            // code that can run it.
            turn.abandon();
            failure = ex;
            this.code.forget();
            turn = new Turn(this.engine, this.code.state());
            turn.add(event);
        }
        catch (RuntimeException | Error ex) {
            turn.abandon();
            throw ex;
        }
        boolean goOn = commit(turn, List.of(), 0);
        Delivery.Update update = this.firstUpdate;
        if (!turn.goesOn()) {
            this.firstUpdate = null;
        }
        if (goOn && update != null) {
            // Before anything else that may have come meanwhile.
            taken.add(update);
        }
        if (failure != null && goOn) {
            throw failure;
        }
        if (!taken.isEmpty()) {
            launchSuccessor();
            return turn(taken, List.of(), 0);
        }
        if (goOn) {
            waitOn();
        }
        return goOn;
    }

    private boolean resume(List<Delivery> taken) {
        if (!mayBegin()) {
            return stayInLine(0);
        }
        boolean hasMessages = this.beginning == null || this.beginning.hasMessages();
        List<CommandEvent> news;
        this.engine.slots().acquire(this.run.taskQueue());
        try {
            news = replay();
        }
        finally {
            this.engine.slots().release(this.run.taskQueue());
        }
        // What has come since then, while it was brought here, comes before a timer, too.
        if (hasMessages || !this.mailbox.isEmpty()) {
            taken.add(new Delivery.InboxHint());
        }
        taken.add(new Delivery.TimeCame());
        return turn(taken, news, 0);
    }

    /**
     * Whether the run has a place in the limit of its type, if that has one. A start that
     * did not know of the limit has not even a number: so whose code has never begun is
     * looked up.
     */
    private boolean mayBegin() {
        if (!this.admitted || this.lastEvent > 1 || !this.engine.admissions().isLimited(this.run.workflowType())) {
            return this.admitted;
        }
        this.admitted = this.engine.retrying(() -> this.engine.admissions().enter(this));
        return this.admitted;
    }

    /**
     * A run without a place was claimed because the delay of its start is over, it is out
     * of time, or it shall be canceled. Its code does not begin, so that there is nothing
     * to clean up: it ends here, or waits on.
     */
    private boolean stayInLine(int repetition) {
        CodelessTurns turns = codeless();
        Turn end = turns.endInLine(history());
        if (end != null) {
            return commit(end, List.of(), repetition);
        }
        turns.waitInLine();
        return false;
    }

    private List<CommandEvent> replay() {
        return this.code.replay(history(), this.lastEvent);
    }

    /** The committed history. What came with the claim serves once. */
    private Iterator<HistoryEvent> history() {
        EngineStore.Beginning claimed = this.beginning;
        this.beginning = null;
        return (claimed != null) ? claimed.history()
                : this.engine.retrying(() -> this.engine.store().history(this.run.runId(), 0));
    }

    private boolean turn(List<Delivery> deliveries, List<CommandEvent> news, int repetition) {
        List<Delivery.Input> inputs = new ArrayList<>(deliveries.size());
        List<Delivery.Query> queries = new ArrayList<>(0);
        Delivery.Leave leave = null;
        boolean timeCame = false;
        boolean readInbox = false;
        for (Delivery delivery : deliveries) {
            switch (delivery) {
                case Delivery.Outcome outcome -> inputs.add(outcome);
                case Delivery.LocalOutcome local -> inputs.add(local);
                case Delivery.Input input -> {
                    inputs.add(input);
                    readInbox |= input.messageId() == null;
                }
                case Delivery.Query query -> queries.add(query);
                case Delivery.Leave asked -> leave = asked;
                case Delivery.TimeCame time -> timeCame = true;
                case Delivery.InboxHint hint -> {
                    readInbox = true;
                    this.inbox.use();
                }
                case Delivery.Gone gone -> {
                    deliveries.removeIf((d) -> d == gone);
                    return gone.isTakenHere() ? dropped(deliveries) : refused(deliveries, "it was told so");
                }
            }
        }
        List<CommandEvent> first = news;
        long readUpTo = NOT_READ;
        // What is in it comes first all the same: the commit is refused then.
        boolean unread = readInbox && this.start == null && news.isEmpty() && this.inbox.isQuiet();
        if (readInbox && !unread) {
            // Whatever was acknowledged by way of the table comes before what has just
            // reached the mailbox, however much it is. What is sent meanwhile does not:
            // there may be no end of it, and the time of a timer has come.
            List<Message> page = this.code.endsInFirstStep(first) ? this.inbox.whole() : this.inbox.page(0);
            long last = RunInbox.isFull(page) ? lastToTake(repetition) : 0;
            while (RunInbox.isFull(page) && page.getLast().id() < last && !this.code.endsInFirstStep(first)) {
                if (!turn(this.inbox.inputs(page), page.getLast().id(), false, List.of(new Delivery.InboxHint()), false,
                        first, repetition)) {
                    this.inbox.putBackAll(deliveries);
                    return false;
                }
                launchSuccessor();
                first = List.of();
                if (isEndAnnounced(repetition)) {
                    // This page ended what was announced, and more comes before the end.
                    this.writer.holdOff(Duration.ZERO);
                }
                page = this.inbox.page(0);
            }
            if (RunInbox.isFull(page)) {
                offer(new Delivery.InboxHint());
            }
            readUpTo = page.isEmpty() ? NOT_READ : page.getLast().id();
            List<Delivery.Input> stored = this.inbox.inputs(page);
            inputs.removeIf((i) -> i.messageId() != null && !(i instanceof Delivery.Outcome));
            stored.addAll(inputs);
            inputs = stored;
        }
        if (!turn(inputs, readUpTo, unread, deliveries, timeCame, first, repetition)) {
            queries.forEach(Delivery.Query::moved);
            if (leave != null) {
                leave.left().complete(null);
            }
            return false;
        }
        if (!queries.isEmpty() || leave != null) {
            launchSuccessor();
        }
        queries.forEach(this::answer);
        if (leave != null) {
            leave(leave);
            return false;
        }
        waitOn();
        return true;
    }

    /** Looks after what runs beside the code, and after its time. */
    private void waitOn() {
        this.locals.follow(this.code.localActivities(), this.code.state());
        this.timer.set();
    }

    /** Those who send while an end is announced are held off: then it is to the last. */
    private long lastToTake(int repetition) {
        return isEndAnnounced(repetition) ? Long.MAX_VALUE : this.inbox.last();
    }

    private static boolean isEndAnnounced(int repetition) {
        return repetition > 1;
    }

    /**
     * Advances by these inputs and writes what comes of it; returns whether the run stays
     * here.
     * @param readUpTo the last message of the inbox that is among the inputs
     * @param unread whether there may be messages that come before the inputs
     */
    private boolean turn(List<Delivery.Input> inputs, long readUpTo, boolean unread, List<Delivery> deliveries,
            boolean timeCame, List<CommandEvent> news, int repetition) {
        Turn turn = new Turn(this.engine, this.code.state(), unread);
        try {
            List<Delivery.Input> rest = this.inputs.begin(turn, news, inputs);
            int taken = this.inputs.advance(turn, rest);
            boolean endedByMessage = turn.isClosed() && taken > 0 && isOfInbox(rest.get(taken - 1), readUpTo);
            if (timeCame) {
                // It may be another one than that which fired: it is set again.
                this.timer.cancel();
                this.inputs.time(turn);
            }
            this.inputs.limit(turn);
            List<Delivery.Input> left = new ArrayList<>(rest.subList(taken, rest.size()));
            if (turn.isClosed() && !turn.goesOn()) {
                this.inputs.turnAway(turn, left);
                if (endedByMessage) {
                    // A message ended the run, so all that follow it are late, also those
                    // that have not been read yet.
                    this.inputs.turnAwayUnread(turn, this.inbox.after(readUpTo));
                }
                left = List.of();
            }
            if (!left.isEmpty()) {
                List<Delivery.Input> late = left;
                turn.whenDurable(() -> this.inbox.putBack(late));
            }
            if (turn.isEmpty()) {
                if (unread && this.inbox.last() != 0) {
                    return again(deliveries, repetition);
                }
                // Nothing to write: repetitions of what is durable already, or refused
                // updates.
                turn.tell();
                return true;
            }
            return commit(turn, deliveries, repetition);
        }
        catch (RuntimeException | Error ex) {
            turn.abandon();
            throw ex;
        }
    }

    private static boolean isOfInbox(Delivery.Input input, long readUpTo) {
        Long message = input.messageId();
        return message != null && message <= readUpTo;
    }

    /**
     * Writes the turn and dispatches what follows; returns whether the run stays here.
     */
    private boolean commit(Turn turn, List<Delivery> deliveries, int repetition) {
        Transition.NewExecution next;
        Instant due;
        Transition transition;
        Transition.Result result;
        try {
            next = turn.goesOn() ? new NextRun(this.engine, this.run, this.code.state(), this.admitted).after(turn)
                    : null;
            due = this.timer.newDue(turn);
            transition = turn.transition(this.run.owner(), this.run.token(), this.start, due, next, this.run.version());
            result = this.writer.write(transition);
        }
        catch (RuntimeException | Error ex) {
            turn.abandon();
            throw ex;
        }
        switch (result) {
            case Transition.Result.Committed committed -> {
                this.written |= deliveries.stream().anyMatch(Delivery.Input.class::isInstance);
                durable(turn, due, next);
                this.dispatch.tellOthers(transition, this::offer);
                return !turn.isClosed();
            }
            case Transition.Result.Refused refused -> {
                turn.abandon();
                this.startResult.complete(result);
                return refused(deliveries, "its commit was refused");
            }
            case Transition.Result.Overtaken overtaken -> {
                turn.abandon();
                turn.tell();
                this.dispatch.tellOthers(transition, this::offer);
                return refused(List.of(), "it was taken just after a commit");
            }
            case Transition.Result.StartRefused refused -> {
                turn.abandon();
                this.startResult.complete(result);
                return false;
            }
            case Transition.Result.InboxNotEmpty inbox -> {
                turn.abandon();
                return again(deliveries, repetition);
            }
            case Transition.Result.Locked locked -> {
                turn.abandon();
                this.startResult.complete(result);
                return false;
            }
            case Transition.Result.Condemned condemned -> {
                turn.abandon();
                this.startResult.complete(result);
                throw new WorkflowTaskFailedException(
                        "The database refuses what the workflow wants to write: " + condemned.message(),
                        new IllegalArgumentException(condemned.message()));
            }
        }
    }

    private void durable(Turn turn, @Nullable Instant due, Transition.@Nullable NewExecution next) {
        if (due != null) {
            this.timer.stored(due);
        }
        long before = this.lastEvent;
        this.lastEvent = this.code.state().lastEvent();
        if (!turn.isClosed()) {
            this.dispatch.warnOfLength(before, this.lastEvent);
        }
        this.crashes = 0;
        if (this.start != null) {
            this.start = null;
            this.engine.metrics().workflowStarted(this.run.workflowType(), this.run.taskQueue());
            if (!turn.isClosed()) {
                this.engine.resident().known(this);
            }
            this.startResult.complete(new Transition.Result.Committed());
        }
        this.activityStarted |= !turn.localActivities().isEmpty();
        this.dispatch.follow(turn, next, this::succeed);
    }

    private void answer(Delivery.Query query) {
        try {
            query.answer().complete(this.code.query(query.call()));
        }
        catch (RuntimeException | Error ex) {
            // Whatever a query does, the run goes on.
            query.answer().completeExceptionally(ex);
        }
    }

    /**
     * The inbox got something while the code ended: replay, and let it see that first.
     */
    private boolean again(List<Delivery> deliveries, int repetition) {
        if (this.start != null) {
            throw new IllegalStateException("A start met an inbox that is not empty");
        }
        if (repetition > 0) {
            this.writer.announceEnd(this.lastReplay);
        }
        if (this.blockedBy != null) {
            endOrWait(this.blockedBy, repetition + 1);
            return false;
        }
        if (!this.admitted) {
            return stayInLine(repetition + 1);
        }
        long begin = System.nanoTime();
        List<CommandEvent> news = replay();
        this.lastReplay = Duration.ofNanos(System.nanoTime() - begin);
        List<Delivery> once = new ArrayList<>(deliveries.size() + 1);
        once.add(new Delivery.InboxHint());
        for (Delivery delivery : deliveries) {
            if (delivery instanceof Delivery.Input || delivery instanceof Delivery.TimeCame) {
                once.add(delivery);
            }
        }
        return turn(once, news, repetition + 1);
    }

    private boolean refused(List<Delivery> deliveries, String how) {
        logger.info("Run {} of {} belongs to somebody else now; this node ({}, token {}) drops it: {}",
                this.run.runId(), this.run.workflowId(), this.run.owner(), this.run.token(), how);
        this.engine.refusals().increment();
        this.engine.metrics().commitRefused();
        return dropped(deliveries);
    }

    private boolean dropped(List<Delivery> deliveries) {
        launchSuccessor();
        this.inbox.putBackAll(deliveries);
        return false;
    }

    private void leave(Delivery.Leave leave) {
        List<Delivery> rest = this.mailbox.close();
        this.inbox.putBackAll(rest);
        this.locals.abandon();
        this.writer.release(
                this.code.hasLocalActivities() ? this.engine.clock().instant() : this.code.state().nextDue(), 0, null);
        leave.left().complete(null);
    }

    private void block(Throwable failure, List<Delivery> taken) {
        launchSuccessor();
        logger.error("Workflow {} ({}, run {}) does not go on until its code can: {}", this.run.workflowId(),
                this.run.workflowType(), this.run.runId(), failure.getMessage(), failure);
        List<Delivery> rest = new ArrayList<>(taken);
        rest.addAll(this.mailbox.close());
        if (this.start != null) {
            this.startResult.completeExceptionally(failure);
            return;
        }
        this.inbox.putBackAll(rest);
        this.engine.metrics().workflowTaskFailed(this.run.workflowType());
        this.blockedBy = failure;
        try {
            endOrWait(failure, 0);
        }
        catch (EngineStoppedException ex) {
            throw ex;
        }
        catch (RuntimeException | Error ex) {
            // What is wrong may be the history.
            logger.warn("Whether run {} of {} is out of time is not known: {}", this.run.runId(), this.run.workflowId(),
                    ex.getMessage());
            waitForCode(failure);
        }
    }

    /** A run ends in time, though its code cannot go on. */
    private void endOrWait(Throwable failure, int repetition) {
        Turn end = codeless().endInTime(history());
        if (end != null) {
            commit(end, List.of(), repetition);
        }
        else {
            waitForCode(failure);
        }
    }

    /** Hardly any run needs it, so that none carries it. */
    private CodelessTurns codeless() {
        return new CodelessTurns(this.engine, this.run, this.code, this.inputs, this.inbox, this.writer);
    }

    private void waitForCode(Throwable failure) {
        codeless().waitForCode(failure, Math.max(1, this.crashes));
    }

    private void end() {
        // From here on nobody finds this actor; whatever arrived meanwhile is passed on.
        this.engine.resident().remove(this);
        this.locals.abandon();
        List<Delivery> rest = new ArrayList<>();
        if (this.firstUpdate != null && this.start == null) {
            // The workflow went on in its next run before it could take it.
            rest.add(this.firstUpdate);
        }
        rest.addAll(this.mailbox.close());
        this.timer.cancel();
        this.dispatch.closedAgain();
        this.startResult.complete(new Transition.Result.Refused());
        try {
            this.inbox.putBackAll(rest);
        }
        finally {
            this.code.close();
        }
    }

}
