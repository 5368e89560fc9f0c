package dev.workflow.engine;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import dev.workflow.client.OperatorAction;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.schedule.Schedule;
import dev.workflow.schedule.StartedRun;
import dev.workflow.schedule.StoredSchedule;
import org.jspecify.annotations.Nullable;

/**
 * Schedules in the database. What callers ask for joins their transaction; what the
 * engine does by itself is one transaction each, in which the row of the schedule and the
 * runs that it starts are written together. All methods throw {@link StoreException}.
 */
public interface ScheduleStore {

    /** Writes a new schedule; false when there is one of that id. */
    boolean create(Schedule schedule, OperatorAction action);

    @Nullable StoredSchedule find(String scheduleId);

    /** Schedules by id, after the given one, at most so many. */
    List<StoredSchedule> page(String afterId, int limit);

    /**
     * Changes a schedule under its lock.
     * @param change makes the new row of the one that is there
     * @param action what is recorded of it
     * @return what was written; null when there is none
     * @throws dev.workflow.schedule.UnreadableScheduleException when this node cannot
     * read it
     */
    @Nullable Schedule change(String scheduleId, UnaryOperator<Schedule> change, OperatorAction action);

    /** Deletes a schedule; false when there is none. */
    boolean delete(String scheduleId, OperatorAction action);

    /**
     * How those of the runs stand, by the run in which each goes on, that have ended or
     * are not there any more.
     */
    Map<UUID, RunEnd> ends(Collection<StartedRun> runs);

    /**
     * Locks schedules that are due, soonest first, passing by what others hold, and
     * writes what becomes of them.
     */
    <T> T due(Instant now, int limit, Function<Firing, T> work);

    /** The same with schedules that watch a run which has ended or goes on in another. */
    <T> T ended(int limit, Function<Firing, T> work);

    /**
     * The same with all, by id after the given one, that have not taken note of the end
     * of one of their runs.
     */
    <T> T endedUnnoticed(String afterId, int limit, Function<Firing, T> work);

    /** Whether there is one of those that watch. */
    boolean hasEnded();

    /** Whether this one has not taken note of the end of one of its runs. */
    boolean hasEnded(String scheduleId);

    /** Locks one schedule, if nobody holds it, and writes what becomes of it. */
    <T> T one(String scheduleId, Function<Firing, T> work);

    /** Has a schedule looked at again later, since it could not get on. */
    void postpone(String scheduleId, Instant until, String problem);

    /** When something is to be done next. */
    Agenda agenda();

    /** How many schedules there are, and how they stand. */
    Census census();

    /** A transaction of the engine's that holds the rows of some schedules. */
    interface Firing {

        /** The schedules that are locked. */
        List<StoredSchedule> schedules();

        /** As {@link ScheduleStore#ends}. */
        Map<UUID, RunEnd> ends(Collection<StartedRun> runs);

        /**
         * Keeps how a run has ended, by schedule: a result, which replaces what was kept
         * before, or a failure, which is kept beside the last result.
         */
        void keepOutcomes(Map<String, UUID> runs);

        /** What was kept of each of the schedules. */
        Map<String, Outcome> outcomes(Collection<String> scheduleIds);

        /** Starts runs, by their id what became of each. */
        Map<UUID, Transition.Result> start(List<Transition.NewExecution> executions);

        /** Puts a message into the inbox of a run; null when it is not open. */
        EngineStore.@Nullable Delivered deliver(UUID runId, Transition.NewMessage message, Instant now);

        /** Writes schedules as they are now. */
        void save(List<Schedule> schedules);

        /** Has one looked at again later, and leaves it as it is otherwise. */
        void postpone(String scheduleId, Instant until, String problem);

    }

    /**
     * The end of a run.
     *
     * @param status how it ended
     * @param continuedRunId the run in which it goes on
     */
    record RunEnd(WorkflowStatus status, @Nullable UUID continuedRunId) {
    }

    /**
     * How the runs of a schedule have ended so far.
     *
     * @param result the result of the last one that completed, as it is stored
     * @param failure how the last one failed, as JSON; null when it did not
     */
    record Outcome(@Nullable String result, @Nullable String failure) {

        static final Outcome NONE = new Outcome(null, null);

    }

    /**
     * What is to be done next.
     *
     * @param next when a schedule is due next; null when none is
     * @param watching whether a schedule waits for the end of a run
     */
    record Agenda(@Nullable Instant next, boolean watching) {
    }

    /**
     * How schedules stand.
     *
     * @param count how many there are
     * @param paused how many of them are paused
     * @param failing how many of them cannot get on
     * @param oldestDue since when the one is due that waits for the longest; null when
     * none is to come
     * @param missed how many of their times have passed the catch-up window
     */
    record Census(long count, long paused, long failing, @Nullable Instant oldestDue, long missed) {

        static final Census NONE = new Census(0, 0, 0, null, 0);

    }

}
