package dev.workflow.visibility;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What names and texts may consist of. */
final class Names {

    private static final int MAX_LENGTH = 100;

    private static final int MAX_SHOWN = 40;

    private Names() {
    }

    static boolean isAttributeName(String name) {
        return !name.isEmpty() && name.length() <= MAX_LENGTH && name.chars().allMatch((c) -> isPart((char) c));
    }

    private static boolean isPart(char character) {
        return Character.isLetterOrDigit(character) || character == '_';
    }

    /** What stands between quotes, where a doubled quote means itself. */
    static String unquoted(String quoted) {
        String quote = quoted.substring(0, 1);
        return quoted.substring(1, quoted.length() - 1).replace(quote + quote, quote);
    }

    /** How a message shows a piece of a query. */
    static String shown(String text) {
        int first = text.isEmpty() ? ' ' : text.codePointAt(0);
        if (Character.isISOControl(first) || Character.getType(first) == Character.SURROGATE) {
            return String.format(Locale.ROOT, "\\u%04x", first);
        }
        return "'" + ((text.length() > MAX_SHOWN) ? text.substring(0, MAX_SHOWN) + "…" : text) + "'";
    }

    /** Whether PostgreSQL can hold a text: no character 0, and only whole characters. */
    static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

}
