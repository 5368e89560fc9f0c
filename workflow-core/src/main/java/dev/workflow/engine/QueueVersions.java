package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * The builds that run what waits in a task queue.
 *
 * @param taskQueue the task queue
 * @param current the build for all that the other does not get
 * @param ramping the build that gets a share; null: none
 * @param percentage that share, from 0 to 100
 */
public record QueueVersions(String taskQueue, String current, @Nullable String ramping, int percentage) {

    private static final int BUCKETS = 10_000;

    /** The build for a workflow: always the same one, whoever asks. */
    public String chosen(String workflowId) {
        return (this.ramping != null && bucket(workflowId) < this.percentage * (BUCKETS / 100)) ? this.ramping
                : this.current;
    }

    /** Whether the build gets any share. */
    public boolean names(@Nullable String build) {
        return this.current.equals(build) || (this.ramping != null && this.ramping.equals(build));
    }

    /**
     * Spreads ids evenly, also those that differ in their last digit only: FNV-1a, whose
     * high bits the last characters hardly reach, and the mixer of SplitMix64 after it.
     */
    private static int bucket(String workflowId) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < workflowId.length(); i++) {
            hash = (hash ^ workflowId.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return (int) Long.remainderUnsigned(hash ^ (hash >>> 31), BUCKETS);
    }

}
