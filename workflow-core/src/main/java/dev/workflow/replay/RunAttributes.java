package dev.workflow.replay;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import dev.workflow.history.UpsertWorkflowSearchAttributes;
import dev.workflow.history.WorkflowPropertiesModified;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import org.jspecify.annotations.Nullable;

/** The search attributes and the memo of a run as they are now. */
final class RunAttributes {

    private final CommandLog log;

    private final PayloadConverter payloads;

    private final Map<String, Object> searchAttributes = new LinkedHashMap<>();

    private final Map<String, Json> memo = new LinkedHashMap<>();

    RunAttributes(CommandLog log, PayloadConverter payloads) {
        this.log = log;
        this.payloads = payloads;
    }

    void begin(Map<String, ? extends @Nullable Object> attributes, Map<String, Json> entries) {
        putAttributes(attributes);
        putMemo(entries);
    }

    void upsertSearchAttributes(Map<String, ? extends @Nullable Object> changes) {
        Map<String, Object> values = new HashMap<>();
        changes.forEach((name, value) -> putNullable(values, name, searchable(name, value)));
        CommandKey<UpsertWorkflowSearchAttributes> key = new CommandKey<>(UpsertWorkflowSearchAttributes.class, "");
        putAttributes(this.log.issue(key, (id, time) -> new UpsertWorkflowSearchAttributes(id, time, values))
            .searchAttributes());
    }

    void upsertMemo(Map<String, ? extends @Nullable Object> changes) {
        Map<String, Json> values = encode(changes);
        CommandKey<WorkflowPropertiesModified> key = new CommandKey<>(WorkflowPropertiesModified.class, "");
        putMemo(this.log.issue(key, (id, time) -> new WorkflowPropertiesModified(id, time, values)).upsertedMemo());
    }

    Map<String, Json> encode(Map<String, ? extends @Nullable Object> values) {
        Map<String, Json> encoded = new LinkedHashMap<>();
        values.forEach((name, value) -> encoded.put(name, this.payloads.encode(value)));
        return encoded;
    }

    Map<String, Object> searchAttributes() {
        return new LinkedHashMap<>(this.searchAttributes);
    }

    Map<String, Object> memo() {
        Map<String, Object> decoded = new LinkedHashMap<>();
        this.memo.forEach((name, json) -> putNullable(decoded, name, this.payloads.decode(json, Object.class)));
        return decoded;
    }

    // Normalized again: what comes from a history has been through JSON, where an int and
    // a long are the same.
    private void putAttributes(Map<String, ? extends @Nullable Object> changes) {
        changes.forEach((name, value) -> {
            Object searchable = searchable(name, value);
            if (searchable == null) {
                this.searchAttributes.remove(name);
            }
            else {
                this.searchAttributes.put(name, searchable);
            }
        });
    }

    private void putMemo(Map<String, Json> changes) {
        changes.forEach((name, json) -> {
            if (json.isNull()) {
                this.memo.remove(name);
            }
            else {
                this.memo.put(name, json);
            }
        });
    }

    private static @Nullable Object searchable(String name, @Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> text;
            case Boolean truth -> truth;
            case Long number -> number;
            case Integer number -> number.longValue();
            case Short number -> number.longValue();
            case Byte number -> number.longValue();
            case BigInteger number -> number.longValueExact();
            case Double number -> number;
            case Float number -> number.doubleValue();
            case BigDecimal number -> number.doubleValue();
            case Instant time -> time.toString();
            case UUID id -> id.toString();
            case Enum<?> constant -> constant.name();
            case Collection<?> keywords -> keywords.stream().map(String::valueOf).toList();
            default -> throw new IllegalArgumentException(
                    "Search attribute '" + name + "' has a value of " + value.getClass().getName()
                            + "; possible are text, numbers, booleans, Instant and collections of text");
        };
    }

    // A null in these maps removes; the map types of the history cannot say so.
    @SuppressWarnings("NullAway")
    private static void putNullable(Map<String, Object> map, String name, @Nullable Object value) {
        map.put(name, value);
    }

}
