package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many activities of limited queues may begin now. A queue may have a limit of its
 * own on this node and one that all nodes share; of the latter a node leases what it
 * needs until the next poll. Activities of limited queues are always claimed, never begun
 * where they are ordered. For the poller's thread; queues without limits cost it a look
 * into a map.
 */
final class ActivityRates {

    private final WorkflowEngine engine;

    private final Map<String, Bucket> own = new HashMap<>();

    private final Map<String, Lease> leased = new HashMap<>();

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
            tokens = Math.min(tokens, this.own.computeIfAbsent(queue, (q) -> new Bucket(rate, now)).available(now));
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
            Bucket bucket = this.own.get(queue);
            if (bucket != null) {
                bucket.take();
            }
        }
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

    /** Fills by the engine's time, up to what may begin in a second. */
    private static final class Bucket {

        private final double rate;

        private double tokens;

        private Instant refilledAt;

        Bucket(double rate, Instant now) {
            this.rate = rate;
            this.tokens = Math.max(1, rate);
            this.refilledAt = now;
        }

        int available(Instant now) {
            if (now.isAfter(this.refilledAt)) {
                double seconds = Duration.between(this.refilledAt, now).toNanos() / 1e9;
                this.tokens = Math.min(Math.max(1, this.rate), this.tokens + this.rate * seconds);
                this.refilledAt = now;
            }
            return (int) Math.floor(this.tokens + 1e-9);
        }

        void take() {
            this.tokens -= 1;
        }

    }

}
