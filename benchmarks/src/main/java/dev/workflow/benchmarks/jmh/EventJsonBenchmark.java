package dev.workflow.benchmarks.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Writes and reads the two events of an activity, with payloads of 100 bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EventJsonBenchmark {

    private final List<HistoryEvent> history = LoopDefinition.history(2);

    private final HistoryEvent scheduled = event(ActivityTaskScheduled.class);

    private final HistoryEvent completed = event(ActivityTaskCompleted.class);

    private final String scheduledJson = EventCodec.encode(this.scheduled);

    private final String completedJson = EventCodec.encode(this.completed);

    private HistoryEvent event(Class<? extends HistoryEvent> type) {
        return this.history.stream().filter(type::isInstance).findFirst().orElseThrow();
    }

    @Benchmark
    public String writeScheduled() {
        return EventCodec.encode(this.scheduled);
    }

    @Benchmark
    public String writeCompleted() {
        return EventCodec.encode(this.completed);
    }

    @Benchmark
    public HistoryEvent readScheduled() {
        return read(this.scheduled, this.scheduledJson);
    }

    @Benchmark
    public HistoryEvent readCompleted() {
        return read(this.completed, this.completedJson);
    }

    private static HistoryEvent read(HistoryEvent event, String json) {
        return EventCodec.decode(event.eventId(), event.eventTime(), event.eventType(), EventCodec.FORMAT, json);
    }

}
