package dev.workflow.boot.web;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.workflow.payload.StoredJson;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
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
        catch (UnrecognizedPropertyException ex) {
            throw unknownField(ex);
        }
        catch (DatabindException ex) {
            if (ex.getPath().isEmpty()) {
                throw ProblemType.INVALID_REQUEST.because("Expected a JSON object.");
            }
            throw ProblemType.INVALID_REQUEST.because("Field '" + path(ex) + "': " + reason(ex));
        }
        catch (StreamReadException ex) {
            throw ProblemType.MALFORMED_JSON
                .because("Line %d, column %d: %s".formatted(ex.getLocation().getLineNr(),
                        ex.getLocation().getColumnNr(), ex.getOriginalMessage()))
                .with("line", ex.getLocation().getLineNr())
                .with("column", ex.getLocation().getColumnNr());
        }
        catch (JacksonException ex) {
            throw ProblemType.MALFORMED_JSON.because(ex.getOriginalMessage());
        }
        throw ProblemType.INVALID_REQUEST.because("Expected a JSON object, found null.");
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

    private static RestProblem unknownField(UnrecognizedPropertyException ex) {
        Collection<Object> known = ex.getKnownPropertyIds();
        return ProblemType.INVALID_REQUEST.because("Unknown field '" + path(ex) + "'. Known are: "
                + known.stream().map(Object::toString).sorted().collect(Collectors.joining(", ")) + ".");
    }

    private static String path(DatabindException ex) {
        return ex.getPath()
            .stream()
            .map((reference) -> (reference.getPropertyName() != null) ? reference.getPropertyName()
                    : String.valueOf(reference.getIndex()))
            .collect(Collectors.joining("."));
    }

    private static String reason(DatabindException ex) {
        Throwable cause = ex.getCause();
        return (cause instanceof IllegalArgumentException) ? String.valueOf(cause.getMessage())
                : ex.getOriginalMessage();
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
