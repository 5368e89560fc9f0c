package dev.workflow.cookbook.heartbeatbatch;

import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.cookbook.CookbookTests;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

class HeartbeatBatchTests extends CookbookTests {

    @Autowired
    private FakeLines lines;

    @Test
    void nextAttemptGoesOnWhereTheLastOneFailed() {
        WorkflowOptions options = anyId();
        WorkflowHandle<ImportWorkflow, Integer> handle = this.client.start(ImportWorkflow.class,
                (w) -> w.run(options.id()), options);
        advance(Duration.ofMinutes(1));
        assertThat(handle.result(PATIENCE)).isEqualTo(100);
        assertThat(this.lines.seen(options.id())).containsExactlyElementsOf(
                Stream.concat(IntStream.rangeClosed(0, 37).boxed(), IntStream.range(37, 100).boxed()).toList());
    }

}
