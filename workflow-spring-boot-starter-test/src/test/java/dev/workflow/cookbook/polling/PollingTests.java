package dev.workflow.cookbook.polling;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.cookbook.CookbookTests;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

class PollingTests extends CookbookTests {

    @Autowired
    private FakeReports reports;

    @Test
    void frequentPollingIsOneAttempt() {
        WorkflowOptions options = anyId();
        String report = this.client.execute(ReportWorkflow.class, (w) -> w.fetch(options.id(), true), options);
        assertThat(report).isEqualTo("report " + options.id());
        assertThat(this.reports.asked(options.id())).isEqualTo(5);
        assertThat(this.clock.instant()).isEqualTo(started(options));
    }

    @Test
    void infrequentPollingLeavesOneActivityInTheHistory() {
        WorkflowOptions options = anyId();
        WorkflowHandle<ReportWorkflow, String> handle = this.client.start(ReportWorkflow.class,
                (w) -> w.fetch(options.id(), false), options);
        advance(Duration.ofMinutes(4));
        assertThat(handle.result(PATIENCE)).isEqualTo("report " + options.id());
        assertThat(eventTypes(handle)).filteredOn("ActivityTaskScheduled"::equals).hasSize(1);
    }

    @Test
    void periodicPollingCanBeHurried() {
        WorkflowOptions options = anyId();
        WorkflowHandle<PeriodicReportWorkflow, String> handle = this.client.start(PeriodicReportWorkflow.class,
                (w) -> w.fetch(options.id()), options);
        advance(Duration.ofHours(2));
        assertThat(this.reports.asked(options.id())).isEqualTo(3);
        handle.signal((w) -> w.askNow());
        step();
        assertThat(this.reports.asked(options.id())).isEqualTo(4);
        advance(Duration.ofHours(1));
        assertThat(handle.result(PATIENCE)).isEqualTo("report " + options.id());
    }

    private Instant started(WorkflowOptions options) {
        return this.client.workflow(options.id()).describe().startTime();
    }

}
