package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The activities that this node runs: slots for each queue, and the attempts that occupy
 * them. A slot is reserved before an activity is ordered here, else its row waits for any
 * node.
 */
final class ActivityRunner {

    private static final Logger logger = LoggerFactory.getLogger(ActivityRunner.class);

    private final WorkflowEngine engine;

    private final Map<String, AtomicInteger> used = new ConcurrentHashMap<>();

    private final Map<EngineStore.ActivityKey, Attempt> running = new ConcurrentHashMap<>();

    private final TransactionalSlots<Attempt> transactional;

    private final ActivityRates rates;

    private volatile boolean accepting = true;

    ActivityRunner(WorkflowEngine engine) {
        this.engine = engine;
        this.transactional = new TransactionalSlots<>(engine.settings().transactionalSlots());
        this.rates = new ActivityRates(engine);
    }

    /**
     * Takes a slot for an activity that is just being ordered, if this node serves the
     * queue, knows the type and has one free, and nothing waits that goes first.
     */
    boolean tryReserve(String queue, String activityType, int priority) {
        Precedence waiting = this.engine.sharing().activities().precedence();
        if (this.rates.isLimited(queue) || waiting.mustWait(queue, priority)) {
            return false;
        }
        boolean reserved = tryReserve(queue, activityType, TransactionalSlots::tryTakeNew);
        if (!reserved && used(queue) >= this.engine.activitySlots(queue)) {
            waiting.waits(queue, priority);
        }
        return reserved;
    }

    /** As {@link #tryReserve}, for an activity that was claimed. */
    boolean tryReserveClaimed(EngineStore.ClaimedActivity activity) {
        return tryReserve(activity.order().taskQueue(), activity.order().activityType(), TransactionalSlots::tryTake);
    }

    private boolean tryReserve(String queue, String activityType, Predicate<TransactionalSlots<Attempt>> ofPool) {
        ActivityDefinition definition = this.engine.types().activity(activityType);
        if (!this.accepting || !this.engine.types().taskQueues().contains(queue) || definition == null
                || this.engine.controls().isQueuePaused(queue)) {
            return false;
        }
        if (definition.holdsConnection()) {
            // The slot of the queue is taken when its turn comes.
            return used(queue) < this.engine.activitySlots(queue) && ofPool.test(this.transactional);
        }
        return tryReserve(queue);
    }

    private boolean tryReserve(String queue) {
        int limit = this.engine.activitySlots(queue);
        AtomicInteger count = this.used.computeIfAbsent(queue, (q) -> new AtomicInteger());
        while (true) {
            int now = count.get();
            if (now >= limit) {
                return false;
            }
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Gives back what was reserved for an activity that does not begin. */
    void unreserve(String queue, String activityType) {
        if (!holdsConnection(activityType)) {
            unreserve(queue);
        }
        else if (this.transactional.withdraw()) {
            this.engine.poller().wakeForActivities();
        }
    }

    private boolean holdsConnection(String activityType) {
        ActivityDefinition definition = this.engine.types().activity(activityType);
        return definition != null && definition.holdsConnection();
    }

    private void unreserve(String queue) {
        AtomicInteger count = this.used.get(queue);
        if (count != null) {
            int before = count.getAndDecrement();
            if (before >= this.engine.activitySlots(queue)) {
                this.engine.poller().wakeForActivities();
            }
        }
    }

    /**
     * Runs an attempt in a slot that was reserved for it, in place of an earlier attempt.
     * A node that stood still may order an attempt under its former name after it has
     * claimed the next one under its new name: that one then stays.
     */
    void start(EngineStore.ClaimedActivity activity, long owner) {
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
        if (!holdsConnection(attempt.activityType())) {
            launch(attempt);
        }
        else if (this.transactional.begin(attempt, System.nanoTime())) {
            beginTransactional(attempt);
        }
    }

    private static void launch(Attempt attempt) {
        Thread.ofVirtual()
            .name("activity-" + attempt.activityType())
            .inheritInheritableThreadLocals(false)
            .start(attempt);
    }

    /**
     * Its turn has come; where its queue has no slot any more, it waits for any node, and
     * whoever is next has its turn.
     */
    private void beginTransactional(Attempt first) {
        List<Attempt> refused = new ArrayList<>(0);
        Attempt attempt = first;
        while (attempt != null && !tryReserve(attempt.queue())) {
            this.running.remove(attempt.key(), attempt);
            refused.add(attempt);
            attempt = this.transactional.end(0).next();
        }
        if (attempt != null) {
            launch(attempt);
        }
        if (!refused.isEmpty()) {
            Thread.ofVirtual().name("activity-hand-back").start(() -> leaveToOthers(refused));
        }
    }

    private void endTransactional(long took) {
        TransactionalSlots.Ended<Attempt> ended = this.transactional.end(took);
        if (ended.next() != null) {
            beginTransactional(ended.next());
        }
        if (ended.wantsMore()) {
            this.engine.poller().wakeForActivities();
        }
    }

    /** Those that have waited here for longer than was expected wait for any node. */
    void giveUpWaiting() {
        List<Attempt> overdue = this.transactional.overdue(System.nanoTime());
        overdue.forEach((attempt) -> this.running.remove(attempt.key(), attempt));
        leaveToOthers(overdue);
    }

    private void leaveToOthers(List<Attempt> attempts) {
        handBack(attempts);
        attempts.stream().map(Attempt::queue).distinct().forEach(this.engine.wakeups()::activitiesDue);
    }

    private void handBack(List<Attempt> attempts) {
        Map<Long, List<EngineStore.ActivityKey>> keys = attempts.stream()
            .collect(Collectors.groupingBy(Attempt::owner, Collectors.mapping(Attempt::key, Collectors.toList())));
        keys.forEach((owner, ofOwner) -> {
            try {
                this.engine.store().handBack(owner, ofOwner);
            }
            catch (StoreException ex) {
                logger.warn("{} activities that have not begun are taken by others when this node's lease ends: {}",
                        ofOwner.size(), ex.getMessage());
            }
        });
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
        unreserve(attempt.queue());
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

    /** How many activities may be claimed, by queue. */
    List<EngineStore.SlotRequest> free() {
        if (!this.accepting) {
            return List.of();
        }
        List<EngineStore.SlotRequest> free = new ArrayList<>();
        for (String queue : this.engine.types().taskQueues()) {
            int slots = this.engine.activitySlots(queue) - used(queue);
            if (slots > 0 && !this.engine.controls().isQueuePaused(queue)) {
                Map<Boolean, List<String>> types = typesIn(queue).stream()
                    .collect(Collectors.partitioningBy(this::holdsConnection));
                addIfAny(free, queue, types.get(false), slots);
                addIfAny(free, queue, types.get(true), Math.min(slots, this.transactional.free()));
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
     * Whether this is all that was there, of what holds a connection: then nothing of it
     * waits any more, and new orders may take its slots again.
     */
    void claimed(List<EngineStore.SlotRequest> asked, List<EngineStore.ClaimedActivity> claimed) {
        // What holds none of its queue may have taken the places of what does.
        List<EngineStore.SlotRequest> holding = asked.stream()
            .filter((request) -> holdsConnection(request.types().getFirst()))
            .toList();
        boolean all = holding.stream()
            .allMatch((request) -> claimed.stream()
                .filter((activity) -> activity.order().taskQueue().equals(request.taskQueue()))
                .count() < request.slots());
        if (all && !holding.isEmpty()) {
            this.transactional.noneWaits();
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

    TransactionalSlots<Attempt> transactional() {
        return this.transactional;
    }

    int used(String queue) {
        AtomicInteger count = this.used.get(queue);
        return (count != null) ? count.get() : 0;
    }

    Map<String, Integer> used() {
        Map<String, Integer> counts = new HashMap<>();
        this.engine.types().taskQueues().forEach((q) -> counts.put(q, used(q)));
        return counts;
    }

    /** The attempts that run here. */
    List<Attempt> running() {
        return List.copyOf(this.running.values());
    }

    boolean isIdle() {
        return this.running.isEmpty() && this.used.values().stream().allMatch((c) -> c.get() == 0);
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
        List<Attempt> waiting = this.transactional.drain();
        waiting.forEach((attempt) -> this.running.remove(attempt.key(), attempt));
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
