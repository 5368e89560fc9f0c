package dev.workflow.payload;

import java.io.StringWriter;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.ReaderBasedJsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How Jackson writes the types of this package: a {@link Json} as the value that it is, a
 * {@link FailureInfo} without what it lacks. May be registered with other mappers, too; a
 * {@link Json} that is then read means the same as the text that was read but is not
 * always spelled the same.
 */
public final class JsonModule extends SimpleModule {

    private static final JsonFactory FACTORY = new JsonFactory();

    public JsonModule() {
        addSerializer(new JsonSerializer());
        addDeserializer(Json.class, new JsonDeserializer());
        setMixInAnnotation(FailureInfo.class, FailureInfoFormat.class);
    }

    /** Writes the text as it is. */
    private static final class JsonSerializer extends StdSerializer<Json> {

        JsonSerializer() {
            super(Json.class);
        }

        @Override
        public void serialize(Json value, JsonGenerator generator, SerializationContext context) {
            generator.writeRawValue(value.text());
        }

        @Override
        public void serializeWithType(Json value, JsonGenerator generator, SerializationContext context,
                TypeSerializer typeSerializer) {
            serialize(value, generator, context);
        }

    }

    /**
     * Takes the part of the source between the first and the last character of the value.
     * Only where the tokens come from elsewhere (Jackson buffers an object whose type id
     * is not its first property) are they written again.
     */
    private static final class JsonDeserializer extends StdDeserializer<Json> {

        JsonDeserializer() {
            super(Json.class);
        }

        @Override
        public Json deserialize(JsonParser parser, DeserializationContext context) {
            if (parser instanceof ReaderBasedJsonParser
                    && context.getAttribute(StoredJson.SOURCE) instanceof StoredJson.Source source
                    && source.isReadBy(parser)) {
                return new Json(cut(parser, source.text()));
            }
            return new Json(StoredJson.storable(copy(parser)));
        }

        @Override
        public Object deserializeWithType(JsonParser parser, DeserializationContext context,
                TypeDeserializer typeDeserializer) {
            return deserialize(parser, context);
        }

        @Override
        public Json getNullValue(DeserializationContext context) {
            return Json.NULL;
        }

        @Override
        public @Nullable Object getAbsentValue(DeserializationContext context) {
            return null;
        }

        private static String cut(JsonParser parser, String text) {
            long start = parser.currentTokenLocation().getCharOffset();
            parser.skipChildren();
            parser.finishToken();
            long end = parser.currentLocation().getCharOffset();
            return text.substring((int) start, (int) end);
        }

        private static String copy(JsonParser parser) {
            StringWriter writer = new StringWriter();
            try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), writer)) {
                int depth = 0;
                do {
                    JsonToken token = parser.currentToken();
                    depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                    if (token.isNumeric()) {
                        generator.writeNumber(parser.getString());
                    }
                    else {
                        generator.copyCurrentEvent(parser);
                    }
                }
                while (depth > 0 && parser.nextToken() != null);
            }
            return writer.toString();
        }

    }

    /** The annotations of a stored failure. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private abstract static class FailureInfoFormat {

        @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @SuppressWarnings("unused")
        abstract boolean nonRetryable();

    }

}
