package dev.workflow.boot.autoconfigure;

import org.jspecify.annotations.Nullable;

/** Something outside the code keeps the engine from starting; it says what would help. */
final class WorkflowStartupException extends RuntimeException {

    private final String action;

    WorkflowStartupException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    String action() {
        return this.action;
    }

}
