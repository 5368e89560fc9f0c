package dev.workflow.payload;

import java.io.StringWriter;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.ReaderBasedJsonParser;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

import org.jspecify.annotations.Nullable;

/**
 * How Jackson writes the types of this package: a {@link Json} as the value that it is, a
 * {@link FailureInfo} without what it lacks; both by way of the codecs, where the reader
 * or writer has them ({@link StoredJson#through}). May be registered with other mappers,
 * too; a {@link Json} that is then read means the same as the text that was read but is
 * not always spelled the same.
 */
public final class JsonModule extends SimpleModule {

    private static final JsonFactory FACTORY = new JsonFactory();

    public JsonModule() {
        addSerializer(new JsonSerializer(Role.VALUE));
        addDeserializer(Json.class, new JsonDeserializer());
        addSerializer(new FailureSerializer());
        addDeserializer(FailureInfo.class, new FailureDeserializer());
    }

    private static @Nullable PayloadCodecs codecs(DatabindContext context) {
        return (context.getAttribute(StoredJson.CODECS) instanceof PayloadCodecs codecs) ? codecs : null;
    }

    /** What a {@link Json} is to the object that holds it. */
    private enum Role {

        VALUE, MEMO, ENCODED

    }

    /** Writes the text as it is, or as the codecs want it. */
    private static final class JsonSerializer extends StdSerializer<Json> {

        private final Role role;

        JsonSerializer(Role role) {
            super(Json.class);
            this.role = role;
        }

        @Override
        public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
            if (property == null) {
                return this;
            }
            if (property.getName().equals(StoredFailure.ENCODED)) {
                return new JsonSerializer(Role.ENCODED);
            }
            // Values by name are the memo's.
            return property.getType().isMapLikeType() ? new JsonSerializer(Role.MEMO) : this;
        }

        @Override
        public void serialize(Json value, JsonGenerator generator, SerializationContext context) {
            PayloadCodecs codecs = codecs(context);
            generator.writeRawValue(((codecs != null) ? stored(value, codecs) : value).text());
        }

        private Json stored(Json value, PayloadCodecs codecs) {
            return switch (this.role) {
                case VALUE -> codecs.encode(value);
                case MEMO -> codecs.encodeMemo(value);
                case ENCODED -> value;
            };
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
            PayloadCodecs codecs = codecs(context);
            Json found = found(parser, context);
            return (codecs != null) ? codecs.decode(found) : found;
        }

        private static Json found(JsonParser parser, DeserializationContext context) {
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

    /** Writes a failure in its stored form. */
    private static final class FailureSerializer extends StdSerializer<FailureInfo> {

        FailureSerializer() {
            super(FailureInfo.class);
        }

        @Override
        public void serialize(FailureInfo value, JsonGenerator generator, SerializationContext context) {
            context.writeValue(generator, StoredFailure.of(value, codecs(context)));
        }

    }

    /** Reads a failure from its stored form. */
    private static final class FailureDeserializer extends StdDeserializer<FailureInfo> {

        FailureDeserializer() {
            super(FailureInfo.class);
        }

        @Override
        public @Nullable FailureInfo deserialize(JsonParser parser, DeserializationContext context) {
            StoredFailure stored = context.readValue(parser, StoredFailure.class);
            return (stored != null) ? stored.failure() : null;
        }

    }

}
