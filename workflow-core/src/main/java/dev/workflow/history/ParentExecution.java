package dev.workflow.history;

import dev.workflow.ParentClosePolicy;
import org.jspecify.annotations.Nullable;

/**
 * The run that started another as its child.
 *
 * @param workflowId the parent's workflow id
 * @param runId the parent's run id
 * @param initiatedEventId the parent's event that ordered the child
 * @param parentClosePolicy what becomes of the child when its parent ends first
 */
public record ParentExecution(String workflowId, String runId, long initiatedEventId,
        @Nullable ParentClosePolicy parentClosePolicy) {
}
