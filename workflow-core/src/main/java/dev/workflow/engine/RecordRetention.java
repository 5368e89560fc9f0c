package dev.workflow.engine;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * Deletes records of the past, which are neither runs nor part of one: a few rows with
 * each of the caretaker's beats while there are some, and else a look now and then.
 */
final class RecordRetention {

    private static final Duration LOOK = Duration.ofMinutes(5);

    /** So many in one transaction. */
    private static final int AT_ONCE = 200;

    private final WorkflowEngine engine;

    private final Map<EngineStore.RecordKind, Duration> kept;

    private final Map<EngineStore.RecordKind, Long> nextLook = new EnumMap<>(EngineStore.RecordKind.class);

    /**
     * A retention.
     * @param kept for how long which of them are kept; others are kept for ever
     */
    RecordRetention(WorkflowEngine engine, Map<EngineStore.RecordKind, Duration> kept) {
        this.engine = engine;
        this.kept = Map.copyOf(kept);
        this.kept.keySet().forEach((kind) -> this.nextLook.put(kind, System.nanoTime()));
    }

    /** Deletes the next ones, if it is time. */
    void work() {
        this.kept.forEach((kind, time) -> {
            long now = System.nanoTime();
            if (now - this.nextLook.getOrDefault(kind, now) >= 0) {
                int deleted = this.engine.store()
                    .deleteRecords(kind, this.engine.clock().instant().minus(time), AT_ONCE);
                this.nextLook.put(kind, (deleted < AT_ONCE) ? now + LOOK.toNanos() : now);
            }
        });
    }

}
