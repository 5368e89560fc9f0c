package dev.workflow.benchmarks;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/** Says so when something is not as it must be. */
final class Check {

    private Check() {
    }

    static void same(String expected, @Nullable String result) {
        if (!expected.equals(result)) {
            throw new IllegalStateException("Expected the result " + expected + ", but got " + result);
        }
    }

    static void count(String what, long expected, long found) {
        if (expected != found) {
            throw new IllegalStateException("Expected " + expected + " " + what + ", but found " + found);
        }
    }

    static <T> T present(@Nullable T value, String what) {
        return Objects.requireNonNull(value, () -> "There is no " + what);
    }

}
