package dev.workflow.benchmarks;

import java.util.concurrent.atomic.AtomicLong;

/** Payloads of one size, each different from all others. */
final class Payload {

    /** The size as JSON. */
    static final int BYTES = 100;

    private static final String PADDING = "-".repeat(BYTES - 2 - 12);

    private final AtomicLong number = new AtomicLong();

    String next() {
        return of(this.number.incrementAndGet());
    }

    static String of(long number) {
        String digits = Long.toString(number);
        return PADDING + "0".repeat(12 - digits.length()) + digits;
    }

    static String json(String payload) {
        return '"' + payload + '"';
    }

}
