package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import dev.workflow.Workflows;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** A thread that blocks in a replay takes the next input itself. */
class SelfDrivenReplayTests {

    private final WorkflowDefinition definition = TestDefinition.of(() -> {
        for (int i = 0; i < 5; i++) {
            try {
                call("A");
                Workflows.sleep(Duration.ofDays(1));
            }
            catch (Exception swallowed) {
                call("Unexpected");
            }
        }
        return Workflows.isReplaying() + call("B");
    });

    private final TestRun run = new TestRun(this.definition);

    SelfDrivenReplayTests() {
        this.run.start();
        for (int i = 0; i < 5; i++) {
            this.run.complete(2 + 4 * i, "a");
            this.run.fire(4 + 4 * i);
        }
    }

    @AfterEach
    void close() {
        this.run.close();
    }

    @Test
    void whatIsInTurnIsReplayedOnItsOwnThread() {
        List<Thread> readers = new ArrayList<>();
        Iterator<HistoryEvent> history = this.run.history().iterator();
        try (WorkflowMachine machine = new WorkflowMachine(this.definition, TestRun.SETTINGS)) {
            List<CommandEvent> commands = machine.replay(new Iterator<>() {

                @Override
                public boolean hasNext() {
                    readers.add(Thread.currentThread());
                    return history.hasNext();
                }

                @Override
                public HistoryEvent next() {
                    return history.next();
                }

            });
            assertThat(commands).isEmpty();
            assertThat(machine.lastEventId()).isEqualTo(this.run.history().size());
        }
        assertThat(readers).filteredOn((reader) -> reader == Thread.currentThread()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void historyThatCannotBeReadOnStopsTheReplayAndNotTheCode() {
        Iterator<HistoryEvent> history = this.run.history().subList(0, 7).iterator();
        try (WorkflowMachine machine = new WorkflowMachine(this.definition, TestRun.SETTINGS)) {
            assertThatIllegalStateException().isThrownBy(() -> machine.replay(new Iterator<>() {

                @Override
                public boolean hasNext() {
                    if (!history.hasNext()) {
                        throw new IllegalStateException("the database is away");
                    }
                    return true;
                }

                @Override
                public HistoryEvent next() {
                    return history.next();
                }

            })).withMessage("the database is away");
        }
    }

    @Test
    void runThatWasTerminatedMeanwhileIsReplayed() {
        this.run.terminate();
        this.run.verifyReplays();
    }

}
