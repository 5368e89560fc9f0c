package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The keys that wait in one queue with one priority, in groups: those that wait for the
 * same. Where nothing is left for a group, as where all connections are taken, it goes
 * along with time, so that it neither holds up the others nor comes back with a debt to
 * be paid, and its keys keep their order among themselves.
 */
final class FairLevel {

    /** What was not seen to wait for so long is forgotten. */
    private static final Duration FORGET = Duration.ofMinutes(1);

    /** So many keys that do not wait are remembered. */
    private static final int REMEMBERED = 10_000;

    private final ToDoubleFunction<String> steps;

    private final Map<String, Flow> waiting = new HashMap<>();

    private final Map<Set<FairShares.Source>, Group> groups = new HashMap<>();

    /** The passes of those who wait no more, as far as they are ahead of the rest. */
    private final Map<String, Double> ahead = new HashMap<>();

    private double time;

    /**
     * A level on which nothing waits.
     * @param steps by how much the pass of a key grows with a claim
     */
    FairLevel(ToDoubleFunction<String> steps) {
        this.steps = steps;
    }

    private record Head(Instant dueAt, long seen) {
    }

    private static final class Flow {

        private final String key;

        private final Map<FairShares.Source, Head> heads = new HashMap<>();

        private Group group;

        /** Its pass, but for what its group went along with time. */
        private double own;

        /** The pass after what was granted, but is not claimed yet. */
        private double ahead;

        Flow(String key, Group group) {
            this.key = key;
            this.group = group;
        }

        /** The request with a slot left whose part of this has waited longest, or -1. */
        int oldest(List<EngineStore.SlotRequest> requests, int[] left) {
            int oldest = -1;
            Instant since = Instant.MAX;
            for (Map.Entry<FairShares.Source, Head> head : this.heads.entrySet()) {
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
            return this.own + this.group.gone;
        }

        double own() {
            return this.own;
        }

        double ahead() {
            return this.ahead;
        }

        String key() {
            return this.key;
        }

    }

    private static final class Group {

        private final Set<FairShares.Source> sources;

        private final TreeSet<Flow> order = new TreeSet<>(
                Comparator.comparingDouble(Flow::own).thenComparing(Flow::key));

        /** Those that had no turn in this round. */
        private Iterator<Flow> rest = Collections.emptyIterator();

        /** How far it went along with time while its keys could not use their shares. */
        private double gone;

        /** Whether in this round one had its turn when nothing was left for them. */
        private boolean passedOver;

        Group(Set<FairShares.Source> sources) {
            this.sources = sources;
        }

        boolean isServed(List<EngineStore.SlotRequest> requests, int[] left) {
            return IntStream.range(0, left.length)
                .anyMatch(
                        (i) -> left[i] > 0 && this.sources.stream().anyMatch((source) -> source.isOf(requests.get(i))));
        }

        double first() {
            return this.order.first().pass();
        }

    }

    boolean isEmpty() {
        return this.waiting.isEmpty();
    }

    void waits(String key, FairShares.Source source, Instant since) {
        Head head = new Head(since, System.nanoTime());
        Flow flow = this.waiting.get(key);
        if (flow == null) {
            double pass = Objects.requireNonNullElse(this.ahead.remove(key), this.time);
            flow = new Flow(key, group(Set.of(source)));
            flow.heads.put(source, head);
            this.waiting.put(key, flow);
            join(flow, Math.max(this.time, pass));
        }
        else if (flow.heads.put(source, head) == null) {
            regroup(flow);
        }
    }

    void waitsNot(String key, FairShares.Source source) {
        Flow flow = this.waiting.get(key);
        if (flow != null) {
            waitsNot(flow, (head) -> head.getKey().equals(source));
        }
    }

    /** Whoever does not wait any more is remembered while it is ahead. */
    private void waitsNot(Flow flow, Predicate<Map.Entry<FairShares.Source, Head>> forWhat) {
        if (!flow.heads.entrySet().removeIf(forWhat)) {
            return;
        }
        if (!flow.heads.isEmpty()) {
            regroup(flow);
            return;
        }
        this.waiting.remove(flow.key);
        leave(flow);
        if (flow.pass() > this.time && this.ahead.size() < REMEMBERED) {
            this.ahead.put(flow.key, flow.pass());
        }
    }

    private Group group(Set<FairShares.Source> sources) {
        return this.groups.computeIfAbsent(Set.copyOf(sources), Group::new);
    }

    private void regroup(Flow flow) {
        double pass = flow.pass();
        leave(flow);
        flow.group = group(flow.heads.keySet());
        join(flow, pass);
    }

    private void join(Flow flow, double pass) {
        flow.own = pass - flow.group.gone;
        flow.group.order.add(flow);
    }

    private void leave(Flow flow) {
        flow.group.order.remove(flow);
        if (flow.group.order.isEmpty()) {
            this.groups.remove(flow.group.sources);
        }
    }

    private void advance(Flow flow, double pass) {
        flow.group.order.remove(flow);
        join(flow, pass);
    }

    /**
     * Gives slots to keys, as many as are left. Looks at no more of those who wait than
     * get something, but for the next one of each group.
     * @param left how many slots are left of each request
     * @param slots how many are left of all together
     * @param granted is told the key and the request of each
     * @return how many were given
     */
    int grant(List<EngineStore.SlotRequest> requests, int[] left, int slots, ObjIntConsumer<String> granted) {
        PriorityQueue<Flow> turns = new PriorityQueue<>(
                Comparator.comparingDouble(Flow::ahead).thenComparing(Flow::key));
        Collection<Group> all = this.groups.values();
        all.forEach((group) -> {
            group.passedOver = false;
            group.rest = group.order.iterator();
            offerNext(group, turns);
        });
        int given = 0;
        while (given < slots && !turns.isEmpty()) {
            Flow flow = turns.remove();
            int request = flow.oldest(requests, left);
            if (request < 0) {
                all.forEach((group) -> group.passedOver = !group.isServed(requests, left));
                continue;
            }
            offerNext(flow.group, turns);
            left[request]--;
            given++;
            granted.accept(flow.key, request);
            flow.ahead += this.steps.applyAsDouble(flow.key);
            turns.add(flow);
        }
        return given;
    }

    private static void offerNext(Group group, PriorityQueue<Flow> turns) {
        if (group.rest.hasNext()) {
            Flow flow = group.rest.next();
            flow.ahead = flow.pass();
            turns.add(flow);
        }
    }

    /** So many were claimed for the key; when fewer than granted, no more of it waits. */
    void claimed(FairnessStore.Grant grant, int number) {
        Flow flow = this.waiting.get(grant.key());
        if (flow != null) {
            advance(flow, flow.pass() + number * this.steps.applyAsDouble(flow.key));
            if (number < grant.slots()) {
                waitsNot(flow, (head) -> head.getKey().isOf(grant.request()));
            }
        }
    }

    /** A round is over: time is where the first one is that could use its share. */
    void settle() {
        List<Group> passedOver = this.groups.values().stream().filter((group) -> group.passedOver).toList();
        boolean all = passedOver.size() == this.groups.size();
        this.groups.values()
            .stream()
            .filter((group) -> all || !group.passedOver)
            .mapToDouble(Group::first)
            .min()
            .ifPresent((first) -> this.time = Math.max(this.time, first));
        double behind = this.time - passedOver.stream().mapToDouble(Group::first).min().orElse(this.time);
        passedOver.forEach((group) -> {
            group.gone += Math.max(0, behind);
            group.passedOver = false;
        });
    }

    /** Nobody is further ahead than one claim at its present weight. */
    void bound(String key) {
        Flow flow = this.waiting.get(key);
        double most = this.time + this.steps.applyAsDouble(key);
        if (flow != null && flow.pass() > most) {
            advance(flow, most);
        }
    }

    /** The weights are others now. */
    void reweigh() {
        this.waiting.keySet().forEach(this::bound);
        this.ahead.replaceAll((key, pass) -> Math.min(pass, this.time + this.steps.applyAsDouble(key)));
    }

    /** Forgets what has not been seen for long. */
    void sweep(long now) {
        for (Flow flow : List.copyOf(this.waiting.values())) {
            waitsNot(flow, (head) -> now - head.getValue().seen() > FORGET.toNanos());
        }
        this.ahead.values().removeIf((pass) -> pass <= this.time);
    }

}
