package dev.workflow.engine;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/**
 * Makes run ids: UUIDs of version 7 (RFC 9562), which sort by time, so that new rows meet
 * at one end of an index.
 */
final class RunIds {

    private static final SecureRandom RANDOM = new SecureRandom();

    private RunIds() {
    }

    static UUID next(Instant time) {
        byte[] random = new byte[10];
        RANDOM.nextBytes(random);
        long high = (time.toEpochMilli() << 16) | 0x7000L | ((random[0] & 0x0fL) << 8) | (random[1] & 0xffL);
        long low = 0x80L | (random[2] & 0x3fL);
        for (int i = 3; i < 10; i++) {
            low = (low << 8) | (random[i] & 0xffL);
        }
        return new UUID(high, low);
    }

}
