package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many activities of limited queues may begin now. A queue may have a limit of its
 * own on this node and one that all nodes share; of the latter a node leases what it
 * needs until the next poll. Activities of limited queues are always claimed, never begun
 * where they are ordered. For the poller's thread, but that any may ask when the next one
 * may begin; queues without limits cost it a look into a map.
 */
final class ActivityRates {

    private final WorkflowEngine engine;

    private final Map<String, Bucket> own = new ConcurrentHashMap<>();

    private final Map<String, Lease> leased = new ConcurrentHashMap<>();

    ActivityRates(WorkflowEngine engine) {
        this.engine = engine;
    }

    boolean isLimited(String queue) {
        return this.engine.limits().activityRateOf(queue) != null || this.engine.controls().rateLimitOf(queue) != null;
    }

    /**
     * What of these requests the limits allow. All of one queue are offered the same:
     * together they are given no more than the largest.
     */
    List<EngineStore.SlotRequest> within(List<EngineStore.SlotRequest> free) {
        if (free.stream().noneMatch((request) -> isLimited(request.taskQueue()))) {
            return free;
        }
        Map<String, Integer> tokens = new HashMap<>();
        free.forEach((request) -> tokens.merge(request.taskQueue(), request.slots(), Math::max));
        tokens.replaceAll(this::tokens);
        return free.stream()
            .map((request) -> request.of(Math.min(request.slots(), tokens.getOrDefault(request.taskQueue(), 0))))
            .filter((request) -> request.slots() > 0)
            .toList();
    }

    private int tokens(String queue, int wanted) {
        Instant now = this.engine.clock().instant();
        int tokens = wanted;
        Double rate = this.engine.limits().activityRateOf(queue);
        if (rate != null) {
            Bucket bucket = this.own.getOrDefault(queue, Bucket.full(rate, now)).at(now);
            this.own.put(queue, bucket);
            tokens = Math.min(tokens, bucket.available());
        }
        Double shared = this.engine.controls().rateLimitOf(queue);
        return (shared != null) ? Math.min(tokens, leased(queue, tokens, shared, now)) : tokens;
    }

    /**
     * More than a node begins until it looks again would be missed by the others. A node
     * that has begun nothing for two polls gives back what it holds, but for one with
     * which to begin again.
     */
    private int leased(String queue, int wanted, double rate, Instant now) {
        Lease lease = this.leased.get(queue);
        if (lease == null || lease.rate() != rate) {
            // What was leased at another rate counts for nothing.
            lease = new Lease(rate, 0, now);
        }
        Duration ahead = this.engine.settings().pollInterval().multipliedBy(2);
        int slice = (int) Math.min(wanted, Math.ceil(Math.max(1, rate * ahead.toNanos() / 1e9)));
        boolean idle = now.isAfter(lease.usedAt().plus(ahead));
        int target = idle ? Math.min(slice, 1) : slice;
        int held = lease.held();
        if (held < target || (idle && held > target)) {
            Integer granted = this.engine.store().lease(queue, target - held, now);
            if (granted == null) {
                this.leased.remove(queue);
                return wanted;
            }
            held += granted;
        }
        this.leased.put(queue, new Lease(rate, held, lease.usedAt()));
        return Math.min(held, slice);
    }

    /** These begin now. */
    void begun(List<EngineStore.ClaimedActivity> claimed) {
        for (EngineStore.ClaimedActivity activity : claimed) {
            String queue = activity.order().taskQueue();
            this.leased.computeIfPresent(queue, (q, lease) -> lease.used(this.engine.clock().instant()));
            this.own.computeIfPresent(queue, (q, bucket) -> bucket.used());
        }
    }

    /** When the limits of a queue allow its next activity; now at the earliest. */
    Instant next(String queue, Instant now) {
        Instant next = now;
        Bucket bucket = this.own.get(queue);
        if (bucket != null) {
            next = later(next, bucket.at(now).next());
        }
        Double shared = this.engine.controls().rateLimitOf(queue);
        Lease lease = this.leased.get(queue);
        if (shared != null && (lease == null || lease.rate() != shared || lease.held() == 0)) {
            EngineStore.RateLimit limit = this.engine.store().rateLimits().get(queue);
            if (limit != null) {
                next = later(next, new Bucket(limit.perSecond(), limit.tokens(), now).next());
            }
        }
        return next;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /**
     * What this node holds of a queue's limit.
     *
     * @param rate the limit at which it was leased
     * @param held how many activities may begin
     * @param usedAt when one began the last time
     */
    private record Lease(double rate, int held, Instant usedAt) {

        Lease used(Instant now) {
            return new Lease(this.rate, Math.max(0, this.held - 1), now);
        }

    }

    /**
     * Fills by the engine's time, up to what may begin in a second.
     *
     * @param rate how many may begin in a second
     * @param tokens how many may begin at once
     * @param filledAt until when it is filled
     */
    private record Bucket(double rate, double tokens, Instant filledAt) {

        static Bucket full(double rate, Instant now) {
            return new Bucket(rate, Math.max(1, rate), now);
        }

        Bucket at(Instant now) {
            if (!now.isAfter(this.filledAt)) {
                return this;
            }
            double seconds = Duration.between(this.filledAt, now).toNanos() / 1e9;
            return new Bucket(this.rate, Math.min(Math.max(1, this.rate), this.tokens + this.rate * seconds), now);
        }

        int available() {
            return (int) Math.floor(this.tokens + 1e-9);
        }

        /** When there is one; in the microseconds of the database. */
        Instant next() {
            double missing = (available() > 0) ? 0 : 1 - this.tokens;
            return this.filledAt.plus((long) Math.ceil(missing / this.rate * 1e6), ChronoUnit.MICROS);
        }

        Bucket used() {
            return new Bucket(this.rate, this.tokens - 1, this.filledAt);
        }

    }

}
