package dev.workflow.payload;

import org.jspecify.annotations.Nullable;

/**
 * A stored value that no codec of this application can decode: a key is missing or wrong,
 * a codec is gone, or the value is damaged. The message names the key or the encoding.
 * Nothing is lost: whatever needs the value waits and goes on once it can be read.
 */
public final class UnreadablePayloadException extends PayloadException {

    public UnreadablePayloadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

}
