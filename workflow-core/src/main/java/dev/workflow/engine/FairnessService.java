package dev.workflow.engine;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** The weights of fairness keys, for all nodes. */
public interface FairnessService {

    /** Those that people have set, by key. */
    List<FairnessWeight> weights();

    /**
     * Sets how much of the slots a key gets against the others while more waits than
     * there are slots. It counts from the next claim on.
     * @param key the key; empty: what whatever has none shares
     * @param weight from 0.001 to 1,000; null: what each node has set for it, else 1
     * @param operator who does it
     */
    void weigh(String key, @Nullable Double weight, Operator operator);

}
