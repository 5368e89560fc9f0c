package dev.workflow.engine;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes run ids: UUIDs of version 7 (RFC 9562), which sort by time, so that new rows meet
 * at one end of an index. Those of one node also count up within a millisecond, so that
 * of two runs of one workflow the later one can be told while a test's clock stands
 * still.
 */
final class RunIds {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int COUNTER_BITS = 12;

    private final AtomicLong last = new AtomicLong();

    UUID next(Instant time) {
        byte[] random = new byte[8];
        RANDOM.nextBytes(random);
        long least = time.toEpochMilli() << COUNTER_BITS;
        long stamp = this.last.updateAndGet((before) -> Math.max(before + 1, least));
        long high = ((stamp >> COUNTER_BITS) << 16) | 0x7000L | (stamp & 0xfffL);
        long low = 0x80L | (random[0] & 0x3fL);
        for (int i = 1; i < 8; i++) {
            low = (low << 8) | (random[i] & 0xffL);
        }
        return new UUID(high, low);
    }

}
