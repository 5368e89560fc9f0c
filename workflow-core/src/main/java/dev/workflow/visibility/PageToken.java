package dev.workflow.visibility;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a page ended: the values that the order of its last row had, as text, behind a
 * digest of them and the query. The digest is no signature: someone who computes it can
 * only ask for another place of a list that he may read anyway.
 */
final class PageToken {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final int DIGEST_LENGTH = 12;

    private static final int MAX_LENGTH = 100_000;

    private PageToken() {
    }

    static String write(String query, List<@Nullable String> values) {
        byte[] payload = MAPPER.writeValueAsBytes(values);
        byte[] token = Arrays.copyOf(digest(query, payload), DIGEST_LENGTH + payload.length);
        System.arraycopy(payload, 0, token, DIGEST_LENGTH, payload.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** The values as the parameters that they are compared as. */
    static List<@Nullable Object> read(String token, String query, List<SortKey> order) {
        try {
            if (token.length() <= MAX_LENGTH) {
                byte[] bytes = Base64.getUrlDecoder().decode(token);
                byte[] payload = Arrays.copyOfRange(bytes, Math.min(DIGEST_LENGTH, bytes.length), bytes.length);
                if (MessageDigest.isEqual(digest(query, payload),
                        Arrays.copyOf(bytes, Math.min(DIGEST_LENGTH, bytes.length)))) {
                    return values(MAPPER.readValue(payload, String[].class), order);
                }
            }
        }
        catch (IllegalArgumentException | JacksonException ex) {
            // refused below
        }
        throw new ListQueryException("The page token is not one of this query: a token is only good for the query "
                + "whose page it came with");
    }

    private static List<@Nullable Object> values(@Nullable String[] texts, List<SortKey> order) {
        if (texts.length != order.size()) {
            throw new IllegalArgumentException("Not as many values as the order has keys");
        }
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            values.add(value(texts[i], order.get(i).field()));
        }
        return values;
    }

    private static @Nullable Object value(@Nullable String text, Field field) {
        if (text == null) {
            if (field.nullable()) {
                return null;
            }
            throw new IllegalArgumentException("No value for " + field);
        }
        return switch (field.type()) {
            case TEXT, STATUS, STATE -> storable(text);
            case ATTRIBUTE -> storable(MAPPER.readTree(text).toString());
            case RUN_ID -> UUID.fromString(text);
            case NUMBER -> Long.valueOf(text);
            case TIME -> {
                Object time = FieldValues.time(text);
                if (time == null) {
                    throw new IllegalArgumentException("No time");
                }
                yield time;
            }
        };
    }

    private static String storable(String text) {
        if (Names.isStorable(text)) {
            return text;
        }
        throw new IllegalArgumentException("No value of a row");
    }

    private static byte[] digest(String query, byte[] payload) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(query.strip().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return Arrays.copyOf(digest.digest(payload), DIGEST_LENGTH);
        }
        catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java has SHA-256", ex);
        }
    }

}
