package dev.workflow.cookbook.polling;

import java.time.Duration;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.Retry;
import dev.workflow.failure.ApplicationFailure;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;

@Activity(startToCloseTimeout = "30s")
public class ReportPolling {

    private final Reports reports;

    private final Duration pause;

    ReportPolling(Reports reports, @Value("${cookbook.reports.pause}") Duration pause) {
        this.reports = reports;
        this.pause = pause;
    }

    /** Every second or so: one attempt that asks again and again. */
    @ActivityMethod(startToCloseTimeout = "1h", heartbeatTimeout = "10s")
    public String askFrequently(String id) {
        while (true) {
            String report = this.reports.find(id).orElse(null);
            if (report != null) {
                return report;
            }
            Activities.heartbeat(null); // throws when the workflow was canceled
            pause();
        }
    }

    private void pause() {
        try {
            Thread.sleep(this.pause);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException("Interrupted while waiting for a report", ex);
        }
    }

    /** Every minute or so: each attempt asks once, and the retry policy is the pause. */
    @ActivityMethod(retry = @Retry(initialInterval = "1m", backoffCoefficient = 1))
    public String askInfrequently(String id) {
        return this.reports.find(id)
            .orElseThrow(() -> ApplicationFailure.of("Report " + id + " is not ready", "NotReady"));
    }

    /** Asks once; the workflow decides when to ask again. */
    public @Nullable String askOnce(String id) {
        return this.reports.find(id).orElse(null);
    }

}
