package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

import org.jspecify.annotations.Nullable;

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

    /** How often that is looked for. */
    private static final Duration SWEEP = Duration.ofSeconds(1);

    /** So many keys that do not wait are remembered. */
    private static final int REMEMBERED = 10_000;

    private static final int PRIORITIES = 5;

    private final ToDoubleFunction<String> weights;

    private final List<Level> levels = new ArrayList<>();

    private long swept = System.nanoTime();

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

        double pass() {
            return this.pass;
        }

        double ahead() {
            return this.ahead;
        }

        String key() {
            return this.key;
        }

    }

    /** What waits with one priority. */
    private static final class Level {

        private final Map<String, Flow> waiting = new HashMap<>();

        /** The same, the next one first. */
        private final TreeSet<Flow> order = new TreeSet<>(
                Comparator.comparingDouble(Flow::pass).thenComparing(Flow::key));

        /** The passes of those who wait no more, as far as they are ahead of the rest. */
        private final Map<String, Double> ahead = new HashMap<>();

        private double time;

        void join(String key) {
            double pass = Objects.requireNonNullElse(this.ahead.remove(key), this.time);
            Flow flow = new Flow(key, Math.max(this.time, pass));
            this.waiting.put(key, flow);
            this.order.add(flow);
        }

        /** Whoever does not wait any more is remembered while it is ahead. */
        void leaveIfDone(Flow flow) {
            if (flow.heads.isEmpty()) {
                this.waiting.remove(flow.key);
                this.order.remove(flow);
                if (flow.pass > this.time && this.ahead.size() < REMEMBERED) {
                    this.ahead.put(flow.key, flow.pass);
                }
            }
        }

        void advance(Flow flow, double pass) {
            this.order.remove(flow);
            flow.pass = pass;
            this.order.add(flow);
        }

        void settle() {
            if (!this.order.isEmpty()) {
                this.time = Math.max(this.time, this.order.first().pass);
            }
        }

    }

    private record Share(int request, int priority, String key) {
    }

    private double step(String key) {
        return 1 / this.weights.applyAsDouble(key);
    }

    void waits(int priority, Source source, String key, Instant since) {
        Level level = this.levels.get(priority - 1);
        if (!level.waiting.containsKey(key)) {
            level.join(key);
        }
        Objects.requireNonNull(level.waiting.get(key)).heads.put(source, new Head(since, System.nanoTime()));
    }

    void waitsNot(int priority, Source source, String key) {
        Level level = this.levels.get(priority - 1);
        Flow flow = level.waiting.get(key);
        if (flow != null) {
            flow.heads.remove(source);
            level.leaveIfDone(flow);
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

    /** Looks at no more of those who wait than get something, but for the next one. */
    private int grant(int priority, List<EngineStore.SlotRequest> requests, int[] left, int slots,
            Map<Share, Integer> shares) {
        Iterator<Flow> others = this.levels.get(priority - 1).order.iterator();
        PriorityQueue<Flow> again = new PriorityQueue<>(
                Comparator.comparingDouble(Flow::ahead).thenComparing(Flow::key));
        Flow other = next(others);
        int granted = 0;
        while (granted < slots && (other != null || !again.isEmpty())) {
            Flow flow = again.peek();
            if (flow == null || (other != null && other.pass <= flow.ahead)) {
                flow = Objects.requireNonNull(other);
                flow.ahead = flow.pass;
                other = next(others);
            }
            else {
                again.remove();
            }
            int request = flow.oldest(requests, left);
            if (request >= 0) {
                left[request]--;
                granted++;
                shares.merge(new Share(request, priority, flow.key), 1, Integer::sum);
                flow.ahead += step(flow.key);
                again.add(flow);
            }
        }
        return granted;
    }

    private static @Nullable Flow next(Iterator<Flow> flows) {
        return flows.hasNext() ? flows.next() : null;
    }

    /** So many were claimed for the key; when fewer than granted, no more of it waits. */
    void claimed(FairnessStore.Grant grant, int number) {
        Level level = this.levels.get(grant.priority() - 1);
        Flow flow = level.waiting.get(grant.key());
        if (flow != null) {
            level.advance(flow, flow.pass + number * step(grant.key()));
            if (number < grant.slots()) {
                flow.heads.keySet().removeIf((source) -> source.isOf(grant.request()));
                level.leaveIfDone(flow);
            }
        }
    }

    /** A round in which these got something is over. */
    void settle(List<FairnessStore.Grant> grants) {
        this.levels.forEach(Level::settle);
        for (FairnessStore.Grant grant : grants) {
            Level level = this.levels.get(grant.priority() - 1);
            Flow flow = level.waiting.get(grant.key());
            if (flow != null) {
                bound(level, flow);
            }
        }
        long now = System.nanoTime();
        if (now - this.swept > SWEEP.toNanos()) {
            this.swept = now;
            sweep(now);
        }
    }

    private void sweep(long now) {
        for (Level level : this.levels) {
            for (Flow flow : List.copyOf(level.waiting.values())) {
                flow.heads.values().removeIf((head) -> now - head.seen() > FORGET.toNanos());
                level.leaveIfDone(flow);
            }
            level.ahead.values().removeIf((pass) -> pass <= level.time);
        }
    }

    /** Nobody is further ahead than one claim at its present weight. */
    private void bound(Level level, Flow flow) {
        double most = level.time + step(flow.key);
        if (flow.pass > most) {
            level.advance(flow, most);
        }
    }

    /** The weights are others now. */
    void reweigh() {
        for (Level level : this.levels) {
            List.copyOf(level.waiting.values()).forEach((flow) -> bound(level, flow));
            level.ahead.replaceAll((key, pass) -> Math.min(pass, level.time + step(key)));
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

}
