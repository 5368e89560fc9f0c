package dev.workflow.boot.autoconfigure;

import dev.workflow.worker.InvalidWorkflowTypeException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Workflow and activity beans that cannot work as they are written. */
final class InvalidWorkflowTypeFailureAnalyzer extends AbstractFailureAnalyzer<InvalidWorkflowTypeException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidWorkflowTypeException cause) {
        return new FailureAnalysis(cause.description(), cause.action(), cause);
    }

}
