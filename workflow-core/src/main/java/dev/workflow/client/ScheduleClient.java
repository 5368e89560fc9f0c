package dev.workflow.client;

import java.util.stream.Stream;

import dev.workflow.VoidCall;
import org.jspecify.annotations.Nullable;

/**
 * Schedules: workflows that are started again and again by time. Writes join the caller's
 * Spring transaction.
 */
public interface ScheduleClient {

    /**
     * Creates a schedule.
     * @param scheduleId its id, 1 to 1,000 characters
     * @param spec when it is due
     * @param type the workflow that it starts
     * @param call the one call of its workflow method, with the arguments of every run
     * @param workflow how each run is started; its workflow id, or the schedule's where
     * none is set, is followed by the time at which the run is due
     * @param options how the schedule behaves
     * @throws ScheduleAlreadyExistsException when there is a schedule of that id
     * @throws IllegalArgumentException when something given is not acceptable
     */
    <W> ScheduleHandle create(String scheduleId, ScheduleSpec spec, Class<W> type, VoidCall<W> call,
            WorkflowOptions workflow, ScheduleOptions options);

    /**
     * As above, for a workflow that is known by its type's name only.
     * @param type the name of the workflow type
     * @param args the arguments of every run
     */
    ScheduleHandle create(String scheduleId, ScheduleSpec spec, String type, WorkflowOptions workflow,
            ScheduleOptions options, @Nullable Object... args);

    /** A handle of a schedule, which is looked up when the handle is used. */
    ScheduleHandle schedule(String scheduleId);

    /** All schedules, by id. Read in pages while the stream is consumed; close it. */
    Stream<ScheduleDescription> list();

}
