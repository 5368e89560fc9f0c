package dev.workflow.payload;

import java.util.Iterator;
import java.util.Set;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.util.NameTransformer;

import org.jspecify.annotations.Nullable;

/**
 * Writes the type id of a class that its author annotated with {@code @JsonTypeInfo}
 * wherever a value of it stands. Jackson alone forgets it where only the erased type is
 * known, as in a {@code List<Shape>} that is an argument or a result, and such a list
 * could be written but not be read.
 */
final class PolymorphicTypes extends ValueSerializerModifier {

    @Override
    public ValueSerializer<?> modifySerializer(SerializationConfig config, BeanDescription.Supplier description,
            ValueSerializer<?> serializer) {
        boolean annotated = config.getAnnotationIntrospector()
            .findPolymorphicTypeInfo(config, description.getClassInfo()) != null;
        return annotated ? new TypedSerializer(description.getType(), null, serializer) : serializer;
    }

    /** Turns the call without type information into the one with the type's own. */
    private static final class TypedSerializer extends ValueSerializer<Object> {

        private final JavaType type;

        private final @Nullable TypeSerializer typeSerializer;

        private final ValueSerializer<Object> delegate;

        @SuppressWarnings("unchecked")
        TypedSerializer(JavaType type, @Nullable TypeSerializer typeSerializer, ValueSerializer<?> delegate) {
            this.type = type;
            this.typeSerializer = typeSerializer;
            this.delegate = (ValueSerializer<Object>) delegate;
        }

        @Override
        public void resolve(SerializationContext context) {
            this.delegate.resolve(context);
        }

        @Override
        public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
            return new TypedSerializer(this.type, context.findTypeSerializer(this.type),
                    this.delegate.createContextual(context, property));
        }

        @Override
        public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
            if (this.typeSerializer == null) {
                this.delegate.serialize(value, generator, context);
            }
            else {
                this.delegate.serializeWithType(value, generator, context, this.typeSerializer);
            }
        }

        @Override
        public void serializeWithType(Object value, JsonGenerator generator, SerializationContext context,
                TypeSerializer given) {
            this.delegate.serializeWithType(value, generator, context, given);
        }

        @Override
        public ValueSerializer<Object> unwrappingSerializer(NameTransformer unwrapper) {
            return this.delegate.unwrappingSerializer(unwrapper);
        }

        @Override
        public ValueSerializer<?> withFilterId(Object filterId) {
            return new TypedSerializer(this.type, this.typeSerializer, this.delegate.withFilterId(filterId));
        }

        @Override
        public ValueSerializer<?> withIgnoredProperties(Set<String> ignored) {
            return new TypedSerializer(this.type, this.typeSerializer, this.delegate.withIgnoredProperties(ignored));
        }

        @Override
        public @Nullable Class<?> handledType() {
            return this.delegate.handledType();
        }

        @Override
        public boolean usesObjectId() {
            return this.delegate.usesObjectId();
        }

        @Override
        public @Nullable ValueSerializer<?> getDelegatee() {
            return this.delegate;
        }

        @Override
        public Iterator<PropertyWriter> properties() {
            return this.delegate.properties();
        }

        @Override
        public boolean isEmpty(SerializationContext context, Object value) {
            return this.delegate.isEmpty(context, value);
        }

        @Override
        public void acceptJsonFormatVisitor(JsonFormatVisitorWrapper visitor, JavaType hint) {
            this.delegate.acceptJsonFormatVisitor(visitor, hint);
        }

    }

}
