package dev.workflow.client;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What somebody did that is in no history: to what is no run, or to one that is there no
 * more. It was written with what it did, in one transaction.
 *
 * @param id its number; later ones have greater ones
 * @param time when
 * @param identity who: the principal of the thread or request, else the node
 * @param action what, for example {@code PauseTaskQueue}
 * @param subject what kind of thing it was done to
 * @param name the name or id of that
 * @param reason why
 * @param detail more about what was done
 */
public record OperatorAction(long id, Instant time, String identity, String action, Subject subject, String name,
        @Nullable String reason, @Nullable String detail) {

    /** What something is done to. */
    public enum Subject {

        WORKFLOW, TASK_QUEUE, WORKFLOW_TYPE, FAIRNESS_KEY, SCHEDULE, BATCH

    }

    /** The same with more about what was done. */
    public OperatorAction detail(@Nullable String text) {
        return new OperatorAction(this.id, this.time, this.identity, this.action, this.subject, this.name, this.reason,
                text);
    }

}
