package dev.workflow;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The bounds of what users choose: ids, names, texts, durations. Every method returns the
 * value that it was given, or throws {@link IllegalArgumentException} that says what was
 * expected and what was given.
 */
public final class Constraints {

    /** How many characters an id or a name may have. */
    public static final int MAX_ID_LENGTH = 1_000;

    /** How many characters a fairness key may have: it is part of an index. */
    public static final int MAX_FAIRNESS_KEY_LENGTH = 200;

    /**
     * How many bytes an id or a name may have in UTF-8: two of them fit into a row of an
     * index.
     */
    public static final int MAX_ID_BYTES = 1_300;

    /** How many characters a text for people may have. */
    public static final int MAX_TEXT_LENGTH = 10_000;

    /**
     * The longest duration: far more than any run lives, and safe to add to any instant.
     */
    public static final Duration MAX_DURATION = Duration.ofDays(365_000);

    /** NUL, and halves of a surrogate pair: PostgreSQL stores neither. */
    private static final Pattern UNSTORABLE = Pattern.compile("[\\x{0}\\x{D800}-\\x{DFFF}]");

    private static final int SHOWN = 60;

    private Constraints() {
    }

    /** Any value but null. */
    public static <T> T notNull(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(name + ": expected a value, given null");
        }
        return value;
    }

    /**
     * An id, or a name that is looked up: not blank, at most {@value #MAX_ID_LENGTH}
     * characters and {@value #MAX_ID_BYTES} bytes in UTF-8, without NUL.
     */
    public static String id(String name, @Nullable String value) {
        String id = storable(name, value, MAX_ID_LENGTH);
        requireBytes(name, id, MAX_ID_BYTES);
        if (id.isBlank()) {
            throw new IllegalArgumentException(name + ": expected at least one visible character, given \"" + id + '"');
        }
        return id;
    }

    /** A text of at most so many bytes in UTF-8. */
    public static void requireBytes(String name, String value, int maxBytes) {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > maxBytes) {
            throw new IllegalArgumentException(name + ": expected at most " + maxBytes + " bytes in UTF-8, given "
                    + bytes + " (\"" + value.substring(0, Math.min(SHOWN, value.length())) + "…\")");
        }
    }

    /**
     * A text for people, which may be empty: at most {@value #MAX_TEXT_LENGTH}
     * characters, without NUL.
     */
    public static String text(String name, @Nullable String value) {
        return storable(name, value, MAX_TEXT_LENGTH);
    }

    /** The same with another limit. */
    public static String text(String name, @Nullable String value, int maxLength) {
        return storable(name, value, maxLength);
    }

    /** A duration greater than zero. */
    public static Duration positive(String name, @Nullable Duration value) {
        return duration(name, value, 1, "a duration greater than zero");
    }

    /** A duration of zero or more. */
    public static Duration notNegative(String name, @Nullable Duration value) {
        return duration(name, value, 0, "a duration of zero or more");
    }

    /** A number between two others, both included. */
    public static long between(String name, long value, long min, long max) {
        if (value < min || value > max) {
            String expected = (max == Long.MAX_VALUE) ? min + " or more" : "a number from " + min + " to " + max;
            throw new IllegalArgumentException(name + ": expected " + expected + ", given " + value);
        }
        return value;
    }

    /** A priority: 1 (first) to 5 (last). */
    public static int priority(int value) {
        return (int) between("priority", value, 1, 5);
    }

    /**
     * A fairness key: as an id, but at most {@value #MAX_FAIRNESS_KEY_LENGTH} characters.
     */
    public static String fairnessKey(@Nullable String value) {
        String key = id("fairnessKey", value);
        return storable("fairnessKey", key, MAX_FAIRNESS_KEY_LENGTH);
    }

    /** The weight of a fairness key: 0.001 to 1,000. */
    public static double fairnessWeight(String name, double value) {
        if (!(value >= 0.001 && value <= 1_000)) {
            throw new IllegalArgumentException(name + ": expected a number from 0.001 to 1000, given " + value);
        }
        return value;
    }

    /**
     * Named values, none of them null; returned as an unmodifiable copy in the same
     * order.
     */
    public static Map<String, ?> attributes(String name, @Nullable Map<String, ?> values) {
        Map<String, Object> copy = new LinkedHashMap<>();
        notNull(name, values).forEach((key, value) -> {
            String entry = name + "[" + id(name + " key", key) + "]";
            copy.put(key, notNull(entry, value));
        });
        return Collections.unmodifiableMap(copy);
    }

    private static String storable(String name, @Nullable String value, int maxLength) {
        String text = notNull(name, value);
        if (text.length() > maxLength) {
            throw new IllegalArgumentException(name + ": expected at most " + maxLength + " characters, given "
                    + text.length() + " (\"" + text.substring(0, SHOWN) + "…\")");
        }
        if (UNSTORABLE.matcher(text).find()) {
            throw new IllegalArgumentException(
                    name + ": expected neither NUL nor half a surrogate pair, given \"" + escaped(text) + '"');
        }
        return text;
    }

    private static String escaped(String text) {
        return UNSTORABLE.matcher(text).replaceAll((match) -> "\\\\u%04x".formatted((int) match.group().charAt(0)));
    }

    private static Duration duration(String name, @Nullable Duration value, long minNanos, String expected) {
        Duration duration = notNull(name, value);
        if (duration.compareTo(Duration.ofNanos(minNanos)) < 0) {
            throw new IllegalArgumentException(name + ": expected " + expected + ", given " + duration);
        }
        if (duration.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException(
                    name + ": expected at most " + MAX_DURATION.toDays() + " days, given " + duration);
        }
        return duration;
    }

}
