package dev.workflow.determinism.other;

import java.time.Instant;

/** Code in another package than the workflows. */
public final class Library {

    private Library() {
    }

    public static Instant now() {
        return Instant.now();
    }

    /** Nested in it. */
    public static final class Part {

        private Part() {
        }

        public static Instant now() {
            return Instant.now();
        }

    }

}
