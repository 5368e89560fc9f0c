package dev.workflow.cookbook.updatabletimer;

import java.time.Duration;
import java.time.Instant;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.cookbook.updatabletimer.AuctionWorkflow.Bid;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class UpdatableTimerTests extends CookbookTests {

    @Test
    void lateBidMovesTheEndAndAnEarlyOneDoesNot() {
        Instant end = this.clock.instant().plus(Duration.ofHours(1));
        WorkflowHandle<AuctionWorkflow, Bid> handle = this.client.start(AuctionWorkflow.class, (w) -> w.sell(end),
                anyId());
        advance(Duration.ofMinutes(30));
        handle.signal((w) -> w.bid(new Bid("ada", 100)));
        step();
        Instant unmoved = handle.query((w) -> w.end());
        assertThat(unmoved).isEqualTo(end);
        advance(Duration.ofMinutes(29));
        handle.signal((w) -> w.bid(new Bid("grace", 200)));
        advance(Duration.ofMinutes(4));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        advance(Duration.ofMinutes(1));
        assertThat(handle.result(PATIENCE)).isEqualTo(new Bid("grace", 200));
    }

}
