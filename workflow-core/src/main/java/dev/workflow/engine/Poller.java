package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what this node may run: runs and activities that are due and belong to nobody,
 * and messages. It looks every poll interval, and at once when something wakes it. A loop
 * on a platform thread that never dies.
 */
final class Poller {

    private static final Logger logger = LoggerFactory.getLogger(Poller.class);

    /** After so long without anything to do an actor gives up its thread. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final int MESSAGES = 1_000;

    private static final int RUNS = 200;

    /** The pause after a look for messages, in times of how long that took. */
    private static final int MESSAGES_PAUSE = 9;

    /** The same when somebody has asked for a look. */
    private static final int MESSAGES_PAUSE_WOKEN = 3;

    private static final long NOT_QUIET = -1;

    private static final int VAIN = 50;

    private static final Comparator<EngineStore.ClaimedActivity> OLDEST_FIRST = Comparator.<EngineStore.ClaimedActivity>comparingInt(
            (activity) -> activity.order().priority())
        .thenComparing((activity) -> activity.order().eventTime());

    private final WorkflowEngine engine;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition wakened = this.lock.newCondition();

    private final LinkedBlockingQueue<UUID> wanted = new LinkedBlockingQueue<>(100_000);

    private boolean wake;

    private boolean wakeForActivities;

    private volatile boolean busy;

    private boolean woken;

    /** When it looks at everything again, whoever wakes it. */
    private long nextRound;

    private volatile long lastRound = System.nanoTime();

    private long messagesSeen = System.nanoTime();

    private long messagesTook;

    /** Somebody has asked for a look since the last one. */
    private boolean messagesAsked;

    /** The moves of the engine before the last look that found nothing. */
    private long quietSince = NOT_QUIET;

    private boolean found;

    /** How many polls do not ask, since the answer led to nothing. */
    private int inVain;

    private final EngineThread thread = new EngineThread("workflow-poller", this::run, this::wake);

    Poller(WorkflowEngine engine) {
        this.engine = engine;
    }

    EngineThread thread() {
        return this.thread;
    }

    Duration sinceLastRound() {
        return Duration.ofNanos(System.nanoTime() - this.lastRound);
    }

    void wake() {
        this.lock.lock();
        try {
            this.wake = true;
            this.wakened.signal();
        }
        finally {
            this.lock.unlock();
        }
        this.engine.moved();
    }

    /** Slots have become free: looks for activities that wait for them. */
    void wakeForActivities() {
        this.lock.lock();
        try {
            this.wakeForActivities = true;
            this.wakened.signal();
        }
        finally {
            this.lock.unlock();
        }
        this.engine.moved();
    }

    /** Claims this run with the next round, which begins at once. */
    void claimSoon(UUID runId) {
        if (this.wanted.offer(runId)) {
            wake();
        }
    }

    /**
     * The same for a run that is new: where others wait that go first, it takes its turn.
     */
    void claimSoon(Transition.NewExecution run) {
        claimSoon(run.runId(), run.taskQueue(), run.priority());
    }

    /** The same for a run that has not begun. */
    void claimSoon(UUID runId, String queue, int priority) {
        if (this.engine.sharing().runs().precedence().mustWait(queue, priority)) {
            wake();
        }
        else {
            claimSoon(runId);
        }
    }

    /** Whether nothing was asked of it that it has not done. */
    boolean isIdle() {
        this.lock.lock();
        try {
            return !this.busy && !this.wake && !this.wakeForActivities && this.wanted.isEmpty();
        }
        finally {
            this.lock.unlock();
        }
    }

    private void run() {
        while (this.thread.isRunning()) {
            try {
                boolean more = poll();
                this.lastRound = System.nanoTime();
                this.nextRound = System.nanoTime() + this.engine.settings().pollInterval().toNanos();
                while (!more && awaitActivities()) {
                    claimForFreedSlots();
                }
            }
            catch (InterruptedException ex) {
                return;
            }
            catch (StoreException ex) {
                logger.warn("A poll failed and is tried again: {}", ex.getMessage());
                pause();
            }
            catch (RuntimeException | Error ex) {
                logger.error("A poll failed unexpectedly", ex);
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(500);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until there is something to do: only to look for activities, if it returns
     * true, else everything.
     */
    private boolean awaitActivities() throws InterruptedException {
        this.lock.lock();
        try {
            this.busy = false;
            long nanos = this.nextRound - System.nanoTime();
            while (!this.wake && !this.wakeForActivities && nanos > 0 && this.thread.isRunning()) {
                nanos = this.wakened.awaitNanos(nanos);
            }
            this.busy = true;
            boolean everything = this.wake || nanos <= 0 || !this.thread.isRunning() || !this.engine.isWorking();
            this.wakeForActivities = false;
            if (everything) {
                this.woken = this.wake;
                this.wake = false;
            }
            return !everything;
        }
        finally {
            this.lock.unlock();
        }
    }

    /**
     * One round; returns whether there may be more right away. Each of its parts has its
     * turn, whatever becomes of those before it: one run that makes trouble must not keep
     * the others from being claimed.
     */
    private boolean poll() throws InterruptedException {
        List<RuntimeException> failures = new ArrayList<>();
        part(failures, () -> {
            this.engine.controls().poll();
            return false;
        });
        boolean more = this.engine.isWorking() && lookForWork(failures);
        part(failures, () -> {
            this.engine.results().poll();
            this.engine.updates().poll();
            return false;
        });
        this.engine.resident().surplus(System.nanoTime()).forEach(this.engine::evict);
        this.engine.resident().quiet(QUIET).forEach(RunActor::rest);
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return more;
    }

    /**
     * Looks for everything; where nothing has moved here since that was in vain, it first
     * asks whether there may be anything at all.
     */
    private boolean lookForWork(List<RuntimeException> failures) {
        List<EngineStore.ServedType> served = servedTypes();
        long moves = this.engine.moves();
        boolean asks = !this.woken && moves == this.quietSince && this.inVain == 0;
        if (asks && !part(failures, () -> mayHaveWork(served)) && failures.isEmpty()) {
            return false;
        }
        this.found = false;
        boolean more = part(failures, () -> claimWanted(served));
        more |= part(failures, () -> messages(served));
        more |= part(failures, () -> claimDue(served));
        more |= part(failures, this::claimActivities);
        boolean quiet = !this.found && !more && failures.isEmpty() && !isCrowded();
        this.quietSince = quiet ? moves : NOT_QUIET;
        this.inVain = (asks && quiet) ? VAIN : Math.max(0, this.inVain - 1);
        return more;
    }

    private static boolean part(List<RuntimeException> failures, BooleanSupplier part) {
        try {
            return part.getAsBoolean();
        }
        catch (RuntimeException ex) {
            failures.add(ex);
            return false;
        }
    }

    /**
     * The types that this node runs. Each of them in every queue that the node serves: a
     * start may name another queue than the type's own.
     */
    List<EngineStore.ServedType> servedTypes() {
        TypeRegistry types = this.engine.types();
        List<EngineStore.ServedType> served = new ArrayList<>();
        for (String queue : types.taskQueues()) {
            types.workflowTypes().forEach((type) -> served.add(new EngineStore.ServedType(type, queue)));
        }
        String unknown = types.queueOfUnknownWorkflows();
        if (unknown != null) {
            served.addAll(this.engine.store().unknownTypes(List.of(unknown), types.workflowTypes()));
        }
        served.removeIf((type) -> this.engine.controls().isPaused(type.workflowType(), type.taskQueue()));
        return this.engine.builds().routes(served);
    }

    private boolean mayHaveWork(List<EngineStore.ServedType> served) {
        return this.engine.store()
            .mayHaveWork(served, this.engine.activities().free(), this.engine.clock().instant(),
                    this.engine.sharing().keys().areUsed());
    }

    private boolean isCrowded() {
        return this.engine.sharing().runs().isCrowded() || this.engine.sharing().activities().isCrowded();
    }

    private boolean claimWanted(List<EngineStore.ServedType> served) {
        List<UUID> runs = new ArrayList<>();
        int limit = Math.min(RUNS, this.engine.slots().free(this.engine.types().taskQueues()));
        this.wanted.drainTo(runs, limit);
        claim(served, runs);
        return !runs.isEmpty() && runs.size() == limit;
    }

    private void claim(List<EngineStore.ServedType> served, List<UUID> runs) {
        if (!runs.isEmpty()) {
            long node = this.engine.nodeId();
            activate(node, this.engine.store().claim(node, served, runs, this.engine.builds().own()));
        }
    }

    /**
     * Takes longer the more runs have messages, also those that nobody can run: then it
     * is done less often, and rather when somebody asks for it.
     */
    private boolean messages(List<EngineStore.ServedType> served) {
        long begin = System.nanoTime();
        this.messagesAsked |= this.woken;
        if (begin - this.messagesSeen < this.messagesTook
                * (this.messagesAsked ? MESSAGES_PAUSE_WOKEN : MESSAGES_PAUSE)) {
            return false;
        }
        this.messagesAsked = false;
        List<UUID> ownerless = takeMessages(served);
        this.messagesSeen = System.nanoTime();
        this.messagesTook = this.messagesSeen - begin;
        int free = this.engine.slots().free(this.engine.types().taskQueues());
        claim(served, ownerless.subList(0, Math.min(free, ownerless.size())));
        return false;
    }

    /** Returns runs that nobody has and that have messages. */
    private List<UUID> takeMessages(List<EngineStore.ServedType> served) {
        long node = this.engine.nodeId();
        List<UUID> ownerless = new ArrayList<>();
        List<UUID> toTerminate = new ArrayList<>();
        List<EngineStore.WaitingRun> waiting = this.engine.store().runsWithMessages(node, served, MESSAGES);
        this.found |= !waiting.isEmpty();
        for (EngineStore.WaitingRun run : waiting) {
            RunActor actor = this.engine.resident().get(run.runId());
            if (run.terminate()) {
                toTerminate.add(run.runId());
            }
            else if (actor != null) {
                actor.offer(new Delivery.InboxHint());
            }
            else if (run.owned()) {
                this.engine.holdings().releaseStray(run.runId());
            }
            else {
                ownerless.add(run.runId());
            }
        }
        this.engine.terminations().terminateAsAsked(toTerminate);
        return ownerless;
    }

    private boolean claimDue(List<EngineStore.ServedType> served) {
        List<EngineStore.SlotRequest> free = this.engine.slots().free(served, RUNS);
        if (free.isEmpty()) {
            return false;
        }
        long node = this.engine.nodeId();
        FairClaims<EngineStore.ClaimedRun> runs = this.engine.sharing().runs();
        List<EngineStore.ClaimedRun> claimed = runs.claim(node, free);
        activate(node, claimed);
        return claimed.stream().anyMatch((run) -> runs.isCrowded(run.taskQueue())) || free.stream()
            .anyMatch((request) -> claimed.stream()
                .filter((run) -> run.taskQueue().equals(request.taskQueue()))
                .count() == request.slots());
    }

    private void activate(long node, List<EngineStore.ClaimedRun> claimed) {
        this.found |= !claimed.isEmpty();
        List<EngineStore.HandOver> others = new ArrayList<>(0);
        Map<UUID, EngineStore.Beginning> beginnings = beginnings(claimed);
        for (EngineStore.ClaimedRun run : claimed) {
            String build = this.engine.builds().destination(run);
            if (build == null) {
                this.engine.holdings().activate(node, run, beginnings.get(run.runId()));
            }
            else {
                others.add(new EngineStore.HandOver(run.runId(), run.token(), build));
            }
        }
        if (!others.isEmpty()) {
            this.engine.store().handOver(node, others);
            this.engine.wakeups().due("");
        }
    }

    /**
     * In a crowded queue nothing takes a slot but what is claimed: those that were freed
     * during a claim, too.
     */
    private void claimForFreedSlots() {
        boolean more = true;
        while (more) {
            more = claimActivities() && this.engine.sharing().activities().isCrowded()
                    && System.nanoTime() < this.nextRound;
        }
    }

    /** Of many runs, as after a takeover: one question instead of one for each. */
    private Map<UUID, EngineStore.Beginning> beginnings(List<EngineStore.ClaimedRun> claimed) {
        if (claimed.size() < 2) {
            return Map.of();
        }
        try {
            return this.engine.store().beginnings(claimed);
        }
        catch (StoreException ex) {
            logger.debug("{} runs are read one by one: {}", claimed.size(), ex.getMessage());
            return Map.of();
        }
    }

    private boolean claimActivities() {
        List<EngineStore.SlotRequest> free = this.engine.activities().rates().within(this.engine.activities().free());
        if (free.isEmpty()) {
            return false;
        }
        long node = this.engine.nodeId();
        // Of what holds connections, each queue may have given as much as all together
        // may run: the oldest first, whichever queue it is of.
        List<EngineStore.ClaimedActivity> claimed = this.engine.sharing()
            .activities()
            .claim(node, free)
            .stream()
            .sorted(OLDEST_FIRST)
            .toList();
        this.found |= !claimed.isEmpty();
        this.engine.activities().claimed(free, claimed);
        this.engine.activities().rates().begun(claimed);
        Map<EngineStore.ActivityKey, Integer> noSlot = new HashMap<>();
        for (EngineStore.ClaimedActivity activity : claimed) {
            if (this.engine.activities().tryReserveClaimed(activity)) {
                this.engine.activities().start(activity, node);
            }
            else {
                noSlot.put(activity.key(), activity.attempt());
            }
        }
        if (!noSlot.isEmpty()) {
            this.engine.store().handBack(node, noSlot);
        }
        return !claimed.isEmpty() && noSlot.isEmpty();
    }

}
