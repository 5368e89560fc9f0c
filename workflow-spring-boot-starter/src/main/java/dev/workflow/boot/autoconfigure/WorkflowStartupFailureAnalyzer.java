package dev.workflow.boot.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows a {@link WorkflowStartupException} as what it says, without a stack trace. */
final class WorkflowStartupFailureAnalyzer extends AbstractFailureAnalyzer<WorkflowStartupException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, WorkflowStartupException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
    }

}
