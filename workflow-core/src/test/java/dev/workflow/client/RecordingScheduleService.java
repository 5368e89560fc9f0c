package dev.workflow.client;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.engine.ScheduleService;
import dev.workflow.engine.StartRequest;
import org.jspecify.annotations.Nullable;

/** Writes down what the client asks of schedules, and lists what it was given. */
final class RecordingScheduleService implements ScheduleService {

    private final List<String> calls;

    final List<StartRequest> actions = new ArrayList<>();

    final List<ScheduleDescription> schedules = new ArrayList<>();

    RecordingScheduleService(List<String> calls) {
        this.calls = calls;
    }

    @Override
    public void create(String scheduleId, ScheduleSpec spec, StartRequest workflow, ScheduleOptions options) {
        this.actions.add(workflow);
        this.calls.add("create " + scheduleId + " " + workflow.workflowType());
    }

    @Override
    public ScheduleDescription describe(String scheduleId) {
        return this.schedules.stream()
            .filter((schedule) -> schedule.scheduleId().equals(scheduleId))
            .findFirst()
            .orElseThrow(() -> new ScheduleNotFoundException(scheduleId));
    }

    @Override
    public List<ScheduleDescription> list(String afterId, int limit) {
        this.calls.add("list after '" + afterId + "'");
        return this.schedules.stream()
            .filter((schedule) -> schedule.scheduleId().compareTo(afterId) > 0)
            .limit(limit)
            .toList();
    }

    @Override
    public void update(String scheduleId, @Nullable ScheduleSpec spec, ScheduleOptions options) {
        this.calls.add("update " + scheduleId);
    }

    @Override
    public void pause(String scheduleId, String note) {
        this.calls.add("pause " + scheduleId + ": " + note);
    }

    @Override
    public void unpause(String scheduleId, String note) {
        this.calls.add("unpause " + scheduleId + ": " + note);
    }

    @Override
    public void trigger(String scheduleId, @Nullable OverlapPolicy overlap) {
        this.calls.add("trigger " + scheduleId + " " + overlap);
    }

    @Override
    public void backfill(String scheduleId, Instant from, Instant to, @Nullable OverlapPolicy overlap) {
        this.calls.add("backfill " + scheduleId + " " + from + " " + to + " " + overlap);
    }

    @Override
    public void delete(String scheduleId) {
        this.calls.add("delete " + scheduleId);
    }

}
