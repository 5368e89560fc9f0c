package dev.workflow.benchmarks;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.benchmarks.application.Alarm;
import dev.workflow.benchmarks.application.Bedtimes;
import dev.workflow.benchmarks.application.FanOut;
import dev.workflow.benchmarks.application.OneStep;
import dev.workflow.benchmarks.application.Parked;
import dev.workflow.benchmarks.application.Pulse;
import dev.workflow.benchmarks.application.Sequence;
import dev.workflow.benchmarks.application.Sleeper;
import dev.workflow.benchmarks.application.ThreeSteps;
import dev.workflow.benchmarks.application.Transfer;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.HistoryEvent;
import dev.workflow.visibility.WorkflowLists;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.context.ConfigurableApplicationContext;

/** A node of this engine. */
final class EngineSession implements Session {

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final ConfigurableApplicationContext context;

    private final WorkflowClient client;

    private final Bedtimes bedtimes;

    EngineSession(ConfigurableApplicationContext context) {
        this.context = context;
        this.client = context.getBean(WorkflowClient.class);
        this.bedtimes = context.getBean(Bedtimes.class);
    }

    @Override
    public String run(String payload) {
        return this.client.execute(ThreeSteps.class, (w) -> w.run(payload), WorkflowOptions.defaults());
    }

    @Override
    public String step(String payload) {
        return this.client.execute(OneStep.class, (w) -> w.run(payload), WorkflowOptions.defaults());
    }

    @Override
    public String transfer(String payload) {
        return this.client.execute(Transfer.class, (w) -> w.run(payload), WorkflowOptions.defaults());
    }

    @Override
    public void park(String id) {
        this.client.start(Parked.class, (w) -> w.run(id), WorkflowOptions.withId(id));
    }

    @Override
    public void signal(String id, String payload) {
        this.client.workflow(Parked.class, id).signal((w) -> w.wake(payload));
    }

    @Override
    public String result(String id) {
        return Check.present(this.client.workflow(id).result(String.class, LONGEST_WAIT), "result of " + id);
    }

    @Override
    public Duration sleep(String id, Duration duration) {
        WorkflowHandle<Sleeper, String> run = this.client.start(Sleeper.class, (w) -> w.run(id, duration.toMillis()),
                WorkflowOptions.withId(id));
        Check.same(id, run.result(LONGEST_WAIT));
        return this.bedtimes.lateness(id, duration);
    }

    @Override
    public void startAlarm(String id, Instant instant) {
        this.client.start(Alarm.class, (w) -> w.run(id, instant), WorkflowOptions.withId(id));
    }

    @Override
    public long fanOut(String id, int width) {
        return this.client.execute(FanOut.class, (w) -> w.run(width), WorkflowOptions.withId(id));
    }

    @Override
    public Halves sequence(String id, int steps) {
        WorkflowHandle<Sequence, Integer> run = this.client.start(Sequence.class, (w) -> w.run(steps),
                WorkflowOptions.withId(id));
        awaitDone(run, steps);
        long[] scheduled = run.history()
            .stream()
            .filter(ActivityTaskScheduled.class::isInstance)
            .mapToLong((event) -> nanos(event.eventTime()))
            .toArray();
        Check.count("activities", steps, scheduled.length);
        return Halves.of(scheduled, nanos(lastEvent(run).eventTime()));
    }

    private static HistoryEvent lastEvent(WorkflowHandle<?, ?> run) {
        return run.history().getLast();
    }

    private static long nanos(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    }

    private static void awaitDone(WorkflowHandle<Sequence, Integer> run, int steps) {
        Waiting.until("the activities are done", LONGEST_WAIT, Duration.ofMillis(100), () -> {
            int done = run.query(Sequence::done);
            return done == steps;
        });
    }

    /**
     * Throws a sequence out of memory, asks it something, and so has it replayed.
     * @return how long that took, reading the history included
     */
    Duration replay(String id, int steps) {
        WorkflowHandle<Sequence, Object> run = this.client.workflow(Sequence.class, id);
        evictAll();
        long begin = System.nanoTime();
        int done = run.query(Sequence::done);
        long end = System.nanoTime();
        Check.count("activities after a replay", steps, done);
        return Duration.ofNanos(end - begin);
    }

    /** Lets a sequence end; returns how many of its activities were right. */
    int release(String id) {
        WorkflowHandle<Sequence, Object> run = this.client.workflow(Sequence.class, id);
        run.signal(Sequence::release);
        return run.result(Integer.class, LONGEST_WAIT);
    }

    void startPulse(String id, String payload, Duration period) {
        this.client.start(Pulse.class, (w) -> w.run(payload, period.toMillis()), WorkflowOptions.withId(id));
    }

    String stopPulse(String id) {
        this.client.workflow(Pulse.class, id).signal(Pulse::stop);
        return result(id);
    }

    /** Asks all runs to leave memory and waits until they have. */
    void evictAll() {
        WorkflowEngine engine = this.context.getBean(WorkflowEngine.class);
        engine.evictAll();
        Waiting.until("all runs have left memory", LONGEST_WAIT, Duration.ofMillis(5), () -> cachedRuns() == 0);
    }

    int cachedRuns() {
        return this.context.getBean(WorkflowEngine.class).gauges().cachedRuns();
    }

    WorkflowLists lists() {
        return this.context.getBean(WorkflowLists.class);
    }

    @Override
    public Commits commits() {
        DistributionSummary commits = this.context.getBean(MeterRegistry.class)
            .get("workflow.commit.transitions")
            .summary();
        return new Commits(commits.count(), commits.totalAmount());
    }

    @Override
    public void close() {
        Closing.completely(this.context::close);
    }

}
