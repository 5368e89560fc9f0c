package dev.workflow.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.client.WorkflowStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a look at a schedule decides, without a database. */
class ScheduleTurnTests {

    private static final Instant MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z");

    private Schedule schedule = schedule(ScheduleOptions.defaults());

    private static Schedule schedule(ScheduleOptions options) {
        return new Schedule("s", ScheduleSpec.every(Duration.ofHours(1)),
                new Schedule.Action("Type", "{}", 1, "ALLOW_DUPLICATE"), SchedulePolicies.of(options),
                new Schedule.Pause(false, ""), options.remainingActions(), hour(1), hour(1), false, Progress.NONE,
                Counters.NONE, null, MIDNIGHT);
    }

    private static Instant hour(int hour) {
        return MIDNIGHT.plus(Duration.ofHours(hour));
    }

    /** One look: what it starts, by the hour it is for. */
    private List<Integer> look(Instant now, WorkflowStatus... ends) {
        ScheduleTurn turn = new ScheduleTurn(this.schedule, now);
        List<StartedRun> open = turn.openRuns();
        for (int i = 0; i < ends.length; i++) {
            turn.ended(open.get(i), ends[i]);
        }
        turn.decide();
        List<Integer> started = new ArrayList<>();
        for (PendingStart start : turn.starts()) {
            int hour = (int) Duration.between(MIDNIGHT, start.nominal()).toHours();
            turn.started(start, "w-" + hour, "r-" + hour);
            started.add(hour);
        }
        this.schedule = turn.after();
        return started;
    }

    private void pending(PendingStart... starts) {
        this.schedule = this.schedule
            .progress(new Progress(List.of(starts), List.of(), this.schedule.progress().runs(), null));
    }

    private List<Integer> waiting() {
        return this.schedule.progress()
            .pending()
            .stream()
            .map((start) -> (int) Duration.between(MIDNIGHT, start.nominal()).toHours())
            .toList();
    }

    @Test
    void nothingHappensBeforeTheTime() {
        assertThat(look(hour(1).minusSeconds(1))).isEmpty();
        assertThat(this.schedule.nextAt()).isEqualTo(hour(1));
        assertThat(look(hour(1))).containsExactly(1);
        assertThat(this.schedule.nextAt()).isEqualTo(hour(2));
        assertThat(this.schedule.counters().actions()).isEqualTo(1);
        assertThat(this.schedule.watching()).isFalse();
    }

    @Test
    void skipLeavesOutWhatComesWhileARunIsOpen() {
        look(hour(1));
        assertThat(look(hour(2))).isEmpty();
        assertThat(look(hour(3), WorkflowStatus.COMPLETED)).containsExactly(3);
        assertThat(this.schedule.counters()).isEqualTo(new Counters(2, 0, 1));
    }

    @Test
    void bufferOneKeepsTheFirst() {
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.BUFFER_ONE));
        look(hour(1));
        assertThat(look(hour(2))).isEmpty();
        assertThat(look(hour(3))).isEmpty();
        assertThat(waiting()).containsExactly(2);
        assertThat(this.schedule.watching()).isTrue();
        assertThat(look(hour(3).plusSeconds(1), WorkflowStatus.FAILED)).containsExactly(2);
        assertThat(waiting()).isEmpty();
        assertThat(this.schedule.counters().skipped()).isEqualTo(1);
    }

    @Test
    void bufferAllKeepsAllUpToABound() {
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.BUFFER_ALL));
        look(hour(1));
        look(hour(4));
        assertThat(waiting()).containsExactly(2, 3, 4);
        assertThat(look(hour(4), WorkflowStatus.COMPLETED)).containsExactly(2);
        assertThat(waiting()).containsExactly(3, 4);
        look(hour(2_000));
        assertThat(waiting()).hasSize(ScheduleTurn.MAX_PENDING);
        assertThat(this.schedule.counters().skipped()).isEqualTo(2_000 - 2 - ScheduleTurn.MAX_PENDING);
    }

    @Test
    void whatWaitsByTimeFollowsThePolicyAsItIsNow() {
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.BUFFER_ALL));
        look(hour(1));
        look(hour(3));
        Schedule waits = this.schedule;
        this.schedule = schedule(ScheduleOptions.defaults()).progress(waits.progress());
        assertThat(look(hour(3))).isEmpty();
        assertThat(waiting()).isEmpty();
        assertThat(this.schedule.counters().skipped()).isGreaterThanOrEqualTo(2);
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.TERMINATE_OTHER))
            .progress(waits.progress());
        ScheduleTurn turn = new ScheduleTurn(this.schedule, MIDNIGHT);
        turn.decide();
        assertThat(turn.asks()).isEqualTo(OverlapPolicy.TERMINATE_OTHER);
        assertThat(turn.after().progress().pending()).extracting(PendingStart::nominal).containsExactly(hour(3));
    }

    @Test
    void ofThoseThatEndOthersTheLastOneCounts() {
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.CANCEL_OTHER));
        assertThat(look(hour(3))).as("two that were never started").containsExactly(3);
        look(hour(5));
        assertThat(waiting()).containsExactly(5);
        ScheduleTurn turn = new ScheduleTurn(this.schedule, hour(5));
        turn.decide();
        assertThat(turn.asks()).isEqualTo(OverlapPolicy.CANCEL_OTHER);
        assertThat(look(hour(5), WorkflowStatus.CANCELED)).containsExactly(5);
        assertThat(this.schedule.counters()).isEqualTo(new Counters(2, 0, 3));
    }

    @Test
    void terminationIsTheStrongerWish() {
        look(hour(1));
        pending(new PendingStart(hour(1).plusSeconds(1), OverlapPolicy.TERMINATE_OTHER, "trigger"));
        look(hour(1).plusSeconds(1));
        ScheduleTurn turn = new ScheduleTurn(this.schedule, hour(1).plusSeconds(2));
        turn.decide();
        assertThat(turn.asks()).isEqualTo(OverlapPolicy.TERMINATE_OTHER);
        turn.asked(turn.openRuns().getFirst(), OverlapPolicy.TERMINATE_OTHER);
        assertThat(turn.after().progress().openRuns().getFirst().asked()).isEqualTo(OverlapPolicy.TERMINATE_OTHER);
    }

    @Test
    void allowAllStartsEverythingInTurnsThatStaySmall() {
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.ALLOW_ALL));
        int started = 0;
        while (this.schedule.nextAt() != null && !this.schedule.nextAt().isAfter(hour(95))) {
            List<Integer> now = look(hour(95));
            assertThat(now).hasSizeLessThanOrEqualTo(ScheduleTurn.MAX_STARTS);
            started += now.size();
        }
        assertThat(started).isEqualTo(95);
        assertThat(this.schedule.nextAt()).isEqualTo(hour(96));
    }

    @Test
    void whatIsLaterThanTheWindowIsMissed() {
        this.schedule = schedule(
                ScheduleOptions.defaults().overlap(OverlapPolicy.ALLOW_ALL).catchUpWindow(Duration.ofHours(2)));
        assertThat(look(hour(9).plusSeconds(1))).containsExactly(8, 9);
        assertThat(this.schedule.counters()).isEqualTo(new Counters(2, 7, 0));
    }

    @Test
    void windowIsNeverSoShortThatWhatIsOnTimeIsLate() {
        this.schedule = schedule(ScheduleOptions.defaults().catchUpWindow(Duration.ZERO));
        assertThat(look(hour(1).plusSeconds(9))).containsExactly(1);
    }

    @Test
    void longDowntimeIsGoneThroughInPieces() {
        this.schedule = new Schedule("s", ScheduleSpec.every(Duration.ofSeconds(1)), this.schedule.action(),
                SchedulePolicies.of(ScheduleOptions.defaults().catchUpWindow(Duration.ofMinutes(1))),
                this.schedule.pause(), null, hour(1), hour(1), false, Progress.NONE, Counters.NONE, null, MIDNIGHT);
        look(hour(9));
        assertThat(this.schedule.counters().missed()).isEqualTo(ScheduleTurn.MAX_TIMES);
        assertThat(this.schedule.nextAt()).isEqualTo(hour(9));
        look(hour(9));
        look(hour(9));
        assertThat(this.schedule.counters().missed()).isEqualTo(8 * 3_600 - 60);
        assertThat(this.schedule.nextAt()).isEqualTo(hour(9).plusSeconds(1));
    }

    @Test
    void remainingRunsAreCountedByTimeOnly() {
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.ALLOW_ALL).remainingActions(2));
        pending(new PendingStart(hour(0), OverlapPolicy.ALLOW_ALL, "trigger"));
        assertThat(look(hour(5))).containsExactly(0, 1, 2);
        assertThat(this.schedule.remaining()).isZero();
        assertThat(this.schedule.nextNominal()).isNull();
        assertThat(this.schedule.nextAt()).isNull();
    }

    @Test
    void startThatIsRefusedIsNoneOfTheRemainingOnes() {
        this.schedule = schedule(ScheduleOptions.defaults().remainingActions(1));
        ScheduleTurn turn = new ScheduleTurn(this.schedule, hour(1));
        turn.decide();
        assertThat(turn.starts()).hasSize(1);
        turn.refused();
        this.schedule = turn.after();
        assertThat(this.schedule.remaining()).isEqualTo(1);
        assertThat(this.schedule.nextNominal()).isEqualTo(hour(2));
        assertThat(this.schedule.nextAt()).isEqualTo(hour(2));
        assertThat(look(hour(2))).containsExactly(2);
        assertThat(this.schedule.nextNominal()).isNull();
        assertThat(this.schedule.nextAt()).isNull();
    }

    @Test
    void pauseOnFailurePausesAndDropsWhatWaitsByTime() {
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.BUFFER_ALL).pauseOnFailure(true));
        look(hour(1));
        assertThat(this.schedule.watching()).isTrue();
        look(hour(2));
        assertThat(look(hour(2).plusSeconds(1), WorkflowStatus.TIMED_OUT)).isEmpty();
        assertThat(this.schedule.pause().paused()).isTrue();
        assertThat(this.schedule.pause().note()).contains("w-1").contains("TIMED_OUT");
        assertThat(this.schedule.nextAt()).isNull();
        assertThat(waiting()).isEmpty();
        pending(new PendingStart(hour(2).plusSeconds(2), OverlapPolicy.SKIP, "trigger"));
        assertThat(look(hour(3))).as("by hand").hasSize(1);
    }

    @Test
    void cancellationAndTerminationAreNoFailures() {
        this.schedule = schedule(ScheduleOptions.defaults().pauseOnFailure(true));
        look(hour(1));
        look(hour(2), WorkflowStatus.CANCELED);
        look(hour(3), WorkflowStatus.TERMINATED);
        assertThat(this.schedule.pause().paused()).isFalse();
        assertThat(this.schedule.counters().actions()).isEqualTo(3);
    }

    @Test
    void backfillGoesThroughItsPeriodByItsPolicy() {
        Backfill backfill = new Backfill("b", hour(10).minusNanos(1), hour(40), OverlapPolicy.BUFFER_ALL);
        this.schedule = this.schedule.progress(new Progress(List.of(), List.of(backfill), List.of(), null));
        List<Integer> all = new ArrayList<>(look(MIDNIGHT));
        assertThat(waiting()).hasSize(10);
        while (!waiting().isEmpty()) {
            all.addAll(look(MIDNIGHT, WorkflowStatus.COMPLETED));
        }
        assertThat(all).hasSize(31).startsWith(10, 11).endsWith(39, 40);
        assertThat(this.schedule.progress().backfills()).isEmpty();
        assertThat(this.schedule.nextAt()).isEqualTo(hour(1));
    }

    @Test
    void onlyTheLastRunsAreRemembered() {
        for (int hour = 1; hour <= 30; hour++) {
            look(hour(hour), (hour > 1) ? new WorkflowStatus[] { WorkflowStatus.COMPLETED } : new WorkflowStatus[0]);
        }
        assertThat(this.schedule.progress().runs()).hasSize(11)
            .last()
            .extracting(StartedRun::workflowId)
            .isEqualTo("w-30");
    }

    @Test
    void runThatIsWaitedForIsRememberedHoweverManyAreStartedBesideIt() {
        look(hour(1));
        PendingStart[] beside = new PendingStart[150];
        for (int i = 0; i < beside.length; i++) {
            beside[i] = new PendingStart(hour(1).plusSeconds(i), OverlapPolicy.ALLOW_ALL, "trigger");
        }
        pending(beside);
        while (!waiting().isEmpty()) {
            look(hour(1).plusSeconds(beside.length));
        }
        assertThat(this.schedule.progress().openRuns()).hasSize(1 + ScheduleTurn.MAX_OPEN);
        ScheduleTurn turn = new ScheduleTurn(this.schedule, hour(2));
        turn.openRuns().stream().filter(StartedRun::beside).forEach((run) -> turn.ended(run, WorkflowStatus.COMPLETED));
        turn.decide();
        assertThat(turn.starts()).isEmpty();
        assertThat(turn.openRuns()).extracting(StartedRun::runId).containsExactly("r-1");
    }

    @Test
    void runThatGoesOnInAnotherIsOpen() {
        look(hour(1));
        ScheduleTurn turn = new ScheduleTurn(this.schedule, hour(2));
        turn.moved(turn.openRuns().getFirst(), "r-next");
        turn.decide();
        assertThat(turn.starts()).isEmpty();
        assertThat(turn.after().progress().openRuns().getFirst().currentRunId()).isEqualTo("r-next");
        assertThat(turn.after().progress().openRuns().getFirst().runId()).isEqualTo("r-1");
    }

    @Test
    void whatIsStoredIsReadBack() {
        ScheduleSpec spec = ScheduleSpec.cron("0 0 * * *", "0 12 * * *")
            .skip(new dev.workflow.client.CalendarSpec("*", "*", "*", "25", "12", "*", "*"))
            .timeZone(java.time.ZoneId.of("Europe/Berlin"))
            .jitter(Duration.ofSeconds(90))
            .startAt(hour(1))
            .endAt(hour(2));
        assertThat(ScheduleJson.readSpec(ScheduleJson.write(spec))).isEqualTo(spec);
        ScheduleSpec every = ScheduleSpec.every(Duration.ofHours(2), Duration.ofMinutes(3));
        assertThat(ScheduleJson.readSpec(ScheduleJson.write(every))).isEqualTo(every);
        Progress progress = new Progress(List.of(new PendingStart(hour(1), OverlapPolicy.SKIP, null)),
                List.of(new Backfill("b", hour(1).minusNanos(1), hour(2), OverlapPolicy.ALLOW_ALL)),
                List.of(new StartedRun("w", "r", "r2", hour(3), hour(4), WorkflowStatus.FAILED,
                        OverlapPolicy.CANCEL_OTHER, true)),
                hour(5));
        assertThat(ScheduleJson.readProgress(ScheduleJson.write(progress))).isEqualTo(progress);
        assertThat(ScheduleJson.readProgress(ScheduleJson.write(Progress.NONE))).isEqualTo(Progress.NONE);
    }

    @Test
    void resultsAndFailuresCountAndNoOtherEnds() {
        look(hour(1));
        assertThat(outcome(WorkflowStatus.COMPLETED)).isEqualTo("r-1");
        assertThat(outcome(WorkflowStatus.FAILED)).isEqualTo("r-1");
        assertThat(outcome(WorkflowStatus.TIMED_OUT)).isEqualTo("r-1");
        assertThat(outcome(WorkflowStatus.CANCELED)).isNull();
        assertThat(outcome(WorkflowStatus.TERMINATED)).isNull();
        ScheduleTurn turn = new ScheduleTurn(this.schedule, hour(2));
        turn.moved(turn.openRuns().getFirst(), "r-1b");
        turn.ended(turn.openRuns().getFirst(), WorkflowStatus.COMPLETED);
        assertThat(turn.lastOutcome()).as("of the run in which it went on").isEqualTo("r-1b");
        turn.decide();
        assertThat(turn.startsAfterAnother()).isTrue();
    }

    @Test
    void runsSideBySideKnowNothingOfEachOther() {
        this.schedule = schedule(ScheduleOptions.defaults().overlap(OverlapPolicy.ALLOW_ALL));
        look(hour(1));
        assertThat(outcome(WorkflowStatus.COMPLETED)).isNull();
        ScheduleTurn turn = new ScheduleTurn(this.schedule, hour(2));
        turn.decide();
        assertThat(turn.starts()).hasSize(1);
        assertThat(turn.startsAfterAnother()).isFalse();
    }

    private @Nullable String outcome(WorkflowStatus end) {
        ScheduleTurn turn = new ScheduleTurn(this.schedule, hour(2));
        turn.ended(turn.openRuns().getFirst(), end);
        return turn.lastOutcome();
    }

}
