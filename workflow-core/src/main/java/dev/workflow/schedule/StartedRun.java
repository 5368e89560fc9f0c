package dev.workflow.schedule;

import java.time.Instant;

import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.WorkflowStatus;
import org.jspecify.annotations.Nullable;

/**
 * A run that a schedule started, with all that it goes on in: what it continues as new,
 * and what it is retried as.
 *
 * @param workflowId its workflow id
 * @param runId the run that was started
 * @param currentRunId the run in which it goes on, or ended
 * @param nominal the time that it is for
 * @param startedAt when it was started
 * @param status how it ended; null while it has not
 * @param asked how it was asked to make room for the next one
 * @param beside whether it was started whatever else runs: such runs do not follow each
 * other, so that none knows of the end of another
 */
public record StartedRun(String workflowId, String runId, String currentRunId, Instant nominal, Instant startedAt,
        @Nullable WorkflowStatus status, @Nullable OverlapPolicy asked, boolean beside) {

    /** One that was just started. */
    public StartedRun(String workflowId, String runId, Instant nominal, Instant startedAt, boolean beside) {
        this(workflowId, runId, runId, nominal, startedAt, null, null, beside);
    }

    /** Whether it has not ended, as far as is known. */
    public boolean open() {
        return this.status == null;
    }

    /** The same where it goes on in another run. */
    public StartedRun movedTo(String next) {
        return new StartedRun(this.workflowId, this.runId, next, this.nominal, this.startedAt, null, null, this.beside);
    }

    StartedRun ended(WorkflowStatus how) {
        return new StartedRun(this.workflowId, this.runId, this.currentRunId, this.nominal, this.startedAt, how,
                this.asked, this.beside);
    }

    StartedRun asked(OverlapPolicy how) {
        return new StartedRun(this.workflowId, this.runId, this.currentRunId, this.nominal, this.startedAt, this.status,
                how, this.beside);
    }

}
