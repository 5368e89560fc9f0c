package dev.workflow.engine;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.visibility.SearchAttributes;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;

/** Writes and reads what the engine itself stores as JSON. */
public final class EngineJson {

    private static final Type JSON_MAP = new ParameterizedTypeReference<LinkedHashMap<String, Json>>() {
    }.getType();

    /** What the engine writes itself is bounded, so no limit of payloads applies. */
    private final PayloadConverter payloads = new JacksonPayloadConverter();

    /** Writes a failure. */
    public String write(FailureInfo failure) {
        return this.payloads.encode(failure).text();
    }

    /** Reads a failure. */
    public FailureInfo readFailure(String json) {
        return read(json, FailureInfo.class);
    }

    String writeOutcome(ActivityOutcome outcome) {
        return this.payloads.encode(outcome).text();
    }

    ActivityOutcome readOutcome(String json) {
        return read(json, ActivityOutcome.class);
    }

    String writeText(@Nullable String text) {
        return this.payloads.encode(text).text();
    }

    @Nullable String readText(String json) {
        return (String) this.payloads.decode(new Json(json), String.class);
    }

    String writeMemo(Map<String, Json> memo) {
        return this.payloads.encode(memo).text();
    }

    Map<String, Json> readMemo(@Nullable String json) {
        return (json != null) ? this.<Map<String, Json>>read(json, JSON_MAP) : Map.of();
    }

    String writeAttributes(Map<String, Object> attributes) {
        return SearchAttributes.toJson(attributes);
    }

    Map<String, Object> readAttributes(@Nullable String json) {
        return SearchAttributes.fromJson(json);
    }

    @SuppressWarnings("unchecked")
    private <T> T read(String json, Type type) {
        Object value = this.payloads.decode(new Json(json), type);
        return (T) Objects.requireNonNull(value, () -> "null where "
                + ((type instanceof ParameterizedType p) ? p.getRawType() : type) + " was expected");
    }

}
