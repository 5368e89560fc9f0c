package dev.workflow.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.payload.Json;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class MailboxTests {

    private static final int CAPACITY = 20_000;

    private final AtomicInteger waked = new AtomicInteger();

    private final Mailbox mailbox = new Mailbox(this.waked::incrementAndGet);

    private int fill(Delivery delivery) {
        int taken = 0;
        while (taken < 1_000_000 && this.mailbox.offer(delivery)) {
            taken++;
        }
        return taken;
    }

    private List<Delivery> takeAll() {
        List<Delivery> all = new ArrayList<>();
        while (!this.mailbox.isEmpty()) {
            all.addAll(this.mailbox.take());
        }
        return all;
    }

    private static Delivery signal(int characters) {
        return new Delivery.Signal(new HandlerCall("s", new Json("\"" + "x".repeat(characters - 2) + "\""), Map.of()),
                null, null, new CompletableFuture<>());
    }

    @Test
    void takesInNoMoreThanItsBound() {
        assertThat(fill(new Delivery.InboxHint())).isEqualTo(CAPACITY);
        assertThat(takeAll()).hasSize(CAPACITY);
        assertThat(this.mailbox.offer(new Delivery.InboxHint())).isTrue();
    }

    @Test
    void takesInNoMorePayloadThanItsBound() {
        Delivery first = signal(1024 * 1024);
        Delivery large = signal(1024 * 1024);
        this.mailbox.offer(first);
        assertThat(fill(large)).isEqualTo(15);
        assertThat(this.mailbox.withdraw(first)).isTrue();
        assertThat(fill(large)).as("room for what was withdrawn").isEqualTo(1);
        assertThat(takeAll()).hasSize(16);
        assertThat(fill(large)).isEqualTo(16);
        assertThat(this.mailbox.close()).hasSize(16);
    }

    @Test
    void hasRoomForWhatTheEngineSays() {
        assertThat(fill(signal(10))).isEqualTo(CAPACITY);
        for (Delivery own : List.of(new Delivery.TimeCame(), new Delivery.Gone(false),
                new Delivery.Leave(new CompletableFuture<>()))) {
            assertThat(this.mailbox.offer(own)).as(own.toString()).isTrue();
        }
        for (Delivery refused : List.of(signal(10), new Delivery.InboxHint(),
                new Delivery.Query(new HandlerCall("q", Json.NULL, Map.of()), new CompletableFuture<>()))) {
            assertThat(this.mailbox.offer(refused)).as(refused.toString()).isFalse();
        }
    }

    @Test
    void handsOutLittleAtATimeInOrder() {
        List<Delivery> offered = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            offered.add(signal(10));
        }
        offered.forEach(this.mailbox::offer);
        assertThat(this.mailbox.take()).isEqualTo(offered.subList(0, 1_000));
        assertThat(this.mailbox.take()).isEqualTo(offered.subList(1_000, 2_000));
        assertThat(this.mailbox.take()).isEqualTo(offered.subList(2_000, 2_500));
        for (int i = 0; i < 3; i++) {
            this.mailbox.offer(signal(3 * 1024 * 1024));
        }
        assertThat(this.mailbox.take()).hasSize(2);
        assertThat(this.mailbox.take()).hasSize(1);
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
    void onlyWhatWasNotTakenCanBeWithdrawn() {
        Delivery first = new Delivery.Gone(false);
        Delivery second = new Delivery.Gone(false);
        this.mailbox.offer(first);
        assertThat(this.mailbox.withdraw(second)).as("an equal one").isFalse();
        assertThat(this.mailbox.withdraw(first)).isTrue();
        this.mailbox.offer(second);
        this.mailbox.take();
        assertThat(this.mailbox.withdraw(second)).isFalse();
    }

    @Test
    void whoRestsTakesNothingAndIsWakedOnceByWhatArrives() throws Exception {
        CompletableFuture<List<Delivery>> taken = CompletableFuture.supplyAsync(this::take);
        while (!taken.isDone()) {
            // It may not wait yet.
            this.mailbox.rest();
            Thread.onSpinWait();
        }
        assertThat(taken.get()).isEmpty();
        assertThat(this.waked).hasValue(0);
        Delivery first = new Delivery.InboxHint();
        Delivery second = new Delivery.TimeCame();
        this.mailbox.offer(first);
        this.mailbox.offer(second);
        assertThat(this.waked).hasValue(1);
        assertThat(take()).containsExactly(first, second);
    }

    @Test
    void whatIsThereIsTakenBeforeAnyRest() {
        this.mailbox.offer(new Delivery.InboxHint());
        this.mailbox.rest();
        assertThat(take()).hasSize(1);
        assertThat(this.waked).hasValue(0);
    }

    private List<Delivery> take() {
        return this.mailbox.take();
    }

    @Test
    void whoRestsAtOnceIsWakedByTheNextDelivery() {
        assertThat(this.mailbox.takeOrRest()).isEmpty();
        assertThat(this.mailbox.rest()).as("rests already").isTrue();
        assertThat(this.mailbox.offer(signal(10))).isTrue();
        assertThat(this.waked).hasValue(1);
        assertThat(this.mailbox.offer(signal(10))).isTrue();
        assertThat(this.waked).as("only once").hasValue(1);
        assertThat(this.mailbox.takeOrRest()).hasSize(2);
    }

    @Test
    void whoDeliversMaySeeToTheThread() {
        AtomicInteger lent = new AtomicInteger();
        assertThat(this.mailbox.takeOrRest()).isEmpty();
        assertThat(this.mailbox.offer(signal(10), lent::incrementAndGet)).isTrue();
        assertThat(lent).hasValue(1);
        assertThat(this.mailbox.offer(signal(10), lent::incrementAndGet)).isTrue();
        assertThat(lent).as("it has one").hasValue(1);
        assertThat(this.waked).hasValue(0);
    }

    @Test
    void whereNoThreadCanBeStartedTheNextOfferTriesAgain() {
        AtomicInteger tries = new AtomicInteger();
        Mailbox box = new Mailbox(() -> {
            if (tries.incrementAndGet() == 1) {
                throw new OutOfMemoryError("no thread");
            }
        });
        assertThat(box.takeOrRest()).isEmpty();
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> box.offer(new Delivery.TimeCame()));
        box.offer(new Delivery.InboxHint());
        assertThat(tries).hasValue(2);
        assertThat(box.take()).hasSize(2);
    }

}
