package dev.workflow.client;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.workflow.Constraints;
import dev.workflow.engine.FairnessService;
import dev.workflow.engine.Operator;
import org.jspecify.annotations.Nullable;

/** The weights on the engine. */
final class EngineFairnessWeights implements FairnessWeights {

    private final ClientCalls calls;

    EngineFairnessWeights(ClientCalls calls) {
        this.calls = calls;
    }

    private FairnessService fairness() {
        return this.calls.service().operator().fairness();
    }

    @Override
    public void set(String fairnessKey, double weight) {
        weigh("setFairnessWeight", fairnessKey, Constraints.fairnessWeight("weight", weight));
    }

    @Override
    public void reset(String fairnessKey) {
        weigh("resetFairnessWeight", fairnessKey, null);
    }

    private void weigh(String call, String fairnessKey, @Nullable Double weight) {
        String key = Constraints.notNull("fairnessKey", fairnessKey).isEmpty() ? fairnessKey
                : Constraints.fairnessKey(fairnessKey);
        this.calls.run(call, () -> fairness().weigh(key, weight, new Operator(null, null)), key, weight);
    }

    @Override
    public Map<String, Double> all() {
        return this.calls.call("fairnessWeights", () -> {
            Map<String, Double> weights = new LinkedHashMap<>();
            fairness().weights().forEach((weight) -> weights.put(weight.key(), weight.weight()));
            return weights;
        });
    }

}
