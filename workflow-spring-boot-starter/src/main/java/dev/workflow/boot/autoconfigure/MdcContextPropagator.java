package dev.workflow.boot.autoconfigure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import dev.workflow.interceptor.ContextPropagator;

/** Carries chosen entries of the logging context along. */
final class MdcContextPropagator implements ContextPropagator {

    private static final String PREFIX = "mdc-";

    private final List<String> keys;

    MdcContextPropagator(List<String> keys) {
        this.keys = List.copyOf(keys);
    }

    @Override
    public Map<String, String> capture() {
        Map<String, String> captured = new LinkedHashMap<>();
        for (String key : this.keys) {
            String value = MDC.get(key);
            if (value != null) {
                captured.put(PREFIX + key, value);
            }
        }
        return captured;
    }

    @Override
    public AutoCloseable restore(Map<String, String> headers) {
        Map<String, @Nullable String> before = new LinkedHashMap<>();
        for (String key : this.keys) {
            before.put(key, MDC.get(key));
            set(key, headers.get(PREFIX + key));
        }
        return () -> before.forEach(MdcContextPropagator::set);
    }

    private static void set(String key, @Nullable String value) {
        if (value != null) {
            MDC.put(key, value);
        }
        else {
            MDC.remove(key);
        }
    }

}
