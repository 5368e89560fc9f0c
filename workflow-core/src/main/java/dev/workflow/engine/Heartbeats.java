package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heartbeats of one attempt: when it was last heard of, and how far it says that it
 * has come. Not each one is stored, so that an activity may send as many as it likes;
 * what was not is kept, and stored before another attempt begins.
 * <p>
 * Sent by the activity, on one thread at a time; timers ask for the last one.
 */
final class Heartbeats {

    private static final Logger logger = LoggerFactory.getLogger(Heartbeats.class);

    private static final Duration LONGEST_THROTTLE = Duration.ofSeconds(30);

    private static final Duration DEFAULT_THROTTLE = Duration.ofSeconds(1);

    /** What is heard in return of a heartbeat. */
    enum Answer {

        GO_ON, CANCEL_REQUESTED, LOST

    }

    private final WorkflowEngine engine;

    private final EngineStore.ClaimedActivity activity;

    private volatile Instant last;

    private long lastStored = Long.MIN_VALUE;

    private volatile @Nullable Json unstored;

    Heartbeats(WorkflowEngine engine, EngineStore.ClaimedActivity activity, Instant now) {
        this.engine = engine;
        this.activity = activity;
        this.last = now;
    }

    /** The attempt begins. */
    void begin(Instant now) {
        this.last = now;
    }

    /** When the attempt counts as silent, if nothing is heard of it; null: never. */
    @Nullable Instant silentAt() {
        Duration limit = limit();
        return (limit != null) ? this.last.plus(limit) : null;
    }

    private @Nullable Duration limit() {
        return this.activity.order().heartbeatTimeout();
    }

    /**
     * A heartbeat.
     * @param wanted whether it may be stored
     * @param counted whether only what is stored counts
     */
    Answer beat(@Nullable Object details, boolean wanted, boolean counted) {
        this.last = this.engine.clock().instant();
        Json encoded = this.engine.payloads().encode(details);
        this.unstored = encoded;
        Duration throttle = throttle();
        boolean due = counted || this.lastStored == Long.MIN_VALUE
                || System.nanoTime() - this.lastStored >= throttle.toNanos();
        return (due && wanted) ? store(encoded, throttle) : Answer.GO_ON;
    }

    private Duration throttle() {
        Duration limit = limit();
        Duration throttle = (limit == null) ? DEFAULT_THROTTLE : limit.multipliedBy(8).dividedBy(10);
        return (throttle.compareTo(LONGEST_THROTTLE) > 0) ? LONGEST_THROTTLE : throttle;
    }

    /**
     * An activity that works does not fail because the database is away for a moment: the
     * details are kept, and the next heartbeat tries again.
     */
    private Answer store(Json details, Duration throttle) {
        this.lastStored = System.nanoTime();
        Optional<Boolean> known;
        try {
            known = write(details);
        }
        catch (StoreException ex) {
            if (ex.kind() == StoreException.Kind.REJECTED) {
                throw ex;
            }
            logger.debug("A heartbeat of activity {} of {} could not be stored: {}", this.activity.order().activityId(),
                    this.activity.workflowId(), ex.getMessage());
            Duration pause = (throttle.compareTo(DEFAULT_THROTTLE) < 0) ? throttle : DEFAULT_THROTTLE;
            this.lastStored -= throttle.minus(pause).toNanos();
            return Answer.GO_ON;
        }
        this.unstored = null;
        if (known.isEmpty()) {
            return Answer.LOST;
        }
        return known.get() ? Answer.CANCEL_REQUESTED : Answer.GO_ON;
    }

    /** Stores what is known only here. */
    void storeRest() {
        Json details = this.unstored;
        if (details != null) {
            this.engine.retrying(() -> write(details));
            this.unstored = null;
        }
    }

    private Optional<Boolean> write(Json details) {
        return this.engine.store()
            .heartbeat(this.activity.key(), this.activity.attempt(), this.engine.json().writePayload(details),
                    silentAt());
    }

    /** How far this attempt has come, or else the one before it. */
    @Nullable Json details() {
        Json details = this.unstored;
        return (details != null) ? details : before();
    }

    /** How far the attempts before this one had come. */
    @Nullable Json before() {
        String stored = this.activity.heartbeatDetails();
        return (stored != null) ? this.engine.json().readPayload(stored) : null;
    }

}
