package dev.workflow.history;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.payload.PayloadException;
import dev.workflow.payload.StoredJson;
import dev.workflow.payload.UnreadablePayloadException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.InjectableValues;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

/**
 * Binds the attributes of each event record to JSON, by its components and without a word
 * about any of them. Jackson knows nothing else of an event: its id and time are injected
 * when it is read. Payloads and failures, wherever they are in an event, go through the
 * codecs.
 */
final class HistoryCodec {

    private static final JsonMapper MAPPER = mapper();

    private static final ObjectReader ATTRIBUTES = MAPPER.readerForMapOf(Object.class)
        .without(DeserializationFeature.USE_LONG_FOR_INTS)
        .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** For documents and for people: no codecs. */
    static final HistoryCodec PLAIN = new HistoryCodec((writer) -> writer, (reader) -> reader);

    private final Map<Class<?>, ObjectWriter> writers = new HashMap<>();

    private final Map<String, ObjectReader> readers = new HashMap<>();

    private HistoryCodec(UnaryOperator<ObjectWriter> writers, UnaryOperator<ObjectReader> readers) {
        eventClasses(HistoryEvent.class).forEach((type) -> {
            this.writers.put(type, writers.apply(MAPPER.writerFor(type)));
            this.readers.put(type.getSimpleName(), readers.apply(MAPPER.readerFor(type)));
        });
    }

    static HistoryCodec through(PayloadCodecs codecs) {
        return new HistoryCodec((writer) -> StoredJson.through(codecs, writer),
                (reader) -> StoredJson.through(codecs, reader));
    }

    static Map<String, Object> attributes(HistoryEvent event) {
        return Objects.requireNonNull(StoredJson.read(ATTRIBUTES, PLAIN.encode(event)));
    }

    String encode(HistoryEvent event) {
        return StoredJson.write(Objects.requireNonNull(this.writers.get(event.getClass())), event);
    }

    HistoryEvent decode(long eventId, Instant eventTime, String eventType, String attributes) {
        ObjectReader reader = this.readers.get(eventType);
        if (reader == null) {
            throw new UnsupportedHistoryFormatException(
                    "event %d is of type %s, which this version does not know".formatted(eventId, eventType));
        }
        try {
            HistoryEvent event = StoredJson.read(reader.with(new IdAndTime(eventId, eventTime)), attributes);
            if (event != null) {
                return event;
            }
        }
        catch (UnreadablePayloadException ex) {
            throw new UnreadablePayloadException("event %d (%s): %s".formatted(eventId, eventType, ex.getMessage()),
                    ex.getCause());
        }
        catch (JacksonException ex) {
            throw new PayloadException(
                    "cannot read event %d (%s): %s".formatted(eventId, eventType, StoredJson.reason(ex)), ex);
        }
        throw new PayloadException("cannot read event %d (%s): no attributes".formatted(eventId, eventType), null);
    }

    /**
     * All event records, found by their sealed interfaces so that none can be forgotten.
     */
    static Stream<Class<?>> eventClasses(Class<?> type) {
        return type.isSealed() ? Arrays.stream(type.getPermittedSubclasses()).flatMap(HistoryCodec::eventClasses)
                : Stream.of(type);
    }

    private static JsonMapper mapper() {
        JsonInclude.Value ifNotEmpty = JsonInclude.Value.construct(JsonInclude.Include.NON_EMPTY,
                JsonInclude.Include.ALWAYS);
        JsonInclude.Value ifTrue = JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT,
                JsonInclude.Include.ALWAYS);
        JsonSetter.Value emptyForNull = JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);
        return StoredJson.mapper()
            .annotationIntrospector(new EventRecords())
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .changeDefaultPropertyInclusion((inclusion) -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .withConfigOverride(Map.class, (map) -> map.setInclude(ifNotEmpty).setNullHandling(emptyForNull))
            .withConfigOverride(List.class, (list) -> list.setInclude(ifNotEmpty).setNullHandling(emptyForNull))
            .withConfigOverride(boolean.class, (flag) -> flag.setInclude(ifTrue))
            .build();
    }

    /** The id and the time of the event that is read. */
    private static final class IdAndTime extends InjectableValues {

        private final Long eventId;

        private final Instant eventTime;

        IdAndTime(long eventId, Instant eventTime) {
            this.eventId = eventId;
            this.eventTime = eventTime;
        }

        @Override
        public Object findInjectableValue(@Nullable DeserializationContext context, Object valueId,
                @Nullable BeanProperty property, @Nullable Object owner, @Nullable Boolean optional,
                @Nullable Boolean useInput) {
            return valueId.equals("eventId") ? this.eventId : this.eventTime;
        }

        @Override
        public InjectableValues snapshot() {
            return this;
        }

    }

    /**
     * What annotations on the components would say: the id and the time of an event are
     * not among its attributes, and whatever is neither {@code @Nullable} nor a
     * collection must be there.
     */
    private static final class EventRecords extends JacksonAnnotationIntrospector {

        @Override
        public JsonProperty.@Nullable Access findPropertyAccess(MapperConfig<?> config, Annotated annotated) {
            if (annotated instanceof AnnotatedMember member
                    && isIdOrTime(member.getDeclaringClass(), member.getName())) {
                return JsonProperty.Access.WRITE_ONLY;
            }
            return super.findPropertyAccess(config, annotated);
        }

        @Override
        public JacksonInject.@Nullable Value findInjectableValue(MapperConfig<?> config, AnnotatedMember member) {
            if (member instanceof AnnotatedParameter parameter) {
                RecordComponent component = component(parameter);
                if (component != null && isIdOrTime(member.getDeclaringClass(), component.getName())) {
                    return JacksonInject.Value.construct(component.getName(), false, false);
                }
            }
            return super.findInjectableValue(config, member);
        }

        @Override
        public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
            if (member instanceof AnnotatedParameter parameter) {
                RecordComponent component = component(parameter);
                if (component != null) {
                    return isRequired(component);
                }
            }
            return super.hasRequiredMarker(config, member);
        }

        private static boolean isIdOrTime(Class<?> declaring, String name) {
            return HistoryEvent.class.isAssignableFrom(declaring)
                    && (name.equals("eventId") || name.equals("eventTime"));
        }

        private static @Nullable RecordComponent component(AnnotatedParameter parameter) {
            Class<?> declaring = parameter.getDeclaringClass();
            return declaring.isRecord() && declaring.getPackageName().startsWith("dev.workflow.")
                    ? declaring.getRecordComponents()[parameter.getIndex()] : null;
        }

        private static boolean isRequired(RecordComponent component) {
            Class<?> type = component.getType();
            AnnotatedElement annotatedType = component.getAnnotatedType();
            return !type.isPrimitive() && !Map.class.isAssignableFrom(type) && !Collection.class.isAssignableFrom(type)
                    && !annotatedType.isAnnotationPresent(Nullable.class);
        }

    }

}
