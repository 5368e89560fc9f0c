package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * The engine's time: an injected source, steered by the database's clock so that nodes
 * whose clocks differ agree on timers. Leases do not use it. Its instants have
 * microseconds, as PostgreSQL keeps them.
 */
public final class EngineClock implements InstantSource {

    /** A time that never comes; what waits for it waits for a message only. */
    public static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private final InstantSource source;

    private final boolean steered;

    private volatile Duration offset = Duration.ZERO;

    private boolean measured;

    /**
     * A clock.
     * @param source where time comes from
     * @param steered whether the database's clock corrects it; false in tests that move
     * time themselves
     */
    public EngineClock(InstantSource source, boolean steered) {
        this.source = source;
        this.steered = steered;
    }

    @Override
    public Instant instant() {
        return this.source.instant().plus(this.offset).truncatedTo(ChronoUnit.MICROS);
    }

    /** How far the database's clock is ahead of this machine's. */
    public Duration offset() {
        return this.offset;
    }

    /**
     * Takes a measurement into account. Somewhere between question and answer the
     * database read its clock; where that leaves what was known before possible, it
     * stays: an answer that took long says little.
     * @param databaseTime the database's time
     * @param asked this machine's time before it was asked
     * @param answered this machine's time when the answer was there
     */
    void steer(Instant databaseTime, Instant asked, Instant answered) {
        if (!this.steered) {
            return;
        }
        Duration least = Duration.between(answered, databaseTime);
        Duration most = Duration.between(asked, databaseTime);
        if (!this.measured) {
            this.offset = least.plus(most).dividedBy(2);
            this.measured = true;
        }
        else if (this.offset.compareTo(least) < 0) {
            this.offset = least;
        }
        else if (this.offset.compareTo(most) > 0) {
            this.offset = most;
        }
    }

    Instant unsteered() {
        return this.source.instant();
    }

}
