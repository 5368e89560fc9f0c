package dev.workflow.benchmarks;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** What lives in this JVM's heap. */
final class Heap {

    private static final int COLLECTIONS = 3;

    private Heap() {
    }

    /** Bytes that survive a full collection. */
    static double used() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            Waiting.pause(Duration.ofMillis(100));
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

}
