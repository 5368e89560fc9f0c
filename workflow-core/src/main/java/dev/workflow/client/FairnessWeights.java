package dev.workflow.client;

import java.util.Map;

/**
 * How slots are shared over fairness keys, on all nodes and in all task queues. While
 * more of a task queue and priority is due than there are slots, each key that waits gets
 * slots in proportion to its weight: that which is set here, else the one of the node's
 * property {@code workflow.fairness.weights.<key>}, else 1. What is set is no part of a
 * transaction of the caller's.
 */
public interface FairnessWeights {

    /**
     * Sets a key's weight, which counts from the next claim on.
     * @param fairnessKey the key, 1 to 200 characters; empty: what runs without a key
     * share
     * @param weight from 0.001 to 1,000
     */
    void set(String fairnessKey, double weight);

    /** Takes that weight away; nothing where none is set. */
    void reset(String fairnessKey);

    /** The weights that are set, by key. */
    Map<String, Double> all();

}
