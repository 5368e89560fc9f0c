package dev.workflow.replay;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.workflow.history.UpsertWorkflowSearchAttributes;
import dev.workflow.history.WorkflowPropertiesModified;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.SearchAttributes;
import org.jspecify.annotations.Nullable;

/** The search attributes and the memo of a run as they are now. */
final class RunAttributes {

    private final CommandLog log;

    private final PayloadConverter payloads;

    private Map<String, Object> searchAttributes = Collections.emptyMap();

    private Map<String, Json> memo = Collections.emptyMap();

    RunAttributes(CommandLog log, PayloadConverter payloads) {
        this.log = log;
        this.payloads = payloads;
    }

    void begin(Map<String, ? extends @Nullable Object> attributes, Map<String, Json> entries) {
        putAttributes(attributes);
        putMemo(entries);
    }

    void upsertSearchAttributes(Map<String, ? extends @Nullable Object> changes) {
        UpsertWorkflowSearchAttributes recorded = this.log.nextCommand(UpsertWorkflowSearchAttributes.class);
        SearchAttributes.requireFindable(changes, (recorded != null) ? recorded.searchAttributes() : Map.of());
        Map<String, Object> values = new LinkedHashMap<>();
        SearchAttributes.normalise(changes).forEach((name, value) -> putNullable(values, name, value));
        // What is too much in all is refused here, where the code can see it.
        SearchAttributes.merge(this.searchAttributes, changes);
        CommandKey<UpsertWorkflowSearchAttributes> key = new CommandKey<>(UpsertWorkflowSearchAttributes.class, "");
        putAttributes(this.log.issue(key, (id, time) -> new UpsertWorkflowSearchAttributes(id, time, values))
            .searchAttributes());
    }

    void upsertMemo(Map<String, ? extends @Nullable Object> changes) {
        CommandKey<WorkflowPropertiesModified> key = new CommandKey<>(WorkflowPropertiesModified.class, "");
        Map<String, Json> values = this.log.encoded(key, WorkflowPropertiesModified::upsertedMemo, this.payloads,
                (converter) -> encode(converter, changes));
        putMemo(this.log.issue(key, (id, time) -> new WorkflowPropertiesModified(id, time, values)).upsertedMemo());
    }

    static Map<String, Json> encode(PayloadConverter converter, Map<String, ? extends @Nullable Object> values) {
        Map<String, Json> encoded = new LinkedHashMap<>();
        values.forEach((name, value) -> encoded.put(name, converter.encode(value)));
        return encoded;
    }

    Map<String, Object> searchAttributes() {
        return SearchAttributes.shown(this.searchAttributes);
    }

    Map<String, Object> memo() {
        Map<String, Object> decoded = new LinkedHashMap<>();
        this.memo.forEach((name, json) -> putNullable(decoded, name, this.payloads.decode(json, Object.class)));
        return decoded;
    }

    private void putAttributes(Map<String, ? extends @Nullable Object> changes) {
        if (changes.isEmpty()) {
            return;
        }
        if (this.searchAttributes.isEmpty()) {
            this.searchAttributes = new LinkedHashMap<>();
        }
        // Normalised again: through JSON, an int and a long have become the same.
        SearchAttributes.normalise(changes).forEach((name, value) -> {
            if (value == null) {
                this.searchAttributes.remove(name);
            }
            else {
                this.searchAttributes.put(name, value);
            }
        });
    }

    private void putMemo(Map<String, Json> changes) {
        if (changes.isEmpty()) {
            return;
        }
        if (this.memo.isEmpty()) {
            this.memo = new LinkedHashMap<>();
        }
        changes.forEach((name, json) -> {
            if (json.isNull()) {
                this.memo.remove(name);
            }
            else {
                this.memo.put(name, json);
            }
        });
    }

    // A null in these maps removes; the map types of the history cannot say so.
    @SuppressWarnings("NullAway")
    private static void putNullable(Map<String, Object> map, String name, @Nullable Object value) {
        map.put(name, value);
    }

}
