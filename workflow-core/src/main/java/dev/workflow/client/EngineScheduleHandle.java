package dev.workflow.client;

import java.time.Instant;

import dev.workflow.Constraints;
import dev.workflow.engine.ScheduleService;

/** A schedule on the engine, through the interceptors of the client. */
final class EngineScheduleHandle implements ScheduleHandle {

    private final ClientCalls calls;

    private final String scheduleId;

    EngineScheduleHandle(ClientCalls calls, String scheduleId) {
        this.calls = calls;
        this.scheduleId = scheduleId;
    }

    private ScheduleService service() {
        return this.calls.service().schedules();
    }

    @Override
    public String scheduleId() {
        return this.scheduleId;
    }

    @Override
    public ScheduleDescription describe() {
        return this.calls.call("describeSchedule", () -> service().describe(this.scheduleId), this.scheduleId);
    }

    @Override
    public void update(ScheduleSpec spec, ScheduleOptions options) {
        Constraints.notNull("spec", spec);
        Constraints.notNull("options", options);
        this.calls.run("updateSchedule", () -> service().update(this.scheduleId, spec, options), this.scheduleId, spec,
                options);
    }

    @Override
    public void pause(String note) {
        this.calls.run("pauseSchedule", () -> service().pause(this.scheduleId, note), this.scheduleId, note);
    }

    @Override
    public void unpause(String note) {
        this.calls.run("unpauseSchedule", () -> service().unpause(this.scheduleId, note), this.scheduleId, note);
    }

    @Override
    public void trigger() {
        this.calls.run("triggerSchedule", () -> service().trigger(this.scheduleId, null), this.scheduleId);
    }

    @Override
    public void trigger(OverlapPolicy overlap) {
        Constraints.notNull("overlap", overlap);
        this.calls.run("triggerSchedule", () -> service().trigger(this.scheduleId, overlap), this.scheduleId, overlap);
    }

    @Override
    public void backfill(Instant from, Instant to, OverlapPolicy overlap) {
        Constraints.notNull("from", from);
        Constraints.notNull("to", to);
        Constraints.notNull("overlap", overlap);
        this.calls.run("backfillSchedule", () -> service().backfill(this.scheduleId, from, to, overlap),
                this.scheduleId, from, to, overlap);
    }

    @Override
    public void delete() {
        this.calls.run("deleteSchedule", () -> service().delete(this.scheduleId), this.scheduleId);
    }

}
