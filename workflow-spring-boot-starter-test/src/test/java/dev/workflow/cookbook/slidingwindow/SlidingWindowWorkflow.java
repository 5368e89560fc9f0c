package dev.workflow.cookbook.slidingwindow;

import java.util.Set;
import java.util.TreeSet;

import dev.workflow.ChildOptions;
import dev.workflow.ParentClosePolicy;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** Processes millions of records, never more than so many at once. */
@Workflow
public class SlidingWindowWorkflow {

    private static final int STARTS_PER_RUN = 10;

    private Set<Integer> running = new TreeSet<>();

    private int failed;

    /** Before any report: those of the last run's children may be waiting. */
    @WorkflowInit
    void resume(Progress progress) {
        this.running = new TreeSet<>(progress.running());
        this.failed = progress.failed();
    }

    /** Returns how many records failed. */
    @WorkflowMethod
    public int process(Progress progress) {
        int next = progress.next();
        for (int starts = 0; starts < STARTS_PER_RUN && next < progress.end(); starts++) {
            Workflows.await(() -> this.running.size() < progress.window());
            start(next++);
        }
        if (next < progress.end()) {
            return Workflows
                .continueAsNew(new Progress(next, progress.end(), progress.window(), this.running, this.failed));
        }
        Workflows.await(() -> this.running.isEmpty());
        return this.failed;
    }

    /** The child goes on when this run continues as a new one. */
    private void start(int record) {
        this.running.add(record);
        String id = Workflows.info().workflowId() + "/" + record;
        Workflows
            .startChild(RecordWorkflow.class, (w) -> w.process(record),
                    ChildOptions.withId(id).parentClosePolicy(ParentClosePolicy.ABANDON))
            .started()
            .get();
    }

    @SignalMethod
    public void processed(int record, boolean success) {
        if (this.running.remove(record) && !success) {
            this.failed++;
        }
    }

    /** Everything that one run hands to the next. */
    public record Progress(int next, int end, int window, Set<Integer> running, int failed) {

        public static Progress of(int records, int window) {
            return new Progress(0, records, window, Set.of(), 0);
        }

    }

}
