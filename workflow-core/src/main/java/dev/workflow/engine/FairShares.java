package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Shares the free slots of one crowded task queue: priority first, and within a priority
 * over the keys of what waits, in proportion to their weights.
 * <p>
 * Each key has a pass, which grows by 1 / weight with each of its claims; the lowest pass
 * is next (stride scheduling). A key that comes anew begins where the others are, so that
 * it neither waits behind them nor catches up on what it did not need. Only claims count:
 * a share that a key could not use is nobody's debt. For one thread.
 */
final class FairShares {

    /** How often it is looked for what is to be forgotten. */
    private static final Duration SWEEP = Duration.ofSeconds(1);

    private static final int PRIORITIES = 5;

    private final List<FairLevel> levels = new ArrayList<>();

    private long swept = System.nanoTime();

    FairShares(ToDoubleFunction<String> weights) {
        for (int i = 0; i < PRIORITIES; i++) {
            this.levels.add(new FairLevel((key) -> 1 / weights.applyAsDouble(key)));
        }
    }

    /**
     * Where something of a key waits.
     *
     * @param route the build that it waits for
     * @param type its type
     */
    record Source(String route, String type) {

        boolean isOf(EngineStore.SlotRequest request) {
            return request.route().equals(this.route) && request.types().contains(this.type);
        }

    }

    private record Share(int request, int priority, String key) {
    }

    private FairLevel level(int priority) {
        return this.levels.get(priority - 1);
    }

    void waits(int priority, Source source, String key, Instant since) {
        level(priority).waits(key, source, since);
    }

    void waitsNot(int priority, Source source, String key) {
        level(priority).waitsNot(key, source);
    }

    /**
     * Who gets the slots. They are those of one queue: together no more than the largest
     * request.
     */
    List<FairnessStore.Grant> grant(List<EngineStore.SlotRequest> requests) {
        int[] left = requests.stream().mapToInt(EngineStore.SlotRequest::slots).toArray();
        int slots = requests.stream().mapToInt(EngineStore.SlotRequest::slots).max().orElse(0);
        Map<Share, Integer> shares = new LinkedHashMap<>();
        for (int i = 1; i <= PRIORITIES && slots > 0; i++) {
            int priority = i;
            slots -= level(priority).grant(requests, left, slots,
                    (key, request) -> shares.merge(new Share(request, priority, key), 1, Integer::sum));
        }
        List<FairnessStore.Grant> grants = new ArrayList<>();
        shares.forEach((share, number) -> grants
            .add(new FairnessStore.Grant(requests.get(share.request()), share.priority(), share.key(), number)));
        return grants;
    }

    /** So many were claimed for the key; when fewer than granted, no more of it waits. */
    void claimed(FairnessStore.Grant grant, int number) {
        level(grant.priority()).claimed(grant, number);
    }

    /** A round in which these got something is over. */
    void settle(List<FairnessStore.Grant> grants) {
        this.levels.forEach(FairLevel::settle);
        grants.forEach((grant) -> level(grant.priority()).bound(grant.key()));
        long now = System.nanoTime();
        if (now - this.swept > SWEEP.toNanos()) {
            this.swept = now;
            this.levels.forEach((level) -> level.sweep(now));
        }
    }

    /** The weights are others now. */
    void reweigh() {
        this.levels.forEach(FairLevel::reweigh);
    }

    /** The first priority of which something waits; 0: none. */
    int first() {
        for (int i = 1; i <= PRIORITIES; i++) {
            if (!level(i).isEmpty()) {
                return i;
            }
        }
        return 0;
    }

}
