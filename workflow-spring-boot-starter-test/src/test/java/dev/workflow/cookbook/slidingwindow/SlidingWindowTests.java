package dev.workflow.cookbook.slidingwindow;

import java.time.Duration;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.cookbook.slidingwindow.SlidingWindowWorkflow.Progress;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

class SlidingWindowTests extends CookbookTests {

    @Autowired
    private RecordProcessing processing;

    @Test
    void everyRecordIsProcessedOnceOverSeveralRuns() {
        int before = this.processing.processed();
        WorkflowOptions options = anyId();
        WorkflowHandle<SlidingWindowWorkflow, Integer> handle = this.client.start(SlidingWindowWorkflow.class,
                (w) -> w.process(Progress.of(35, 4)), options);
        advance(Duration.ofMinutes(10));
        assertThat(handle.result(PATIENCE)).as("7, 20 and 33 are damaged").isEqualTo(3);
        assertThat(this.processing.processed() - before).isEqualTo(32);
        assertThat(this.client.count("WorkflowId = '" + options.id() + "'")).as("runs").isEqualTo(4);
    }

}
