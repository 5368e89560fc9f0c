package dev.workflow.determinism;

import java.util.List;

/** Workflow code does what a replay does not repeat; with everything that was found. */
public class DeterminismException extends RuntimeException {

    private final transient List<Finding> findings;

    /**
     * The exception.
     * @param findings at least one
     */
    public DeterminismException(List<Finding> findings) {
        super(FindingsText.of(findings));
        this.findings = List.copyOf(findings);
    }

    /** Everything that was found, workflow by workflow. */
    public List<Finding> findings() {
        return this.findings;
    }

}
