package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The activities that this node runs: slots for each queue, and the attempts that occupy
 * them or wait for one. A place is reserved before an activity is ordered here, else its
 * row waits for any node.
 */
final class ActivityRunner {

    private static final Logger logger = LoggerFactory.getLogger(ActivityRunner.class);

    /** How many rows are given back by one statement. */
    private static final int MOST_AT_ONCE = 2_000;

    private final WorkflowEngine engine;

    private final Map<String, ActivitySlots<Attempt>> slots = new ConcurrentHashMap<>();

    private final Map<EngineStore.ActivityKey, Attempt> running = new ConcurrentHashMap<>();

    private final ActivitySlots<Attempt> transactional;

    private final ActivityRates rates;

    private volatile boolean accepting = true;

    ActivityRunner(WorkflowEngine engine) {
        this.engine = engine;
        this.transactional = new ActivitySlots<>(engine.settings()::transactionalSlots, () -> true, engine::isAlone);
        this.rates = new ActivityRates(engine);
    }

    /**
     * Takes a place for an activity that is just being ordered, if this node serves the
     * queue, knows the type and has one, and nothing waits that goes first.
     */
    boolean tryReserve(String queue, String activityType, int priority) {
        Precedence waiting = this.engine.sharing().activities().precedence();
        if (this.rates.isLimited(queue) || waiting.mustWait(queue, priority)) {
            return false;
        }
        boolean reserved = tryReserve(queue, activityType, ActivitySlots::tryTakeNew);
        if (!reserved && used(queue) >= this.engine.activitySlots(queue)) {
            waiting.waits(queue, priority);
        }
        return reserved;
    }

    /** As {@link #tryReserve}, for an activity that was claimed. */
    boolean tryReserveClaimed(EngineStore.ClaimedActivity activity) {
        return tryReserve(activity.order().taskQueue(), activity.order().activityType(), ActivitySlots::tryTake);
    }

    private boolean tryReserve(String queue, String activityType, Predicate<ActivitySlots<Attempt>> place) {
        ActivityDefinition definition = this.engine.types().activity(activityType);
        if (definition == null || !mayBegin(queue)) {
            return false;
        }
        if (definition.holdsConnection()) {
            // The place in the queue is taken when there is a connection for it.
            return slotsOf(queue).hasPlace() && place.test(this.transactional);
        }
        return place.test(slotsOf(queue));
    }

    private boolean mayBegin(String queue) {
        return this.accepting && this.engine.types().taskQueues().contains(queue)
                && !this.engine.controls().isQueuePaused(queue);
    }

    /**
     * Where keys share the slots, each one that gets free is shared by a claim: nothing
     * waits here.
     */
    private ActivitySlots<Attempt> slotsOf(String queue) {
        return this.slots.computeIfAbsent(queue, (q) -> new ActivitySlots<>(() -> this.engine.activitySlots(q),
                () -> !this.engine.sharing().keys().areUsed(), this.engine::isAlone));
    }

    /** Gives back what was reserved for an activity that does not begin. */
    void unreserve(String queue, String activityType) {
        ActivitySlots<Attempt> place = holdsConnection(activityType) ? this.transactional : slotsOf(queue);
        wakeIf(place.withdraw());
    }

    private boolean holdsConnection(String activityType) {
        ActivityDefinition definition = this.engine.types().activity(activityType);
        return definition != null && definition.holdsConnection();
    }

    /** Runs an attempt in a slot that was reserved for it, on a thread of its own. */
    void start(EngineStore.ClaimedActivity activity, long owner) {
        start(activity, owner, ThreadStep::launch);
    }

    /**
     * Runs an attempt in a slot that was reserved for it, in place of an earlier attempt.
     * A node that stood still may order an attempt under its former name after it has
     * claimed the next one under its new name: that one then stays.
     * @param launcher sees to a thread for it, when it need not wait for its turn
     */
    void start(EngineStore.ClaimedActivity activity, long owner, Consumer<Attempt> launcher) {
        Attempt attempt = new Attempt(this.engine, activity, owner);
        Attempt current = this.running.get(activity.key());
        while (!replace(current, attempt)) {
            current = this.running.get(activity.key());
        }
        if (current != null && current.isLaterThan(attempt)) {
            unreserve(attempt.queue(), attempt.activityType());
            return;
        }
        if (current != null) {
            current.superseded();
        }
        if (holdsConnection(attempt.activityType())) {
            if (this.transactional.begin(attempt, attempt.priority(), System.nanoTime())) {
                connected(attempt, launcher);
            }
        }
        else if (slotsOf(attempt.queue()).begin(attempt, attempt.priority(), System.nanoTime())) {
            launcher.accept(attempt);
        }
    }

    /**
     * There is a connection for an attempt: now it needs a slot of its queue, and waits
     * for that among the others, with the connection's.
     */
    private void connected(Attempt first, Consumer<Attempt> launcher) {
        List<Attempt> refused = new ArrayList<>(0);
        Attempt attempt = first;
        while (attempt != null && !mayBegin(attempt.queue())) {
            refused.add(attempt);
            attempt = this.transactional.end(0, System.nanoTime()).next();
        }
        if (attempt != null && slotsOf(attempt.queue()).join(attempt, attempt.priority(), System.nanoTime())) {
            if (attempt == first) {
                launcher.accept(attempt);
            }
            else {
                ThreadStep.launch(attempt);
            }
        }
        leaveToOthers(refused);
    }

    /**
     * The turn of an attempt has come, which has a slot; where it may not begin any more,
     * it waits for any node, and whoever is next has its turn.
     */
    private void takeTurn(ActivitySlots<Attempt> ofQueue, Attempt first) {
        List<Attempt> refused = new ArrayList<>(0);
        Attempt attempt = first;
        while (attempt != null && !mayBegin(attempt.queue())) {
            refused.add(attempt);
            attempt = ofQueue.end(0, System.nanoTime()).next();
        }
        if (attempt != null) {
            ThreadStep.launch(attempt);
        }
        disconnect(refused);
        leaveToOthers(refused);
    }

    /** Those of them that waited for a slot of their queue had a connection's. */
    private void disconnect(List<Attempt> attempts) {
        attempts.stream()
            .filter((attempt) -> holdsConnection(attempt.activityType()))
            .forEach((attempt) -> endTransactional(0));
    }

    private void endTransactional(long took) {
        ActivitySlots.Ended<Attempt> ended = this.transactional.end(took, System.nanoTime());
        if (ended.next() != null) {
            connected(ended.next(), ThreadStep::launch);
        }
        wakeIf(ended.wantsMore());
    }

    private void endInQueue(Attempt attempt) {
        ActivitySlots<Attempt> ofQueue = slotsOf(attempt.queue());
        ActivitySlots.Ended<Attempt> ended = ofQueue.end(attempt.took(), System.nanoTime());
        if (ended.next() != null) {
            takeTurn(ofQueue, ended.next());
        }
        wakeIf(ended.wantsMore());
    }

    private void wakeIf(boolean wantsMore) {
        if (wantsMore) {
            this.engine.poller().wakeForActivities();
        }
    }

    /**
     * Looks after those that wait here: who has done so for longer than was expected
     * waits for any node; where there are more slots than before, the next begin.
     */
    void lookAfterWaiting() {
        List<Attempt> overdue = new ArrayList<>(this.transactional.overdue(System.nanoTime()));
        for (ActivitySlots<Attempt> ofQueue : this.slots.values()) {
            List<Attempt> overdueInQueue = ofQueue.overdue(System.nanoTime());
            disconnect(overdueInQueue);
            overdue.addAll(overdueInQueue);
            for (Attempt next = ofQueue.next(); next != null; next = ofQueue.next()) {
                takeTurn(ofQueue, next);
            }
        }
        leaveToOthers(overdue);
    }

    /** On a thread of its own: whoever asks for it has something else to do. */
    private void leaveToOthers(List<Attempt> attempts) {
        if (attempts.isEmpty()) {
            return;
        }
        Thread.ofVirtual().name("activity-hand-back").start(() -> {
            handBack(attempts);
            attempts.stream().map(Attempt::queue).distinct().forEach(this.engine.wakeups()::activitiesDue);
        });
    }

    /**
     * Not what a later attempt has taken the place of: its row is that one's. Until then
     * they belong to this node, which is not idle.
     */
    private void handBack(List<Attempt> attempts) {
        Map<Long, List<Attempt>> byOwner = attempts.stream()
            .filter((attempt) -> this.running.get(attempt.key()) == attempt)
            .collect(Collectors.groupingBy(Attempt::owner));
        byOwner.forEach((owner, ofOwner) -> {
            for (int from = 0; from < ofOwner.size(); from += MOST_AT_ONCE) {
                handBack(owner, ofOwner.subList(from, Math.min(from + MOST_AT_ONCE, ofOwner.size())));
            }
        });
        attempts.forEach((attempt) -> this.running.remove(attempt.key(), attempt));
    }

    private void handBack(long owner, List<Attempt> attempts) {
        try {
            this.engine.store()
                .handBack(owner, attempts.stream().collect(Collectors.toMap(Attempt::key, Attempt::number)));
        }
        catch (StoreException ex) {
            logger.warn("{} activities that have not begun are taken by others when this node's lease ends: {}",
                    attempts.size(), ex.getMessage());
        }
    }

    /** Takes the place of an attempt that is not later; false when that has changed. */
    private boolean replace(@Nullable Attempt current, Attempt attempt) {
        if (current == null) {
            return this.running.putIfAbsent(attempt.key(), attempt) == null;
        }
        return current.isLaterThan(attempt) || this.running.replace(attempt.key(), current, attempt);
    }

    /** The attempt has ended. */
    void ended(Attempt attempt) {
        this.running.remove(attempt.key(), attempt);
        endInQueue(attempt);
        if (holdsConnection(attempt.activityType())) {
            endTransactional(attempt.took());
        }
    }

    /** Tells the attempt, if it runs here, that its cancellation is requested. */
    void cancel(EngineStore.ActivityKey key) {
        Attempt attempt = this.running.get(key);
        if (attempt != null) {
            attempt.requestCancel();
        }
    }

    /**
     * Attempts whose runs are elsewhere hear by this look that their cancellation is
     * requested, or that nobody waits for them any more, and else only when one of their
     * heartbeats is stored.
     */
    void lookForCancellations() {
        List<Attempt> elsewhere = this.running.values()
            .stream()
            .filter((attempt) -> attempt.hasBegun() && !attempt.isCanceled()
                    && this.engine.resident().get(attempt.key().runId()) == null)
            .toList();
        if (elsewhere.isEmpty()) {
            return;
        }
        Map<EngineStore.ActivityKey, EngineStore.ActivityStanding> standings = this.engine.store()
            .standings(elsewhere.stream().map(Attempt::key).toList())
            .stream()
            .collect(Collectors.toMap(EngineStore.ActivityStanding::key, (standing) -> standing));
        elsewhere.forEach((attempt) -> attempt.stands(standings.get(attempt.key())));
    }

    /** How many activities may be claimed, by queue. */
    List<EngineStore.SlotRequest> free() {
        if (!this.accepting) {
            return List.of();
        }
        List<EngineStore.SlotRequest> free = new ArrayList<>();
        for (String queue : this.engine.types().taskQueues()) {
            int slots = slotsOf(queue).free();
            int connections = Math.min(slots, this.transactional.free());
            if (slots > 0 && !this.engine.controls().isQueuePaused(queue)) {
                Map<Boolean, List<String>> types = typesIn(queue).stream()
                    .collect(Collectors.partitioningBy(this::holdsConnection));
                addIfAny(free, queue, types.get(false), slots);
                addIfAny(free, queue, types.get(true), connections);
            }
        }
        return free;
    }

    private static void addIfAny(List<EngineStore.SlotRequest> free, String queue, @Nullable List<String> types,
            int slots) {
        if (slots > 0 && types != null && !types.isEmpty()) {
            free.add(new EngineStore.SlotRequest(queue, types, slots));
        }
    }

    /**
     * Tells those with slots whether what they asked for is all that was there: then new
     * orders may take places again.
     */
    void claimed(List<EngineStore.SlotRequest> asked, List<EngineStore.ClaimedActivity> claimed) {
        // What is of the other kind may have taken the places of what waits.
        Boolean allThatHold = null;
        for (EngineStore.SlotRequest request : asked) {
            boolean all = claimed.stream()
                .filter((activity) -> activity.order().taskQueue().equals(request.taskQueue()))
                .count() < request.slots();
            if (holdsConnection(request.types().getFirst())) {
                allThatHold = all && !Boolean.FALSE.equals(allThatHold);
            }
            else {
                slotsOf(request.taskQueue()).claimed(all);
            }
        }
        if (allThatHold != null) {
            this.transactional.claimed(allThatHold);
        }
    }

    private List<String> typesIn(String queue) {
        TypeRegistry registry = this.engine.types();
        List<String> types = new ArrayList<>(registry.activityTypes());
        if (registry.runsUnknownActivities()) {
            types.addAll(this.engine.store().unknownActivityTypes(queue, registry.activityTypes()));
        }
        return types;
    }

    ActivityRates rates() {
        return this.rates;
    }

    ActivitySlots<Attempt> transactional() {
        return this.transactional;
    }

    int used(String queue) {
        ActivitySlots<Attempt> ofQueue = this.slots.get(queue);
        return (ofQueue != null) ? ofQueue.used() : 0;
    }

    /** Whether what is ordered next waits behind what may wait in the database. */
    boolean isAwaited(String queue) {
        return slotsOf(queue).isAwaited();
    }

    Map<String, Integer> used() {
        Map<String, Integer> counts = new HashMap<>();
        this.engine.types().taskQueues().forEach((q) -> counts.put(q, used(q)));
        return counts;
    }

    /** How many attempts are here, those that wait included. */
    int count() {
        return this.running.size();
    }

    /** The attempts that run here. */
    List<Attempt> running() {
        return List.copyOf(this.running.values());
    }

    boolean isIdle() {
        return this.running.isEmpty() && this.slots.values().stream().allMatch(ActivitySlots::isIdle);
    }

    /**
     * Since when the oldest attempt runs that holds a connection; null: there is none.
     */
    @Nullable Instant oldestTransaction() {
        return this.running.values()
            .stream()
            .filter((attempt) -> attempt.hasBegun() && holdsConnection(attempt.activityType()))
            .map(Attempt::startedAt)
            .min(Instant::compareTo)
            .orElse(null);
    }

    @Nullable Instant oldestStart() {
        return this.running.values().stream().map(Attempt::startedAt).min(Instant::compareTo).orElse(null);
    }

    /** Takes no more, and waits until what runs has ended or the time is up. */
    void stop(Duration timeout) throws InterruptedException {
        this.accepting = false;
        List<Attempt> waiting = new ArrayList<>(this.transactional.drain());
        this.slots.values().forEach((ofQueue) -> {
            List<Attempt> inQueue = ofQueue.drain();
            disconnect(inQueue);
            waiting.addAll(inQueue);
        });
        handBack(waiting);
        long end = System.nanoTime() + timeout.toNanos();
        while (!this.running.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        if (!this.running.isEmpty()) {
            logger.warn("{} activities did not end within {}; others try them again: {}", this.running.size(), timeout,
                    this.running.values().stream().map(Attempt::toString).limit(10).toList());
            this.running.values().forEach(Attempt::abandon);
        }
    }

    void refuse() {
        this.accepting = false;
    }

    boolean isRunning(EngineStore.ActivityKey key) {
        return this.running.containsKey(key);
    }

    /** Forgets what runs for an owner that was declared dead: others have it. */
    void drop(long owner) {
        this.running.values().stream().filter((attempt) -> attempt.owner() == owner).forEach(Attempt::abandon);
    }

}
