package dev.workflow.replay;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.workflow.payload.Json;
import dev.workflow.payload.LimitedPayloadConverter;
import dev.workflow.payload.PayloadConverter;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a workflow instance as JSON, for people. Left out is what was injected:
 * writing a bean would call its getters. A field that cannot be written is shown by its
 * {@code toString}, and so is one that is larger than a payload may be, cut to a readable
 * length.
 */
final class InstanceState {

    private static final List<String> INFRASTRUCTURE = List.of("org.springframework.", "jakarta.", "javax.",
            "org.slf4j.", "tools.jackson.", "com.fasterxml.jackson.", "com.zaxxer.", "io.micrometer.",
            "org.hibernate.");

    private static final int LONGEST_TEXT = 1_000;

    private final PayloadConverter payloads;

    private final PayloadConverter unlimited;

    InstanceState(PayloadConverter payloads) {
        this.payloads = payloads;
        this.unlimited = LimitedPayloadConverter.unlimited(payloads);
    }

    Json of(@Nullable Object instance) {
        Map<String, Json> state = new LinkedHashMap<>();
        Class<?> type = (instance != null) ? instance.getClass() : null;
        List<Class<?>> hierarchy = new ArrayList<>();
        while (type != null && type != Object.class) {
            hierarchy.add(0, type);
            type = type.getSuperclass();
        }
        for (Class<?> each : hierarchy) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    add(state, field, instance);
                }
            }
        }
        return new Json(state.entrySet()
            .stream()
            .map(entry -> this.unlimited.encode(entry.getKey()).text() + ":" + entry.getValue().text())
            .collect(Collectors.joining(",", "{", "}")));
    }

    private void add(Map<String, Json> state, Field field, @Nullable Object instance) {
        Object value;
        try {
            field.setAccessible(true);
            value = field.get(instance);
        }
        catch (ReflectiveOperationException | RuntimeException inaccessible) {
            state.put(field.getName(), this.unlimited.encode("(not accessible)"));
            return;
        }
        if (value == null || !isInjected(value.getClass())) {
            state.put(field.getName(), encode(value));
        }
    }

    private Json encode(@Nullable Object value) {
        if (value != null && isOfTheApi(value.getClass())) {
            return this.unlimited.encode(value.toString());
        }
        try {
            return this.payloads.encode(value);
        }
        catch (RuntimeException | StackOverflowError unwritable) {
            String text = text(value);
            return this.unlimited.encode((text.length() > LONGEST_TEXT) ? text.substring(0, LONGEST_TEXT) + "…" : text);
        }
    }

    private static String text(@Nullable Object value) {
        try {
            return String.valueOf(value);
        }
        catch (RuntimeException | StackOverflowError ex) {
            return "(cannot be shown: " + ex.getClass().getSimpleName() + ")";
        }
    }

    /** Promises, queues, locks and the like, whose fields mean nothing to people. */
    private static boolean isOfTheApi(Class<?> type) {
        String name = type.getPackageName();
        return name.equals("dev.workflow") || name.equals("dev.workflow.replay");
    }

    private static boolean isInjected(Class<?> type) {
        return Proxy.isProxyClass(type) || type.isHidden() || type.getName().contains("$$")
                || INFRASTRUCTURE.stream().anyMatch(type.getName()::startsWith) || isComponent(type)
                || isConfiguration(type);
    }

    // By name, for replay knows no Spring. One level is enough: stereotypes such as
    // @Service carry it themselves.
    private static boolean isComponent(Class<?> type) {
        for (Annotation annotation : type.getAnnotations()) {
            for (Annotation meta : annotation.annotationType().getAnnotations()) {
                if (isComponentAnnotation(meta)) {
                    return true;
                }
            }
            if (isComponentAnnotation(annotation)) {
                return true;
            }
        }
        return false;
    }

    /** Properties of the application, which may be secrets. */
    private static boolean isConfiguration(Class<?> type) {
        return Arrays.stream(type.getAnnotations())
            .anyMatch(annotation -> annotation.annotationType()
                .getName()
                .equals("org.springframework.boot.context.properties.ConfigurationProperties"));
    }

    private static boolean isComponentAnnotation(Annotation annotation) {
        return annotation.annotationType().getName().equals("org.springframework.stereotype.Component");
    }

}
