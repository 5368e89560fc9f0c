package dev.workflow.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
        Optional<Instant> here = Stream.of(this.engine.timers().next(), this.engine.schedules().next())
            .flatMap(Optional::stream)
            .min(Comparator.naturalOrder());
        Optional<Instant> there = this.engine.store()
            .nextDue(this.engine.poller().servedTypes(), this.engine.activities().free());
        if (here.isPresent() && there.isPresent()) {
            return here.get().isBefore(there.get()) ? here : there;
        }
        return here.isPresent() ? here : there;
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
        return this.engine.store()
            .hasWork(this.engine.poller().servedTypes(), this.engine.activities().free(),
                    this.engine.clock().instant());
    }

}
