package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.Promise;
import dev.workflow.Workflows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** How the threads of a run end. */
@Timeout(30)
class EvictionTests {

    private final List<Thread> threads = new ArrayList<>();

    private final List<String> seen = new ArrayList<>();

    @Test
    void evictionEndsEveryThread() throws Exception {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            note();
            for (int i = 0; i < 10; i++) {
                Workflows.async(() -> {
                    note();
                    return call("A");
                });
            }
            Workflows.onSignal("go", (arguments) -> {
                note();
                Workflows.await(() -> false);
            });
            Workflows.sleep(Duration.ofDays(1));
            return "";
        }));
        run.start();
        run.signal("go");
        assertThat(this.threads).hasSize(12).allMatch(Thread::isAlive);
        run.machine().close();
        requireEnded();
        run.machine().close();
        assertThatIllegalStateException().isThrownBy(() -> run.signal("go"));
    }

    @Test
    void cleaningUpCommandsNothing() throws Exception {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            note();
            try {
                call("A");
            }
            catch (Exception notReached) {
                this.seen.add("exception");
            }
            catch (Throwable thrown) {
                this.seen.add("throwable");
                throw thrown;
            }
            finally {
                try {
                    call("CleanUp");
                    this.seen.add("cleaned");
                }
                finally {
                    Workflows.async(() -> "").get();
                    this.seen.add("cleaned more");
                }
            }
            return "";
        }));
        run.start();
        run.machine().close();
        requireEnded();
        assertThat(this.seen).containsExactly("throwable");
        assertThat(run.machine().lastEventId()).isEqualTo(2);
    }

    @Test
    void codeThatSwallowsEverythingDoesNotHoldUpTheDriver() throws Exception {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            Promise<String> polite = Workflows.async(() -> {
                note();
                return call("A");
            });
            while (true) {
                try {
                    polite.get();
                }
                catch (Throwable swallowed) {
                    // and again
                }
            }
        }));
        run.start();
        long begin = System.nanoTime();
        run.machine().close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
        requireEnded();
    }

    @Test
    void endOfTheRunEndsTheOtherThreads() throws Exception {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.async(() -> {
                note();
                try {
                    return call("A");
                }
                finally {
                    this.seen.add("ended");
                }
            });
            Workflows.sleep(Duration.ofDays(1));
            return "done";
        }));
        run.start();
        run.fire(2);
        assertThat(run.machine().isClosed()).isTrue();
        assertThat(this.seen).containsExactly("ended");
        requireEnded();
    }

    @Test
    void lastTurnOrdersNothingAfterTheMainMethodHasReturned() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.async(() -> call("A"));
            return "done";
        }))) {
            assertThat(run.start()).containsExactly("2 WorkflowExecutionCompleted");
        }
    }

    @Test
    void threadsThatNeverBeganNeedNoEnd() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.async(() -> this.seen.add("began"));
            throw new IllegalStateException("a bug");
        }));
        assertThat(org.assertj.core.api.Assertions.catchThrowable(run::start))
            .isInstanceOf(WorkflowTaskFailedException.class);
        run.machine().close();
        assertThat(this.seen).isEmpty();
    }

    @Test
    void interruptedDriverWaitsAndStaysInterrupted() {
        TestRun run = new TestRun(TestDefinition.of(() -> call("A") + Thread.currentThread().isInterrupted()));
        Thread.currentThread().interrupt();
        run.start();
        assertThat(Thread.interrupted()).isTrue();
        run.complete(2, "a");
        assertThat(run.result()).isEqualTo("afalse");
    }

    @Test
    void watchdogSeesWhoRuns() {
        WorkflowMachine[] machine = new WorkflowMachine[1];
        TestRun run = new TestRun(TestDefinition.of(() -> {
            WorkflowMachine.Running running = machine[0].running();
            this.threads.add(running.thread());
            return running.thread() == Thread.currentThread();
        }));
        machine[0] = run.machine();
        assertThat(run.machine().running()).isNull();
        run.start();
        assertThat(run.result()).isEqualTo(true);
        assertThat(run.machine().running()).isNull();
    }

    private void note() {
        this.threads.add(Thread.currentThread());
    }

    // The last a thread does after it has handed its turn back is to end.
    private void requireEnded() throws InterruptedException {
        for (Thread thread : this.threads) {
            assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
        }
    }

}
