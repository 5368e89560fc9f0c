package dev.workflow.sample.input;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** Checks values; throws {@link InvalidInputException} when one is not as expected. */
public final class Expect {

    /** NUL, and halves of a surrogate pair: PostgreSQL stores neither. */
    private static final Pattern UNSTORABLE = Pattern.compile("[\\x{0}\\x{D800}-\\x{DFFF}]");

    private Expect() {
    }

    /** Anything but null. */
    public static <T> T present(String name, @Nullable T value) {
        if (value == null) {
            throw new InvalidInputException(name, "a value", "null");
        }
        return value;
    }

    /** A text that a person could read and the database can store. */
    public static String text(String name, @Nullable String value, int maxLength) {
        String text = present(name, value);
        if (text.isBlank()) {
            throw new InvalidInputException(name, "at least one visible character", "\"" + text + "\"");
        }
        if (text.length() > maxLength) {
            throw new InvalidInputException(name, "at most " + maxLength + " characters", text.length());
        }
        if (UNSTORABLE.matcher(text).find()) {
            throw new InvalidInputException(name, "neither NUL nor half a surrogate pair",
                    "\"" + UNSTORABLE.matcher(text).replaceAll("\ufffd") + "\"");
        }
        return text;
    }

    /** A number from one to another, both included. */
    public static long between(String name, long value, long min, long max) {
        if (value < min || value > max) {
            String expected = (max == Long.MAX_VALUE) ? min + " or more" : "a number from " + min + " to " + max;
            throw new InvalidInputException(name, expected, value);
        }
        return value;
    }

}
