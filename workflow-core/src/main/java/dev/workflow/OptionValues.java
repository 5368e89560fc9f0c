package dev.workflow;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What is set on an options type: values by the name of the method that sets them,
 * immutable. For the options types of this library, which share it instead of each
 * repeating its fields in every method; applications have no use for it.
 */
public final class OptionValues {

    /** Nothing is set. */
    public static final OptionValues NONE = new OptionValues(new TreeMap<>());

    private final SortedMap<String, Object> values;

    private OptionValues(SortedMap<String, Object> values) {
        this.values = Collections.unmodifiableSortedMap(values);
    }

    /** These values with one more, or with another in its place. */
    public OptionValues with(String name, @Nullable Object value) {
        SortedMap<String, Object> changed = new TreeMap<>(this.values);
        changed.put(name, Constraints.notNull(name, value));
        return new OptionValues(changed);
    }

    /** These values without one. */
    public OptionValues without(String name) {
        SortedMap<String, Object> changed = new TreeMap<>(this.values);
        changed.remove(name);
        return new OptionValues(changed);
    }

    /** These values, and the given ones for what is not set here. */
    public OptionValues orElse(OptionValues defaults) {
        SortedMap<String, Object> merged = new TreeMap<>(defaults.values);
        merged.putAll(this.values);
        return new OptionValues(merged);
    }

    /** The value, or null when it is not set. */
    public <T> @Nullable T get(String name, Class<T> type) {
        return type.cast(this.values.get(name));
    }

    /** The list of that name; empty when it is not set. */
    @SuppressWarnings("unchecked")
    public <T> List<T> list(String name) {
        return (List<T>) this.values.getOrDefault(name, List.of());
    }

    /** The map of that name, or null when it is not set. */
    @SuppressWarnings("unchecked")
    public @Nullable Map<String, ?> map(String name) {
        return (Map<String, ?>) this.values.get(name);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OptionValues that && this.values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return this.values.hashCode();
    }

    @Override
    public String toString() {
        return this.values.toString();
    }

}
