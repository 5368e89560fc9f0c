package dev.workflow.boot.web;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.workflow.WorkflowExecution;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleAlreadyExistsException;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleNotFoundException;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.engine.ScheduleService;
import dev.workflow.engine.StartRequest;
import dev.workflow.schedule.UnreadableScheduleException;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what it was asked. Knows the schedules {@code nightly} and {@code weekly},
 * and cannot read {@code strange}.
 */
final class FakeScheduleService implements ScheduleService {

    final List<String> calls = new ArrayList<>();

    final List<StartRequest> actions = new ArrayList<>();

    final List<ScheduleSpec> specs = new ArrayList<>();

    final List<ScheduleOptions> options = new ArrayList<>();

    private void called(String call, String scheduleId) {
        if (scheduleId.equals("strange")) {
            throw new UnreadableScheduleException(scheduleId, new DateTimeException("Unknown time zone Mars/Base"));
        }
        describe(scheduleId);
        this.calls.add(call);
    }

    @Override
    public void create(String scheduleId, ScheduleSpec spec, StartRequest workflow, ScheduleOptions given) {
        if (scheduleId.equals("nightly")) {
            throw new ScheduleAlreadyExistsException(scheduleId);
        }
        this.calls.add("create " + scheduleId);
        this.specs.add(spec);
        this.actions.add(workflow);
        this.options.add(given);
    }

    @Override
    public ScheduleDescription describe(String scheduleId) {
        return Stream.of("nightly", "weekly")
            .filter(scheduleId::equals)
            .findFirst()
            .map(FakeScheduleService::description)
            .orElseThrow(() -> new ScheduleNotFoundException(scheduleId));
    }

    private static ScheduleDescription description(String scheduleId) {
        return new ScheduleDescription(scheduleId, "OrderWorkflow", false, "why", List.of(Instant.EPOCH),
                List.of(new WorkflowExecution("w-1", "r-1")), 7, List.of(), 1, 2, 3, "", Instant.EPOCH,
                ScheduleSpec.cron("0 2 * * *"), ScheduleOptions.defaults().overlap(OverlapPolicy.SKIP));
    }

    @Override
    public List<ScheduleDescription> list(String afterId, int limit) {
        return Stream.of("nightly", "weekly")
            .filter((id) -> id.compareTo(afterId) > 0)
            .limit(limit)
            .map(FakeScheduleService::description)
            .toList();
    }

    @Override
    public void update(String scheduleId, @Nullable ScheduleSpec spec, ScheduleOptions given) {
        called("update " + spec + " " + given, scheduleId);
    }

    @Override
    public void pause(String scheduleId, String note) {
        called("pause " + note, scheduleId);
    }

    @Override
    public void unpause(String scheduleId, String note) {
        called("unpause " + note, scheduleId);
    }

    @Override
    public void trigger(String scheduleId, @Nullable OverlapPolicy overlap) {
        called("trigger " + overlap, scheduleId);
    }

    @Override
    public void backfill(String scheduleId, Instant from, Instant to, @Nullable OverlapPolicy overlap) {
        if (to.isBefore(from)) {
            throw new IllegalArgumentException("to: expected an instant that is not before " + from + ", given " + to);
        }
        called("backfill " + from + " " + to + " " + overlap, scheduleId);
    }

    @Override
    public void delete(String scheduleId) {
        called("delete", scheduleId);
    }

}
