package dev.workflow.benchmarks.jmh;

import java.util.concurrent.TimeUnit;

import dev.workflow.visibility.WorkflowLists;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From the text of a list query to its statement, on a database without rows. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ListQueryBenchmark {

    private static final String QUERY = """
            WorkflowType = 'OrderWorkflow' AND Status IN ('RUNNING', 'FAILED')
            AND (CustomerId IN ('a', 'b') OR CustomerId IS NULL)
            AND StartTime > '2026-11-01T00:00:00Z' ORDER BY StartTime DESC""";

    private final WorkflowLists lists = new WorkflowLists(NoRows.dataSource(), null);

    @Benchmark
    public WorkflowLists.Page withoutQuery() {
        return this.lists.list(null, 50, null);
    }

    @Benchmark
    public WorkflowLists.Page withQuery() {
        return this.lists.list(QUERY, 50, null);
    }

}
