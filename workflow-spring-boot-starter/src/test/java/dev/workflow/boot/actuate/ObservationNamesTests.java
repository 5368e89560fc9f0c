package dev.workflow.boot.actuate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

import dev.workflow.engine.EngineObservations;
import dev.workflow.engine.EngineObservations.Kind;
import dev.workflow.engine.EngineObservations.Observed;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Which names of what is observed are tags. */
class ObservationNamesTests {

    private final ObservationRegistry registry = ObservationRegistry.create();

    private final EngineObservations observations = new MicrometerEngineObservations(this.registry, new OrderTypes());

    private final List<Observation.Context> seen = new ArrayList<>();

    ObservationNamesTests() {
        this.registry.observationConfig().observationHandler(new ObservationHandler<>() {

            @Override
            public void onStop(Observation.Context context) {
                ObservationNamesTests.this.seen.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }

        });
    }

    @ParameterizedTest
    @CsvSource({ "START,Order", "WORKFLOW_TASK,Order", "ACTIVITY,Payments.charge", "SIGNAL,approve", "QUERY,status",
            "QUERY,__stack_trace", "UPDATE,changeAddress" })
    void nameOfTheApplicationsCodeIsATag(Kind kind, String name) {
        observe(kind, name);
        assertThat(tag()).isEqualTo(name);
    }

    @ParameterizedTest
    @EnumSource
    void otherNamesShareOneTagAndAreInTraces(Kind kind) {
        observe(kind, "made up");
        assertThat(tag()).isEqualTo("other");
        assertThat(this.seen.getFirst().getContextualName()).endsWith(" made up");
    }

    @Test
    void nameOfAnotherKindOfHandlerIsNotKnown() {
        observe(Kind.QUERY, "approve");
        assertThat(tag()).isEqualTo("other");
    }

    private void observe(Kind kind, String name) {
        this.observations.outgoing(new Observed(kind, name, "order-1", ""), new HashMap<>(), () -> "done");
    }

    private String tag() {
        return this.seen.getFirst().getLowCardinalityKeyValue("name").getValue();
    }

}
