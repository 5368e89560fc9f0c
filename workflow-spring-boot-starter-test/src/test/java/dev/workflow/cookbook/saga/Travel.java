package dev.workflow.cookbook.saga;

import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.Retry;
import dev.workflow.failure.ApplicationFailure;

@Activity(startToCloseTimeout = "30s")
public class Travel {

    private final TravelAgency agency;

    Travel(TravelAgency agency) {
        this.agency = agency;
    }

    /** The trip's id makes it one booking, however many attempts there are. */
    @ActivityMethod(startToCloseTimeout = "30s", retry = @Retry(maximumAttempts = 3))
    public void book(String what, String tripId, String which) {
        if (!this.agency.book(what, tripId, which)) {
            throw ApplicationFailure.nonRetryable("No " + what + " " + which, "SoldOut");
        }
    }

    /** Retried until it succeeds. Nothing to cancel is fine, too. */
    public void cancel(String what, String tripId) {
        this.agency.cancel(what, tripId);
    }

}
