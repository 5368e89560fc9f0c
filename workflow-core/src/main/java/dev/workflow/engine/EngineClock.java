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

    void steer(Instant databaseTime, Instant localTimeThen) {
        if (this.steered) {
            this.offset = Duration.between(localTimeThen, databaseTime);
        }
    }

    Instant unsteered() {
        return this.source.instant();
    }

}
