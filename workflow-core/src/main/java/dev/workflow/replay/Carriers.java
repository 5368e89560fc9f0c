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
     * @param thread {@link Thread#toString} of a virtual thread, as for the others here
     */
    static @Nullable String keptBy(String thread) {
        String state = state(thread);
        boolean waits = state.startsWith("waiting@") || state.startsWith("timed_waiting@");
        return waits ? of(thread) : null;
    }

    /** The carrier that a virtual thread has; null: none. */
    static @Nullable String of(String thread) {
        String state = state(thread);
        int at = state.indexOf('@');
        return (at >= 0) ? state.substring(at + 1) : null;
    }

    /** Whether a virtual thread could go on and has no carrier to do so. */
    static boolean isAwaitedBy(String thread) {
        return state(thread).equals("runnable");
    }

    private static String state(String thread) {
        return thread.substring(thread.lastIndexOf("]/") + 2);
    }

}
