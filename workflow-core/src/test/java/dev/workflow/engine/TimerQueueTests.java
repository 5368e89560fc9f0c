package dev.workflow.engine;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TimerQueueTests {

    @Test
    void looksOnAfterAnErrorOfItsOwn() throws Exception {
        AtomicInteger failures = new AtomicInteger(3);
        InstantSource time = () -> {
            if (Thread.currentThread().getName().equals("workflow-timers") && failures.getAndDecrement() > 0) {
                throw new OutOfMemoryError("no instant");
            }
            return Instant.now();
        };
        TimerQueue timers = new TimerQueue(new EngineClock(time, false));
        CountDownLatch fired = new CountDownLatch(1);
        timers.start();
        try {
            timers.at(Instant.now().plusMillis(50), fired::countDown);
            assertThat(fired.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(failures.get()).isNotPositive();
        }
        finally {
            timers.stop();
        }
    }

}
