package dev.workflow.replay;

import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Random numbers from a seed, the same on every JDK: the algorithm is here and not in the
 * platform's. It is Steele, Lea and Flood's SplitMix64.
 */
final class SplitMix64 implements RandomGenerator {

    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final Runnable guard;

    private long state;

    /**
     * A generator.
     * @param seed what its numbers depend on
     * @param guard run before each number; throws where there must be none
     */
    SplitMix64(long seed, Runnable guard) {
        this.state = seed;
        this.guard = guard;
    }

    /** A seed that depends on all of the run id. */
    static long seed(String runId) {
        long seed = 0;
        for (int i = 0; i < runId.length(); i++) {
            seed = mix(seed + GOLDEN_GAMMA + runId.charAt(i));
        }
        return seed;
    }

    @Override
    public long nextLong() {
        this.guard.run();
        this.state += GOLDEN_GAMMA;
        return mix(this.state);
    }

    /** A random UUID (version 4). */
    UUID nextUuid() {
        return uuid(nextLong(), 4, nextLong());
    }

    /** A UUID that sorts by time (version 7). */
    UUID nextUuid(long epochMillis) {
        return uuid((epochMillis << 16) | (nextLong() & 0xffffL), 7, nextLong());
    }

    private static UUID uuid(long most, int version, long least) {
        return new UUID((most & ~0xf000L) | ((long) version << 12),
                (least & 0x3fffffffffffffffL) | 0x8000000000000000L);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

}
