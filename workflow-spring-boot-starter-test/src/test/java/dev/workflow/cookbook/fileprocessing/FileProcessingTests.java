package dev.workflow.cookbook.fileprocessing;

import java.time.Duration;
import java.util.List;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.ActivityTaskScheduled;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class FileProcessingTests extends CookbookTests {

    @Autowired
    private FakeDisk disk;

    @Test
    void fileStaysOnItsHost() {
        WorkflowHandle<FileWorkflow, String> handle = process("a.jpg");
        assertThat(handle.result(PATIENCE)).isEqualTo("uploaded /tmp/a.jpg.png");
        assertThat(queues(handle)).containsExactly("default", "files-here", "files-here");
    }

    @Test
    void anotherHostBeginsAgainWhenTheFirstIsLost() {
        this.disk.loseHosts(1);
        WorkflowHandle<FileWorkflow, String> handle = process("b.jpg");
        advance(Duration.ofMinutes(1));
        assertThat(handle.result(PATIENCE)).isEqualTo("uploaded /tmp/b.jpg.png");
        assertThat(queues(handle)).containsExactly("default", "files-gone", "default", "files-here", "files-here");
    }

    @Test
    void itGivesUpWhenEveryHostIsLost() {
        this.disk.loseHosts(3);
        WorkflowHandle<FileWorkflow, String> handle = process("c.jpg");
        advance(Duration.ofMinutes(3));
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .havingRootCause()
            .isInstanceOfSatisfying(TimeoutFailure.class,
                    (failure) -> assertThat(failure.kind()).isEqualTo(TimeoutFailure.Kind.SCHEDULE_TO_START));
    }

    private WorkflowHandle<FileWorkflow, String> process(String url) {
        return this.client.start(FileWorkflow.class, (w) -> w.process(url), anyId());
    }

    private static List<String> queues(WorkflowHandle<?, ?> handle) {
        return handle.history()
            .stream()
            .filter(ActivityTaskScheduled.class::isInstance)
            .map((event) -> ((ActivityTaskScheduled) event).taskQueue())
            .toList();
    }

}
