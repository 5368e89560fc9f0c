package dev.workflow.engine;

/** Makes texts that PostgreSQL can store. */
final class Texts {

    private Texts() {
    }

    /** Without NUL characters and lone surrogates, at most so long. */
    static String storable(String text, int length) {
        StringBuilder safe = new StringBuilder(Math.min(text.length(), length));
        text.codePoints().limit(length).forEach((c) -> {
            boolean storable = c != 0 && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
            safe.appendCodePoint(storable ? c : '\ufffd');
        });
        return safe.toString();
    }

}
