package dev.workflow.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether somebody waits on another node for what happens to runs here: the end of a run,
 * or the answer to an update. A node that waits says so once, and is waked when it
 * happens; without that word, or when it is lost, it finds out with its next poll.
 */
final class WaitersElsewhere {

    private static final int MOST = 10_000;

    private static final int LATELY = 4_096;

    private final Wakeups wakeups;

    private final ReentrantLock lock = new ReentrantLock();

    private final Map<UUID, Boolean> runs = new LinkedHashMap<>() {

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
            return size() > MOST;
        }

    };

    private volatile boolean any;

    // The word that somebody waits may come just after what they wait for.
    private final AtomicReferenceArray<UUID> lately = new AtomicReferenceArray<>(LATELY);

    private final AtomicInteger next = new AtomicInteger();

    WaitersElsewhere(Wakeups wakeups) {
        this.wakeups = wakeups;
    }

    /** Another node waits for this run. */
    void add(UUID runId) {
        this.lock.lock();
        try {
            this.runs.put(runId, true);
            this.any = true;
        }
        finally {
            this.lock.unlock();
        }
        for (int i = 0; i < LATELY; i++) {
            if (runId.equals(this.lately.get(i))) {
                tell(runId, false);
                return;
            }
        }
    }

    /** The run has ended here, and that is durable. */
    void ended(UUID runId) {
        this.lately.set(Math.floorMod(this.next.getAndIncrement(), LATELY), runId);
        tell(runId, true);
    }

    /** An update of the run was answered here. */
    void answered(UUID runId) {
        tell(runId, false);
    }

    private void tell(UUID runId, boolean last) {
        if (!this.any) {
            return;
        }
        boolean waited;
        this.lock.lock();
        try {
            waited = last ? (this.runs.remove(runId) != null) : this.runs.containsKey(runId);
            this.any = !this.runs.isEmpty();
        }
        finally {
            this.lock.unlock();
        }
        if (waited) {
            this.wakeups.happened(runId);
        }
    }

}
