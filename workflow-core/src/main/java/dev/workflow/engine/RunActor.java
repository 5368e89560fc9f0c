package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.workflow.VersioningBehavior;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.NonDeterminismException;
import dev.workflow.history.ActivityTaskCanceled;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskFailed;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.ActivityTaskStarted;
import dev.workflow.history.ActivityTaskTimedOut;
import dev.workflow.history.ChildWorkflowExecutionCanceled;
import dev.workflow.history.ChildWorkflowExecutionCompleted;
import dev.workflow.history.ChildWorkflowExecutionFailed;
import dev.workflow.history.ChildWorkflowExecutionStarted;
import dev.workflow.history.ChildWorkflowExecutionTerminated;
import dev.workflow.history.ChildWorkflowExecutionTimedOut;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.ExternalWorkflowExecutionCancelRequested;
import dev.workflow.history.ExternalWorkflowExecutionSignaled;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.InputEvent;
import dev.workflow.history.LocalActivityMarkerRecorded;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionFailed;
import dev.workflow.history.RequestCancelExternalWorkflowExecutionInitiated;
import dev.workflow.history.SignalExternalWorkflowExecutionFailed;
import dev.workflow.history.SignalExternalWorkflowExecutionInitiated;
import dev.workflow.history.StartChildWorkflowExecutionFailed;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.TimerFired;
import dev.workflow.history.UnsupportedHistoryFormatException;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionContinuedAsNew;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.history.WorkflowExecutionTimedOut;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadException;
import dev.workflow.payload.UnreadablePayloadException;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.replay.WorkflowMachine;
import dev.workflow.schedule.CronRuns;
import dev.workflow.replay.WorkflowTaskFailedException;
import dev.workflow.visibility.WorkflowLists;
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
 * is left, and entered again with what arrives next. <b>Crash.</b> Nothing leaves the
 * actor before its transition is durable, so whatever is lost with it was told to nobody.
 * <b>Ownership.</b> A refused transition means that somebody else has the run: the actor
 * drops everything and ends. <b>Blocked.</b> Code that fails its workflow task or differs
 * from its history gives the run back with a growing pause; what had reached only the
 * mailbox goes to the inbox table.
 */
final class RunActor implements Runnable {

    private static final Logger logger = LoggerFactory.getLogger(RunActor.class);

    private static final Duration LONGEST_BLOCK = Duration.ofMinutes(5);

    private static final long NOT_READ = 0;

    private static final FailureInfo TOO_LATE = FailureInfo.application("WorkflowCompleted",
            "The workflow completed before it could take the update", true);

    /** How long those who send to a run are held off when it could not end for them. */
    private static final Duration HELD_OFF = Duration.ofSeconds(1);

    /** In milliseconds: whoever holds a row for longer does more than send. */
    private static final long SHORT_PAUSE = 16;

    /** How many messages one turn takes at most. */
    private static final int INBOX_PAGE = 1_000;

    private final WorkflowEngine engine;

    private final UUID runId;

    private final String workflowId;

    private final String workflowType;

    private final String taskQueue;

    private final long owner;

    private final int token;

    private int crashes;

    private final Mailbox mailbox;

    private final CompletableFuture<Transition.Result> startResult = new CompletableFuture<>();

    private final LocalActivities locals;

    private final RunVersion version;

    private Transition.@Nullable NewExecution start;

    private @Nullable WorkflowExecutionStarted startedEvent;

    private Delivery.@Nullable Update firstUpdate;

    private boolean admitted = true;

    private long claimedLastEvent;

    /** What was read of the history with the claim; for one replay. */
    private @Nullable Iterator<HistoryEvent> claimedHistory;

    private RunState state = new RunState();

    private volatile @Nullable WorkflowMachine machine;

    private Instant storedDue;

    private TimerQueue.@Nullable Entry timer;

    private @Nullable WorkflowOutcome outcome;

    private long endAnnounced;

    private Duration lastReplay = Duration.ZERO;

    private volatile boolean idle;

    private boolean begun;

    private boolean activityStarted;

    private volatile long lastTurn = System.nanoTime();

    private RunActor(WorkflowEngine engine, UUID runId, String workflowId, String workflowType, String taskQueue,
            long owner, int token, int crashes, Instant storedDue, RunVersion version) {
        this.version = version;
        this.engine = engine;
        this.runId = runId;
        this.workflowId = workflowId;
        this.workflowType = workflowType;
        this.taskQueue = taskQueue;
        this.owner = owner;
        this.token = token;
        this.crashes = crashes;
        this.storedDue = storedDue;
        this.mailbox = new Mailbox(() -> engine.launch(this));
        this.locals = new LocalActivities(engine, this.mailbox::offer);
    }

    /**
     * An actor of a run that starts here: its start and its first turn are one
     * transition.
     */
    static RunActor starting(WorkflowEngine engine, Transition.NewExecution execution, WorkflowExecutionStarted event,
            Delivery.@Nullable Update firstUpdate) {
        RunActor actor = new RunActor(engine, execution.runId(), execution.workflowId(), execution.workflowType(),
                execution.taskQueue(), engine.nodeId(), 1, 0, execution.dueAt(), execution.version());
        actor.start = execution;
        actor.startedEvent = event;
        actor.firstUpdate = firstUpdate;
        return actor;
    }

    /** An actor of a run that was claimed: it begins with a replay. */
    static RunActor claimed(WorkflowEngine engine, long owner, EngineStore.ClaimedRun run,
            @Nullable Iterator<HistoryEvent> history) {
        RunActor actor = new RunActor(engine, run.runId(), run.workflowId(), run.workflowType(), run.taskQueue(), owner,
                run.token(), run.crashes(), run.dueAt(), run.version());
        actor.claimedLastEvent = run.lastEvent();
        actor.claimedHistory = history;
        actor.admitted = run.admitted();
        return actor;
    }

    UUID runId() {
        return this.runId;
    }

    String workflowId() {
        return this.workflowId;
    }

    String workflowType() {
        return this.workflowType;
    }

    String taskQueue() {
        return this.taskQueue;
    }

    /** Local activities without an end, for people; for any thread. */
    List<WorkflowDetails.PendingActivityTask> localActivities() {
        return this.locals.pending();
    }

    RunVersion version() {
        return this.version;
    }

    int token() {
        return this.token;
    }

    long owner() {
        return this.owner;
    }

    boolean isIdle() {
        return this.idle && this.mailbox.isEmpty();
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

    String threadName() {
        return "run-" + this.workflowId;
    }

    boolean withdraw(Delivery delivery) {
        return this.mailbox.withdraw(delivery);
    }

    /** Completes when it is known what became of the start. */
    CompletableFuture<Transition.Result> startResult() {
        return this.startResult;
    }

    @Nullable WorkflowMachine machine() {
        return this.machine;
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
    public void run() {
        List<Delivery> taken = new ArrayList<>();
        boolean rests = false;
        try {
            boolean goOn = this.begun || first(taken);
            while (goOn) {
                this.idle = true;
                // An activity that runs here lends its thread when it ends.
                List<Delivery> next = this.activityStarted ? this.mailbox.takeOrRest() : this.mailbox.take();
                this.activityStarted = false;
                // Whoever interrupts means the activity that ran on this thread before.
                Thread.interrupted();
                if (next.isEmpty()) {
                    rests = true;
                    return;
                }
                this.idle = false;
                this.lastTurn = System.nanoTime();
                this.engine.resident().touch(this);
                this.engine.metrics().cacheHit();
                taken.clear();
                taken.addAll(next);
                goOn = turn(taken, List.of(), 0);
            }
        }
        catch (WorkflowTaskFailedException | NonDeterminismException | UnsupportedHistoryFormatException
                | UnreadablePayloadException ex) {
            block(ex, taken);
        }
        catch (EngineStoppedException ex) {
            logger.debug("Run {} leaves memory: the engine has stopped", this.runId);
        }
        catch (MovedException ex) {
            refused(taken, "its history went on while it was brought into memory");
        }
        catch (RuntimeException | Error ex) {
            logger.error("The actor of {} ({}) failed", this.workflowId, this.runId, ex);
            block(ex, taken);
        }
        finally {
            if (!rests) {
                end();
            }
        }
    }

    private boolean first(List<Delivery> taken) {
        this.begun = true;
        return (this.start != null) ? begin(taken) : resume(taken);
    }

    private boolean begin(List<Delivery> taken) {
        WorkflowExecutionStarted event = java.util.Objects.requireNonNull(this.startedEvent);
        Turn turn = new Turn(this.engine, this.state);
        turn.add(event);
        RuntimeException failure = null;
        try {
            newMachine();
            for (CommandEvent command : advance(event)) {
                turn.add(command);
            }
        }
        catch (WorkflowTaskFailedException ex) {
            // The start itself is sound: it is written alone, and the run then waits for
            // code that can run it.
            turn.abandon();
            failure = ex;
            this.state = new RunState();
            turn = new Turn(this.engine, this.state);
            turn.add(event);
        }
        catch (RuntimeException | Error ex) {
            turn.abandon();
            throw ex;
        }
        boolean goOn = commit(turn, List.of(), 0);
        if (failure != null && goOn) {
            throw failure;
        }
        if (goOn && this.firstUpdate != null) {
            // Before anything else that may have come meanwhile.
            taken.add(this.firstUpdate);
            return turn(taken, List.of(), 0);
        }
        if (goOn) {
            this.locals.follow(current().localActivities(), this.state);
            setTimer();
        }
        return goOn;
    }

    private boolean resume(List<Delivery> taken) {
        if (!mayBegin()) {
            return stayInLine();
        }
        List<CommandEvent> news;
        this.engine.slots().acquire(this.taskQueue);
        try {
            news = replay();
        }
        finally {
            this.engine.slots().release(this.taskQueue);
        }
        taken.add(new Delivery.InboxHint());
        taken.add(new Delivery.TimeCame());
        return turn(taken, news, 0);
    }

    /**
     * Whether the run has a place in the limit of its type, if that has one. A start that
     * did not know of the limit has not even a number: so whose code has never begun is
     * looked up.
     */
    private boolean mayBegin() {
        if (!this.admitted || this.claimedLastEvent > 1 || !this.engine.admissions().isLimited(this.workflowType)) {
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
    private boolean stayInLine() {
        this.state = new RunState();
        Iterator<HistoryEvent> history = (this.claimedHistory != null) ? this.claimedHistory
                : this.engine.retrying(() -> this.engine.store().history(this.runId, 0));
        this.claimedHistory = null;
        while (this.engine.retrying(history::hasNext)) {
            this.state.apply(history.next());
        }
        Turn turn = new Turn(this.engine, this.state);
        List<Delivery.Input> inputs = stored(wholeInbox());
        Optional<Delivery.Cancel> cancel = inputs.stream()
            .filter(Delivery.Cancel.class::isInstance)
            .map(Delivery.Cancel.class::cast)
            .findFirst();
        this.state.takeDue(this.engine.clock().instant())
            .stream()
            .filter(RunState.Due.RunDeadline.class::isInstance)
            .findFirst()
            .ifPresent((deadline) -> outOfTime(turn, (RunState.Due.RunDeadline) deadline));
        if (!turn.isClosed() && cancel.isPresent() && this.state.lastEvent() == 1) {
            Request request = cancel.get().request();
            // The code would have to be told of a request, and has not begun.
            Instant now = now();
            turn.close(WorkflowStatus.CANCELED, now, null, FailureInfo.canceled("It was canceled before it began"));
            turn.add(new WorkflowExecutionTerminated(this.state.lastEvent() + 1, now,
                    "It was canceled before it began" + ((request.reason() != null) ? ": " + request.reason() : ""),
                    request.identity()));
        }
        if (turn.isClosed()) {
            if (!turn.goesOn()) {
                turnAway(turn, inputs);
            }
            return commit(turn, List.of(), 0);
        }
        WorkflowExecutionStarted started = this.state.started();
        release(Admissions.expiry(started), 0, null);
        this.engine.admissions()
            .waits(this.workflowType, UUID.fromString(started.firstExecutionRunId()),
                    FairnessKeys.stored(started.fairnessKey()));
        return false;
    }

    /**
     * Rebuilds state and machine from the committed history; returns commands that the
     * history does not have yet.
     */
    private List<CommandEvent> replay() {
        this.state = new RunState();
        RunState fresh = this.state;
        WorkflowMachine rebuilt = newMachine();
        Iterator<HistoryEvent> history = (this.claimedHistory != null) ? this.claimedHistory
                : this.engine.retrying(() -> this.engine.store().history(this.runId, 0));
        this.claimedHistory = null;
        Iterator<HistoryEvent> committed = new Iterator<>() {

            @Override
            public boolean hasNext() {
                return RunActor.this.engine.retrying(history::hasNext);
            }

            @Override
            public HistoryEvent next() {
                HistoryEvent event = history.next();
                fresh.apply(event);
                return event;
            }

        };
        List<CommandEvent> news = (this.claimedLastEvent == 1) ? first(rebuilt, committed)
                : timed(() -> rebuilt.replay(committed));
        if (fresh.lastEvent() > this.claimedLastEvent) {
            // Only its owner writes to a history.
            throw new MovedException();
        }
        if (fresh.lastEvent() < this.claimedLastEvent) {
            throw new IllegalStateException("Run " + this.runId + " has " + fresh.lastEvent()
                    + " events, but its task row says " + this.claimedLastEvent);
        }
        this.engine.metrics().replay(this.workflowType, (int) fresh.lastEvent());
        return news;
    }

    /**
     * A start that was committed alone: what is replayed of it happens for the first
     * time.
     */
    private List<CommandEvent> first(WorkflowMachine code, Iterator<HistoryEvent> committed) {
        List<HistoryEvent> start = new ArrayList<>(1);
        committed.forEachRemaining(start::add);
        return observed(this.state.started().header(), () -> timed(() -> code.replay(start.iterator())));
    }

    private WorkflowMachine newMachine() {
        WorkflowMachine before = this.machine;
        if (before != null) {
            before.close();
        }
        WorkflowDefinition definition = this.engine.types().workflow(this.workflowType);
        if (definition == null) {
            throw new WorkflowTaskFailedException("No workflow type '" + this.workflowType + "' here",
                    new UnknownWorkflowTypeException(this.workflowType, this.engine.types().workflowTypes()));
        }
        WorkflowMachine fresh = new WorkflowMachine(definition, this.engine.machineSettings());
        this.machine = fresh;
        return fresh;
    }

    private WorkflowMachine current() {
        return java.util.Objects.requireNonNull(this.machine);
    }

    private <T> T timed(Supplier<T> advance) {
        long begin = System.nanoTime();
        T result = watched(advance);
        this.engine.metrics().workflowTask(this.workflowType, Duration.ofNanos(System.nanoTime() - begin));
        return result;
    }

    /** Runs code of the workflow where it is seen if it keeps its thread too long. */
    private <T extends @Nullable Object> T watched(java.util.function.Supplier<T> code) {
        this.engine.turnBegins(this);
        try {
            return code.get();
        }
        finally {
            this.engine.turnEnds(this);
        }
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
                case Delivery.InboxHint hint -> readInbox = true;
                case Delivery.Gone gone -> {
                    deliveries.removeIf((d) -> d == gone);
                    return refused(deliveries, "it was told so");
                }
            }
        }
        List<CommandEvent> first = news;
        long readUpTo = NOT_READ;
        if (readInbox) {
            // Whatever was acknowledged by way of the table comes before what has just
            // reached the mailbox, however much it is.
            List<Message> inbox = endsInFirstStep(first) ? wholeInbox() : inbox(0);
            while (isFull(inbox) && !endsInFirstStep(first)) {
                if (!turn(stored(inbox), inbox.getLast().id(), List.of(new Delivery.InboxHint()), false, first,
                        repetition)) {
                    spillAll(deliveries);
                    return false;
                }
                first = List.of();
                inbox = inbox(0);
            }
            readUpTo = inbox.isEmpty() ? NOT_READ : inbox.getLast().id();
            List<Delivery.Input> stored = stored(inbox);
            inputs.removeIf((i) -> i.messageId() != null && !(i instanceof Delivery.Outcome));
            stored.addAll(inputs);
            inputs = stored;
        }
        if (!turn(inputs, readUpTo, deliveries, timeCame, first, repetition)) {
            queries.forEach((q) -> reroute(q));
            if (leave != null) {
                leave.left().complete(null);
            }
            return false;
        }
        queries.forEach(this::answer);
        if (leave != null) {
            leave(leave);
            return false;
        }
        this.locals.follow(current().localActivities(), this.state);
        setTimer();
        return true;
    }

    private List<Message> inbox(long after) {
        return this.engine.retrying(() -> this.engine.store().inbox(this.runId, after, INBOX_PAGE));
    }

    /**
     * What came before the first step of code that ends in it: there is no turn but one.
     */
    private List<Message> wholeInbox() {
        List<Message> page = inbox(0);
        List<Message> all = new ArrayList<>(page);
        while (isFull(page) && all.size() < this.engine.settings().maxEvents()) {
            page = inbox(page.getLast().id());
            all.addAll(page);
        }
        return all;
    }

    /** Whether there may be more than this page. */
    private static boolean isFull(List<Message> inbox) {
        return inbox.size() == INBOX_PAGE
                || inbox.stream().mapToLong((m) -> m.payload().length()).sum() * 4L >= EngineStore.INBOX_BYTES;
    }

    /**
     * Advances by these inputs and writes what comes of it; returns whether the run stays
     * here.
     * @param readUpTo the last message of the inbox that is among the inputs
     */
    private boolean turn(List<Delivery.Input> inputs, long readUpTo, List<Delivery> deliveries, boolean timeCame,
            List<CommandEvent> news, int repetition) {
        Turn turn = new Turn(this.engine, this.state);
        try {
            List<Delivery.Input> rest = begin(turn, news, inputs);
            int taken = advance(turn, rest);
            boolean endedByMessage = turn.isClosed() && taken > 0 && isOfInbox(rest.get(taken - 1), readUpTo);
            if (timeCame) {
                this.timer = null;
                time(turn);
            }
            limit(turn);
            List<Delivery.Input> left = new ArrayList<>(rest.subList(taken, rest.size()));
            if (turn.isClosed() && !turn.goesOn()) {
                turnAway(turn, left);
                if (endedByMessage) {
                    // A message ended the run, so all that follow it are late, also those
                    // that have not been read yet.
                    turnAwayUnread(turn, readUpTo);
                }
                left = List.of();
            }
            if (!left.isEmpty()) {
                List<Delivery.Input> late = left;
                turn.whenDurable(() -> spill(late));
            }
            if (turn.isEmpty()) {
                // Nothing to write: repetitions of what is durable already.
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
     * Adds what the code ordered beyond its history. Code that ends in its first step,
     * although signals wait for it, runs again and handles these first; returns the
     * inputs that are left.
     */
    private List<Delivery.Input> begin(Turn turn, List<CommandEvent> news, List<Delivery.Input> inputs) {
        List<Delivery.Signal> signals = endsInFirstStep(news) ? signals(inputs) : List.of();
        if (signals.isEmpty()) {
            news.forEach(turn::add);
            return inputs;
        }
        List<WorkflowExecutionSignaled> first = new ArrayList<>();
        for (Delivery.Signal signal : signals) {
            turn.consume(signal.messageId());
            turn.whenDurable(() -> signal.acknowledged().complete(null));
            if (!this.state.hasSeenRequest(signal.requestId())) {
                WorkflowExecutionSignaled event = new WorkflowExecutionSignaled(this.state.lastEvent() + 1, now(),
                        signal.call().name(), signal.call().input(), signal.requestId(), signal.call().header(), true);
                turn.add(event);
                first.add(event);
            }
        }
        WorkflowMachine fresh = newMachine();
        timed(() -> fresh.begin(this.state.started(), first)).forEach(turn::add);
        return inputs.stream().filter((input) -> !(input instanceof Delivery.Signal)).toList();
    }

    private boolean endsInFirstStep(List<CommandEvent> news) {
        return this.state.lastEvent() == 1
                && news.stream().anyMatch((e) -> e.closesRun() && !(e instanceof WorkflowExecutionContinuedAsNew));
    }

    private static List<Delivery.Signal> signals(List<Delivery.Input> inputs) {
        return inputs.stream().filter(Delivery.Signal.class::isInstance).map(Delivery.Signal.class::cast).toList();
    }

    private List<Delivery.Input> stored(List<Message> inbox) {
        List<Delivery.Input> stored = new ArrayList<>();
        int notes = 0;
        for (Message message : inbox) {
            switch (message.kind()) {
                case SIGNAL -> stored.add(new Delivery.Signal(call(message), message.dedupKey(), message.id(),
                        new CompletableFuture<>()));
                case UPDATE ->
                    stored.add(new Delivery.Update(String.valueOf(message.dedupKey()), call(message), message.id()));
                case CANCEL -> stored.add(new Delivery.Cancel(this.engine.json().readRequest(message.payload()),
                        message.id(), new CompletableFuture<>()));
                case ACTIVITY -> stored.add(new Delivery.Outcome(Long.parseLong(String.valueOf(message.name())),
                        this.engine.json().readOutcome(message.payload()), 0, message.id()));
                case CHILD -> stored.add(new Delivery.ChildClosed(Long.parseLong(String.valueOf(message.name())),
                        this.engine.json().readChildOutcome(message.payload()), message.id()));
                case ANSWER -> stored.add(new Delivery.Answer(Long.parseLong(String.valueOf(message.name())),
                        this.engine.json().readText(message.payload()), message.id()));
                // First, since a note cannot follow the end of the run.
                case OPERATOR -> stored.add(notes++, new Delivery.Note(
                        new OperatorActions(this.engine.events()).read(message.payload()), message.id()));
                case TERMINATE, REPLY -> {
                    // The end of a run is written by whoever sees the wish; a reply
                    // belongs to its reader.
                }
            }
        }
        return stored;
    }

    private HandlerCall call(Message message) {
        return this.engine.json().readCall(String.valueOf(message.name()), message.payload());
    }

    /**
     * Applies the inputs one by one until the run is closed; returns how many of them it
     * took.
     */
    private int advance(Turn turn, List<Delivery.Input> inputs) {
        int taken = 0;
        while (taken < inputs.size() && !turn.isClosed()) {
            switch (inputs.get(taken)) {
                case Delivery.Signal signal -> signal(turn, signal);
                case Delivery.Update update -> update(turn, update);
                case Delivery.Cancel cancel -> cancel(turn, cancel);
                case Delivery.Outcome outcome -> outcome(turn, outcome);
                case Delivery.Answer answer -> answer(turn, answer);
                case Delivery.ChildClosed closed -> childClosed(turn, closed);
                case Delivery.LocalOutcome local -> local(turn, local);
                case Delivery.Note note -> note(turn, note);
            }
            taken++;
            limit(turn);
        }
        return taken;
    }

    /** Ends a run whose history has become too long. */
    private void limit(Turn turn) {
        if (!turn.isClosed() && this.state.lastEvent() >= this.engine.settings().maxEvents()) {
            String reason = "The history has reached its limit of " + this.engine.settings().maxEvents()
                    + " events (workflow.history.max-events). Continue as new before that.";
            Instant now = now();
            turn.close(WorkflowStatus.FAILED, now, null, FailureInfo.application("HistoryLimitExceeded", reason, true));
            turn.add(new WorkflowExecutionTerminated(this.state.lastEvent() + 1, now, reason, null));
        }
    }

    private void input(Turn turn, InputEvent event) {
        turn.add(event);
        for (CommandEvent command : advance(event)) {
            turn.add(command);
        }
    }

    /** Advances the code by something that happens for the first time. */
    private List<CommandEvent> advance(InputEvent event) {
        Map<String, String> ofEvent = switch (event) {
            case WorkflowExecutionSignaled signal -> signal.header();
            case WorkflowExecutionUpdateAccepted update -> update.header();
            default -> Map.of();
        };
        return observed(ofEvent.isEmpty() ? this.state.started().header() : ofEvent,
                () -> timed(() -> current().apply(event)));
    }

    private <T> T observed(Map<String, String> header, Supplier<T> advance) {
        EngineObservations observations = this.engine.observations();
        if (observations.isNone()) {
            return advance.get();
        }
        return observations.incoming(new EngineObservations.Observed(EngineObservations.Kind.WORKFLOW_TASK,
                this.workflowType, this.workflowId, this.runId.toString()), header, advance::get);
    }

    private Instant now() {
        Instant now = this.engine.clock().instant();
        return now.isBefore(this.state.time()) ? this.state.time() : now;
    }

    private void signal(Turn turn, Delivery.Signal signal) {
        turn.consume(signal.messageId());
        turn.whenDurable(() -> signal.acknowledged().complete(null));
        if (!this.state.hasSeenRequest(signal.requestId())) {
            input(turn, new WorkflowExecutionSignaled(this.state.lastEvent() + 1, now(), signal.call().name(),
                    signal.call().input(), signal.requestId(), signal.call().header()));
        }
    }

    private void update(Turn turn, Delivery.Update update) {
        if (this.state.hasSeenUpdate(update.updateId())) {
            turn.consume(update.messageId());
            return;
        }
        HandlerCall call = update.call();
        FailureInfo refusal = watched(() -> current().validateUpdate(call.name(), call.input(), call.header()));
        if (refusal != null) {
            reject(turn, update, refusal);
            return;
        }
        turn.consume(update.messageId());
        input(turn, new WorkflowExecutionUpdateAccepted(this.state.lastEvent() + 1, now(), update.updateId(),
                call.name(), call.input(), call.header()));
    }

    private void reject(Turn turn, Delivery.Update update, FailureInfo refusal) {
        if (update.messageId() != null) {
            turn.reply(update.messageId(), refusal);
        }
        if (turn.isEmpty()) {
            this.engine.updates().rejected(this.runId, update.updateId(), refusal);
        }
        else {
            turn.whenDurable(() -> this.engine.updates().rejected(this.runId, update.updateId(), refusal));
        }
    }

    private void cancel(Turn turn, Delivery.Cancel cancel) {
        turn.consume(cancel.messageId());
        turn.whenDurable(() -> cancel.acknowledged().complete(null));
        if (this.state.isRunCancelRequested()) {
            return;
        }
        input(turn, new WorkflowExecutionCancelRequested(this.state.lastEvent() + 1, now(), cancel.request().reason(),
                cancel.request().identity()));
    }

    private void outcome(Turn turn, Delivery.Outcome delivery) {
        turn.consume(delivery.messageId());
        long order = delivery.scheduledEventId();
        if (!this.state.isPending(order)) {
            return;
        }
        ActivityOutcome outcome = delivery.outcome();
        int attempt = outcome.attempt();
        if (attempt > 1) {
            input(turn, new ActivityTaskStarted(this.state.lastEvent() + 1, now(), order, attempt, null));
        }
        long id = this.state.lastEvent() + 1;
        FailureInfo failure = outcome.failure();
        input(turn, switch (outcome.kind()) {
            case COMPLETED -> new ActivityTaskCompleted(id, now(), order, attempt,
                    (outcome.result() != null) ? outcome.result() : Json.NULL);
            case FAILED ->
                new ActivityTaskFailed(id, now(), order, attempt, known(failure), String.valueOf(outcome.retryState()));
            case TIMED_OUT -> new ActivityTaskTimedOut(id, now(), order, attempt, known(failure));
            case CANCELED -> new ActivityTaskCanceled(id, now(), order, failure);
        });
    }

    private void answer(Turn turn, Delivery.Answer answer) {
        turn.consume(answer.messageId());
        long order = answer.initiatedEventId();
        StartChildWorkflowExecutionInitiated child = this.state.child(order);
        CommandEvent asked = this.state.asked(order);
        long id = this.state.lastEvent() + 1;
        String refusal = answer.refusal();
        if (child != null && !this.state.hasStarted(order)) {
            if (refusal != null) {
                input(turn, new StartChildWorkflowExecutionFailed(id, now(), order, child.workflowId(),
                        child.workflowType(), refusal));
                return;
            }
            turn.whenDurable(() -> this.engine.metrics().workflowStarted(child.workflowType(), this.taskQueue));
            input(turn, new ChildWorkflowExecutionStarted(id, now(), order, child.workflowId(), child.runId(),
                    child.workflowType()));
        }
        else if (asked instanceof SignalExternalWorkflowExecutionInitiated signal) {
            input(turn,
                    (refusal != null)
                            ? new SignalExternalWorkflowExecutionFailed(id, now(), order, signal.workflowId(), refusal)
                            : new ExternalWorkflowExecutionSignaled(id, now(), order, signal.workflowId()));
        }
        else if (asked instanceof RequestCancelExternalWorkflowExecutionInitiated cancel) {
            input(turn,
                    (refusal != null)
                            ? new RequestCancelExternalWorkflowExecutionFailed(id, now(), order, cancel.workflowId(),
                                    refusal)
                            : new ExternalWorkflowExecutionCancelRequested(id, now(), order, cancel.workflowId()));
        }
    }

    private void childClosed(Turn turn, Delivery.ChildClosed closed) {
        turn.consume(closed.messageId());
        long order = closed.initiatedEventId();
        if (this.state.child(order) == null) {
            return;
        }
        ChildOutcome outcome = closed.outcome();
        long id = this.state.lastEvent() + 1;
        String childRun = outcome.runId();
        FailureInfo failure = outcome.failure();
        input(turn, switch (outcome.status()) {
            case COMPLETED -> new ChildWorkflowExecutionCompleted(id, now(), order, childRun,
                    (outcome.result() != null) ? outcome.result() : Json.NULL);
            case CANCELED -> new ChildWorkflowExecutionCanceled(id, now(), order, childRun, failure);
            case TIMED_OUT -> new ChildWorkflowExecutionTimedOut(id, now(), order, childRun, known(failure));
            case TERMINATED -> new ChildWorkflowExecutionTerminated(id, now(), order, childRun, known(failure));
            case FAILED, CONTINUED_AS_NEW, RUNNING ->
                new ChildWorkflowExecutionFailed(id, now(), order, childRun, known(failure));
        });
    }

    private void local(Turn turn, Delivery.LocalOutcome outcome) {
        ActivityTaskScheduled order = outcome.order();
        this.locals.ended(order.activityId());
        if (current().isLocalActivityPending(order.activityId())) {
            input(turn,
                    new LocalActivityMarkerRecorded(this.state.lastEvent() + 1, now(), order.activityId(),
                            order.activityType(), outcome.attempt(), outcome.result(), outcome.failure(),
                            outcome.retryState(), outcome.nextAttemptTime()));
        }
    }

    private void note(Turn turn, Delivery.Note note) {
        turn.consume(note.messageId());
        OperatorActionRecorded event = note.action().at(this.state.lastEvent() + 1, now());
        turn.add(event);
        current().pass(event);
    }

    /** Whether the run needs somebody who carries out its local activities. */
    private boolean hasLocalActivities() {
        Collection<ActivityTaskScheduled> pending = current().localActivities();
        if (pending.isEmpty()) {
            return false;
        }
        Instant now = this.engine.clock().instant();
        return pending.stream().anyMatch((order) -> this.state.isLocalActivityDue(order.activityId(), now));
    }

    private static FailureInfo known(@Nullable FailureInfo failure) {
        return (failure != null) ? failure
                : FailureInfo.application("UnknownFailure", "The failure was not recorded", false);
    }

    private void time(Turn turn) {
        if (turn.isClosed()) {
            return;
        }
        for (RunState.Due due : this.state.takeDue(this.engine.clock().instant())) {
            if (turn.isClosed()) {
                return;
            }
            switch (due) {
                case RunState.Due.Timer timer -> {
                    if (this.state.isTimerOpen(timer.startedEventId())) {
                        input(turn, new TimerFired(this.state.lastEvent() + 1, now(), timer.startedEventId()));
                    }
                }
                case RunState.Due.ActivityDeadline deadline -> deadline(turn, deadline);
                case RunState.Due.LocalRetry retry -> {
                    // It begins after this turn.
                }
                case RunState.Due.RunDeadline deadline -> outOfTime(turn, deadline);
            }
        }
    }

    private void outOfTime(Turn turn, RunState.Due.RunDeadline deadline) {
        Instant now = now();
        FailureInfo timeout = FailureInfo.timeout(deadline.timeoutType(), "The workflow ran out of time ("
                + deadline.timeoutType().toLowerCase(java.util.Locale.ROOT) + " timeout)", null, null);
        // Trying again does not help an execution that is out of time.
        boolean again = deadline.timeoutType().equals("RUN") && (this.state.started().backoffAfter(timeout, now) != null
                || CronRuns.backoff(this.state.started(), now) != null);
        turn.timeOut(new WorkflowExecutionTimedOut(this.state.lastEvent() + 1, now, deadline.timeoutType(),
                again ? this.engine.runIds().next(now).toString() : null), timeout);
    }

    private void deadline(Turn turn, RunState.Due.ActivityDeadline deadline) {
        ActivityTaskScheduled order = deadline.order();
        if (!this.state.isPending(order.eventId())) {
            return;
        }
        EngineStore.ActivityKey key = new EngineStore.ActivityKey(this.runId, order.eventId());
        var seized = this.engine.retrying(() -> this.engine.store().seize(key, deadline.unstartedOnly()));
        if (seized.isEmpty()) {
            if (!deadline.unstartedOnly()) {
                // Its result is being committed right now, or is on its way.
                this.state.postpone(order, false, this.engine.clock().instant().plusMillis(100));
            }
            return;
        }
        this.engine.activities().cancel(key);
        String kind = deadline.unstartedOnly() ? "SCHEDULE_TO_START" : "SCHEDULE_TO_CLOSE";
        String lastFailure = seized.get().lastFailure();
        FailureInfo failure = FailureInfo
            .timeout(kind, "Activity " + order.activityType() + " (" + order.activityId() + ") ran out of time: " + kind
                    + (deadline.unstartedOnly() ? ", no worker of task queue '" + order.taskQueue() + "' took it" : ""),
                    null, (lastFailure != null) ? this.engine.json().readFailure(lastFailure) : null);
        outcome(turn, new Delivery.Outcome(order.eventId(), new ActivityOutcome(Math.max(1, seized.get().attempt()),
                ActivityOutcome.Kind.TIMED_OUT, null, failure, "TIMEOUT"), 0, null));
    }

    /**
     * What reached a run that has just ended: nobody will take it any more. Its senders
     * hear of it once that is durable, for the end may yet be refused.
     */
    private void turnAway(Turn turn, List<Delivery.Input> late) {
        for (Delivery.Input input : late) {
            switch (input) {
                case Delivery.Update update -> reject(turn, update, TOO_LATE);
                case Delivery.Signal signal -> {
                    turn.consume(signal.messageId());
                    turn.whenDurable(() -> signal.acknowledged()
                        .completeExceptionally(new WorkflowNotFoundException(this.workflowId)));
                }
                case Delivery.Cancel cancel -> {
                    turn.consume(cancel.messageId());
                    turn.whenDurable(() -> cancel.acknowledged().complete(null));
                }
                case Delivery.Outcome outcome -> turn.consume(outcome.messageId());
                case Delivery.Answer answer -> turn.consume(answer.messageId());
                case Delivery.ChildClosed closed -> turn.consume(closed.messageId());
                case Delivery.Note note -> turn.consume(note.messageId());
                case Delivery.LocalOutcome local -> {
                    // What ran when the run ended counts for nothing.
                }
            }
        }
    }

    private void turnAwayUnread(Turn turn, long readUpTo) {
        for (Message message : this.engine.retrying(() -> this.engine.store().inboxAfter(this.runId, readUpTo))) {
            if (message.kind() == Message.Kind.UPDATE) {
                reject(turn,
                        new Delivery.Update(String.valueOf(message.dedupKey()),
                                new HandlerCall(String.valueOf(message.name()), Json.NULL, Map.of()), message.id()),
                        TOO_LATE);
            }
            else {
                turn.consume(message.id());
            }
        }
    }

    /**
     * Writes the turn and dispatches what follows; returns whether the run stays here.
     */
    private boolean commit(Turn turn, List<Delivery> deliveries, int repetition) {
        Transition.NewExecution next = next(turn);
        Instant due = newDue(turn);
        Transition transition = turn.transition(this.owner, this.token, this.start, due, next, this.version);
        Transition.Result result;
        try {
            result = write(transition);
        }
        catch (RuntimeException | Error ex) {
            turn.abandon();
            throw ex;
        }
        switch (result) {
            case Transition.Result.Committed committed -> {
                dispatch(turn, due, next);
                tellOthers(transition);
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
                tellOthers(transition);
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

    private Transition.Result write(Transition transition) {
        Duration pause = Duration.ofMillis(1);
        long begin = System.nanoTime();
        while (true) {
            Transition.Result result = this.engine.committer().submit(transition).join();
            boolean patient = this.start == null || System.nanoTime() - begin < WorkflowEngine.START_PATIENCE.toNanos();
            if (!(result instanceof Transition.Result.Locked) || !patient) {
                return result;
            }
            if (transition.close() != null && pause.toMillis() > SHORT_PAUSE && announceEnd(Duration.ZERO)) {
                pause = Duration.ofMillis(1);
            }
            pause(pause);
            pause = (pause.toMillis() < 100) ? pause.multipliedBy(2) : pause;
        }
    }

    /**
     * Nobody interrupts an actor on purpose. Code of an activity may have kept the thread
     * that it lent, and then it must not matter.
     */
    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
        Thread.interrupted();
    }

    /**
     * Those who send without pause hold the run's key in turn, and fill its inbox again
     * and again: for a moment they have to wait, so that it can end. Only now and then,
     * since it may be a long transaction that holds the key, which others must not wait
     * for.
     * @param ahead how long it will take until the end is tried
     * @return whether they wait now
     */
    private boolean announceEnd(Duration ahead) {
        long now = System.nanoTime();
        if (this.start != null || (this.endAnnounced != 0 && now - this.endAnnounced < 3 * HELD_OFF.toNanos())) {
            return false;
        }
        this.endAnnounced = now;
        try {
            this.engine.store().announceEnd(this.runId, this.owner, this.token, HELD_OFF.plus(ahead));
            return true;
        }
        catch (StoreException ex) {
            logger.debug("The end of {} could not be announced: {}", this.workflowId, ex.getMessage());
            return false;
        }
    }

    /**
     * A new due time for the task row, where the one it has would be wrong or, for a
     * parked run, needlessly early.
     */
    private @Nullable Instant newDue(Turn turn) {
        if (turn.isClosed()) {
            return null;
        }
        // Whoever finds the run without an owner has to repeat its local activities.
        Instant next = hasLocalActivities() ? this.state.time() : this.state.nextDue();
        boolean tooLate = next.isBefore(this.storedDue);
        boolean parked = !this.state.hasPendingActivities()
                && this.storedDue.isBefore(next.minus(Duration.ofSeconds(1)));
        return (tooLate || parked) ? next : null;
    }

    /** The run in which the workflow goes on when this one has ended, or null. */
    private Transition.@Nullable NewExecution next(Turn turn) {
        WorkflowExecutionStarted before = this.state.started();
        WorkflowExecutionContinuedAsNew continued = turn.continued();
        String followedBy = turn.followedBy();
        if (continued != null) {
            Map<String, Json> memo = continued.memo().isEmpty() ? this.state.memo() : continued.memo();
            RunVersion fresh = nextVersion(continued.versioning(), continued.taskQueue());
            return next(
                    new WorkflowExecutionStarted(1, continued.eventTime(), this.workflowId,
                            continued.newExecutionRunId(), continued.workflowType(), continued.taskQueue(),
                            continued.input(), before.firstExecutionRunId(), this.runId.toString(), 1,
                            before.workflowExecutionTimeout(),
                            (continued.workflowRunTimeout() != null) ? continued.workflowRunTimeout()
                                    : before.workflowRunTimeout(),
                            before.workflowExecutionExpirationTime(), before.retryPolicy(), before.cronSchedule(),
                            Map.copyOf(memo), Map.copyOf(this.state.searchAttributes()), before.parent(),
                            before.priority(), before.fairnessKey(), before.lastCompletionResult(), before.header(),
                            before.identity(), null, continued.startDelay(), fresh.known(),
                            this.engine.machineSettings().warnEvents()),
                    fresh, !continued.workflowType().equals(this.workflowType));
        }
        if (followedBy != null) {
            FailureInfo failure = turn.failure();
            Instant now = this.state.time();
            Duration retry = (failure != null) ? before.backoffAfter(failure, now) : null;
            Duration backoff = (retry != null) ? retry : CronRuns.backoff(before, now);
            Json result = (turn.result() != null) ? turn.result() : before.lastCompletionResult();
            RunVersion fresh = nextVersion(null, before.taskQueue());
            return next(new WorkflowExecutionStarted(1, now, this.workflowId, followedBy, before.workflowType(),
                    before.taskQueue(), before.input(), before.firstExecutionRunId(), this.runId.toString(),
                    (retry != null) ? before.attempt() + 1 : 1, before.workflowExecutionTimeout(),
                    before.workflowRunTimeout(), before.workflowExecutionExpirationTime(), before.retryPolicy(),
                    before.cronSchedule(), Map.copyOf(this.state.memo()), Map.copyOf(this.state.searchAttributes()),
                    before.parent(), before.priority(), before.fairnessKey(), result, before.header(),
                    before.identity(), failure, backoff, fresh.known(), this.engine.machineSettings().warnEvents()),
                    fresh, retry == null);
        }
        return null;
    }

    private RunVersion nextVersion(@Nullable VersioningBehavior wanted, String queue) {
        return this.engine.builds().next(this.version, wanted, queue.equals(this.taskQueue), queue, this.workflowId);
    }

    /**
     * @param fresh the builds that it is for
     * @param again whether it stands in line once more, where its type has a limit: else
     * it keeps its place, if it has one
     */
    private Transition.NewExecution next(WorkflowExecutionStarted first, RunVersion fresh, boolean again) {
        Transition.NewExecution next = new Transition.NewExecution(UUID.fromString(first.runId()), this.workflowId,
                true, first.workflowType(), first.taskQueue(), first.priority(), first.eventTime(), first.beginTime(),
                UUID.fromString(first.firstExecutionRunId()), null, IdReusePolicy.ALLOW_DUPLICATE, first.parent(),
                first.memo().isEmpty() ? null : this.engine.json().writeMemo(first.memo()),
                first.searchAttributes().isEmpty() ? null
                        : this.engine.json().writeAttributes(first.searchAttributes()),
                new Transition.EventRow(1, first.eventType(), first.eventTime(), this.engine.events().encode(first)),
                null, fresh)
            .sharing(first.fairnessKey());
        return (again || !this.admitted) ? this.engine.admissions().placed(next, first) : next;
    }

    private void dispatch(Turn turn, @Nullable Instant due, Transition.@Nullable NewExecution next) {
        if (due != null) {
            this.storedDue = due;
        }
        this.claimedLastEvent = this.state.lastEvent();
        this.crashes = 0;
        if (this.start != null) {
            this.start = null;
            this.engine.metrics().workflowStarted(this.workflowType, this.taskQueue);
            if (!turn.isClosed()) {
                this.engine.resident().known(this);
            }
            this.startResult.complete(new Transition.Result.Committed());
        }
        for (ActivityTaskScheduled order : turn.localActivities()) {
            this.engine.activities()
                .start(new EngineStore.ClaimedActivity(new EngineStore.ActivityKey(this.runId, order.eventId()),
                        this.workflowId, this.workflowType, order, 1, false, false, null, null, 0), this.owner);
            this.activityStarted = true;
        }
        for (Long canceled : turn.canceledActivities()) {
            this.engine.activities().cancel(new EngineStore.ActivityKey(this.runId, canceled));
        }
        turn.tell();
        Transition.Close close = turn.closing();
        if (close != null) {
            for (Long ended : turn.endedActivities()) {
                this.engine.activities().cancel(new EngineStore.ActivityKey(this.runId, ended));
            }
            this.engine.metrics()
                .workflowClosed(this.workflowType, close.status(),
                        Duration.between(this.state.started().eventTime(), close.closedAt()));
            this.outcome = new WorkflowOutcome(this.workflowId, this.runId.toString(), this.workflowType,
                    close.status(), (close.result() != null) ? this.engine.json().readPayload(close.result()) : null,
                    (close.failure() != null) ? this.engine.json().readFailure(close.failure()) : null,
                    (next != null) ? next.runId().toString() : null);
            this.engine.results().closedHere(this.outcome);
            if (next == null || !next.workflowType().equals(this.workflowType)) {
                WorkflowExecutionStarted started = this.state.started();
                this.engine.admissions()
                    .ended(this.workflowType, UUID.fromString(started.firstExecutionRunId()),
                            FairnessKeys.stored(started.fairnessKey()));
            }
            if (next != null) {
                this.engine.admissions().begun(next);
                wakeFor(next);
            }
        }
        if (!turn.canceledActivities().isEmpty() || turn.localActivities().size() < turn.newActivityCount()) {
            this.engine.wakeups().activitiesDue(this.taskQueue);
        }
    }

    /** Wakes those for whom the transition has written something. */
    private void tellOthers(Transition transition) {
        Relations relations = transition.relations();
        if (relations != null) {
            if (transition.close() == null && !(relations.children().isEmpty() && relations.asks().isEmpty())) {
                offer(new Delivery.InboxHint());
            }
            this.engine.wakeRelated(relations);
        }
    }

    private void wakeFor(Transition.NewExecution next) {
        if (next.dueAt().isAfter(this.engine.clock().instant())) {
            this.engine.wakeAt(next.dueAt(), next.taskQueue());
        }
        else {
            this.engine.poller().claimSoon(next);
        }
    }

    private void setTimer() {
        Instant next = this.state.nextDue();
        TimerQueue.Entry current = this.timer;
        if (current != null && !current.at().equals(next)) {
            this.engine.timers().cancel(current);
            this.timer = null;
        }
        if (this.timer == null && next.isBefore(EngineClock.NEVER)) {
            this.timer = this.engine.timers().at(next, () -> offer(new Delivery.TimeCame()));
        }
    }

    private void answer(Delivery.Query query) {
        try {
            HandlerCall call = query.call();
            query.answer().complete(watched(() -> current().query(call.name(), call.input(), call.header())));
        }
        catch (RuntimeException ex) {
            query.answer().completeExceptionally(ex);
        }
    }

    /** The run ended while questions waited: its history answers them. */
    private void reroute(Delivery.Query query) {
        query.answer().completeExceptionally(new MovedException());
    }

    /**
     * The inbox got something while the code ended: replay, and let it see that first.
     */
    private boolean again(List<Delivery> deliveries, int repetition) {
        if (this.start != null) {
            throw new IllegalStateException("A start met an inbox that is not empty");
        }
        if (repetition > 0) {
            announceEnd(this.lastReplay.compareTo(HELD_OFF) < 0 ? this.lastReplay : HELD_OFF);
        }
        if (!this.admitted) {
            return stayInLine();
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
        logger.info("Run {} of {} belongs to somebody else now; this node ({}, token {}) drops it: {}", this.runId,
                this.workflowId, this.owner, this.token, how);
        this.engine.refusals().increment();
        this.engine.metrics().commitRefused();
        spillAll(deliveries);
        return false;
    }

    private void leave(Delivery.Leave leave) {
        List<Delivery> rest = this.mailbox.close();
        spillAll(rest);
        this.locals.abandon();
        release(hasLocalActivities() ? this.engine.clock().instant() : this.state.nextDue(), 0, null);
        leave.left().complete(null);
    }

    private void release(Instant due, int crashCount, @Nullable String problem) {
        for (int i = 0; i < 200; i++) {
            EngineStore.Released released = this.engine.retrying(() -> this.engine.releases()
                .release(new EngineStore.Release(this.runId, this.owner, this.token, due, crashCount, problem)));
            if (released != EngineStore.Released.HELD) {
                this.engine.pollAt(due);
                return;
            }
            pause(Duration.ofMillis(Math.min(50, 1 + i)));
        }
        logger.warn("Run {} could not be released: its row is held; a sweep will find it", this.runId);
    }

    private void block(Throwable failure, List<Delivery> taken) {
        logger.error("Workflow {} ({}, run {}) does not go on until its code can: {}", this.workflowId,
                this.workflowType, this.runId, failure.getMessage(), failure);
        List<Delivery> rest = new ArrayList<>(taken);
        rest.addAll(this.mailbox.close());
        if (this.start != null) {
            this.startResult.completeExceptionally(failure);
            return;
        }
        spillAll(rest);
        int count = Math.max(1, this.crashes);
        Duration pause = Duration.ofSeconds(1L << Math.min(count - 1, 10));
        pause = (pause.compareTo(LONGEST_BLOCK) > 0) ? LONGEST_BLOCK : pause;
        String quarantine = (count >= WorkflowLists.QUARANTINE_AFTER) ? "[quarantined] " : "";
        String problem = quarantine + failure.getClass().getSimpleName() + ": " + failure.getMessage()
                + ((failure.getCause() != null) ? "; caused by " + failure.getCause() : "");
        release(this.engine.clock().instant().plus(pause), count,
                this.engine.json().writeProblem(Texts.storable(problem, 4_000)));
        this.engine.metrics().workflowTaskFailed(this.workflowType);
    }

    private void spillAll(List<? extends Delivery> deliveries) {
        List<Delivery.Input> inputs = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            switch (delivery) {
                case Delivery.Input input -> inputs.add(input);
                case Delivery.Query query -> reroute(query);
                case Delivery.Leave leave -> leave.left().complete(null);
                case Delivery.TimeCame time -> {
                }
                case Delivery.InboxHint hint -> {
                }
                case Delivery.Gone gone -> {
                }
            }
        }
        spill(inputs);
    }

    /**
     * Moves what only the mailbox had to the inbox table, where the next owner finds it.
     */
    private void spill(List<Delivery.Input> inputs) {
        for (Delivery.Input input : inputs) {
            if (input.messageId() == null) {
                try {
                    this.engine.retrying(() -> this.engine.spill(this.runId, this.workflowId, this.owner, input));
                }
                catch (EngineStoppedException | StoreException | PayloadException ex) {
                    logger.warn("Something for {} could not be passed on: {}", this.workflowId, ex.getMessage());
                    fail(input, ex);
                }
            }
        }
    }

    private static void fail(Delivery.Input input, RuntimeException failure) {
        switch (input) {
            case Delivery.Signal signal -> signal.acknowledged().completeExceptionally(failure);
            case Delivery.Cancel cancel -> cancel.acknowledged().completeExceptionally(failure);
            case Delivery.Update update -> {
                // Whoever waits for it looks into the history.
            }
            case Delivery.Outcome outcome -> {
                // Its attempt is tried again.
            }
            case Delivery.Answer answer -> {
                // It is in the inbox.
            }
            case Delivery.ChildClosed closed -> {
                // So is this.
            }
            case Delivery.Note note -> {
                // And this.
            }
            case Delivery.LocalOutcome local -> {
                // Whoever has the run next repeats it.
            }
        }
    }

    private void end() {
        // From here on nobody finds this actor; whatever arrived meanwhile is passed on.
        this.engine.resident().remove(this);
        this.locals.abandon();
        List<Delivery> rest = this.mailbox.close();
        if (this.timer != null) {
            this.engine.timers().cancel(this.timer);
        }
        if (this.outcome != null) {
            // Whoever found the actor after it had told and before it had gone.
            this.engine.results().closedHere(this.outcome);
        }
        this.startResult.complete(new Transition.Result.Refused());
        try {
            spillAll(rest);
        }
        finally {
            WorkflowMachine last = this.machine;
            if (last != null) {
                last.close();
            }
        }
    }

}
