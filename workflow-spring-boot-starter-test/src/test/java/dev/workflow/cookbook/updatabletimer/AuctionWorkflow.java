package dev.workflow.cookbook.updatabletimer;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;

/** A bid in the last five minutes makes the auction five minutes longer. */
@Workflow
public class AuctionWorkflow {

    private static final Duration EXTENSION = Duration.ofMinutes(5);

    private final UpdatableTimer timer = new UpdatableTimer();

    private Bid highest = new Bid("nobody", 0);

    @WorkflowMethod
    public Bid sell(Instant end) {
        this.timer.sleepUntil(end);
        return this.highest;
    }

    @SignalMethod
    public void bid(Bid bid) {
        if (bid.cents() > this.highest.cents()) {
            this.highest = bid;
            Instant extended = Workflows.now().plus(EXTENSION);
            if (extended.isAfter(this.timer.wakeUpTime())) {
                this.timer.moveTo(extended);
            }
        }
    }

    @QueryMethod
    public Instant end() {
        return this.timer.wakeUpTime();
    }

    public record Bid(String bidder, long cents) {
    }

}
