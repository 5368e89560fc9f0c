package dev.workflow.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/** Those who wait for something of a run. A run that nobody waits for leaves nothing. */
final class WaitingByRun<T> {

    private final Map<UUID, List<T>> waiting = new ConcurrentHashMap<>();

    private Iterator<UUID> next = List.<UUID>of().iterator();

    void add(UUID runId, T one) {
        this.waiting.merge(runId, List.of(one), WaitingByRun::joined);
    }

    void remove(UUID runId, T one) {
        this.waiting.computeIfPresent(runId, (id, all) -> without(all, one));
    }

    private static <T> List<T> joined(List<T> some, List<T> more) {
        List<T> all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    private static <T> @Nullable List<T> without(List<T> all, T one) {
        List<T> rest = all.stream().filter((each) -> each != one).toList();
        return rest.isEmpty() ? null : rest;
    }

    List<T> of(UUID runId) {
        return this.waiting.getOrDefault(runId, List.of());
    }

    /** All who wait, for whichever run. */
    List<T> all() {
        return this.waiting.values().stream().flatMap(List::stream).toList();
    }

    /** How many runs are waited for. */
    int size() {
        return this.waiting.size();
    }

    /**
     * The next of the runs that are waited for, at most so many: calls that follow each
     * other go round all of them. For one thread only.
     */
    List<UUID> next(int limit) {
        List<UUID> runs = new ArrayList<>();
        for (int i = Math.min(limit, this.waiting.size()); i > 0; i--) {
            if (!this.next.hasNext()) {
                this.next = this.waiting.keySet().iterator();
            }
            if (this.next.hasNext()) {
                runs.add(this.next.next());
            }
        }
        return runs;
    }

}
