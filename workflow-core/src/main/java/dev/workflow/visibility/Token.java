package dev.workflow.visibility;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a list query.
 *
 * @param kind what it is
 * @param text the text; of a name without its backticks, of a keyword in upper case
 * @param value of a value: a String, Long, BigDecimal or Boolean
 * @param position its first character, from 0
 */
record Token(Kind kind, String text, @Nullable Object value, int position) {

    enum Kind {

        KEYWORD, SYMBOL, NAME, QUOTED_NAME, VALUE

    }

    boolean isName() {
        return this.kind == Kind.NAME || this.kind == Kind.QUOTED_NAME;
    }

    /** Whether this is the given word, as written without backticks. */
    boolean isWord(String word) {
        return this.kind == Kind.NAME && this.text.equalsIgnoreCase(word);
    }

    boolean is(String keywordOrSymbol) {
        return (this.kind == Kind.KEYWORD || this.kind == Kind.SYMBOL) && this.text.equals(keywordOrSymbol);
    }

    /** How a message calls it. */
    String described() {
        if (this.kind == Kind.VALUE) {
            return "value";
        }
        return "'" + (this.text.length() > 40 ? this.text.substring(0, 40) + "…" : this.text) + "'";
    }

}
