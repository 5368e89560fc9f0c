package dev.workflow.payload;

/** A key that cannot encrypt payloads. The message names its id, never the key. */
public final class InvalidEncryptionKeyException extends RuntimeException {

    private final String keyId;

    InvalidEncryptionKeyException(String keyId, String message) {
        super(message);
        this.keyId = keyId;
    }

    /** The id of the key. */
    public String keyId() {
        return this.keyId;
    }

}
