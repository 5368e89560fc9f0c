package dev.workflow.visibility;

import java.nio.charset.StandardCharsets;

/** What names and texts may consist of. */
final class Names {

    private static final int MAX_LENGTH = 100;

    private Names() {
    }

    static boolean isLetter(char character) {
        return Character.isLetter(character) || character == '_';
    }

    static boolean isPart(char character) {
        return isLetter(character) || Character.isDigit(character);
    }

    static boolean isAttributeName(String name) {
        return !name.isEmpty() && name.length() <= MAX_LENGTH && name.chars().allMatch((c) -> isPart((char) c));
    }

    /** Whether PostgreSQL can hold a text: no character 0, and only whole characters. */
    static boolean isStorable(String text) {
        return text.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

}
