package dev.workflow.engine;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TransactionalSlotsTests {

    private final TransactionalSlots<String> slots = new TransactionalSlots<>(2);

    private void runs(String... attempts) {
        for (String attempt : attempts) {
            assertThat(this.slots.tryTakeNew()).isTrue();
            assertThat(this.slots.begin(attempt, 0)).isTrue();
        }
    }

    private TransactionalSlots.Ended<String> end(long millis) {
        return this.slots.end(Duration.ofMillis(millis).toNanos());
    }

    @Test
    void thereAreNoMoreThanTheLimitWhileItIsNotKnownHowLongTheyTake() {
        runs("a", "b");
        assertThat(this.slots.tryTakeNew()).isFalse();
        assertThat(this.slots.tryTake()).isFalse();
        assertThat(this.slots.used()).isEqualTo(2);
        assertThat(this.slots.free()).isZero();
    }

    @Test
    void moreIsWantedOnceAPlaceIsFreeAndOthersWaitInTheDatabase() {
        runs("a", "b");
        assertThat(end(1_000).wantsMore()).as("nobody found no place").isFalse();
        runs("c");
        assertThat(this.slots.tryTakeNew()).isFalse();
        assertThat(end(1_000).wantsMore()).isTrue();
        assertThat(this.slots.free()).isEqualTo(1);
        assertThat(this.slots.tryTake()).isTrue();
        assertThat(this.slots.withdraw()).isTrue();
    }

    @Test
    void whatIsOrderedLaterTakesNoneUntilNobodyWaits() {
        runs("a", "b");
        assertThat(this.slots.tryTakeNew()).isFalse();
        end(1_000);
        assertThat(this.slots.tryTakeNew()).isFalse();
        assertThat(this.slots.tryTake()).isTrue();
        this.slots.withdraw();
        this.slots.noneWaits();
        assertThat(this.slots.tryTakeNew()).isTrue();
    }

    @Test
    void asManyWaitHereAsBeginSoon() {
        runs("a", "b");
        end(40);
        end(40);
        assertThat(this.slots.free()).as("two at once, five after another").isEqualTo(12);
        runs("c", "d");
        for (int i = 0; i < 10; i++) {
            assertThat(this.slots.tryTakeNew()).isTrue();
            assertThat(this.slots.begin("waits " + i, 0)).isFalse();
        }
        assertThat(this.slots.tryTakeNew()).isFalse();
        assertThat(this.slots.used()).isEqualTo(2);
        assertThat(end(40).next()).isEqualTo("waits 0");
        assertThat(end(40)).as("more than half of the places are taken")
            .isEqualTo(new TransactionalSlots.Ended<>("waits 1", false));
        end(40);
        end(40);
        end(40);
        assertThat(end(40)).isEqualTo(new TransactionalSlots.Ended<>("waits 5", true));
        assertThat(this.slots.used()).isEqualTo(2);
        assertThat(this.slots.drain()).containsExactly("waits 6", "waits 7", "waits 8", "waits 9");
        assertThat(this.slots.free()).isEqualTo(10);
        assertThat(end(40).next()).isNull();
        assertThat(this.slots.used()).isEqualTo(1);
    }

    @Test
    void whatWasGivenBackSaysNothingOfHowLongOthersTake() {
        runs("a", "b");
        end(40);
        end(40);
        for (int i = 0; i < 100; i++) {
            runs("given back");
            end(0);
        }
        assertThat(this.slots.free()).isEqualTo(12);
    }

    @Test
    void whatWaitsForTooLongIsLeftToOthers() {
        runs("a", "b");
        end(40);
        end(40);
        runs("slow", "slow, too");
        assertThat(this.slots.tryTakeNew()).isTrue();
        assertThat(this.slots.begin("waits", Duration.ofSeconds(5).toNanos())).isFalse();
        assertThat(this.slots.tryTakeNew()).isTrue();
        assertThat(this.slots.begin("waits, too", Duration.ofSeconds(6).toNanos())).isFalse();
        assertThat(this.slots.overdue(Duration.ofMillis(5_900).toNanos())).isEmpty();
        assertThat(this.slots.overdue(Duration.ofSeconds(6).toNanos())).containsExactly("waits", "waits, too");
        assertThat(this.slots.free()).isZero();
        assertThat(this.slots.tryTakeNew()).as("overtakes what waits in the database").isFalse();
        assertThat(end(10_000)).isEqualTo(new TransactionalSlots.Ended<>(null, true));
    }

    @Test
    void nothingWaitsHereForWhatIsSlow() {
        runs("a", "b");
        end(40);
        end(10_000);
        assertThat(this.slots.free()).isEqualTo(2);
    }

}
