package dev.workflow.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.workflow.replay.WorkflowMachine;

/**
 * Whether a node has anything to do before its clock moves on, for tests that move it.
 */
final class Quietness {

    private final WorkflowEngine engine;

    Quietness(WorkflowEngine engine) {
        this.engine = engine;
    }

    /** Whether nothing runs or waits to run at this instant. */
    boolean isQuiet() {
        long before = this.engine.moves();
        return this.engine.timers().isIdle() && this.engine.poller().isIdle() && this.engine.admissions().isIdle()
                && this.engine.terminations().isIdle() && this.engine.committer().isIdle()
                && this.engine.resident().all().stream().allMatch(RunActor::isIdle) && this.engine.activities().isIdle()
                && this.engine.localActivities().isIdle() && !hasWork() && this.engine.schedules().isQuiet()
                && this.engine.moves() == before;
    }

    /**
     * When the next timer or deadline of this node, or of anything that waits for it in
     * the database, is due.
     */
    Optional<Instant> nextDue() {
        Instant now = this.engine.clock().instant();
        Map<Instant, List<EngineStore.SlotRequest>> free = free(now);
        Stream<Optional<Instant>> due = Stream.of(this.engine.timers().next(), this.engine.schedules().next(),
                this.engine.store().nextDue(this.engine.poller().servedTypes(), free.getOrDefault(now, List.of())));
        Stream<Optional<Instant>> limited = free.entrySet()
            .stream()
            .filter((later) -> later.getKey().isAfter(now))
            .map((later) -> this.engine.store()
                .nextDue(List.of(), later.getValue())
                .map((at) -> at.isAfter(later.getKey()) ? at : later.getKey()));
        return Stream.concat(due, limited).flatMap(Optional::stream).min(Comparator.naturalOrder());
    }

    /**
     * How many activities may be claimed, by when the limits of their queues allow it.
     */
    private Map<Instant, List<EngineStore.SlotRequest>> free(Instant now) {
        ActivityRates rates = this.engine.activities().rates();
        return this.engine.activities()
            .free()
            .stream()
            .collect(Collectors.groupingBy((request) -> rates.next(request.taskQueue(), now)));
    }

    /**
     * What still runs or waits to run, in words, for whom {@link #isQuiet()} disappoints.
     */
    List<String> unfinished() {
        List<String> unfinished = new ArrayList<>();
        this.engine.activities().running().forEach((attempt) -> unfinished.add(attempt.toString()));
        if (!this.engine.localActivities().isIdle()) {
            unfinished.add(this.engine.localActivities().underWay() + " local activities");
        }
        for (RunActor actor : this.engine.resident().all()) {
            if (!actor.isIdle()) {
                WorkflowMachine machine = actor.machine();
                WorkflowMachine.Running turn = (machine != null) ? machine.running() : null;
                unfinished.add("Workflow " + actor.workflowId() + " (" + actor.workflowType() + ")"
                        + ((turn != null) ? ", whose code is here:\n" + TurnWatch.stack(turn.thread()) : ""));
            }
        }
        if (hasWork()) {
            unfinished.add("There are runs, activities or messages in the database that are due");
        }
        if (!this.engine.schedules().isQuiet()) {
            unfinished.add("A schedule is due");
        }
        this.engine.gauges()
            .backlogs()
            .forEach((backlog) -> unfinished
                .add(backlog.count() + " due in task queue " + backlog.taskQueue() + " at the last heartbeat"));
        return unfinished;
    }

    private boolean hasWork() {
        Instant now = this.engine.clock().instant();
        return this.engine.store()
            .hasWork(this.engine.poller().servedTypes(), free(now).getOrDefault(now, List.of()), now);
    }

}
