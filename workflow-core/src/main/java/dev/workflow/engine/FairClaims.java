package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Claims what is due of runs or of activities. While everything that is due finds a slot,
 * one statement takes it, oldest first. When a queue has given as much as was asked of
 * it, it is crowded: from the next round on this node looks which keys wait there, shares
 * the slots over them, and claims for each key what it got, until nothing is left over.
 * While no key is used, none of that happens. For the poller's thread.
 *
 * @param <C> what is claimed
 */
final class FairClaims<C> {

    /** How many keys one round looks at. */
    private static final int KEYS = 1_000;

    private static final int LEAST_KEYS = 20;

    /** After a look so many times as long passes until the next one. */
    private static final int LOOK_SHARE = 3;

    private final Table<C> table;

    private final FairnessKeys keys;

    private final InstantSource clock;

    private final Precedence precedence;

    private final Map<String, FairShares> shares = new HashMap<>();

    private final Set<String> crowded = new HashSet<>();

    /** A lane that nobody asks for any more is forgotten after that. */
    private static final Duration FORGET = Duration.ofMinutes(1);

    /** Behind which key the next look begins; where all were looked at, none. */
    private final Map<FairnessStore.Lane, Behind> places = new HashMap<>();

    private long looked = System.nanoTime();

    private long lookTook;

    private int weighed;

    FairClaims(Table<C> table, FairnessKeys keys, InstantSource clock) {
        this.table = table;
        this.clock = clock;
        this.keys = keys;
        this.precedence = new Precedence(keys::areUsed);
    }

    private record Behind(String key, Instant lookedAt) {
    }

    /**
     * Where it is claimed.
     *
     * @param <C> what
     */
    interface Table<C> {

        /** What is due and has no key; with keys: whatever is due. */
        List<C> claim(long owner, List<EngineStore.SlotRequest> slots, boolean withKeys);

        List<FairnessStore.Granted<C>> claimOf(long owner, List<FairnessStore.Grant> grants);

        List<FairnessStore.Waiting> waiting(List<FairnessStore.Lane> lanes, int keys, Instant now);

        String taskQueue(C claimed);

        String type(C claimed);

        int priority(C claimed);

    }

    Precedence precedence() {
        return this.precedence;
    }

    /** Whether more may wait somewhere. */
    boolean isCrowded() {
        return !this.crowded.isEmpty();
    }

    /** Whether, when something was claimed, more may wait. */
    boolean isCrowded(String queue) {
        return this.crowded.contains(queue);
    }

    /** Claims for a node as many as it has slots. */
    List<C> claim(long owner, List<EngineStore.SlotRequest> free) {
        boolean used = this.keys.areUsed();
        Map<String, List<EngineStore.SlotRequest>> tight = new LinkedHashMap<>();
        List<EngineStore.SlotRequest> easy = new ArrayList<>();
        for (EngineStore.SlotRequest request : free) {
            if (used && this.crowded.contains(request.taskQueue())) {
                tight.computeIfAbsent(request.taskQueue(), (q) -> new ArrayList<>()).add(request);
            }
            else {
                easy.add(request);
            }
        }
        List<C> claimed = new ArrayList<>();
        if (!easy.isEmpty()) {
            claimed.addAll(this.table.claim(owner, easy, used));
            look(easy, claimed, used);
        }
        if (!tight.isEmpty()) {
            claimed.addAll(share(owner, tight));
        }
        return claimed;
    }

    private static List<FairnessStore.Lane> lanes(EngineStore.SlotRequest request, String type) {
        return IntStream.rangeClosed(1, 5)
            .mapToObj((priority) -> new FairnessStore.Lane(request.taskQueue(), request.route(), type, priority, ""))
            .toList();
    }

    /**
     * Which queues gave all that was asked of them, and so may have more. Of what holds
     * connections less is asked than of the rest, and one may be crowded without the
     * other.
     */
    private void look(List<EngineStore.SlotRequest> asked, List<C> claimed, boolean used) {
        Map<String, Integer> slots = new HashMap<>();
        for (EngineStore.SlotRequest request : asked) {
            slots.merge(request.taskQueue(), request.slots(), Math::max);
            if (used && of(request.taskQueue(), claimed).filter((one) -> request.types().contains(this.table.type(one)))
                .count() >= request.slots()) {
                this.crowded.add(request.taskQueue());
            }
        }
        slots.forEach((queue, number) -> {
            boolean full = of(queue, claimed).count() >= number || this.crowded.contains(queue);
            this.precedence.first(queue, full ? of(queue, claimed).mapToInt(this.table::priority).max().orElse(0) : 0);
        });
    }

    private Stream<C> of(String queue, List<C> claimed) {
        return claimed.stream().filter((one) -> this.table.taskQueue(one).equals(queue));
    }

    private List<C> share(long owner, Map<String, List<EngineStore.SlotRequest>> requests) {
        if (this.weighed != this.keys.version()) {
            this.weighed = this.keys.version();
            this.shares.values().forEach(FairShares::reweigh);
        }
        boolean looked = isTimeToLook() || requests.keySet().stream().anyMatch((queue) -> sharesOf(queue).first() == 0);
        if (looked) {
            findKeys(requests);
        }
        List<FairnessStore.Grant> grants = new ArrayList<>();
        requests.forEach((queue, ofQueue) -> grants.addAll(sharesOf(queue).grant(ofQueue)));
        List<FairnessStore.Granted<C>> granted = grants.isEmpty() ? List.of() : this.table.claimOf(owner, grants);
        int[] numbers = new int[grants.size()];
        granted.forEach((one) -> numbers[one.grant()]++);
        for (int i = 0; i < numbers.length; i++) {
            sharesOf(grants.get(i).request().taskQueue()).claimed(grants.get(i), numbers[i]);
        }
        requests.keySet().forEach((queue) -> settle(queue, grants, looked));
        return granted.stream().map(FairnessStore.Granted::claimed).toList();
    }

    private void settle(String queue, List<FairnessStore.Grant> grants, boolean looked) {
        FairShares ofQueue = sharesOf(queue);
        ofQueue.settle(grants.stream().filter((grant) -> grant.request().taskQueue().equals(queue)).toList());
        this.precedence.first(queue, ofQueue.first());
        if (ofQueue.first() == 0 && looked
                && this.places.keySet().stream().noneMatch((lane) -> lane.taskQueue().equals(queue))) {
            this.crowded.remove(queue);
        }
    }

    /**
     * While enough of those that were seen goes on waiting, looking for others may take a
     * share of the time only.
     */
    private boolean isTimeToLook() {
        return System.nanoTime() - this.looked >= this.lookTook * LOOK_SHARE;
    }

    private FairShares sharesOf(String queue) {
        return this.shares.computeIfAbsent(queue, (q) -> new FairShares(this.keys::weightOf));
    }

    private void findKeys(Map<String, List<EngineStore.SlotRequest>> requests) {
        long begin = System.nanoTime();
        List<FairnessStore.Lane> lanes = new ArrayList<>();
        requests.forEach((queue, ofQueue) -> ofQueue.forEach((request) -> request.types()
            .forEach((type) -> lanes(request, type).forEach((lane) -> lanes.add(lane.behind(keyBehind(lane)))))));
        int limit = Math.max(LEAST_KEYS, KEYS / lanes.size());
        Instant now = this.clock.instant();
        List<List<FairnessStore.Waiting>> found = new ArrayList<>();
        lanes.forEach((lane) -> found.add(new ArrayList<>()));
        this.table.waiting(lanes, limit, now).forEach((waiting) -> found.get(waiting.lane()).add(waiting));
        for (int i = 0; i < found.size(); i++) {
            FairnessStore.Lane lane = lanes.get(i);
            note(lane, found.get(i), now);
            List<FairnessStore.Waiting> inTurn = found.get(i).stream().filter(FairnessStore.Waiting::inTurn).toList();
            FairnessStore.Lane first = lane.behind("");
            if (inTurn.size() == limit) {
                this.places.put(first, new Behind(inTurn.getLast().key(), now));
            }
            else {
                this.places.remove(first);
            }
        }
        this.places.values().removeIf((behind) -> behind.lookedAt().isBefore(now.minus(FORGET)));
        this.looked = System.nanoTime();
        this.lookTook = this.looked - begin;
    }

    private String keyBehind(FairnessStore.Lane lane) {
        Behind behind = this.places.get(lane);
        return (behind != null) ? behind.key() : "";
    }

    private void note(FairnessStore.Lane lane, List<FairnessStore.Waiting> found, Instant now) {
        FairShares ofQueue = sharesOf(lane.taskQueue());
        FairShares.Source source = new FairShares.Source(lane.route(), lane.type());
        boolean unkeyed = false;
        for (FairnessStore.Waiting waiting : found) {
            unkeyed |= waiting.key().equals(FairnessStore.NO_KEY);
            if (!waiting.dueAt().isAfter(now)) {
                ofQueue.waits(lane.priority(), source, waiting.key(), waiting.dueAt());
            }
            else {
                ofQueue.waitsNot(lane.priority(), source, waiting.key());
            }
        }
        if (!unkeyed) {
            ofQueue.waitsNot(lane.priority(), source, FairnessStore.NO_KEY);
        }
    }

}
