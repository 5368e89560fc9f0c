package dev.workflow.visibility;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The bound parameters of one statement: the only way in which a query's values reach the
 * database.
 */
final class Parameters {

    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Binds a value and returns its placeholder. */
    String bind(Object value) {
        String name = "p" + (this.values.size() + 1);
        this.values.put(name, value);
        return ":" + name;
    }

    Map<String, Object> values() {
        return this.values;
    }

}
