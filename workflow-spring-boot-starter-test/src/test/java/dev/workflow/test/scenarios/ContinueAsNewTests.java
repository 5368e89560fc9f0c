package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.workflow.ContinueAsNewOptions;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@WorkflowTest(classes = { ContinueAsNewTests.Periods.class, ContinueAsNewTests.Collector.class,
        ContinueAsNewTests.Successor.class, ContinueAsNewTests.Forgetful.class })
class ContinueAsNewTests extends ScenarioTests {

    @Test
    void stateIsCarriedFromRunToRun() {
        WorkflowHandle<Periods, String> handle = this.client.start(Periods.class, (w) -> w.run(0, List.of()),
                anyId().memo(Map.of("customer", "c1")).searchAttributes(Map.of("CustomerId", "c1")));
        String firstRun = handle.runId();
        advance(Duration.ofDays(2));
        Integer period = handle.query((w) -> w.period());
        assertThat(period).isEqualTo(2);
        advance(Duration.ofDays(2));
        assertThat(resultOf(handle)).isEqualTo("[0, 1, 2] of c1");
        WorkflowDescription last = this.client.workflow(handle.workflowId()).describe();
        assertThat(last.runId()).isNotEqualTo(firstRun);
        assertThat(last.memo()).containsEntry("customer", "c1");
        assertThat(last.searchAttributes()).containsEntry("CustomerId", "c1");
        assertThat(List.of(this.client.workflow(handle.workflowId(), firstRun).history().getFirst(),
                this.client.workflow(handle.workflowId()).history().getFirst()))
            .as("from how many events on they were told to continue as new")
            .allSatisfy((started) -> assertThat(started.attributes()).containsEntry("warnEvents", 10_000));
        assertThat(this.client.workflow(handle.workflowId(), firstRun).describe().status())
            .isEqualTo(WorkflowStatus.CONTINUED_AS_NEW);
        assertThat(this.client.count("WorkflowId = '" + handle.workflowId() + "'")).isEqualTo(4);
    }

    @Test
    void aMemoThatIsSetToNothingIsCleared() {
        WorkflowHandle<Forgetful, String> handle = this.client.start(Forgetful.class, (w) -> w.run(0),
                anyId().memo(Map.of("customer", "c1")));
        step();
        assertThat(resultOf(handle)).isEqualTo("{}");
        assertThat(this.client.workflow(handle.workflowId()).describe().memo()).isEmpty();
    }

    @Test
    void signalsSentMeanwhileAreNotLost() {
        WorkflowHandle<Collector, Integer> handle = this.client.start(Collector.class, (w) -> w.collect(0, 500),
                anyId());
        for (int i = 0; i < 500; i++) {
            handle.signal("add", i);
            if (i % 50 == 25) {
                evict();
            }
        }
        assertThat(resultOf(handle)).isEqualTo(500 * 499 / 2);
        assertThat(this.client.count("WorkflowId = '" + handle.workflowId() + "'")).isGreaterThan(2);
    }

    @Test
    void aRunMayGoOnAsAnotherType() {
        WorkflowHandle<Object, Object> handle = this.client.start("Successor", anyId(), 3);
        step();
        assertThat(handle.result(Integer.class, PATIENCE)).isEqualTo(3);
        List<WorkflowDescription> runs = this.client.list("WorkflowId = '" + handle.workflowId() + "'").toList();
        assertThat(runs).extracting(WorkflowDescription::workflowType)
            .containsExactlyInAnyOrder("Collector", "Successor");
    }

    @Test
    void theNextRunMayBeginLater() {
        WorkflowHandle<Successor, Integer> handle = this.client.start(Successor.class, (w) -> w.later(-1), anyId());
        step();
        assertThat(this.client.workflow(handle.workflowId()).describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        advance(Duration.ofMinutes(59));
        assertThat(this.client.workflow(handle.workflowId()).history()).hasSize(1);
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo(7);
    }

    @Workflow
    static class Periods {

        private int period;

        @WorkflowMethod
        String run(int period, List<Integer> done) {
            this.period = period;
            if (period == 3) {
                return done + " of " + Workflows.info().memo().get("customer");
            }
            Workflows.sleep(Duration.ofDays(1));
            List<Integer> next = new ArrayList<>(done);
            next.add(period);
            return Workflows.continueAsNew(period + 1, next);
        }

        @QueryMethod
        int period() {
            return this.period;
        }

    }

    @Workflow
    static class Forgetful {

        @WorkflowMethod
        String run(int number) {
            return (number > 0) ? Workflows.info().memo().toString()
                    : Workflows.continueAsNew(ContinueAsNewOptions.defaults().memo(Map.of()), number + 1);
        }

    }

    /** Continues as new after every few signals, and never between two of them. */
    @Workflow
    static class Collector {

        private int sum;

        private int taken;

        @WorkflowMethod
        int collect(int sum, int left) {
            Workflows.await(() -> this.taken >= Math.min(left, 37));
            if (left - this.taken > 0) {
                return Workflows.continueAsNew(sum + this.sum, left - this.taken);
            }
            return sum + this.sum;
        }

        @SignalMethod
        void add(int value) {
            this.sum += value;
            this.taken++;
        }

    }

    @Workflow
    static class Successor {

        @WorkflowMethod
        int later(int value) {
            if (value == -1) {
                return Workflows.continueAsNew(ContinueAsNewOptions.defaults().startDelay(Duration.ofHours(1)), 7);
            }
            if (value == 7) {
                return value;
            }
            return Workflows.continueAsNew(Collector.class, (w) -> w.collect(value, 0));
        }

    }

}
