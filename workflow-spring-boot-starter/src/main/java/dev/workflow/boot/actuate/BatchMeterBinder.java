package dev.workflow.boot.actuate;

import java.util.List;
import java.util.Locale;

import dev.workflow.batch.Batches;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** Meters of batches. */
public final class BatchMeterBinder implements MeterBinder {

    private static final List<String> STATES = List.of("RUNNING", "PAUSED", "COMPLETED", "STOPPED", "FAILED");

    private final Batches batches;

    public BatchMeterBinder(Batches batches) {
        this.batches = batches;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (String state : STATES) {
            Gauge.builder("workflow.batches", this.batches, (all) -> all.inState(state))
                .tag("state", state.toLowerCase(Locale.ROOT))
                .description("Batches in the whole database that are not deleted yet")
                .register(registry);
        }
        FunctionCounter.builder("workflow.batches.runs", this.batches, Batches::doneRuns)
            .tag("outcome", "done")
            .description("Runs that this node has dealt with for batches")
            .register(registry);
        FunctionCounter.builder("workflow.batches.runs", this.batches, Batches::failedRuns)
            .tag("outcome", "failed")
            .description("Runs that this node has dealt with for batches")
            .register(registry);
    }

}
