package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the benchmarks run.
 *
 * @param callers how many workflows are in flight
 * @param rounds how often each contender has its turn
 * @param warmUp how long a contender runs before it is measured
 * @param time how long it is measured
 * @param window the window in which decay is looked for
 */
record Settings(int callers, int rounds, Duration warmUp, Duration time, Duration window) {

    /** The settings that {@code docs/performance.md} reports. */
    static Settings defaults() {
        return new Settings(200, 3, Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(10));
    }

    /** Applies one argument of the command line: {@code name=value}. */
    Settings with(String argument) {
        String[] parts = argument.split("=", 2);
        int value = (parts.length == 2) ? Integer.parseInt(parts[1]) : 0;
        if (value <= 0) {
            throw new IllegalArgumentException("Expected name=number, but got '" + argument + "'");
        }
        return switch (parts[0]) {
            case "callers" -> new Settings(value, this.rounds, this.warmUp, this.time, this.window);
            case "rounds" -> new Settings(this.callers, value, this.warmUp, this.time, this.window);
            case "warmup" -> new Settings(this.callers, this.rounds, Duration.ofSeconds(value), this.time, this.window);
            case "seconds" ->
                new Settings(this.callers, this.rounds, this.warmUp, Duration.ofSeconds(value), this.window);
            case "window" -> new Settings(this.callers, this.rounds, this.warmUp, this.time, Duration.ofSeconds(value));
            default -> throw new IllegalArgumentException(
                    "Unknown argument '" + argument + "'; there are callers, rounds, warmup, seconds and window");
        };
    }

    Settings withCallers(int number) {
        return new Settings(number, this.rounds, this.warmUp, this.time, this.window);
    }

    Settings withRounds(int number) {
        return new Settings(this.callers, number, this.warmUp, this.time, this.window);
    }

    /** A measurement of at least so long. */
    Settings atLeast(Duration least) {
        return (this.time.compareTo(least) >= 0) ? this
                : new Settings(this.callers, this.rounds, this.warmUp, least, this.window);
    }

    Map<String, String> description() {
        Map<String, String> description = new LinkedHashMap<>();
        description.put("workload", "3 sequential no-op activities, payload of " + Payload.BYTES + " bytes");
        description.put("in flight", Integer.toString(this.callers));
        description.put("rounds",
                this.rounds + " of " + this.time.toSeconds() + " s after " + this.warmUp.toSeconds() + " s of warm-up");
        return description;
    }

}
