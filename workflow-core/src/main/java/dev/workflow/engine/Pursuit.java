package dev.workflow.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How long somebody goes on to look for the open run of a workflow whose runs keep ending
 * before they are reached. Runs that find much in their inbox may follow each other in
 * milliseconds, while those who send are held off for a second or two; so it is the time
 * that counts, and their number only where a single round takes long. One per call.
 */
final class Pursuit {

    /** So often it is tried however long it takes, and so often without a pause. */
    private static final int ROUNDS = 20;

    /** Longer than senders are ever held off. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final long end = System.nanoTime() + PATIENCE.toNanos();

    private int rounds;

    /** Whether there is to be one more round; after many, a moment passes before it. */
    boolean goesOn() {
        this.rounds++;
        if (this.rounds <= ROUNDS) {
            return true;
        }
        if (System.nanoTime() - this.end > 0) {
            return false;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        return true;
    }

}
