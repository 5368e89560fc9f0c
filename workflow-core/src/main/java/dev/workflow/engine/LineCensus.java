package dev.workflow.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * How many stand how in the lines of limited types, for meters. Counting takes longer the
 * more they are: so it is done only after somebody has read it, and takes a small share
 * of the time at most. What is read is as old as the reading before that. Safe for use by
 * several threads.
 */
final class LineCensus {

    /** After a count that took so long it takes a hundred times that until the next. */
    private static final int SHARE = 100;

    private final LongSupplier nanos;

    private final AtomicBoolean read = new AtomicBoolean();

    private volatile Map<String, AdmissionStore.Census> last = Map.of();

    private volatile long next;

    LineCensus(LongSupplier nanos) {
        this.nanos = nanos;
        this.next = nanos.getAsLong();
    }

    AdmissionStore.Census of(String workflowType) {
        this.read.set(true);
        return this.last.getOrDefault(workflowType, AdmissionStore.Census.NONE);
    }

    /** Counts if it is time to. */
    void take(Collection<String> workflowTypes,
            Function<Collection<String>, Map<String, AdmissionStore.Census>> count) {
        long begin = this.nanos.getAsLong();
        if (begin - this.next < 0 || !this.read.getAndSet(false)) {
            return;
        }
        this.last = Map.copyOf(count.apply(workflowTypes));
        long end = this.nanos.getAsLong();
        this.next = end + Duration.ofNanos(end - begin).multipliedBy(SHARE).toNanos();
    }

    /** There is nothing to count. */
    void clear() {
        this.last = Map.of();
    }

}
