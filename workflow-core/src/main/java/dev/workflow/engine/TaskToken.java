package dev.workflow.engine;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Names an attempt of an activity to the outside: run, order and attempt, signed with a
 * key that the nodes share, so that nobody can make one up.
 *
 * @param activity the activity
 * @param attempt the attempt
 */
record TaskToken(EngineStore.ActivityKey activity, int attempt) {

    private static final int BODY = 28;

    private static final int SIGNATURE = 16;

    String sign(byte[] key) {
        ByteBuffer body = ByteBuffer.allocate(BODY);
        body.putLong(this.activity.runId().getMostSignificantBits());
        body.putLong(this.activity.runId().getLeastSignificantBits());
        body.putLong(this.activity.scheduledEventId());
        body.putInt(this.attempt);
        byte[] token = Arrays.copyOf(body.array(), BODY + SIGNATURE);
        System.arraycopy(signature(key, body.array()), 0, token, BODY, SIGNATURE);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    static TaskToken verify(String text, byte[] key) {
        byte[] token;
        try {
            token = Base64.getUrlDecoder().decode(text);
        }
        catch (IllegalArgumentException ex) {
            throw invalid();
        }
        if (token.length != BODY + SIGNATURE) {
            throw invalid();
        }
        byte[] body = Arrays.copyOf(token, BODY);
        byte[] given = Arrays.copyOfRange(token, BODY, token.length);
        if (!MessageDigest.isEqual(given, Arrays.copyOf(signature(key, body), SIGNATURE))) {
            throw invalid();
        }
        ByteBuffer fields = ByteBuffer.wrap(body);
        UUID runId = new UUID(fields.getLong(), fields.getLong());
        return new TaskToken(new EngineStore.ActivityKey(runId, fields.getLong()), fields.getInt());
    }

    private static InvalidTaskTokenException invalid() {
        return new InvalidTaskTokenException(
                "This is no task token of this system. A token is what Activities.completeLater() or "
                        + "Activities.info().taskToken() returned, unchanged.");
    }

    private static byte[] signature(byte[] key, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(body);
        }
        catch (GeneralSecurityException ex) {
            throw new IllegalStateException("HmacSHA256 is not available", ex);
        }
    }

}
