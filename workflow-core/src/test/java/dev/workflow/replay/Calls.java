package dev.workflow.replay;

import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.Promise;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import org.jspecify.annotations.Nullable;

/** Shorter ways to call activities in the workflows of tests. */
final class Calls {

    private Calls() {
    }

    static String call(String type, @Nullable Object... arguments) {
        return Workflows.activity(type, String.class, ActivityOptions.defaults(), arguments);
    }

    static Promise<String> begin(String type, @Nullable Object... arguments) {
        return WorkflowContext.current().activity(type, String.class, ActivityOptions.defaults(), arguments);
    }

    static Promise<String> begin(String type, CancellationType cancellation) {
        return WorkflowContext.current()
            .activity(type, String.class, ActivityOptions.defaults().cancellationType(cancellation));
    }

}
