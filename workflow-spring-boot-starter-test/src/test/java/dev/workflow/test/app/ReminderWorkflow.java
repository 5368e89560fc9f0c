package dev.workflow.test.app;

import java.time.Duration;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

@Workflow
class ReminderWorkflow {

    private final Mailer mailer;

    ReminderWorkflow(Mailer mailer) {
        this.mailer = mailer;
    }

    @WorkflowMethod
    String remind(String text, Duration after) {
        Workflows.sleep(after);
        return this.mailer.remind(Workflows.info().workflowId(), text);
    }

}
