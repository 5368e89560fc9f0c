package dev.workflow.history;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * An example of every event type, made from its components, so that a new type needs
 * nothing here.
 */
final class EventSamples {

    static final Instant TIME = Instant.parse("2026-11-23T08:15:30.123456Z");

    private EventSamples() {
    }

    static Stream<Class<?>> types() {
        return HistoryCodec.eventClasses(HistoryEvent.class);
    }

    /** An event with every attribute set. */
    static HistoryEvent full(Class<?> type) {
        return (HistoryEvent) record(type, false, 2);
    }

    /** An event without any attribute that may be absent. */
    static HistoryEvent minimal(Class<?> type) {
        return (HistoryEvent) record(type, true, 2);
    }

    private static Object record(Class<?> type, boolean minimal, int failures) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(components)
            .map((component) -> value(component, minimal, failures))
            .toArray(Object[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        }
        catch (ReflectiveOperationException ex) {
            throw new AssertionError(ex);
        }
    }

    private static @Nullable Object value(RecordComponent component, boolean minimal, int failures) {
        AnnotatedType annotated = component.getAnnotatedType();
        if (minimal && annotated.isAnnotationPresent(Nullable.class)) {
            return null;
        }
        Class<?> type = component.getType();
        String name = component.getName();
        if (type == String.class) {
            return minimal ? "" : "the " + name;
        }
        if (type == long.class || type == Long.class) {
            return name.equals("eventId") ? 9L : minimal ? 0L : 7L;
        }
        if (type == int.class || type == Integer.class) {
            return minimal ? 0 : 3;
        }
        if (type == double.class) {
            return minimal ? 0.0 : 1.5;
        }
        if (type == boolean.class) {
            return !minimal;
        }
        if (type == Instant.class) {
            return TIME;
        }
        if (type == Duration.class) {
            return minimal ? Duration.ZERO : Duration.ofSeconds(90);
        }
        if (type == Json.class) {
            return minimal ? Json.NULL : new Json("[1.10,{\"a\": \"\\u0000\"}]");
        }
        if (type == List.class) {
            Type element = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
            Object one = (element == String.class) ? "one" : record((Class<?>) element, minimal, failures);
            return minimal ? List.of() : (element == String.class) ? List.of(one, "two") : List.of(one);
        }
        if (type == Map.class) {
            return minimal ? Map.of() : map(component.getGenericType());
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type == FailureInfo.class) {
            return (failures > 0) ? record(type, minimal, failures - 1) : null;
        }
        return record(type, minimal, failures);
    }

    private static Map<String, ?> map(Type type) {
        Type valueType = ((ParameterizedType) type).getActualTypeArguments()[1];
        if (valueType == String.class) {
            return Map.of("traceparent", "00-4bf9");
        }
        if (valueType == Json.class) {
            return Map.of("note", new Json("1.10"));
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        attributes.put("Keyword", "a");
        attributes.put("Int", 5L);
        attributes.put("Double", 5.0);
        attributes.put("Bool", false);
        attributes.put("List", List.of("a", "b"));
        attributes.put("Empty", List.of());
        attributes.put("Removed", null);
        return attributes;
    }

}
