package dev.workflow.failure;

/**
 * Workflow code did in replay something else than its history says, so that its run
 * cannot go on. Nothing of it is written: the run waits, and goes on once code is
 * deployed that does what the history says.
 */
public final class NonDeterminismException extends RuntimeException {

    private final String ruleId;

    private final long eventId;

    private final String inHistory;

    private final String byCode;

    /**
     * A difference.
     * @param ruleId the stable id of the rule that was broken, for example
     * {@code WF-ND01}
     * @param eventId the first event that differs
     * @param inHistory what the history has there
     * @param byCode what the code did
     */
    public NonDeterminismException(String ruleId, long eventId, String inHistory, String byCode) {
        super("[" + ruleId + "] Event " + eventId + ": the history has " + inHistory + ", but the code did " + byCode
                + ". Deploy code that does what the history says, or guard the change with Workflows.version() or"
                + " Workflows.patched().");
        this.ruleId = ruleId;
        this.eventId = eventId;
        this.inHistory = inHistory;
        this.byCode = byCode;
    }

    /** The stable id of the rule that was broken. */
    public String ruleId() {
        return this.ruleId;
    }

    /** The first event that differs. */
    public long eventId() {
        return this.eventId;
    }

    /** What the history has there. */
    public String inHistory() {
        return this.inHistory;
    }

    /** What the code did. */
    public String byCode() {
        return this.byCode;
    }

}
