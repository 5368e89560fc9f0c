package dev.workflow.engine;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TransactionalSlotsTests {

    private final TransactionalSlots slots = new TransactionalSlots(2);

    @Test
    void thereAreNoMoreThanTheLimit() {
        assertThat(this.slots.tryTakeNew()).isTrue();
        assertThat(this.slots.tryTake()).isTrue();
        assertThat(this.slots.tryTakeNew()).isFalse();
        assertThat(this.slots.tryTake()).isFalse();
        assertThat(this.slots.used()).isEqualTo(2);
        assertThat(this.slots.free()).isZero();
    }

    @Test
    void theReleaseOfTheLastOneIsTold() {
        this.slots.tryTake();
        this.slots.tryTake();
        assertThat(this.slots.release()).isTrue();
        assertThat(this.slots.release()).isFalse();
        assertThat(this.slots.free()).isEqualTo(2);
    }

    @Test
    void whatIsOrderedLaterTakesNoneUntilNobodyWaits() {
        this.slots.tryTake();
        this.slots.tryTake();
        this.slots.tryTakeNew();
        this.slots.release();
        assertThat(this.slots.tryTakeNew()).isFalse();
        assertThat(this.slots.tryTake()).isTrue();
        this.slots.release();
        this.slots.noneWaits();
        assertThat(this.slots.tryTakeNew()).isTrue();
    }

}
