package dev.workflow.boot.web;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

import dev.workflow.engine.FairnessService;
import dev.workflow.engine.FairnessWeight;
import dev.workflow.engine.OperatorService;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;

/** How slots are shared over fairness keys. */
final class FairnessResource {

    private final OperatorService operator;

    FairnessResource(OperatorService operator) {
        this.operator = operator;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.get("/fairness-weights", (call) -> Reply.ok(weights())),
                Endpoint.put("/fairness-weights", this::weigh));
    }

    private Weights weights() {
        FairnessService fairness = this.operator.fairness();
        return new Weights(fairness.weights().stream().map(Weight::of).toList());
    }

    private Reply weigh(RestCall call) {
        Change body = call.bodyWith(Change.class, "weight");
        this.operator.fairness()
            .weigh(Objects.requireNonNullElse(body.fairnessKey, ""), body.weight, Because.operator(call, body.reason));
        return Reply.empty(HttpStatus.ACCEPTED);
    }

    /** The answer about weights. */
    private record Weights(List<Weight> weights) {
    }

    /** What a key weighs, since when and by whom; empty: what runs without one share. */
    private record Weight(String fairnessKey, double weight, Instant changedAt, @Nullable String changedBy) {

        static Weight of(FairnessWeight weight) {
            return new Weight(weight.key(), weight.weight(), weight.changedAt(), weight.changedBy());
        }

    }

    /**
     * What a key shall weigh; without a key: what runs without one share; a weight of
     * null: what each node has set.
     */
    private record Change(@Nullable String fairnessKey, @Nullable Double weight, @Nullable String reason) {
    }

}
