package dev.workflow.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.WorkflowStatus;
import org.jspecify.annotations.Nullable;

/**
 * One look at a schedule: what is to be started now, what waits, what is left out, and
 * when to look again. It is made of the row as it is under its lock, told how its open
 * runs stand ({@link #moved}, {@link #ended}), {@link #decide decides}, is told what
 * became of that, and gives the row that is to be written in the same transaction.
 * <p>
 * What waits comes first, then the times that have come, then periods that are made up.
 * Everything is bounded; what does not fit into one turn is due again at once.
 */
public final class ScheduleTurn {

    /** How many runs one turn starts. */
    static final int MAX_STARTS = 10;

    /** How many times of day one turn goes through. */
    static final int MAX_TIMES = 10_000;

    /** How many starts may wait. */
    public static final int MAX_PENDING = 1_000;

    /** How many starts of a backfill wait; the rest of its period is still to come. */
    private static final int BACKFILL_AHEAD = 10;

    /** How many runs are remembered after their end. */
    private static final int RECENT = 10;

    /** How many open runs are watched of those that wait for nobody. */
    static final int MAX_OPEN = 100;

    private final Schedule before;

    private final ScheduleTimes times;

    private final Instant now;

    private final List<StartedRun> runs;

    private final List<PendingStart> waiting = new ArrayList<>();

    private final List<PendingStart> starts = new ArrayList<>();

    private final List<Backfill> backfills = new ArrayList<>();

    private Schedule.Pause pause;

    private @Nullable Long remaining;

    private @Nullable Instant nominal;

    private @Nullable Instant lastNominal;

    private long actions;

    private long missed;

    private long skipped;

    private int budget = MAX_TIMES;

    private boolean more;

    private @Nullable String lastOutcome;

    /** A look at the given schedule at the given time. */
    public ScheduleTurn(Schedule schedule, Instant now) {
        this.before = schedule;
        this.times = schedule.times();
        this.now = now;
        this.runs = new ArrayList<>(schedule.progress().runs());
        this.pause = schedule.pause();
        this.remaining = schedule.remaining();
        this.nominal = schedule.nextNominal();
        this.lastNominal = schedule.progress().lastNominal();
    }

    /** The schedule as it was. */
    public Schedule before() {
        return this.before;
    }

    /** The runs that have not ended, as far as is known. */
    public List<StartedRun> openRuns() {
        return this.runs.stream().filter(StartedRun::open).toList();
    }

    /** An open run goes on in another one. */
    public void moved(StartedRun run, String nextRunId) {
        this.runs.set(this.runs.indexOf(run), run.movedTo(nextRunId));
    }

    /** An open run has ended. */
    public void ended(StartedRun run, WorkflowStatus how) {
        this.runs.set(this.runs.indexOf(run), run.ended(how));
        boolean failed = how == WorkflowStatus.FAILED || how == WorkflowStatus.TIMED_OUT;
        if (!run.beside() && (failed || how == WorkflowStatus.COMPLETED)) {
            this.lastOutcome = run.currentRunId();
        }
        if (failed && this.before.policies().pauseOnFailure() && !this.pause.paused()) {
            this.pause = new Schedule.Pause(true,
                    "Paused since run " + run.currentRunId() + " of workflow " + run.workflowId() + " ended as " + how);
            this.nominal = null;
        }
    }

    /**
     * The run that has ended now with a result or a failure which the next run is to
     * know; null when there is none.
     */
    public @Nullable String lastOutcome() {
        return this.lastOutcome;
    }

    /** Whether a run is to be started that may know how the one before it ended. */
    public boolean startsAfterAnother() {
        return (this.lastOutcome != null || this.before.counters().actions() > 0)
                && this.starts.stream().anyMatch((start) -> !start.beside());
    }

    /** Decides what is to be done. */
    public void decide() {
        boolean pausesNow = this.pause.paused() && !this.before.pause().paused();
        Progress progress = pausesNow ? this.before.progress().withoutBackfills() : this.before.progress();
        progress.pending().forEach((start) -> place(start.byHand() ? start : byPolicy(start.nominal())));
        placeTimes();
        progress.backfills().forEach(this::placeBackfill);
    }

    private void placeTimes() {
        Instant next = this.nominal;
        while (next != null && !this.pause.paused() && !exhausted()) {
            Instant actual = this.times.actual(next);
            if (actual.isAfter(this.now)) {
                break;
            }
            if (this.starts.size() >= MAX_STARTS || this.budget-- <= 0) {
                this.more = true;
                break;
            }
            if (Duration.between(actual, this.now).compareTo(this.before.policies().catchUpWindow()) > 0) {
                this.missed++;
            }
            else {
                place(byPolicy(next));
            }
            next = this.times.after(next);
        }
        this.nominal = next;
    }

    /** By the policy as it is now, also where another one has let it wait. */
    private PendingStart byPolicy(Instant time) {
        return new PendingStart(time, this.before.policies().overlap(), null);
    }

    private void placeBackfill(Backfill backfill) {
        Instant after = backfill.after();
        while (true) {
            Instant next = this.times.after(after);
            if (next == null || next.isAfter(backfill.to())) {
                return;
            }
            boolean waits = backfill.overlap() == OverlapPolicy.BUFFER_ALL && this.waiting.size() >= BACKFILL_AHEAD;
            if (waits || this.starts.size() >= MAX_STARTS || this.budget-- <= 0) {
                this.more |= !waits;
                this.backfills.add(new Backfill(backfill.id(), after, backfill.to(), backfill.overlap()));
                return;
            }
            place(new PendingStart(next, backfill.overlap(), backfill.id()));
            after = next;
        }
    }

    /** Whether no run is started by time any more. */
    private boolean exhausted() {
        return this.remaining != null && this.remaining - timedStarts() <= 0;
    }

    private long timedStarts() {
        return this.starts.stream().filter((start) -> !start.byHand()).count();
    }

    private boolean isBusy() {
        return !openRuns().isEmpty() || !this.starts.isEmpty();
    }

    private void place(PendingStart start) {
        if (!start.byHand() && (this.pause.paused() || exhausted())) {
            this.skipped++;
        }
        else if (start.beside() || !isBusy()) {
            if (this.starts.size() < MAX_STARTS) {
                this.starts.add(start);
            }
            else {
                this.waiting.add(start);
                this.more = true;
            }
        }
        else {
            overlap(start);
        }
    }

    private void overlap(PendingStart start) {
        switch (start.overlap()) {
            case SKIP -> this.skipped++;
            case BUFFER_ONE -> await(start, 1);
            case BUFFER_ALL -> await(start, MAX_PENDING);
            case CANCEL_OTHER, TERMINATE_OTHER -> replace(start);
            case ALLOW_ALL -> throw new IllegalStateException("It waits for nobody");
        }
    }

    private void await(PendingStart start, int limit) {
        if (this.waiting.size() < limit) {
            this.waiting.add(start);
        }
        else {
            this.skipped++;
        }
    }

    /** Of several that would end each other the last one counts. */
    private void replace(PendingStart start) {
        List<PendingStart> replaced = this.waiting.stream().filter(PendingStart::endsOthers).toList();
        this.waiting.removeAll(replaced);
        this.skipped += replaced.size();
        if (openRuns().isEmpty() && this.starts.size() == 1 && this.starts.getFirst().endsOthers()) {
            this.starts.clear();
            this.skipped++;
            this.starts.add(start);
        }
        else {
            this.waiting.add(start);
        }
    }

    /** The runs that are to be started now. */
    public List<PendingStart> starts() {
        return List.copyOf(this.starts);
    }

    /** A run was started. */
    public void started(PendingStart start, String workflowId, String runId) {
        this.runs.add(new StartedRun(workflowId, runId, start.nominal(), this.now, start.beside()));
        this.actions++;
        if (!start.byHand() && this.remaining != null) {
            this.remaining--;
        }
        if (this.lastNominal == null || start.nominal().isAfter(this.lastNominal)) {
            this.lastNominal = start.nominal();
        }
    }

    /** A run could not be started, since another one has its id. */
    public void refused() {
        this.skipped++;
    }

    /**
     * How the open runs are to be asked to make room, by the strongest of those who wait;
     * null when they may go on.
     */
    public @Nullable OverlapPolicy asks() {
        return this.waiting.stream()
            .filter(PendingStart::endsOthers)
            .map(PendingStart::overlap)
            .max(Comparator.naturalOrder())
            .orElse(null);
    }

    /** An open run was asked to make room. */
    public void asked(StartedRun run, OverlapPolicy how) {
        this.runs.set(this.runs.indexOf(run), run.asked(how));
    }

    /** The schedule as it is to be written. */
    public Schedule after() {
        boolean waits = !this.waiting.isEmpty() || !this.backfills.isEmpty();
        boolean open = !openRuns().isEmpty();
        boolean watching = open && (waits || this.before.policies().pauseOnFailure());
        Counters counted = this.before.counters();
        return new Schedule(this.before.scheduleId(), this.before.spec(), this.before.action(), this.before.policies(),
                this.pause, this.remaining, exhaustedNow() ? null : this.nominal, nextAt(waits && !open), watching,
                new Progress(this.waiting, this.backfills, kept(), this.lastNominal),
                new Counters(counted.actions() + this.actions, counted.missed() + this.missed,
                        counted.skipped() + this.skipped),
                null, this.before.createdAt());
    }

    private boolean exhaustedNow() {
        return this.remaining != null && this.remaining <= 0;
    }

    private @Nullable Instant nextAt(boolean atOnce) {
        if (this.more || atOnce) {
            return this.now;
        }
        Instant next = this.nominal;
        return (next != null && !this.pause.paused() && !exhaustedNow()) ? this.times.actual(next) : null;
    }

    /** The runs that are remembered, oldest first. */
    private List<StartedRun> kept() {
        Stream<StartedRun> waitedFor = openRuns().stream().filter((run) -> !run.beside());
        List<StartedRun> beside = last(openRuns().stream().filter(StartedRun::beside).toList(), MAX_OPEN);
        List<StartedRun> ended = last(this.runs.stream().filter((run) -> !run.open()).toList(), RECENT);
        return Stream.of(waitedFor, beside.stream(), ended.stream())
            .flatMap(Function.identity())
            .sorted(Comparator.comparingInt(this.runs::indexOf))
            .toList();
    }

    private static List<StartedRun> last(List<StartedRun> runs, int limit) {
        return runs.subList(Math.max(0, runs.size() - limit), runs.size());
    }

}
