package dev.workflow.replay;

import org.jspecify.annotations.Nullable;

/**
 * The threads of the JVM that virtual threads run on. Up to Java 23 a virtual thread that
 * waits inside of {@code synchronized} keeps its carrier: as many such waits as the
 * machine has cores, and no virtual thread goes on at all.
 */
final class Carriers {

    private Carriers() {
    }

    /** Whether this Java lets {@code synchronized} keep a carrier. */
    static boolean areKeptBySynchronized(Runtime.Version version) {
        return version.feature() < 24;
    }

    /**
     * The carrier that a waiting virtual thread keeps, by what the thread says of itself
     * ({@code …/waiting@ForkJoinPool-1-worker-1}); null when it keeps none, as it should.
     * There is no other way to ask: the event of the flight recorder comes after the
     * wait, which may be too late.
     * @param thread {@link Thread#toString} of a virtual thread
     */
    static @Nullable String keptBy(String thread) {
        String state = thread.substring(thread.lastIndexOf("]/") + 2);
        int at = state.indexOf('@');
        boolean waits = state.startsWith("waiting@") || state.startsWith("timed_waiting@");
        return waits ? state.substring(at + 1) : null;
    }

}
