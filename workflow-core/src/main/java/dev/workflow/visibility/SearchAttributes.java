package dev.workflow.visibility;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * What search attributes may be, and how they are kept.
 * <p>
 * The type of an attribute is the type of its value: text is a KEYWORD, a whole number an
 * INT, a number with a fraction a DOUBLE, a boolean a BOOL, an {@link Instant} a
 * DATETIME, a collection of texts a KEYWORD_LIST. A {@code null} removes the attribute.
 * Names have 1 to 100 letters, digits and underscores and are none of the built-in
 * fields, nor, since queries know them, of the states {@code Activity}, {@code Admission}
 * and {@code Problem}. A text has at most 1,000 characters, a list at most 100 elements,
 * a run at most 100 attributes.
 * <p>
 * Kept are JSON values: a DATETIME is a text in UTC with nine digits of a second's
 * fraction.
 */
public final class SearchAttributes {

    private static final int MAX_TEXT = 1_000;

    private static final int MAX_ELEMENTS = 100;

    private static final int MAX_ATTRIBUTES = 100;

    private static final Instant MIN_TIME = Instant.parse("0000-01-01T00:00:00Z");

    private static final Instant MAX_TIME = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private SearchAttributes() {
    }

    /**
     * Checks attributes and gives their values the JSON types String, Long, Double,
     * Boolean and List of String. Applied to its own result it changes nothing.
     * @return an unmodifiable map in the order of the names; a {@code null} value stays,
     * and removes
     * @throws IllegalArgumentException naming the attribute, what was found and what is
     * expected
     */
    public static Map<String, @Nullable Object> normalise(Map<String, ? extends @Nullable Object> attributes) {
        if (attributes.size() > MAX_ATTRIBUTES) {
            throw new IllegalArgumentException(
                    "There are at most " + MAX_ATTRIBUTES + " search attributes, not " + attributes.size());
        }
        Map<String, @Nullable Object> normalised = new TreeMap<>();
        attributes.forEach((name, value) -> {
            checkName(name);
            normalised.put(name, (value != null) ? value(name, value) : null);
        });
        return Collections.unmodifiableMap(normalised);
    }

    /**
     * Attributes that somebody chooses for a run that is to be started.
     * @return as {@link #merge}
     * @throws IllegalArgumentException also when queries could not ask for one of them
     */
    public static Map<String, Object> ofStart(Map<String, ? extends @Nullable Object> attributes) {
        requireFindable(attributes, Map.of());
        return merge(Map.of(), attributes);
    }

    /**
     * Refuses to set what queries take for a state of the run; to remove it is fine.
     * @param attributes what is to be set
     * @param recorded what the history has of it: of a time when that was not refused
     * @throws IllegalArgumentException naming the attribute
     */
    public static void requireFindable(Map<String, ? extends @Nullable Object> attributes,
            Map<String, ? extends @Nullable Object> recorded) {
        attributes.forEach((name, value) -> {
            if (value != null && StateField.byName(name) != null && recorded.get(name) == null) {
                throw new IllegalArgumentException(
                        "'" + name + "' is a state in queries and cannot be a search attribute");
            }
        });
    }

    /**
     * Attributes after changes.
     * @param current what is there
     * @param changes what is set, or by {@code null} removed
     * @return an unmodifiable map in the order of the names, normalised, without
     * {@code null} values
     */
    public static Map<String, Object> merge(Map<String, ? extends @Nullable Object> current,
            Map<String, ? extends @Nullable Object> changes) {
        Map<String, Object> merged = new TreeMap<>();
        normalise(current).forEach((name, value) -> set(merged, name, value));
        normalise(changes).forEach((name, value) -> set(merged, name, value));
        if (merged.size() > MAX_ATTRIBUTES) {
            throw new IllegalArgumentException(
                    "A run has at most " + MAX_ATTRIBUTES + " search attributes, not " + merged.size());
        }
        return Collections.unmodifiableMap(merged);
    }

    /** The JSON object as it is stored, without the attributes that are {@code null}. */
    public static String toJson(Map<String, ? extends @Nullable Object> attributes) {
        return AttributeJson.write(merge(Map.of(), attributes));
    }

    /**
     * Reads what {@link #toJson} wrote: String, Long, Double, Boolean, Instant or List of
     * String.
     */
    public static Map<String, Object> fromJson(@Nullable String json) {
        return (json != null) ? AttributeJson.read(json) : Map.of();
    }

    /** The attributes as they were set: times are kept as texts. */
    public static Map<String, Object> shown(Map<String, Object> attributes) {
        Map<String, Object> shown = new LinkedHashMap<>(attributes);
        shown.replaceAll((name, value) -> (value instanceof String text) ? AttributeJson.textOrTime(text) : value);
        return shown;
    }

    private static void set(Map<String, Object> attributes, String name, @Nullable Object value) {
        if (value != null) {
            attributes.put(name, value);
        }
        else {
            attributes.remove(name);
        }
    }

    private static void checkName(String name) {
        if (!Names.isAttributeName(name)) {
            throw new IllegalArgumentException("A search attribute's name has 1 to 100 letters, digits and "
                    + "underscores, which '" + name + "' has not");
        }
        if (BuiltInField.byName(name) != null) {
            throw new IllegalArgumentException(
                    "'" + name + "' is a field of every run and cannot be a search " + "attribute");
        }
    }

    private static Object value(String name, Object value) {
        return switch (value) {
            case String text -> text(name, text);
            case Enum<?> constant -> text(name, constant.name());
            case Boolean flag -> flag;
            case Byte number -> number.longValue();
            case Short number -> number.longValue();
            case Integer number -> number.longValue();
            case Long number -> number;
            case BigInteger number when number.bitLength() < Long.SIZE -> number.longValue();
            case Float number -> decimal(name, Double.parseDouble(number.toString()));
            case Double number -> decimal(name, number);
            case BigDecimal number -> decimal(name, number.doubleValue());
            case Instant time -> time(name, time);
            case OffsetDateTime time -> time(name, time.toInstant());
            case ZonedDateTime time -> time(name, time.toInstant());
            case Collection<?> list -> list(name, list);
            default -> throw expected(name, value.getClass().getName() + " is none of them");
        };
    }

    private static String text(String name, String text) {
        if (text.length() > MAX_TEXT) {
            throw expected(name, "this text has " + text.length() + " characters");
        }
        if (!Names.isStorable(text)) {
            throw expected(name, "this text has the character \\u0000 or half a surrogate pair");
        }
        return text;
    }

    private static Double decimal(String name, double number) {
        if (!Double.isFinite(number)) {
            throw expected(name, number + " is no finite number");
        }
        return number;
    }

    private static String time(String name, Instant time) {
        if (time.isBefore(MIN_TIME) || time.isAfter(MAX_TIME)) {
            throw expected(name, time + " is not between " + MIN_TIME + " and " + MAX_TIME);
        }
        return AttributeJson.text(time);
    }

    private static List<String> list(String name, Collection<?> elements) {
        if (elements.size() > MAX_ELEMENTS) {
            throw expected(name, "this list has " + elements.size() + " elements");
        }
        return elements.stream().map((element) -> switch (element) {
            case String text -> text(name, text);
            case Enum<?> constant -> text(name, constant.name());
            case null -> throw expected(name, "this list has an element that is null");
            default -> throw expected(name, "this list has an element of " + element.getClass().getName());
        }).toList();
    }

    private static IllegalArgumentException expected(String name, String found) {
        return new IllegalArgumentException("The search attribute '" + name + "' expects text of at most " + MAX_TEXT
                + " characters, a whole number, a number, a boolean, an Instant, or a collection of at most "
                + MAX_ELEMENTS + " texts; " + found);
    }

}
