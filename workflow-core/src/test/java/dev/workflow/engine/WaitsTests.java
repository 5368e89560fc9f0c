package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Waits with a limit and without a timer.
 */
@Timeout(20)
class WaitsTests {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AtomicLong now = new AtomicLong();

    private final Waits waits = new Waits(this.now::get);

    private final CompletableFuture<String> future = new CompletableFuture<>();

    @BeforeEach
    void start() {
        this.waits.start();
    }

    @AfterEach
    void stop() {
        this.waits.stop();
    }

    @Test
    void whatComesInTimeIsReturned() throws Exception {
        CompletableFuture<String> waiter = waitFor(MINUTE);
        this.future.complete("done");
        assertThat(waiter.get(10, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(this.waits.size()).isZero();
    }

    @Test
    void aWaitLastsAsLongAsItsLimit() {
        CompletableFuture<String> waiter = waitFor(MINUTE);
        this.now.addAndGet(MINUTE.toNanos() - 1);
        this.waits.look();
        this.future.complete("done");
        assertThat(waiter.join()).isEqualTo("done");
    }

    @Test
    void theLimitEndsTheWaitAndNotWhatIsWaitedFor() {
        CompletableFuture<String> waiter = waitFor(MINUTE);
        this.now.addAndGet(MINUTE.toNanos());
        this.waits.look();
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiter.get(10, TimeUnit.SECONDS))
            .withCauseInstanceOf(TimeoutException.class);
        assertThat(this.future).isNotDone();
        assertThat(this.waits.size()).isZero();
    }

    @Test
    void whatIsNotDurableInTimeMayYetBe() {
        CompletableFuture<String> waiter = CompletableFuture.supplyAsync(() -> this.waits.durable(this.future));
        TestNode.await(() -> this.waits.size() == 1);
        this.now.addAndGet(Duration.ofSeconds(30).toNanos());
        this.waits.look();
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiter.get(10, TimeUnit.SECONDS))
            .havingCause()
            .isInstanceOf(NotDurableException.class)
            .withMessageContaining("not known")
            .withMessageContaining("request id");
        assertThat(this.future).isNotDone();
    }

    @Test
    void eachWaitsAsLongAsItsOwnLimit() {
        CompletableFuture<String> longer = waitFor(MINUTE.multipliedBy(2));
        CompletableFuture<String> shorter = waitFor(MINUTE);
        this.now.addAndGet(MINUTE.toNanos());
        this.waits.look();
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> shorter.get(10, TimeUnit.SECONDS));
        this.future.complete("done");
        assertThat(longer.join()).isEqualTo("done");
    }

    @Test
    void aWaitWithoutEndHasNone() {
        CompletableFuture<String> waiter = waitFor(Duration.ofSeconds(Long.MAX_VALUE));
        this.now.addAndGet(Long.MAX_VALUE - 1);
        this.waits.look();
        this.future.complete("done");
        assertThat(waiter.join()).isEqualTo("done");
    }

    @Test
    void aShortLimitIsKeptExactly() {
        // By the time of the machine: the one that is injected stands still.
        assertThatExceptionOfType(TimeoutException.class)
            .isThrownBy(() -> this.waits.get(this.future, Duration.ofMillis(1)));
    }

    @Test
    void aFailureIsTheOneOfWhatIsWaitedFor() {
        CompletableFuture<String> waiter = waitFor(MINUTE);
        IllegalStateException failure = new IllegalStateException("no");
        this.future.completeExceptionally(failure);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> waiter.get(10, TimeUnit.SECONDS))
            .withCause(failure);
        assertThatIllegalStateException().isThrownBy(() -> this.waits.durable(this.future)).isSameAs(failure);
    }

    @Test
    void whoWaitsWhenTheEngineStopsIsTold() {
        List<CompletableFuture<String>> waiters = IntStream.range(0, 5).mapToObj((i) -> waitFor(MINUTE)).toList();
        this.waits.stop();
        assertThat(waiters).allSatisfy((waiter) -> assertThatExceptionOfType(ExecutionException.class)
            .isThrownBy(() -> waiter.get(10, TimeUnit.SECONDS))
            .withCauseInstanceOf(EngineStoppedException.class));
    }

    @Test
    void aWaitAfterTheEndHasItsLimitToo() {
        this.waits.stop();
        assertThatExceptionOfType(TimeoutException.class)
            .isThrownBy(() -> this.waits.get(this.future, Duration.ofMillis(20)));
    }

    /** Waits on a thread of its own; returns when it is seen to wait. */
    private CompletableFuture<String> waitFor(Duration limit) {
        int before = this.waits.size();
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                outcome.complete(this.waits.get(this.future, limit));
            }
            catch (ExecutionException ex) {
                outcome.completeExceptionally(ex.getCause());
            }
            catch (TimeoutException | InterruptedException ex) {
                outcome.completeExceptionally(ex);
            }
        });
        while (this.waits.size() == before) {
            Thread.onSpinWait();
        }
        return outcome;
    }

}
