package dev.workflow.engine;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ActivitySlotsTests {

    private int limit = 2;

    private boolean mayWait = true;

    private boolean alone;

    private final ActivitySlots<String> slots = new ActivitySlots<>(() -> this.limit, () -> this.mayWait,
            () -> this.alone);

    private void runs(String... attempts) {
        for (String attempt : attempts) {
            assertThat(this.slots.tryTakeNew()).isTrue();
            assertThat(this.slots.begin(attempt, 3, 0)).isTrue();
        }
    }

    private ActivitySlots.Ended<String> end(long millis) {
        return end(millis, 0);
    }

    private ActivitySlots.Ended<String> end(long millis, long nowMillis) {
        return this.slots.end(Duration.ofMillis(millis).toNanos(), Duration.ofMillis(nowMillis).toNanos());
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
        this.slots.claimed(true);
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
            assertThat(this.slots.begin("waits " + i, 3, 0)).isFalse();
        }
        assertThat(this.slots.tryTakeNew()).isFalse();
        assertThat(this.slots.used()).isEqualTo(2);
        assertThat(end(40).next()).isEqualTo("waits 0");
        assertThat(end(40)).as("more than half of the places are taken")
            .isEqualTo(new ActivitySlots.Ended<>("waits 1", false));
        end(40);
        end(40);
        end(40);
        assertThat(end(40)).isEqualTo(new ActivitySlots.Ended<>("waits 5", true));
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
        assertThat(this.slots.begin("waits", 3, Duration.ofSeconds(5).toNanos())).isFalse();
        assertThat(this.slots.tryTakeNew()).isTrue();
        assertThat(this.slots.begin("waits, too", 3, Duration.ofSeconds(6).toNanos())).isFalse();
        assertThat(this.slots.overdue(Duration.ofMillis(5_900).toNanos())).isEmpty();
        assertThat(this.slots.overdue(Duration.ofSeconds(6).toNanos())).containsExactly("waits", "waits, too");
        assertThat(this.slots.free()).isZero();
        assertThat(this.slots.tryTakeNew()).as("overtakes what waits in the database").isFalse();
        assertThat(end(10_000)).isEqualTo(new ActivitySlots.Ended<>(null, true));
    }

    /** Nobody else could begin earlier. */
    @Test
    void moreWaitHereAndForLongerWhereThereIsNoOtherNode() {
        this.alone = true;
        runs("a", "b");
        end(40);
        end(40);
        assertThat(this.slots.free()).as("two at once, twenty-five after another").isEqualTo(52);
        runs("slow", "slow, too");
        assertThat(this.slots.tryTakeNew()).isTrue();
        assertThat(this.slots.begin("waits", 3, 0)).isFalse();
        assertThat(this.slots.overdue(Duration.ofMillis(4_900).toNanos())).isEmpty();
        this.alone = false;
        assertThat(this.slots.overdue(Duration.ofMillis(4_900).toNanos())).containsExactly("waits");
        this.alone = true;
        this.slots.claimed(true);
        end(40);
        end(40);
        runs("slow", "slow, too");
        assertThat(this.slots.tryTakeNew()).isTrue();
        assertThat(this.slots.begin("waits", 3, 0)).isFalse();
        assertThat(this.slots.overdue(Duration.ofSeconds(5).toNanos())).containsExactly("waits");
    }

    @Test
    void nothingWaitsHereForWhatIsSlow() {
        runs("a", "b");
        end(40);
        end(10_000);
        assertThat(this.slots.free()).isEqualTo(2);
    }

    /**
     * Else a collection of garbage would send what waits in memory into the database,
     * which costs so much more that a busy node does not get out of it.
     */
    @Test
    void aPauseOfTheProcessDoesNotMakeAttemptsSlow() {
        this.limit = 20;
        for (int now = 0; now <= 1_000; now++) {
            runs("a", "b");
            end(10, now);
            end(10, now);
        }
        assertThat(this.slots.free()).as("two thousand in a second").isBetween(419, 422);
        for (int i = 0; i < 20; i++) {
            runs("interrupted " + i);
        }
        for (int i = 0; i < 20; i++) {
            end(310, 1_300);
        }
        assertThat(this.slots.free()).as("as before").isBetween(419, 422);
        for (int now = 1_301; now <= 3_100; now++) {
            runs("a", "b");
            end(10, now);
            end(310, now);
        }
        assertThat(this.slots.free()).as("two thousand in a second, whatever their average").isBetween(415, 425);
    }

    @Test
    void whoWaitedForTooLongShowsThatThePaceIsGone() {
        for (int now = 0; now <= 999; now++) {
            runs("a", "b");
            end(1, now);
            end(1, now);
        }
        runs("slow", "slow, too");
        assertThat(this.slots.tryTakeNew()).isTrue();
        assertThat(this.slots.begin("waits", 3, Duration.ofMillis(999).toNanos())).isFalse();
        assertThat(this.slots.overdue(Duration.ofMillis(2_000).toNanos())).containsExactly("waits");
        end(1_000, 2_001);
        assertThat(this.slots.free()).as("one, and none ahead").isEqualTo(1);
    }

    @Test
    void manyThatEndedLongAgoSayNothing() {
        for (int now = 0; now <= 1_000; now++) {
            runs("a", "b");
            end(1, now);
            end(1, now);
        }
        runs("slow");
        end(100_000, 100_000);
        assertThat(this.slots.free()).isEqualTo(2);
    }

    @Test
    void theMostUrgentThatWaitsGoesFirst() {
        runs("a", "b");
        end(1);
        runs("c");
        for (int i = 0; i < 6; i++) {
            assertThat(this.slots.tryTakeNew()).isTrue();
            assertThat(this.slots.begin("waits " + i, 5 - i % 3, 0)).isFalse();
        }
        assertThat(end(1).next()).isEqualTo("waits 2");
        assertThat(end(1).next()).isEqualTo("waits 5");
        assertThat(end(1).next()).isEqualTo("waits 1");
        assertThat(this.slots.drain()).containsExactly("waits 4", "waits 0", "waits 3");
    }

    @Test
    void nothingWaitsHereWhereItMayNot() {
        runs("a", "b");
        end(1);
        end(1);
        this.mayWait = false;
        assertThat(this.slots.free()).isEqualTo(2);
        runs("c", "d");
        assertThat(this.slots.tryTakeNew()).isFalse();
    }

    @Test
    void theNumberOfSlotsMayChange() {
        runs("a", "b");
        end(1);
        runs("c");
        for (int i = 0; i < 4; i++) {
            assertThat(this.slots.tryTakeNew()).isTrue();
            assertThat(this.slots.begin("waits " + i, 3, 0)).isFalse();
        }
        this.limit = 1;
        assertThat(end(1).next()).as("one runs still").isNull();
        assertThat(end(1).next()).isEqualTo("waits 0");
        this.limit = 3;
        assertThat(this.slots.next()).isEqualTo("waits 1");
        assertThat(this.slots.next()).isEqualTo("waits 2");
        assertThat(this.slots.next()).isNull();
        assertThat(this.slots.used()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            end(1);
        }
        assertThat(this.slots.used()).isEqualTo(1);
        assertThat(this.slots.isIdle()).isFalse();
        end(1);
        assertThat(this.slots.isIdle()).isTrue();
    }

    @Test
    void whoeverWaitedForSomethingElseJoinsThoseThatWait() {
        runs("a");
        assertThat(this.slots.join("connected", 3, 0)).isTrue();
        assertThat(this.slots.hasPlace()).isFalse();
        assertThat(this.slots.join("connected, too", 3, 0)).isFalse();
        assertThat(end(1).next()).isEqualTo("connected, too");
        assertThat(this.slots.used()).isEqualTo(2);
    }

    @Test
    void whoWaitsForTooLongBehindMoreUrgentOnesGoesAlone() {
        runs("a", "b");
        end(1);
        runs("c");
        for (int i = 0; i < 3; i++) {
            assertThat(this.slots.tryTakeNew()).isTrue();
        }
        assertThat(this.slots.begin("idle", 5, 0)).isFalse();
        assertThat(this.slots.begin("urgent", 1, Duration.ofMillis(500).toNanos())).isFalse();
        assertThat(this.slots.begin("urgent, too", 1, Duration.ofMillis(500).toNanos())).isFalse();
        assertThat(this.slots.overdue(Duration.ofSeconds(1).toNanos())).containsExactly("idle");
        assertThat(this.slots.isAwaited()).isFalse();
        assertThat(end(1).next()).isEqualTo("urgent");
        assertThat(this.slots.drain()).containsExactly("urgent, too");
    }

    @Test
    void nothingWaitsWhereNothingEnds() {
        runs("a", "b");
        end(40);
        runs("c");
        assertThat(this.slots.tryTakeNew()).isTrue();
        assertThat(this.slots.begin("waits", 3, 0)).isFalse();
        assertThat(this.slots.overdue(Duration.ofSeconds(1).toNanos())).containsExactly("waits");
        assertThat(this.slots.free()).isZero();
        end(40);
        assertThat(this.slots.free()).isPositive();
    }

    @Test
    void whereNoneCouldBeAskedForOthersMayWaitInTheDatabase() {
        runs("a", "b");
        assertThat(this.slots.free()).isZero();
        assertThat(end(1_000).wantsMore()).isTrue();
        assertThat(this.slots.tryTakeNew()).isFalse();
        this.slots.claimed(false);
        assertThat(this.slots.tryTakeNew()).as("as many as were asked for: there may be more").isFalse();
        this.slots.claimed(true);
        assertThat(this.slots.tryTakeNew()).isTrue();
    }

}
