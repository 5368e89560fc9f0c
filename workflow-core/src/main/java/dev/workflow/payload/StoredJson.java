package dev.workflow.payload;

import java.util.regex.Pattern;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

import org.jspecify.annotations.Nullable;

/**
 * What every JSON text that the engine stores has in common. The settings are the
 * engine's own and part of the stored format: each says explicitly what an upgrade of
 * Jackson or the application's mapper must not change.
 */
public final class StoredJson {

    /**
     * The attribute under which {@link #read} tells deserializers which text they read.
     */
    static final Object SOURCE = new Object();

    /**
     * Larger than what can be written, so that whatever was written inside something else
     * can be read again.
     */
    private static final int MAX_NESTING_DEPTH = 1_000;

    /** Digits of a number; parsing costs the square of it. */
    private static final int MAX_NUMBER_LENGTH = 100_000;

    /** Jackson's advice to its own users, which ours cannot follow. */
    private static final Pattern ADVICE = Pattern.compile(" \\((to avoid exception|but (might|could) if)[^)]*\\)");

    /**
     * The attribute under which readers and writers have the codecs that stored values go
     * through.
     */
    static final Object CODECS = new Object();

    private static final JsonFactory PARSERS = parsers();

    private StoredJson() {
    }

    private static JsonFactory parsers() {
        // The size of a payload is limited where it enters the engine; what is stored
        // must stay readable.
        StreamReadConstraints constraints = StreamReadConstraints.builder()
            .maxNestingDepth(MAX_NESTING_DEPTH)
            .maxNumberLength(MAX_NUMBER_LENGTH)
            .maxNameLength(Integer.MAX_VALUE)
            .maxStringLength(Integer.MAX_VALUE)
            .build();
        return JsonFactory.builder().streamReadConstraints(constraints).build();
    }

    /** A writer that encodes whatever {@link Json} and failure it comes upon. */
    public static ObjectWriter through(PayloadCodecs codecs, ObjectWriter writer) {
        return writer.withAttribute(CODECS, codecs);
    }

    /** A reader that decodes whatever {@link Json} and failure it comes upon. */
    public static ObjectReader through(PayloadCodecs codecs, ObjectReader reader) {
        return reader.withAttribute(CODECS, codecs);
    }

    /**
     * A new mapper with the settings of stored JSON, to which only additions should be
     * made.
     */
    public static JsonMapper.Builder mapper() {
        return JsonMapper.builder(parsers())
            .addModule(new JsonModule())
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY, MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
                    DateTimeFeature.WRITE_DATES_WITH_CONTEXT_TIME_ZONE,
                    DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE, DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
            .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
            .disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);
    }

    /**
     * The text, if it is one complete JSON value: written as it is, anything else would
     * make unreadable whatever it is part of.
     * @throws JacksonException when it is not
     */
    static String requireComplete(String text) {
        try (JsonParser parser = PARSERS.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                throw new StreamReadException(parser, "a value is missing");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "something follows the value");
            }
            return text;
        }
    }

    /**
     * Writes a value as a text that a database takes: without NUL characters and halves
     * of surrogate pairs.
     */
    public static String write(ObjectWriter writer, @Nullable Object value) {
        try {
            return storable(writer.writeValueAsString(value));
        }
        catch (JacksonException ex) {
            throw reasonFromCodecs(ex);
        }
    }

    /** What a codec has to say comes through Jackson unchanged. */
    private static RuntimeException reasonFromCodecs(JacksonException failure) {
        Throwable cause = failure.getCause();
        while (cause instanceof JacksonException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return (cause instanceof PayloadException reason) ? reason : failure;
    }

    /**
     * Reads a value, so that every {@link Json} in it is, character for character, a part
     * of the text.
     */
    public static <T> @Nullable T read(ObjectReader reader, String text) {
        try (JsonParser parser = reader.createParser(text)) {
            return reader.withAttribute(SOURCE, new Source(parser, text)).readValue(parser);
        }
        catch (JacksonException ex) {
            throw reasonFromCodecs(ex);
        }
    }

    /**
     * Why reading or writing failed and, if Jackson knows it, where:
     * {@code … (at items[2].quantity)}.
     */
    public static String reason(RuntimeException failure) {
        if (!(failure instanceof JacksonException jackson)) {
            return failure.toString();
        }
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference reference : jackson.getPath()) {
            if (reference.getPropertyName() == null) {
                path.append('[').append(reference.getIndex()).append(']');
            }
            else {
                path.append(path.isEmpty() ? "" : ".").append(reference.getPropertyName());
            }
        }
        String message = ADVICE.matcher(jackson.getOriginalMessage()).replaceAll("");
        return message + (path.isEmpty() ? "" : " (at " + path + ")");
    }

    /**
     * Escapes what JSON may contain but UTF-8 or PostgreSQL's {@code text} may not. Both
     * can only be inside a JSON string, where the escape means the same.
     */
    static String storable(String json) {
        for (int i = 0; i < json.length(); i++) {
            if (isUnstorable(json, i)) {
                return escaped(json, i);
            }
        }
        return json;
    }

    private static String escaped(String json, int from) {
        StringBuilder escaped = new StringBuilder(json.length() + 16).append(json, 0, from);
        for (int i = from; i < json.length(); i++) {
            char c = json.charAt(i);
            if (isUnstorable(json, i)) {
                escaped.append(String.format("\\u%04x", (int) c));
            }
            else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static boolean isUnstorable(String json, int index) {
        char c = json.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == json.length() || !Character.isLowSurrogate(json.charAt(index + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return index == 0 || !Character.isHighSurrogate(json.charAt(index - 1));
        }
        return c == 0;
    }

    /** The text that a parser reads. */
    record Source(JsonParser parser, String text) {

        @SuppressWarnings("ReferenceEquality")
        boolean isReadBy(JsonParser other) {
            return this.parser == other;
        }

    }

}
