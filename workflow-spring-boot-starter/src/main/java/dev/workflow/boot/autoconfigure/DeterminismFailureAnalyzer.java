package dev.workflow.boot.autoconfigure;

import dev.workflow.determinism.DeterminismException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Workflow code that a replay would not repeat, with {@code workflow.determinism=fail}.
 */
final class DeterminismFailureAnalyzer extends AbstractFailureAnalyzer<DeterminismException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DeterminismException cause) {
        return new FailureAnalysis(cause.getMessage(),
                "Change the code as it says, or say that it is right as it is: with @DeterminismIgnored and a reason, or "
                        + "by naming its class in workflow.determinism-exclude. With workflow.determinism=warn the "
                        + "application starts nevertheless.",
                cause);
    }

}
