package dev.workflow.benchmarks;

import java.util.Locale;

/** A number of the command line, {@code name=value}, and what it is without one. */
enum Setting {

    /** How many workflows are in flight. */
    CALLERS(200),

    /** How many are in flight when there are many. */
    CROWD(2_000),

    /** How often each entry has its turn. */
    ROUNDS(3),

    /**
     * How long an entry runs at least before it is measured, and on until the JIT
     * compiler is quiet; seconds.
     */
    WARMUP(20, 1_000),

    /** How long it is measured; seconds. */
    SECONDS(20, 1_000),

    /** The window in which decay is looked for; seconds. */
    WINDOW(10, 1_000),

    /** How many signals are sent, one after the other. */
    SIGNALS(2_000),

    /** How many timers are started at once. */
    TIMERS(2_000),

    /** How long a timer is; seconds. */
    SLEEP(5, 1_000),

    /** How many timers are due at one instant. */
    ALARMS(10_000),

    /** How many runs wait for a signal. */
    PARKED(100_000),

    /** How many parked runs are waked, one after the other. */
    WAKES(500),

    /** How long parked runs are watched doing nothing; seconds. */
    IDLE(60, 1_000),

    /** How many activities run in parallel; then ten times as many. */
    FANOUT(500),

    /** How many activities a long run has. */
    STEPS(10_000),

    /** How many runs are open when a node is killed. */
    OPEN(10_000),

    /** How long the soak is; seconds. */
    SOAK(1_200, 1_000),

    /** How many workflows a second the soak begins; unless given, by what is possible. */
    PACE(0),

    /** How many closed runs are listed. */
    LISTED(1_000_000),

    /** How often each list is asked for. */
    LOOKUPS(100),

    /** How many workflows a second run beside lists. */
    WRITES(500),

    /** How many runs have ended long ago, where they are deleted. */
    OLD(200_000),

    /** After how many seconds a turn is given up. */
    LIMIT(900, 1_000);

    private final int number;

    private final int unit;

    Setting(int number) {
        this(number, 1);
    }

    Setting(int number, int unit) {
        this.number = number;
        this.unit = unit;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As it is without an argument: a number, or milliseconds. */
    long initially() {
        return (long) this.number * this.unit;
    }

    long parse(String text) {
        int value = Integer.parseInt(text);
        if (value <= 0) {
            throw new IllegalArgumentException(label() + " must be positive, but is " + text);
        }
        return (long) value * this.unit;
    }

    String describe(long value) {
        return (this.unit == 1) ? Long.toString(value) : value / 1_000.0 + " s";
    }

}
