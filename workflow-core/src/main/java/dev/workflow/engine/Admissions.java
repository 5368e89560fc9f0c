package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.history.WorkflowExecutionStarted;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets runs of types with a concurrency limit begin. Such a run is started durably and
 * takes a number; it begins once it has a place, which its chain of runs keeps up to its
 * end.
 * <p>
 * <b>Concurrency.</b> Who has a place is decided under the lock of the limit's row in the
 * database, whichever node decides: so there is never one too many. That lock is held for
 * a few statements that wait for nothing: rows which somebody else holds are passed by. A
 * start takes its place in its own transaction where that lock is free and nobody is
 * before it, but not in a transaction of the application, which may be long.
 * <b>Crash.</b> A place is freed because its chain has no open run, not because somebody
 * says so. The node that writes an end says so at once, and gives the place to the next,
 * but each node also looks every heartbeat at what a crash has left. <b>Order.</b> Those
 * of one key stand in line in the order of their starts. The first of each key, and those
 * without one, stand in another line for their type. What waits in neither costs the
 * other nothing.
 * <p>
 * A loop on a platform thread that never dies. Types without a limit cost it a look into
 * a map.
 */
final class Admissions {

    private static final Logger logger = LoggerFactory.getLogger(Admissions.class);

    /** How many that were admitted here a node claims before it wakes others for them. */
    private static final int TO_KEEP = 10;

    /** How many looks at everything lie between two thorough ones. */
    private static final int THOROUGH = 15;

    /** How many leases lie between two looks for what limits that are gone have left. */
    private static final int LEFTOVER_LEASES = 3;

    private static final Duration PAUSE = Duration.ofMillis(20);

    /** What is to be looked at of one type. */
    private static final class Wanted {

        private final Set<UUID> ended = new HashSet<>();

        private final Set<UUID> ripe = new HashSet<>();

        private final Set<String> keys = new HashSet<>();

        private boolean all;

        private boolean thorough;

        /** Only the next of its keys, not all of them. */
        private boolean inPassing;

        void add(Wanted other) {
            this.ended.addAll(other.ended);
            this.ripe.addAll(other.ripe);
            this.keys.addAll(other.keys);
            this.all |= other.all;
            this.thorough |= other.thorough;
        }

        AdmissionStore.Round round(String type, String afterKey) {
            return new AdmissionStore.Round(type, this.ended, this.ripe, this.keys, this.all, this.thorough, afterKey);
        }

    }

    private final WorkflowEngine engine;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition asked = this.lock.newCondition();

    private Map<String, Wanted> wanted = new LinkedHashMap<>();

    private volatile Map<String, EngineStore.Control> limited = Map.of();

    private final LineCensus census = new LineCensus(System::nanoTime);

    private boolean busy;

    private long nextLook = System.nanoTime();

    private long nextLeftovers = System.nanoTime();

    private int looks;

    private final Set<String> shown = ConcurrentHashMap.newKeySet();

    private final Map<String, String> lastKeys = new HashMap<>();

    private final SinceLimited counting = new SinceLimited();

    private final EngineThread thread = new EngineThread("workflow-admissions", this::run, this::wake);

    Admissions(WorkflowEngine engine) {
        this.engine = engine;
    }

    EngineThread thread() {
        return this.thread;
    }

    private void wake() {
        this.lock.lock();
        try {
            this.asked.signalAll();
        }
        finally {
            this.lock.unlock();
        }
    }

    private AdmissionStore store() {
        return this.engine.store().admissions();
    }

    // What the limits are

    /**
     * Writes those that are configured, when the node starts. One for a type that this
     * node has not may be meant for others, unless its name is nearly that of one it has.
     */
    void configure(Map<String, ConcurrencyLimit> configured) {
        Collection<String> types = this.engine.types().workflowTypes();
        store().configure(configured, types, this.engine.clock().instant());
        for (String name : configured.keySet()) {
            if (this.engine.settings().workerEnabled() && !types.contains(name)) {
                types.stream()
                    .filter((type) -> letters(type).equals(letters(name)))
                    .findFirst()
                    .ifPresent((type) -> logger.warn(
                            "workflow.concurrency.{} limits no workflow of this node: did you mean {}? An environment "
                                    + "variable cannot name it, and in properties [{}] keeps every character.",
                            name, type, type));
            }
        }
    }

    private static String letters(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
    }

    boolean isLimited(String workflowType) {
        return this.limited.containsKey(workflowType);
    }

    /** The limits, as they are read from the database. */
    void follow(List<EngineStore.Control> controls) {
        Map<String, EngineStore.Control> now = new HashMap<>();
        for (EngineStore.Control control : controls) {
            if (control.kind() == EngineStore.Control.Kind.WORKFLOW_TYPE && control.concurrency() != null) {
                now.put(control.name(), control);
            }
        }
        Map<String, EngineStore.Control> before = this.limited;
        if (now.equals(before)) {
            return;
        }
        this.limited = Map.copyOf(now);
        Set<String> changed = new HashSet<>(before.keySet());
        changed.addAll(now.keySet());
        changed.removeIf((type) -> limitOf(before, type).equals(limitOf(now, type)));
        changed.forEach(this::lookAtAll);
        now.keySet().stream().filter(this.shown::add).forEach(this::show);
    }

    private void show(String workflowType) {
        this.engine.metrics().concurrencyLimited(workflowType, new ConcurrencyGauges() {

            @Override
            public int limit() {
                ConcurrencyLimit limit = limitOf(workflowType);
                return (limit != null) ? Objects.requireNonNullElse(limit.max(), 0) : 0;
            }

            @Override
            public int limitPerKey() {
                ConcurrencyLimit limit = limitOf(workflowType);
                return (limit != null) ? Objects.requireNonNullElse(limit.maxPerKey(), 0) : 0;
            }

            @Override
            public long inProgress() {
                return census(workflowType).inProgress();
            }

            @Override
            public long waiting() {
                return census(workflowType).waiting();
            }

        });
    }

    AdmissionStore.Census census(String workflowType) {
        return this.census.of(workflowType);
    }

    private static Object limitOf(Map<String, EngineStore.Control> limits, String type) {
        EngineStore.Control control = limits.get(type);
        return (control != null) ? Objects.requireNonNull(control.concurrency()) : "none";
    }

    @Nullable ConcurrencyLimit limitOf(String workflowType) {
        EngineStore.Control control = this.limited.get(workflowType);
        return (control != null) ? control.concurrency() : null;
    }

    // Starts

    /** A start, which needs a place if its type has a limit. */
    Transition.NewExecution placed(Transition.NewExecution execution, WorkflowExecutionStarted started) {
        return isLimited(execution.workflowType()) ? execution.in(place(started)) : execution;
    }

    /**
     * What a run needs that a reset or a fork makes, if its type has a limit: the
     * database knows, this node perhaps not yet. Its code may have begun, so that nobody
     * would look it up.
     */
    static Place place(WorkflowExecutionStarted started) {
        return new Place(FairnessKeys.stored(started.fairnessKey()), expiry(started));
    }

    /** When a run is out of time that does not begin. */
    static Instant expiry(WorkflowExecutionStarted started) {
        RunState state = new RunState();
        state.apply(started);
        return state.nextDue();
    }

    /** A run was started that may have to wait. */
    void begun(Transition.NewExecution execution) {
        Place place = execution.place();
        if (place == null || !isLimited(execution.workflowType())) {
            return;
        }
        Wanted look = new Wanted();
        if (place.key() != null) {
            look.keys.add(place.key());
        }
        look(execution.workflowType(), look);
    }

    /** A run has ended; if its workflow does not go on, its place is free. */
    void ended(String workflowType, UUID chainId) {
        ended(workflowType, chainId, null);
    }

    /**
     * The same of a run whose key is known: where its workflow goes on as another type,
     * its place is in that type's line already, and no longer tells its key.
     */
    void ended(String workflowType, UUID chainId, @Nullable String key) {
        if (isLimited(workflowType)) {
            Wanted look = new Wanted();
            look.ended.add(chainId);
            if (key != null) {
                look.keys.add(key);
            }
            look(workflowType, look);
        }
    }

    /** A run whose time had come was given back, since it has no place yet. */
    void waits(String workflowType, UUID chainId, @Nullable String key) {
        Wanted look = new Wanted();
        look.ripe.add(chainId);
        if (key != null) {
            look.keys.add(key);
        }
        look(workflowType, look);
    }

    /**
     * Looks up a claimed run whose code has never begun. One whose start did not know of
     * the limit gets its number now; one of a workflow that was in progress before there
     * was a limit counts from now on.
     * @return whether it may begin
     */
    boolean enter(RunActor run) {
        AdmissionStore.Standing standing = store().standing(run.runId());
        if (standing.place() == AdmissionStore.Standing.Held.A_PLACE) {
            return true;
        }
        // A number may be that of a run before it in its chain: it is this one's now.
        // One that was claimed before may have begun, and waits for its first message.
        boolean begun = !standing.chainId().equals(run.runId()) || run.token() > 1;
        WorkflowExecutionStarted started = (WorkflowExecutionStarted) this.engine.store()
            .history(run.runId(), 0)
            .next();
        return store().enter(
                new AdmissionStore.Latecomer(run.runId(), standing.chainId(), run.workflowId(), run.workflowType(),
                        FairnessKeys.stored(started.fairnessKey()), begun, run.owner(), run.token()),
                this.engine.clock().instant());
    }

    /** What an open run waits for that nobody owns, in a sentence. */
    Optional<String> whatItWaitsFor(EngineStore.ExecutionRow run) {
        ConcurrencyLimit limit = limitOf(run.workflowType());
        AdmissionStore.InLine line = (limit != null) ? store().inLine(run.runId()) : null;
        if (limit == null || line == null || line.delayed()) {
            return Optional.empty();
        }
        return Optional.of("Waits for a place: no more than " + (line.behindKey() ? limit.maxPerKey() : limit.max())
                + " workflows of type '" + line.workflowType() + "'"
                + (line.behindKey() ? " with fairness key '" + line.key() + "'" : "") + " may be in progress at once");
    }

    private void lookAtAll(String workflowType) {
        Wanted look = new Wanted();
        look.all = true;
        look.thorough = true;
        look(workflowType, look);
    }

    private void look(String workflowType, Wanted look) {
        this.lock.lock();
        try {
            this.wanted.computeIfAbsent(workflowType, (type) -> new Wanted()).add(look);
            this.asked.signalAll();
        }
        finally {
            this.lock.unlock();
        }
        this.engine.moved();
    }

    /** Whether nothing was asked of it that it has not done. */
    boolean isIdle() {
        this.lock.lock();
        try {
            return !this.busy && this.wanted.isEmpty();
        }
        finally {
            this.lock.unlock();
        }
    }

    // The loop

    private void run() {
        while (this.thread.isRunning()) {
            try {
                Map<String, Wanted> looks = await();
                for (Map.Entry<String, Wanted> look : looks.entrySet()) {
                    if (this.thread.isRunning()) {
                        admit(look.getKey(), look.getValue());
                    }
                }
                regularly();
            }
            catch (InterruptedException ex) {
                return;
            }
            catch (StoreException ex) {
                logger.warn("What waits for a place was not looked at, and will be: {}", ex.getMessage());
            }
            catch (RuntimeException | Error ex) {
                logger.error("What waits for a place could not be looked at", ex);
            }
        }
    }

    private Map<String, Wanted> await() throws InterruptedException {
        this.lock.lock();
        try {
            this.busy = false;
            long left = this.nextLook - System.nanoTime();
            while (this.thread.isRunning() && this.wanted.isEmpty() && left > 0) {
                left = this.asked.awaitNanos(left);
            }
            Map<String, Wanted> looks = this.wanted;
            this.wanted = new LinkedHashMap<>();
            this.busy = !looks.isEmpty();
            return looks;
        }
        finally {
            this.lock.unlock();
        }
    }

    private void admit(String type, Wanted look) throws InterruptedException {
        try {
            String afterKey = look.inPassing ? this.lastKeys.getOrDefault(type, "") : "";
            boolean more = true;
            while (more && this.thread.isRunning()) {
                AdmissionStore.Admission admission = store().admit(look.round(type, afterKey),
                        this.engine.clock().instant());
                begin(type, admission.admitted());
                afterKey = Objects.requireNonNullElse(admission.lastKey(), "");
                more = admission.more() || (!look.inPassing && !afterKey.isEmpty());
            }
            if (look.inPassing) {
                this.lastKeys.put(type, afterKey);
            }
        }
        catch (StoreException ex) {
            if (ex.kind() == StoreException.Kind.REJECTED) {
                // The other types have their turn, and the next regular look repeats it.
                logger.warn("Places of {} were not looked at, and will be: {}", type, ex.getMessage());
                return;
            }
            // Another node admits just now, or the database is away for a moment.
            logger.debug("Places of {} are looked at again: {}", type, ex.getMessage());
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            look(type, look);
        }
    }

    private void begin(String type, List<AdmissionStore.Admitted> admitted) {
        boolean elsewhere = admitted.size() > TO_KEEP;
        for (AdmissionStore.Admitted run : admitted) {
            if (this.engine.runsHere(type, run.taskQueue())
                    && this.engine.builds().isMine(run.taskQueue(), run.workflowId())) {
                this.engine.poller().claimSoon(run.runId(), run.taskQueue(), run.priority());
            }
            else {
                elsewhere = true;
            }
        }
        if (elsewhere) {
            this.engine.wakeups().due("");
        }
    }

    private void regularly() throws InterruptedException {
        long now = System.nanoTime();
        if (now - this.nextLook < 0) {
            return;
        }
        this.nextLook = now + this.engine.settings().heartbeatInterval().toNanos();
        if (now - this.nextLeftovers >= 0) {
            this.nextLeftovers = now + LEFTOVER_LEASES * this.engine.settings().lease().toNanos();
            store().types().stream().filter((type) -> !isLimited(type)).forEach(this::lookAtAll);
        }
        Map<String, EngineStore.Control> limits = this.limited;
        this.lastKeys.keySet().retainAll(limits.keySet());
        this.counting.keep(limits.values()
            .stream()
            .filter((control) -> !control.counted())
            .map(EngineStore.Control::name)
            .toList());
        if (limits.isEmpty()) {
            this.census.clear();
            return;
        }
        this.looks++;
        for (EngineStore.Control control : limits.values()) {
            if (!control.counted()) {
                try {
                    count(control);
                }
                catch (StoreException ex) {
                    // The others, and those that wait here, are looked at all the same.
                    logger.warn("What is in progress of {} was not counted, and will be: {}", control.name(),
                            ex.getMessage());
                }
            }
            Wanted look = new Wanted();
            look.all = true;
            look.thorough = this.looks % THOROUGH == 0;
            look.inPassing = !look.thorough;
            admit(control.name(), look);
        }
        this.census.take(limits.keySet(), store()::census);
    }

    /**
     * Those that were in progress before there was a limit. A node that has not heard of
     * the limit may begin more of them: within a lease it has, or counts as dead. So the
     * last time begins after that.
     */
    private void count(EngineStore.Control control) {
        Instant limitedAt = Objects.requireNonNull(control.limitedAt());
        long begin = System.nanoTime();
        UUID after = new UUID(0, 0);
        while (after != null && this.thread.isRunning()) {
            after = store().count(control.name(), after, this.engine.clock().instant());
        }
        if (this.counting.isLongAgo(control.name(), limitedAt, begin, this.engine.settings().lease())) {
            store().counted(control.name(), limitedAt);
        }
    }

}
