package dev.workflow.history;

/**
 * A history that was written by a newer version of the library than the one that reads
 * it.
 */
public final class UnsupportedHistoryFormatException extends RuntimeException {

    UnsupportedHistoryFormatException(String message) {
        super(message);
    }

}
