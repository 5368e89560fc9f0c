package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
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

    /** What was not seen to wait for so long is forgotten. */
    private static final Duration FORGET = Duration.ofMinutes(1);

    /** So many keys that do not wait are remembered. */
    private static final int REMEMBERED = 10_000;

    private static final int PRIORITIES = 5;

    private final ToDoubleFunction<String> weights;

    private final List<Level> levels = new ArrayList<>();

    FairShares(ToDoubleFunction<String> weights) {
        this.weights = weights;
        for (int i = 0; i < PRIORITIES; i++) {
            this.levels.add(new Level());
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

    private record Head(Instant dueAt, long seen) {
    }

    private static final class Flow {

        private final String key;

        private final Map<Source, Head> heads = new HashMap<>();

        private double pass;

        /** The pass after what was granted, but is not claimed yet. */
        private double ahead;

        Flow(String key, double pass) {
            this.key = key;
            this.pass = pass;
        }

        /** The request with a slot left whose part of this has waited longest, or -1. */
        int oldest(List<EngineStore.SlotRequest> requests, int[] left) {
            int oldest = -1;
            Instant since = Instant.MAX;
            for (Map.Entry<Source, Head> head : this.heads.entrySet()) {
                for (int i = 0; i < left.length; i++) {
                    if (left[i] > 0 && head.getValue().dueAt().isBefore(since) && head.getKey().isOf(requests.get(i))) {
                        oldest = i;
                        since = head.getValue().dueAt();
                    }
                }
            }
            return oldest;
        }

        Instant since() {
            return this.heads.values().stream().map(Head::dueAt).min(Comparator.naturalOrder()).orElse(Instant.MAX);
        }

    }

    /** What waits with one priority. */
    private static final class Level {

        private final Map<String, Flow> waiting = new HashMap<>();

        /** The passes of those who wait no more, as far as they are ahead of the rest. */
        private final Map<String, Double> ahead = new HashMap<>();

        private double time;

    }

    private record Share(int request, int priority, String key) {
    }

    private double step(String key) {
        return 1 / this.weights.applyAsDouble(key);
    }

    void waits(int priority, Source source, String key, Instant since) {
        Level level = this.levels.get(priority - 1);
        Flow flow = level.waiting.computeIfAbsent(key, (k) -> {
            double pass = java.util.Objects.requireNonNullElse(level.ahead.remove(k), level.time);
            return new Flow(k, Math.max(level.time, pass));
        });
        flow.heads.put(source, new Head(since, System.nanoTime()));
    }

    void waitsNot(int priority, Source source, String key) {
        Level level = this.levels.get(priority - 1);
        Flow flow = level.waiting.get(key);
        if (flow != null) {
            flow.heads.remove(source);
            leave(level, flow);
        }
    }

    private static void leave(Level level, Flow flow) {
        if (flow.heads.isEmpty()) {
            level.waiting.remove(flow.key);
            if (flow.pass > level.time && level.ahead.size() < REMEMBERED) {
                level.ahead.put(flow.key, flow.pass);
            }
        }
    }

    /**
     * Who gets the slots. They are those of one queue: together no more than the largest
     * request.
     */
    List<FairnessStore.Grant> grant(List<EngineStore.SlotRequest> requests) {
        int[] left = requests.stream().mapToInt(EngineStore.SlotRequest::slots).toArray();
        int slots = requests.stream().mapToInt(EngineStore.SlotRequest::slots).max().orElse(0);
        Map<Share, Integer> shares = new LinkedHashMap<>();
        for (int priority = 1; priority <= PRIORITIES && slots > 0; priority++) {
            slots -= grant(priority, requests, left, slots, shares);
        }
        List<FairnessStore.Grant> grants = new ArrayList<>();
        shares.forEach((share, number) -> grants
            .add(new FairnessStore.Grant(requests.get(share.request()), share.priority(), share.key(), number)));
        return grants;
    }

    private int grant(int priority, List<EngineStore.SlotRequest> requests, int[] left, int slots,
            Map<Share, Integer> shares) {
        Level level = this.levels.get(priority - 1);
        PriorityQueue<Flow> next = new PriorityQueue<>(Comparator.<Flow>comparingDouble((flow) -> flow.ahead)
            .thenComparing(Flow::since)
            .thenComparing((flow) -> flow.key));
        level.waiting.values().forEach((flow) -> {
            flow.ahead = flow.pass;
            next.add(flow);
        });
        int granted = 0;
        Flow flow;
        while (granted < slots && (flow = next.poll()) != null) {
            int request = flow.oldest(requests, left);
            if (request >= 0) {
                left[request]--;
                granted++;
                shares.merge(new Share(request, priority, flow.key), 1, Integer::sum);
                flow.ahead += step(flow.key);
                next.add(flow);
            }
        }
        return granted;
    }

    /** So many were claimed for the key; when fewer than granted, no more of it waits. */
    void claimed(FairnessStore.Grant grant, int number) {
        Level level = this.levels.get(grant.priority() - 1);
        Flow flow = level.waiting.get(grant.key());
        if (flow != null) {
            flow.pass += number * step(grant.key());
            if (number < grant.slots()) {
                flow.heads.keySet().removeIf((source) -> source.isOf(grant.request()));
                leave(level, flow);
            }
        }
    }

    /** A round is over. */
    void settle() {
        long now = System.nanoTime();
        for (Level level : this.levels) {
            for (Flow flow : List.copyOf(level.waiting.values())) {
                flow.heads.values().removeIf((head) -> now - head.seen() > FORGET.toNanos());
                leave(level, flow);
            }
            level.waiting.values()
                .stream()
                .mapToDouble((flow) -> flow.pass)
                .min()
                .ifPresent((least) -> level.time = Math.max(level.time, least));
            // Nobody is further ahead than one claim at the present weight.
            level.waiting.values().forEach((flow) -> flow.pass = Math.min(flow.pass, level.time + step(flow.key)));
            level.ahead.replaceAll((key, pass) -> Math.min(pass, level.time + step(key)));
            level.ahead.values().removeIf((pass) -> pass <= level.time);
        }
    }

    /** The first priority of which something waits; 0: none. */
    int first() {
        for (int i = 0; i < PRIORITIES; i++) {
            if (!this.levels.get(i).waiting.isEmpty()) {
                return i + 1;
            }
        }
        return 0;
    }

    /** Forgets what waits, but not who is ahead. */
    void clear() {
        for (Level level : this.levels) {
            for (Flow flow : List.copyOf(level.waiting.values())) {
                flow.heads.clear();
                leave(level, flow);
            }
        }
    }

}
