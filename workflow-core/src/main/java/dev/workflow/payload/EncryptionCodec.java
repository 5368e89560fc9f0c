package dev.workflow.payload;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-GCM with a random nonce for each payload. The data is the nonce, the ciphertext and
 * the tag; the encoding and the id of the key are authenticated with them, so that a
 * payload cannot be relabelled.
 */
final class EncryptionCodec implements PayloadCodec {

    static final String ENCODING = "binary/encrypted";

    private static final String KEY_ID = "encryption-key-id";

    private static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;

    private final EncryptionKeys keys;

    private final SecureRandom random = new SecureRandom();

    EncryptionCodec(EncryptionKeys keys) {
        this.keys = keys;
    }

    @Override
    public Payload encode(Payload payload) {
        String id = this.keys.currentId();
        if (id == null) {
            return payload;
        }
        SecretKey key = Objects.requireNonNull(this.keys.find(id));
        byte[] plain = PayloadBytes.of(payload);
        byte[] nonce = new byte[NONCE_BYTES];
        this.random.nextBytes(nonce);
        try {
            Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key, id, nonce);
            byte[] data = new byte[NONCE_BYTES + cipher.getOutputSize(plain.length)];
            System.arraycopy(nonce, 0, data, 0, NONCE_BYTES);
            cipher.doFinal(plain, 0, plain.length, data, NONCE_BYTES);
            return new Payload(Map.of(Payload.ENCODING, ENCODING, KEY_ID, id), data);
        }
        catch (GeneralSecurityException ex) {
            throw new PayloadException("cannot encrypt with key '" + id + "': " + ex.getMessage(), ex);
        }
    }

    @Override
    public Payload decode(Payload payload) {
        if (!payload.encoding().equals(ENCODING)) {
            return payload;
        }
        String id = payload.metadata().getOrDefault(KEY_ID, "");
        SecretKey key = this.keys.find(id);
        if (key == null) {
            throw new UnreadablePayloadException("it is encrypted with key '" + id + "', which is not here (known: "
                    + new TreeSet<>(this.keys.ids()) + "); set workflow.payload.encryption.old-keys." + id, null);
        }
        try {
            return PayloadBytes.read(decrypt(key, id, payload.data()));
        }
        catch (AEADBadTagException ex) {
            throw new UnreadablePayloadException(
                    "key '" + id + "' does not decrypt it: either this is another key of that id, or it was changed",
                    ex);
        }
        catch (GeneralSecurityException | RuntimeException ex) {
            throw new UnreadablePayloadException("it is encrypted with key '" + id + "' but damaged", ex);
        }
    }

    private static byte[] decrypt(SecretKey key, String id, byte[] data) throws GeneralSecurityException {
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, id, data);
        return cipher.doFinal(data, NONCE_BYTES, data.length - NONCE_BYTES);
    }

    private static Cipher cipher(int mode, SecretKey key, String id, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
        cipher.updateAAD((ENCODING + '\n' + id).getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

}
