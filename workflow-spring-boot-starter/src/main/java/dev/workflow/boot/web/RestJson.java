package dev.workflow.boot.web;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.workflow.payload.StoredJson;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * The JSON of requests and answers, with a mapper of its own. Values of workflows in it
 * are left as they were spelled.
 */
final class RestJson {

    private static final JsonMapper MAPPER = StoredJson.mapper()
        .addModule(new SimpleModule().addDeserializer(Duration.class, new DurationDeserializer()))
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .withCoercionConfig(LogicalType.Textual,
                (text) -> text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
        .changeDefaultPropertyInclusion((inclusion) -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
        .build();

    private static final ObjectReader MEMBERS = MAPPER.readerForMapOf(Object.class);

    private RestJson() {
    }

    static byte[] write(Object body) {
        return StoredJson.write(MAPPER.writer(), body).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads the body of a request; an empty one as an object without members. */
    static <T> T read(byte[] body, Class<T> type) {
        String text = text(body);
        try {
            T value = StoredJson.read(MAPPER.readerFor(type), text.isBlank() ? "{}" : text);
            if (value != null) {
                return value;
            }
        }
        catch (JacksonException ex) {
            throw BodyProblems.of(ex, text, MAPPER.reader());
        }
        throw ProblemType.INVALID_REQUEST.because("Expected a JSON object, found null.");
    }

    /** What the object of a body, which has been read, has members for. */
    static Set<String> members(byte[] body) {
        String text = text(body);
        Map<String, Object> members = text.isBlank() ? null : StoredJson.read(MEMBERS, text);
        return (members != null) ? members.keySet() : Set.of();
    }

    private static String text(byte[] body) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            return text.toString();
        }
        catch (CharacterCodingException ex) {
            throw ProblemType.MALFORMED_JSON.because("The body is not UTF-8.");
        }
    }

    /** Reads {@code 30s} as well as {@code PT30S}. */
    private static final class DurationDeserializer extends StdDeserializer<Duration> {

        DurationDeserializer() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser parser, DeserializationContext context) {
            String text = parser.getValueAsString();
            try {
                return Durations.parse(String.valueOf(text));
            }
            catch (IllegalArgumentException ex) {
                throw context.weirdStringException(String.valueOf(text), Duration.class,
                        String.valueOf(ex.getMessage()));
            }
        }

    }

}
