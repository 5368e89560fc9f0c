package dev.workflow.test.scenarios;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleHandle;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Schedules as an application uses them; the clock of the tests drives them. */
@WorkflowTest(classes = { ScheduleTests.Report.class, ScheduleTests.Slow.class })
class ScheduleTests extends ScenarioTests {

    private final String id = "schedule-" + UUID.randomUUID();

    @AfterEach
    void delete() {
        this.client.schedules().list().map(ScheduleDescription::scheduleId).toList().forEach((schedule) -> {
            this.client.schedules().schedule(schedule).delete();
        });
    }

    private List<String> results() {
        return this.client.list("ScheduleId = '" + this.id + "' ORDER BY StartTime")
            .map((run) -> (String) this.client.workflow(run.workflowId()).result())
            .toList();
    }

    @Test
    void advanceStopsAtEveryTimeOfASchedule() {
        Instant begin = this.clock.instant();
        this.client.schedules()
            .create(this.id, ScheduleSpec.every(Duration.ofHours(6)), Report.class, (w) -> w.make("all"),
                    WorkflowOptions.defaults(), ScheduleOptions.defaults());
        advance(Duration.ofDays(1));
        Instant first = begin.truncatedTo(ChronoUnit.DAYS);
        while (!first.isAfter(begin)) {
            first = first.plus(Duration.ofHours(6));
        }
        assertThat(results()).containsExactly("all at " + first, "all at " + first.plus(Duration.ofHours(6)),
                "all at " + first.plus(Duration.ofHours(12)), "all at " + first.plus(Duration.ofHours(18)));
        WorkflowDescription run = this.client.list("ScheduleId = '" + this.id + "' AND ScheduledTime = '" + first + "'")
            .findFirst()
            .orElseThrow();
        assertThat(run.workflowId()).isEqualTo(this.id + "-" + first);
    }

    @Test
    void timesAreThoseOfTheZone() {
        ScheduleHandle handle = this.client.schedules()
            .create(this.id, ScheduleSpec.cron("0 9 * * *").timeZone(ZoneId.of("Asia/Tokyo")), Report.class,
                    (w) -> w.make("x"), WorkflowOptions.defaults(), ScheduleOptions.defaults());
        advance(Duration.ofDays(2));
        assertThat(results()).hasSize(2).allMatch((result) -> result.endsWith("T00:00:00Z"));
        assertThat(handle.describe().recentRuns()).hasSize(2);
    }

    @Test
    void runsThatOverlapWaitForTheOneBefore() {
        ScheduleHandle handle = this.client.schedules()
            .create(this.id, ScheduleSpec.every(Duration.ofHours(1)), Slow.class, (w) -> w.work(),
                    WorkflowOptions.defaults(), ScheduleOptions.defaults().overlap(OverlapPolicy.BUFFER_ONE));
        advance(Duration.ofHours(3));
        ScheduleDescription description = handle.describe();
        assertThat(description.openRuns()).hasSize(1);
        assertThat(description.waitingCount()).isEqualTo(1);
        this.client.workflow(description.openRuns().getFirst().workflowId()).signal("done");
        this.clock.awaitIdle();
        assertThat(handle.describe().actionCount()).isEqualTo(2);
        assertThat(handle.describe().waitingCount()).isZero();
    }

    @Test
    void runsAreStartedByHandToo() {
        ScheduleHandle handle = this.client.schedules()
            .create(this.id, ScheduleSpec.every(Duration.ofDays(1)), "Report", WorkflowOptions.withId("by-hand"),
                    ScheduleOptions.defaults().paused(true).note("only by hand"), "y");
        handle.trigger();
        this.clock.awaitIdle();
        Instant now = this.clock.instant();
        assertThat(results()).containsExactly("y at " + now);
        handle.backfill(now.minus(Duration.ofDays(3)), now, OverlapPolicy.BUFFER_ALL);
        this.clock.awaitIdle();
        assertThat(handle.describe().actionCount()).isBetween(4L, 5L);
        assertThat(handle.describe().paused()).isTrue();
    }

    @Workflow
    static class Report {

        @WorkflowMethod
        String make(String what) {
            return what + " at " + Workflows.now();
        }

    }

    @Workflow
    static class Slow {

        private boolean done;

        @WorkflowMethod
        void work() {
            Workflows.await(() -> this.done);
        }

        @SignalMethod
        void done() {
            this.done = true;
        }

    }

}
