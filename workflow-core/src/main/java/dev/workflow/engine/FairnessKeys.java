package dev.workflow.engine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import dev.workflow.client.OperatorAction;
import dev.workflow.Constraints;
import org.jspecify.annotations.Nullable;

/**
 * Whether fairness keys are used at all, and what they weigh, as this node knows it: read
 * when somebody says that it changed, and by the caretaker. Until the first key is used
 * nothing looks for keys; from then on every poll does. Safe for use by several threads.
 */
final class FairnessKeys {

    private final WorkflowEngine engine;

    private volatile Map<String, Double> configured = Map.of();

    private volatile Map<String, Double> decided = Map.of();

    private final AtomicBoolean used = new AtomicBoolean();

    private final AtomicInteger version = new AtomicInteger();

    FairnessKeys(WorkflowEngine engine) {
        this.engine = engine;
    }

    /**
     * As it is stored with a row. Histories of earlier versions may name a longer one
     * than an index takes.
     */
    static @Nullable String stored(@Nullable String recorded) {
        if (recorded == null || recorded.length() <= Constraints.MAX_FAIRNESS_KEY_LENGTH) {
            return recorded;
        }
        int end = Constraints.MAX_FAIRNESS_KEY_LENGTH;
        return recorded.substring(0, Character.isHighSurrogate(recorded.charAt(end - 1)) ? end - 1 : end);
    }

    /** Sets the weights of this node; before it starts. */
    void configure(Map<String, Double> weights) {
        this.configured = Map.copyOf(weights);
    }

    boolean areUsed() {
        return this.used.get();
    }

    double weightOf(String key) {
        Double weight = this.decided.get(key);
        return (weight != null) ? weight : this.configured.getOrDefault(key, 1.0);
    }

    /**
     * Called before something with a key is written: the first time ever the other nodes
     * are told to look for keys.
     */
    void use(@Nullable String key) {
        if (key != null && !this.used.get()) {
            this.engine.store().fairness().use(this.engine.clock().instant());
            this.used.set(true);
            this.engine.wakeups().controlsChanged();
        }
    }

    void weigh(String key, @Nullable Double weight, OperatorAction action) {
        this.engine.store().fairness().weigh(key, weight, action);
        refresh();
        this.engine.wakeups().controlsChanged();
    }

    void refresh() {
        List<FairnessWeight> weights = this.engine.store().fairness().weights();
        if (weights != null) {
            take(weights.stream().collect(Collectors.toUnmodifiableMap(FairnessWeight::key, FairnessWeight::weight)));
            if (!this.used.getAndSet(true)) {
                this.engine.poller().wake();
            }
        }
    }

    private void take(Map<String, Double> weights) {
        if (!weights.equals(this.decided)) {
            this.decided = weights;
            this.version.incrementAndGet();
        }
    }

    /** Another number after each change of the weights. */
    int version() {
        return this.version.get();
    }

}
