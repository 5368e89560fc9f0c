package dev.workflow.engine;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.ResetOrigin;
import org.jspecify.annotations.Nullable;

/**
 * A run that is to be made of the first events of another. What it says of those events
 * holds whatever happens meanwhile, since a history is only ever appended to; what came
 * after them is looked at under the locks.
 *
 * @param baseRunId the run whose first events are copied
 * @param lastEvent the last one of them
 * @param execution the new run, with its first event
 * @param activities activities that were ordered in these events and have no result in
 * them: they are done again
 * @param canceledActivities those of them (event ids) whose cancellation is requested
 * @param children children that were ordered in these events and have not ended in them
 * @param asked orders (event ids) of messages to other workflows of which these events do
 * not say what became of them
 * @param keepSignals whether signals and updates that came later go into the new run's
 * inbox
 * @param end how the open run of the workflow ends; null for a fork, which leaves it
 * alone
 * @param childEnd how a child ends that the open run has started after these events
 * @param messages what the new run finds in its inbox
 * @param now when
 */
public record ResetPlan(UUID baseRunId, long lastEvent, Transition.NewExecution execution,
        List<Transition.ActivityRow> activities, List<Long> canceledActivities, List<Child> children, Set<Long> asked,
        boolean keepSignals, EngineStore.@Nullable Termination end, Function<UUID, EngineStore.Termination> childEnd,
        BiFunction<ResetPlan, Later, List<Transition.NewMessage>> messages, Instant now) {

    /** Whether the run whose events are copied goes on as it is. */
    public boolean isFork() {
        return this.end == null;
    }

    /**
     * A child whose end the new run waits for.
     *
     * @param initiatedEventId the event that ordered it
     * @param workflowId its workflow id
     * @param firstRunId its first run
     * @param startKnown whether the events say that it was started
     */
    public record Child(long initiatedEventId, String workflowId, UUID firstRunId, boolean startKnown) {
    }

    /**
     * What happened after the events that are copied.
     *
     * @param runs signals, accepted updates and answers of others, oldest first
     * @param inbox what the run that is ended, or the one that is forked, has not taken
     * @param children how the children stand, in the order of the plan
     */
    public record Later(List<RunEvents> runs, List<Message> inbox, List<ChildState> children) {

        /** The events of all runs. */
        List<HistoryEvent> events() {
            return this.runs.stream().flatMap((run) -> run.events().stream()).toList();
        }

    }

    /**
     * Events of one run.
     *
     * @param runId the run
     * @param resets where its first events come from
     * @param events some of its events
     */
    public record RunEvents(UUID runId, List<ResetOrigin> resets, List<HistoryEvent> events) {

        /**
         * What tells an event from all others, also where resets have copied it: the run
         * that it happened in, and its place.
         */
        String key(HistoryEvent event) {
            String run = this.resets.stream()
                .filter((reset) -> reset.eventId() >= event.eventId())
                .findFirst()
                .map(ResetOrigin::runId)
                .orElse(this.runId.toString());
            return "reset:" + run + ":" + event.eventId();
        }

    }

    /**
     * How a child stands.
     *
     * @param runId its latest run; null when there is none
     * @param status the status of that run
     * @param result its result, as JSON
     * @param failure its failure, as JSON
     */
    public record ChildState(@Nullable UUID runId, WorkflowStatus status, @Nullable String result,
            @Nullable String failure) {

        /** Whether it has not ended. */
        public boolean isOpen() {
            return this.runId != null && this.status == WorkflowStatus.RUNNING;
        }

    }

    /** What became of a plan. */
    public sealed interface Result {

        /**
         * The run was made.
         *
         * @param ended the runs that were ended for it: the open one, and its children
         */
        record Made(List<EngineStore.TerminatedRun> ended) implements Result {
        }

        /**
         * The same request has made it before; nothing was written.
         *
         * @param runId the run that it made
         */
        record MadeBefore(UUID runId) implements Result {
        }

        /** The run whose events are copied was deleted; nothing was written. */
        record Deleted() implements Result {
        }

        /** Somebody holds a row for a moment; nothing was written. */
        record Locked() implements Result {
        }

        /**
         * The workflow id of a fork is in use; nothing was written.
         *
         * @param runId by which run
         */
        record Exists(UUID runId) implements Result {
        }

        /**
         * A fork cannot have a child of the original's that has not ended; nothing was
         * written.
         *
         * @param workflowId the child
         */
        record OpenChild(String workflowId) implements Result {
        }

    }

}
