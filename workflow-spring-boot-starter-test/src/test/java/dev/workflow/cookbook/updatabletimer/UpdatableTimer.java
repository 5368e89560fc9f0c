package dev.workflow.cookbook.updatabletimer;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.Workflows;

/** A timer that can be moved while somebody waits for it: a field of a workflow. */
final class UpdatableTimer {

    private Instant wakeUpTime = Instant.MIN;

    /** Returns at that time, or at the one that it was moved to meanwhile. */
    void sleepUntil(Instant time) {
        this.wakeUpTime = time;
        while (Workflows.now().isBefore(this.wakeUpTime)) {
            Instant current = this.wakeUpTime;
            Workflows.await(Duration.between(Workflows.now(), current), () -> !this.wakeUpTime.equals(current));
        }
    }

    /** Earlier or later; a time in the past wakes at once. */
    void moveTo(Instant time) {
        this.wakeUpTime = time;
    }

    Instant wakeUpTime() {
        return this.wakeUpTime;
    }

}
