package dev.workflow.schedule;

import java.time.Instant;

import dev.workflow.client.OverlapPolicy;
import org.jspecify.annotations.Nullable;

/**
 * A run that is to be started.
 *
 * @param nominal the time that it is for
 * @param overlap what happens where a run before has not ended
 * @param manual by what it was asked for by hand; null: by time
 */
public record PendingStart(Instant nominal, OverlapPolicy overlap, @Nullable String manual) {

    /** What stands for a run that was asked for by itself. */
    public static final String TRIGGER = "trigger";

    /** Whether somebody asked for it, so that neither pause nor limit apply. */
    public boolean byHand() {
        return this.manual != null;
    }

    /** Whether it is of a period that is made up. */
    boolean madeUp() {
        return byHand() && !TRIGGER.equals(this.manual);
    }

    /** Whether it is started whatever else runs. */
    public boolean beside() {
        return this.overlap == OverlapPolicy.ALLOW_ALL;
    }

    boolean endsOthers() {
        return this.overlap == OverlapPolicy.CANCEL_OTHER || this.overlap == OverlapPolicy.TERMINATE_OTHER;
    }

    /** Unique for good: {@code schedule@time}, and by whose hand. */
    public String requestId(String scheduleId) {
        return scheduleId + "@" + this.nominal + (byHand() ? "#" + this.manual : "");
    }

}
