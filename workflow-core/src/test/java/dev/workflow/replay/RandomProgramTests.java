package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.workflow.CancellationScope;
import dev.workflow.CancellationType;
import dev.workflow.Promise;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.WorkflowLock;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.WorkflowException;
import dev.workflow.history.ActivityTaskCancelRequested;
import dev.workflow.history.ActivityTaskCanceled;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskFailed;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.TimerCanceled;
import dev.workflow.history.TimerFired;
import dev.workflow.history.TimerStarted;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.workflow.replay.Calls.begin;
import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random programs under random orders of completion: live and replayed from every cut,
 * they must do the same and end in the same state. More seeds:
 * {@code -Dreplay.seeds=100000 -Dreplay.firstSeed=1}.
 */
@Timeout(600)
class RandomProgramTests {

    private static final int MAXIMUM_INPUTS = 60;

    @Test
    void randomProgramsReplayExactly() {
        long first = Long.getLong("replay.firstSeed", 1);
        long seeds = Long.getLong("replay.seeds", 300);
        int closed = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            try (TestRun run = new TestRun(TestDefinition.of(Program.class))) {
                drive(run, seed);
                closed += run.machine().isClosed() ? 1 : 0;
            }
            catch (Throwable failure) {
                throw new AssertionError("Seed " + seed + " failed: -Dreplay.seeds=1 -Dreplay.firstSeed=" + seed,
                        failure);
            }
        }
        assertThat(closed).as("programs that came to their end").isGreaterThan((int) (seeds / 3));
    }

    private static void drive(TestRun run, long seed) {
        Random random = new Random(seed);
        run.start(seed);
        for (int i = 0; i < MAXIMUM_INPUTS && !run.machine().isClosed(); i++) {
            if (random.nextInt(20) == 0) {
                run.evict();
            }
            if (random.nextInt(12) == 0) {
                run.note();
            }
            List<Runnable> choices = choices(run, random);
            choices.get(random.nextInt(choices.size())).run();
        }
    }

    private static List<Runnable> choices(TestRun run, Random random) {
        List<Runnable> choices = new ArrayList<>();
        for (HistoryEvent event : pending(run.history())) {
            long id = event.eventId();
            choices.add(() -> {
                if (event instanceof TimerStarted) {
                    run.fire(id);
                }
                else if (random.nextInt(5) == 0) {
                    run.fail(id, "No", "no");
                }
                else {
                    run.complete(id, "r" + id);
                }
            });
            if (event instanceof ActivityTaskScheduled && canceled(run.history(), id)) {
                choices.add(() -> run.canceled(id));
            }
        }
        choices.add(() -> run.signal("go"));
        if (choices.size() < 3 || random.nextInt(8) == 0) {
            choices.add(() -> run.update("u" + run.nextId(), "add", random.nextInt(3)));
        }
        if (random.nextInt(30) == 0) {
            choices.add(() -> run.cancel("random"));
        }
        return choices;
    }

    private static List<HistoryEvent> pending(List<HistoryEvent> history) {
        List<HistoryEvent> pending = new ArrayList<>();
        for (HistoryEvent event : history) {
            long ended = switch (event) {
                case TimerFired e -> e.startedEventId();
                case TimerCanceled e -> e.startedEventId();
                case ActivityTaskCompleted e -> e.scheduledEventId();
                case ActivityTaskFailed e -> e.scheduledEventId();
                case ActivityTaskCanceled e -> e.scheduledEventId();
                default -> 0;
            };
            pending.removeIf((other) -> other.eventId() == ended);
            if (event instanceof TimerStarted || event instanceof ActivityTaskScheduled) {
                pending.add(event);
            }
        }
        return pending;
    }

    private static boolean canceled(List<HistoryEvent> history, long scheduledEventId) {
        return history.stream()
            .anyMatch((event) -> event instanceof ActivityTaskCancelRequested request
                    && request.scheduledEventId() == scheduledEventId);
    }

    /**
     * Draws what it does from its argument; every body has a random source of its own.
     */
    static class Program {

        private final List<String> trace = new ArrayList<>();

        private final WorkflowLock lock = new WorkflowLock();

        private int signals;

        @WorkflowMethod
        List<String> run(long seed) {
            body(seed, 0);
            return this.trace;
        }

        @SignalMethod
        void go() {
            this.signals++;
            if (this.signals % 3 == 0) {
                note(call("FromSignal"));
            }
        }

        @UpdateMethod
        int add(int count) {
            this.signals += count;
            if (count == 2) {
                note(call("FromUpdate"));
            }
            return this.signals;
        }

        private void body(long seed, int depth) {
            Random random = new Random(seed);
            List<Promise<?>> open = new ArrayList<>();
            int steps = 1 + random.nextInt(5 - depth);
            for (int i = 0; i < steps; i++) {
                try {
                    step(random, depth, open);
                }
                catch (WorkflowException failure) {
                    note(failure.getClass().getSimpleName());
                }
            }
            for (Promise<?> promise : open) {
                try {
                    note("joined " + promise.get());
                }
                catch (WorkflowException failure) {
                    note("failed " + failure.getClass().getSimpleName());
                }
            }
        }

        private void step(Random random, int depth, List<Promise<?>> open) {
            int choice = random.nextInt(depth < 3 ? 16 : 8);
            long next = random.nextLong();
            switch (choice) {
                case 0, 1 -> note(call("A" + depth));
                case 2 -> Workflows.sleep(Duration.ofSeconds(1 + Math.abs(next % 100)));
                case 3 -> {
                    int wanted = this.signals + 1;
                    Workflows.await(() -> this.signals >= wanted);
                    note("awaited " + this.signals);
                }
                case 4 -> {
                    int wanted = this.signals + 2;
                    note("in time " + Workflows.await(Duration.ofSeconds(5), () -> this.signals >= wanted));
                }
                case 5 -> note("effect " + Workflows.sideEffect(String.class, () -> "effect" + this.trace.size()));
                case 6 -> note(Workflows.randomUUID() + " " + Workflows.now() + " " + Workflows.info().historyLength()
                        + " " + Workflows.info().historySize());
                case 7 -> open.add(begin("B", CancellationType.values()[(int) Math.abs(next % 3)]));
                case 8, 9, 10 -> open.add(Workflows.async(() -> body(next, depth + 1)));
                case 11 -> {
                    CancellationScope scope = Workflows
                        .cancellationScope(() -> open.add(Workflows.async(() -> body(next, depth + 1))));
                    call("BeforeCancel");
                    scope.cancel("random");
                }
                case 12 -> {
                    this.lock.lock();
                    try {
                        body(next, depth + 1);
                    }
                    finally {
                        this.lock.unlock();
                    }
                }
                case 13 -> open.add(begin("C").thenApply((value) -> value + call("C2"))
                    .handle((value, failure) -> (failure != null) ? "handled" : value));
                case 14 -> note("limited " + begin("D").get(Duration.ofSeconds(3)));
                default -> note(
                        "any " + Promise
                            .anyOf(Workflows.timer(Duration.ofSeconds(9)), begin("E"),
                                    Promise.allOf(List.of(begin("F"), begin("G"))))
                            .get());
            }
        }

        private void note(String what) {
            this.trace.add(what);
        }

    }

}
