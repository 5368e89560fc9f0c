package dev.workflow.benchmarks.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.replay.WorkflowMachine;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Rebuilds a run from a history of some 10,000 events: activities, one after the other.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReplayBenchmark {

    static final int ACTIVITIES = 5_000;

    private List<HistoryEvent> history = List.of();

    @Setup
    public void record() {
        this.history = LoopDefinition.history(ACTIVITIES);
    }

    /** Returns the id of the last event. */
    @Benchmark
    public long replay() {
        try (WorkflowMachine machine = LoopDefinition.machine()) {
            List<CommandEvent> commands = machine.replay(this.history.iterator());
            if (!commands.isEmpty()) {
                throw new IllegalStateException("A replay issued " + commands);
            }
            return machine.lastEventId();
        }
    }

}
