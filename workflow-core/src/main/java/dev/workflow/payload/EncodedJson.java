package dev.workflow.payload;

import java.util.LinkedHashMap;
import java.util.Map;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

import org.jspecify.annotations.Nullable;

/**
 * The stored form of an encoded payload:
 * {@code {"metadata":{"encoding":"…",…},"data":"<base64>"}}. A user's value that happens
 * to look like one is stored as one, too, so that whatever looks encoded is.
 */
final class EncodedJson {

    private static final JsonMapper MAPPER = StoredJson.mapper().build();

    private static final ObjectWriter WRITER = MAPPER.writerFor(Payload.class);

    private static final ObjectReader READER = MAPPER.reader();

    private EncodedJson() {
    }

    static Json write(Payload payload) {
        return new Json(StoredJson.write(WRITER, payload));
    }

    /** Reads an encoded payload; null when the text is none. */
    static @Nullable Payload read(String json) {
        if (!mayBe(json)) {
            return null;
        }
        try (JsonParser parser = READER.createParser(json)) {
            return read(parser);
        }
        catch (JacksonException ex) {
            // Not of that shape, whatever else it is.
            return null;
        }
    }

    /**
     * Looks at the first characters only: what begins otherwise is none, which is nearly
     * everything.
     */
    private static boolean mayBe(String json) {
        int brace = skipSpace(json, 0);
        if (brace >= json.length() || json.charAt(brace) != '{') {
            return false;
        }
        int name = skipSpace(json, brace + 1);
        return json.startsWith("\"metadata\"", name) || json.startsWith("\"data\"", name);
    }

    private static int skipSpace(String json, int from) {
        int index = from;
        while (index < json.length() && json.charAt(index) <= ' ') {
            index++;
        }
        return index;
    }

    private static @Nullable Payload read(JsonParser parser) {
        parser.nextToken();
        Map<String, String> metadata = null;
        byte[] data = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("metadata") && metadata == null && value == JsonToken.START_OBJECT) {
                metadata = metadata(parser);
            }
            else if (name.equals("data") && data == null && value == JsonToken.VALUE_STRING) {
                data = parser.getBinaryValue();
            }
            else {
                return null;
            }
        }
        boolean complete = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
        return (complete && metadata != null && data != null && metadata.containsKey(Payload.ENCODING))
                ? new Payload(metadata, data) : null;
    }

    private static @Nullable Map<String, String> metadata(JsonParser parser) {
        Map<String, String> metadata = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                return null;
            }
            metadata.put(name, parser.getString());
        }
        return metadata;
    }

}
