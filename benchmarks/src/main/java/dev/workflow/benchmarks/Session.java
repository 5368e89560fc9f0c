package dev.workflow.benchmarks;

import java.time.Duration;
import java.time.Instant;

/**
 * A running node of a contender. All methods may be called by many threads. What a
 * contender cannot do throws {@link UnsupportedOperationException}.
 */
interface Session extends AutoCloseable {

    /** Three sequential steps that do nothing; returns the payload. */
    default String run(String payload) {
        throw new UnsupportedOperationException();
    }

    /** The same with one step. */
    default String step(String payload) {
        throw new UnsupportedOperationException();
    }

    /** Two steps that write rows: a transfer, as {@link Transfers} defines it. */
    default String transfer(String payload) {
        throw new UnsupportedOperationException();
    }

    /** Starts a run that waits for a signal and ends with what the signal brings. */
    default void park(String id) {
        throw new UnsupportedOperationException();
    }

    default void signal(String id, String payload) {
        throw new UnsupportedOperationException();
    }

    /** Waits for the end of a run. */
    default String result(String id) {
        throw new UnsupportedOperationException();
    }

    /**
     * A run that sleeps.
     * @return how much later than due its result was known
     */
    default Duration sleep(String id, Duration duration) {
        throw new UnsupportedOperationException();
    }

    /** Starts a run that sleeps until this instant and then ends with its id. */
    default void startAlarm(String id, Instant instant) {
        throw new UnsupportedOperationException();
    }

    /**
     * A run of so many parallel steps.
     * @return the sum of their results: of 0, 1, …, {@code width - 1}
     */
    default long fanOut(String id, int width) {
        throw new UnsupportedOperationException();
    }

    /**
     * A run of so many sequential steps.
     * @return how long its halves took
     */
    default Halves sequence(String id, int steps) {
        throw new UnsupportedOperationException();
    }

    /** What it has committed so far. */
    default Commits commits() {
        return Commits.UNKNOWN;
    }

    @Override
    void close();

    /**
     * Commits since the start.
     *
     * @param commits how many; not a number if the contender does not count them
     * @param transitions how many transitions they carried
     */
    record Commits(double commits, double transitions) {

        static final Commits UNKNOWN = new Commits(Double.NaN, Double.NaN);

        Commits minus(Commits before) {
            return new Commits(this.commits - before.commits, this.transitions - before.transitions);
        }

        Commits plus(Commits other) {
            return new Commits(this.commits + other.commits, this.transitions + other.transitions);
        }

    }

    /**
     * How long the two halves of a run took.
     *
     * @param first the first
     * @param second the second
     */
    record Halves(Duration first, Duration second) {

        /** Splits the times at which steps began. */
        static Halves of(long[] nanos, long end) {
            long middle = nanos[nanos.length / 2];
            return new Halves(Duration.ofNanos(middle - nanos[0]), Duration.ofNanos(end - middle));
        }

    }

}
