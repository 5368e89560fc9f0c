package dev.workflow.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node may run, taken from the database: runs that are due or were asked for,
 * activities that are due, and messages. Called by the {@link Poller} alone, but
 * {@link #want} and {@link #servedTypes()}.
 */
final class Claims {

    private static final Logger logger = LoggerFactory.getLogger(Claims.class);

    private static final int MESSAGES = 1_000;

    private static final int RUNS = 200;

    /** The pause after a look for messages, in times of how long that took. */
    private static final int MESSAGES_PAUSE = 9;

    /** The same when somebody has asked for a look. */
    private static final int MESSAGES_PAUSE_WOKEN = 3;

    private static final Comparator<EngineStore.ClaimedActivity> OLDEST_FIRST = Comparator.<EngineStore.ClaimedActivity>comparingInt(
            (activity) -> activity.order().priority())
        .thenComparing((activity) -> activity.order().eventTime());

    private final WorkflowEngine engine;

    private final LinkedBlockingQueue<UUID> wanted = new LinkedBlockingQueue<>(100_000);

    private long messagesSeen = System.nanoTime();

    private long messagesTook;

    /** Somebody has asked for a look since the last one. */
    private boolean messagesAsked;

    private boolean found;

    Claims(WorkflowEngine engine) {
        this.engine = engine;
    }

    /** Claims this run with the next look; false: too many are wanted. */
    boolean want(UUID runId) {
        return this.wanted.offer(runId);
    }

    boolean isAnyWanted() {
        return !this.wanted.isEmpty();
    }

    /** A look begins. */
    void begin() {
        this.found = false;
    }

    /** Whether this look, so far, has found anything. */
    boolean haveFound() {
        return this.found;
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

    /** Whether there may be anything at all, by one cheap question. */
    boolean mayHaveWork(List<EngineStore.ServedType> served) {
        return this.engine.store()
            .mayHaveWork(served, this.engine.activities().free(), this.engine.clock().instant(),
                    this.engine.sharing().keys().areUsed());
    }

    /** Claims what was asked for; returns whether there may be more. */
    boolean wanted(List<EngineStore.ServedType> served) {
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
     * Tells runs of their messages, and claims those that nobody has. Takes longer the
     * more runs have messages, also those that nobody can run: then it is done less
     * often, and rather when somebody asks for it.
     */
    void messages(List<EngineStore.ServedType> served, boolean asked) {
        long begin = System.nanoTime();
        this.messagesAsked |= asked;
        if (begin - this.messagesSeen < this.messagesTook
                * (this.messagesAsked ? MESSAGES_PAUSE_WOKEN : MESSAGES_PAUSE)) {
            return;
        }
        this.messagesAsked = false;
        List<UUID> ownerless = takeMessages(served);
        this.messagesSeen = System.nanoTime();
        this.messagesTook = this.messagesSeen - begin;
        int free = this.engine.slots().free(this.engine.types().taskQueues());
        claim(served, ownerless.subList(0, Math.min(free, ownerless.size())));
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

    /** Claims runs that are due; returns whether there may be more. */
    boolean due(List<EngineStore.ServedType> served) {
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
     * @param end until when, by the monotonic clock
     */
    void activitiesForFreedSlots(long end) {
        boolean more = true;
        while (more) {
            more = activities() && this.engine.sharing().activities().isCrowded() && System.nanoTime() < end;
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

    /** Claims activities that are due; returns whether there may be more. */
    boolean activities() {
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
