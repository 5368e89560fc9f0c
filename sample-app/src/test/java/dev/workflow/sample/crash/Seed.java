package dev.workflow.sample.crash;

import java.util.List;

/**
 * The seed of a test's random decisions. A failure names it, and
 * {@code -Dworkflow.crash.seed=<seed>} makes the same decisions again; what the processes
 * make of them depends on the machine, too.
 */
final class Seed {

    private Seed() {
    }

    static long choose() {
        Long given = Long.getLong("workflow.crash.seed");
        long seed = (given != null) ? given : System.nanoTime() % 1_000_000;
        System.out.println("crash test with -Dworkflow.crash.seed=" + seed);
        return seed;
    }

    /** Fails with everything that is wrong and with what it takes to try again. */
    static void require(long seed, CrashCluster cluster, List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw new AssertionError(wrong.size() + " things are wrong (-Dworkflow.crash.seed=" + seed + ", logs in "
                    + cluster.directory() + "):\n" + String.join("\n", wrong.subList(0, Math.min(30, wrong.size()))));
        }
    }

}
