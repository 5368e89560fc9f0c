package dev.workflow.boot.web;

import dev.workflow.Constraints;

/**
 * Where a client is in a history, as it is given out and comes back. It names the run, so
 * that the client goes on in that one whatever has become of the workflow.
 *
 * @param runId the run
 * @param eventId the last event that the client has seen; 0: none
 */
record HistoryPosition(String runId, long eventId) {

    /**
     * One that was given out.
     * @param name where it stands in the request
     */
    static HistoryPosition parse(String name, String text) {
        int dot = text.lastIndexOf('.');
        return new HistoryPosition(Constraints.id(name, text.substring(0, Math.max(0, dot))),
                Constraints.between(name, Long.parseLong(text.substring(dot + 1)), 0, Long.MAX_VALUE));
    }

    HistoryPosition at(long event) {
        return new HistoryPosition(this.runId, event);
    }

    @Override
    public String toString() {
        return this.runId + "." + this.eventId;
    }

}
