package dev.workflow.engine;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MailboxTests {

    private final Mailbox mailbox = new Mailbox();

    @Test
    void takesInNoMoreThanItsBound() throws InterruptedException {
        int taken = 0;
        while (taken < 1_000_000 && this.mailbox.offer(new Delivery.InboxHint())) {
            taken++;
        }
        assertThat(taken).isEqualTo(20_000);
        assertThat(this.mailbox.take()).hasSize(20_000);
        assertThat(this.mailbox.offer(new Delivery.InboxHint())).isTrue();
    }

    @Test
    void closedRefusesAndHandsOutWhatWasNotTaken() {
        Delivery first = new Delivery.TimeCame();
        assertThat(this.mailbox.offer(first)).isTrue();
        assertThat(this.mailbox.close()).isEqualTo(List.of(first));
        assertThat(this.mailbox.offer(new Delivery.TimeCame())).isFalse();
        assertThat(this.mailbox.close()).isEmpty();
    }

    @Test
    void onlyWhatWasNotTakenCanBeWithdrawn() throws InterruptedException {
        Delivery first = new Delivery.Gone();
        Delivery second = new Delivery.Gone();
        this.mailbox.offer(first);
        assertThat(this.mailbox.withdraw(second)).as("an equal one").isFalse();
        assertThat(this.mailbox.withdraw(first)).isTrue();
        this.mailbox.offer(second);
        this.mailbox.take();
        assertThat(this.mailbox.withdraw(second)).isFalse();
    }

}
