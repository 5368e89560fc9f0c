package dev.workflow.engine;

import java.time.Instant;
import java.util.List;

import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import org.jspecify.annotations.Nullable;

/**
 * The engine's face to clients and REST as far as schedules go. Writes join the caller's
 * transaction. All methods but {@link #create} and {@link #list} throw
 * {@link dev.workflow.client.ScheduleNotFoundException} where there is no such schedule.
 */
public interface ScheduleService {

    /**
     * Creates a schedule.
     * @param workflow how each run is started; its workflow id, or the schedule's where
     * none is set, is followed by the time that the run is for
     * @throws dev.workflow.client.ScheduleAlreadyExistsException when there is one of
     * that id
     * @throws IllegalArgumentException when something given is not acceptable
     */
    void create(String scheduleId, ScheduleSpec spec, StartRequest workflow, ScheduleOptions options);

    ScheduleDescription describe(String scheduleId);

    /** Schedules by id, after the given one, at most so many. */
    List<ScheduleDescription> list(String afterId, int limit);

    /**
     * Changes when a schedule is due and how it behaves.
     * @param spec in place of the one before; null: that stays
     * @param options what is not set in them stays as it is
     */
    void update(String scheduleId, @Nullable ScheduleSpec spec, ScheduleOptions options);

    /** Starts nothing more by time. */
    void pause(String scheduleId, String note);

    /** Goes on with the next time to come. */
    void unpause(String scheduleId, String note);

    /**
     * Starts a run now.
     * @param overlap null: as the schedule says
     */
    void trigger(String scheduleId, @Nullable OverlapPolicy overlap);

    /**
     * Starts what was due in a period, both ends included.
     * @param overlap null: as the schedule says
     */
    void backfill(String scheduleId, Instant from, Instant to, @Nullable OverlapPolicy overlap);

    /** Deletes a schedule; its runs go on. */
    void delete(String scheduleId);

}
