package dev.workflow.visibility;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of search attributes and memos, by a mapper of its own. */
final class AttributeJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
        .build();

    /**
     * Of one length, so that times are ordered as their texts are, and that hardly
     * anybody writes by hand.
     */
    private static final DateTimeFormatter NANOSECONDS = DateTimeFormatter
        .ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'", Locale.ROOT)
        .withZone(ZoneOffset.UTC);

    private static final int TIME_LENGTH = 30;

    private AttributeJson() {
    }

    static String text(Instant time) {
        return NANOSECONDS.format(time);
    }

    static String write(Map<String, Object> values) {
        Map<String, Object> plain = new TreeMap<>();
        values.forEach((name, value) -> plain.put(name, (value instanceof Double number) ? decimal(number) : value));
        return MAPPER.writeValueAsString(plain);
    }

    static Map<String, Object> read(String json) {
        Map<String, Object> values = new LinkedHashMap<>();
        MAPPER.readTree(json).forEachEntry((name, node) -> {
            if (!node.isNull()) {
                values.put(name, value(node));
            }
        });
        return Collections.unmodifiableMap(values);
    }

    /** The members of an object, each as its own text. */
    static Map<String, Json> members(@Nullable String json) {
        Map<String, Json> members = new LinkedHashMap<>();
        if (json != null) {
            MAPPER.readTree(json).forEachEntry((name, node) -> members.put(name, new Json(node.toString())));
        }
        return Collections.unmodifiableMap(members);
    }

    /** With a fraction, so that a 5.0 is read as a DOUBLE again. */
    private static BigDecimal decimal(double number) {
        BigDecimal decimal = BigDecimal.valueOf(number);
        return (decimal.scale() < 1) ? decimal.setScale(1) : decimal;
    }

    private static Object value(JsonNode node) {
        if (node.isString()) {
            return textOrTime(node.stringValue());
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isArray()) {
            List<Object> elements = new ArrayList<>();
            node.forEach((element) -> elements.add(element.isString() ? element.stringValue() : element.toString()));
            return List.copyOf(elements);
        }
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        return node.isNumber() ? (Object) node.doubleValue() : node.toString();
    }

    /** A time that was kept as a text, or else the text. */
    static Object textOrTime(String text) {
        if (text.length() != TIME_LENGTH || text.charAt(TIME_LENGTH - 1) != 'Z') {
            return text;
        }
        try {
            return Instant.parse(text);
        }
        catch (DateTimeParseException ex) {
            return text;
        }
    }

}
