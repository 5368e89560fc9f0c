package dev.workflow.worker;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Replaces activity beans by stubs in what is injected into a workflow, also inside
 * providers, lists and maps.
 */
final class StubbedDependencies {

    private final SpringActivityStubs stubs;

    StubbedDependencies(SpringActivityStubs stubs) {
        this.stubs = stubs;
    }

    /**
     * The value to inject.
     * @param value what Spring would inject
     * @param type the type of the parameter, field or property
     */
    @Nullable Object replace(@Nullable Object value, Class<?> type) {
        return switch (value) {
            case null -> null;
            case Optional<?> optional -> optional.map(this::element);
            case ObjectProvider<?> provider when type.isAssignableFrom(StubbedObjectProvider.class) ->
                new StubbedObjectProvider<>(provider, this::element);
            case ObjectFactory<?> factory when type.isInterface() -> provider(factory, type);
            case Map<?, ?> map when containsActivity(map.values()) -> map(map);
            case Collection<?> collection when containsActivity(collection) -> collection(collection, type);
            case Object[] array -> array(array);
            default -> element(value);
        };
    }

    private Object element(Object value) {
        Object stub = this.stubs.insteadOf(value);
        return (stub != null) ? stub : value;
    }

    private boolean containsActivity(Collection<?> values) {
        return values.stream().anyMatch((value) -> value != null && this.stubs.insteadOf(value) != null);
    }

    private Map<Object, Object> map(Map<?, ?> map) {
        Map<Object, Object> replaced = new LinkedHashMap<>();
        map.forEach((key, value) -> replaced.put(key, element(value)));
        return replaced;
    }

    private Collection<?> collection(Collection<?> values, Class<?> type) {
        List<Object> replaced = new ArrayList<>(values.stream().map(this::element).toList());
        return type.isAssignableFrom(ArrayList.class) ? replaced : new LinkedHashSet<>(replaced);
    }

    private Object[] array(Object[] values) {
        Object[] replaced = (Object[]) Array.newInstance(values.getClass().getComponentType(), values.length);
        UnaryOperator<@Nullable Object> element = (value) -> (value != null) ? element(value) : null;
        for (int i = 0; i < values.length; i++) {
            replaced[i] = element.apply(values[i]);
        }
        return replaced;
    }

    /**
     * A provider of another standard, for example {@code jakarta.inject.Provider}, which
     * has one method.
     */
    private Object provider(ObjectFactory<?> factory, Class<?> type) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
            Object local = CallProxies.local(proxy, method, arguments, "provider of " + type.getSimpleName());
            if (local != null) {
                return local;
            }
            try {
                Object value = method.invoke(factory, arguments);
                return (value != null) ? element(value) : null;
            }
            catch (InvocationTargetException ex) {
                throw ex.getTargetException();
            }
        });
    }

}
