package dev.workflow.payload;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

/**
 * The keys that payloads are encrypted with: the current one, which encrypts, and all
 * that decrypt what was written before. Never shows a key.
 */
public final class EncryptionKeys {

    /** No keys: nothing is encrypted, and nothing encrypted can be read. */
    public static final EncryptionKeys NONE = new EncryptionKeys(null, Map.of());

    private static final int MAX_ID = 100;

    private final @Nullable String currentId;

    private final Map<String, SecretKey> keys;

    private EncryptionKeys(@Nullable String currentId, Map<String, SecretKey> keys) {
        this.currentId = currentId;
        this.keys = keys;
    }

    /**
     * Keys, each the base64 of 16, 24 or 32 bytes.
     * @param currentId the id of the key that encrypts
     * @param current the key that encrypts; null when nothing is to be encrypted any more
     * @param old keys by their ids, which only decrypt
     * @throws InvalidEncryptionKeyException when one is no such key, or one id has two
     */
    public static EncryptionKeys of(String currentId, @Nullable String current, Map<String, String> old) {
        Map<String, SecretKey> keys = new LinkedHashMap<>();
        old.forEach((id, key) -> keys.put(id, key(id, key)));
        if (current == null) {
            return new EncryptionKeys(null, Map.copyOf(keys));
        }
        SecretKey key = key(currentId, current);
        SecretKey other = keys.put(currentId, key);
        if (other != null && !other.equals(key)) {
            throw new InvalidEncryptionKeyException(currentId,
                    "The id '" + currentId + "' names two different keys, the current one and an old one");
        }
        return new EncryptionKeys(currentId, Map.copyOf(keys));
    }

    private static SecretKey key(String id, String text) {
        if (id.isBlank() || id.length() > MAX_ID) {
            throw new InvalidEncryptionKeyException(id,
                    "The id of an encryption key has 1 to " + MAX_ID + " characters, but one has " + id.length());
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.strip());
        }
        catch (IllegalArgumentException ex) {
            // Its message would quote a part of the key.
            throw new InvalidEncryptionKeyException(id, "The encryption key '" + id + "' is not base64");
        }
        if (bytes.length != 16 && bytes.length != 24 && bytes.length != 32) {
            throw new InvalidEncryptionKeyException(id, "The encryption key '" + id + "' has " + bytes.length * 8
                    + " bits; AES takes 128, 192 or 256 (16, 24 or 32 bytes, as base64)");
        }
        return new SecretKeySpec(bytes, "AES");
    }

    /** The id of the key that encrypts; null when nothing is encrypted. */
    @Nullable String currentId() {
        return this.currentId;
    }

    /** A key; null when there is none of that id. */
    @Nullable SecretKey find(String id) {
        return this.keys.get(id);
    }

    /** The ids of all keys. */
    public Set<String> ids() {
        return this.keys.keySet();
    }

    @Override
    public String toString() {
        return "EncryptionKeys" + this.keys.keySet();
    }

}
