package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shortens the sleep of pollers, this node's and the others'. Wake-ups are collected and
 * sent outside of all other transactions, since NOTIFY takes one lock of the whole
 * database at commit. Everything is correct when all of them are lost.
 */
final class Wakeups {

    private static final Logger logger = LoggerFactory.getLogger(Wakeups.class);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private static final Duration COALESCE = Duration.ofMillis(2);

    private static final Duration STOPPING = Duration.ofSeconds(2);

    /** How far ahead this node remembers what others may do, too. */
    private static final Duration SOON = Duration.ofMinutes(1);

    private static final String POLL = "poll";

    private static final String SCHEDULES = "schedules";

    private static final String WAIT = "wait";

    private static final String HAPPENED = "happened";

    private static final String CONTROLS = "controls";

    private static final String TAKEN = "taken";

    private static final String PROBE = "probe";

    private final WorkflowEngine engine;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition arrived = this.lock.newCondition();

    private final Set<String> unsent = new LinkedHashSet<>();

    private final Thread sender = Thread.ofPlatform().name("workflow-notify").daemon(true).unstarted(this::send);

    private final Thread listener = Thread.ofPlatform().name("workflow-listen").daemon(true).unstarted(this::listen);

    private volatile boolean running = true;

    private final AtomicReference<@Nullable UUID> probe = new AtomicReference<>();

    private final LongAdder lost = new LongAdder();

    Wakeups(WorkflowEngine engine) {
        this.engine = engine;
    }

    void start() {
        if (this.engine.settings().listen()) {
            this.sender.start();
            this.listener.start();
        }
    }

    /**
     * Returns when the listener has given its connection back, so that it is not closed
     * under it.
     */
    void stop() {
        this.running = false;
        this.lock.lock();
        try {
            this.arrived.signalAll();
        }
        finally {
            this.lock.unlock();
        }
        try {
            long end = System.nanoTime() + STOPPING.toNanos();
            // A node that does not listen has neither.
            for (Thread thread : List.of(this.sender, this.listener)) {
                if (thread.isAlive()) {
                    thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
                }
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** A message waits for a run that another node holds. */
    void messageFor(long owner, UUID runId) {
        send(owner + ":" + runId);
    }

    /**
     * Somebody waits here for the end of a run that is elsewhere, or for an answer of it.
     */
    void waitFor(UUID runId) {
        send(WAIT + this.engine.nodeId() + ":" + runId);
    }

    /** What another node waits for has happened. */
    void happened(UUID runId) {
        send(HAPPENED + ":" + runId);
    }

    /** Something became due for a queue, perhaps of other nodes. */
    void due(String queue) {
        this.engine.poller().wake();
        send(POLL);
    }

    /**
     * A run was started and belongs to nobody: who can run it is woken.
     * @param execution the run
     * @param waits whether it may have to wait for a place
     */
    void started(Transition.NewExecution execution, boolean waits) {
        if (execution.dueAt().isAfter(this.engine.clock().instant())) {
            dueAt(execution.dueAt(), execution.taskQueue());
        }
        else if (waits) {
            this.engine.admissions().begun(execution);
        }
        else if (this.engine.runsHere(execution.workflowType(), execution.taskQueue())
                && this.engine.builds().isMine(execution.taskQueue(), execution.workflowId())) {
            this.engine.poller().claimSoon(execution);
        }
        else {
            due(execution.taskQueue());
        }
    }

    /** Something becomes due for a queue at that time, perhaps of other nodes. */
    void dueAt(Instant time, String queue) {
        if (isSoon(time)) {
            this.engine.timers().at(time, () -> due(queue));
        }
    }

    /** Has this node look for what is due at that time. */
    void pollAt(Instant time) {
        if (isSoon(time)) {
            this.engine.timers().at(time, this.engine.poller()::wake);
        }
    }

    /**
     * What is due later is found by a poll, hardly later: a node that remembered all that
     * it ever gave away would fill its memory.
     */
    private boolean isSoon(Instant time) {
        return time.isBefore(this.engine.clock().instant().plus(SOON));
    }

    /**
     * Sends a notification to this node itself. The one before, if it is still under way,
     * is lost: there was time enough.
     */
    void probe() {
        if (!this.engine.settings().listen()) {
            return;
        }
        if (this.probe.getAndSet(UUID.randomUUID()) != null) {
            this.lost.increment();
        }
        this.engine.store().notify(List.of(PROBE + this.engine.nodeId() + ":" + this.probe.get()));
    }

    /** Whether the last one has come back. */
    boolean isAnswered() {
        return this.probe.get() == null;
    }

    long lost() {
        return this.lost.sum();
    }

    /** A run was taken from the node that holds it. */
    void taken(long owner, UUID runId) {
        send(TAKEN + owner + ":" + runId);
    }

    /** People decided something about queues or types. */
    void controlsChanged() {
        send(CONTROLS);
    }

    /** Activities wait for a node with a free slot. */
    void activitiesDue(String queue) {
        due(queue);
    }

    /** A schedule was created or changed. */
    void schedulesChanged() {
        send(SCHEDULES);
    }

    private void send(String payload) {
        if (!this.engine.settings().listen() || this.engine.isAlone()) {
            return;
        }
        this.lock.lock();
        try {
            if (this.unsent.size() < 10_000) {
                this.unsent.add(payload);
                this.arrived.signal();
            }
        }
        finally {
            this.lock.unlock();
        }
    }

    private void send() {
        try {
            while (this.running) {
                List<String> payloads = take();
                if (!payloads.isEmpty()) {
                    tell(payloads);
                    TimeUnit.NANOSECONDS.sleep(COALESCE.toNanos());
                }
            }
            List<String> last = take();
            // Nobody waits for it, but this node's listener wakes up, and sees that it is
            // to end.
            last.add(PROBE + this.engine.nodeId() + ":" + UUID.randomUUID());
            tell(last);
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(List<String> payloads) {
        try {
            this.engine.store().notify(payloads);
        }
        catch (RuntimeException ex) {
            logger.debug("A wake-up was not sent: {}", ex.getMessage());
        }
    }

    private List<String> take() throws InterruptedException {
        this.lock.lock();
        try {
            while (this.unsent.isEmpty() && this.running) {
                this.arrived.await();
            }
            List<String> payloads = new ArrayList<>(this.unsent);
            this.unsent.clear();
            return payloads;
        }
        finally {
            this.lock.unlock();
        }
    }

    private void listen() {
        while (this.running) {
            try {
                this.engine.store().listen((payloads) -> {
                    payloads.forEach(this::received);
                    return this.running;
                });
            }
            catch (RuntimeException ex) {
                logger.debug("Listening for wake-ups was interrupted: {}", ex.getMessage());
                try {
                    TimeUnit.NANOSECONDS.sleep(PAUSE_AFTER_FAILURE.toNanos());
                }
                catch (InterruptedException interrupt) {
                    return;
                }
            }
        }
    }

    private void received(String payload) {
        if (payload.equals(SCHEDULES)) {
            this.engine.schedules().wake();
            return;
        }
        int colon = payload.indexOf(':');
        if (payload.equals(CONTROLS)) {
            this.engine.controls().changed();
        }
        if (colon < 0) {
            this.engine.poller().wake();
            return;
        }
        String what = payload.substring(0, colon);
        UUID runId = UUID.fromString(payload.substring(colon + 1));
        String here = Long.toString(this.engine.nodeId());
        if (what.startsWith(WAIT)) {
            if (!what.equals(WAIT + here)) {
                this.engine.waitersElsewhere().add(runId);
            }
        }
        else if (what.equals(HAPPENED)) {
            if (this.engine.results().isWaitedFor(runId) || this.engine.updates().isWaitedFor(runId)) {
                this.engine.poller().wake();
            }
        }
        else if (what.equals(PROBE + here)) {
            this.probe.updateAndGet((awaited) -> runId.equals(awaited) ? null : awaited);
        }
        else if (what.equals(TAKEN + here)) {
            // It may have come back meanwhile: then it is given back, and claimed anew.
            RunActor actor = this.engine.resident().get(runId);
            if (actor != null) {
                this.engine.evict(actor);
            }
        }
        else if (what.equals(here)) {
            RunActor actor = this.engine.resident().get(runId);
            if (actor == null || !actor.offer(new Delivery.InboxHint())) {
                this.engine.poller().wake();
            }
        }
    }

}
