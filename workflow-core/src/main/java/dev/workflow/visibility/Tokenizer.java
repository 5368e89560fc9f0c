package dev.workflow.visibility;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.workflow.visibility.Token.Kind;

/**
 * Cuts a list query into tokens. It is the first gate: whatever is not in the language,
 * such as comments, arithmetic or other quotes, ends here, and nesting and length are
 * bounded before any parser sees the query.
 */
final class Tokenizer {

    static final int MAX_LENGTH = 10_000;

    static final int MAX_NESTING = 50;

    private static final int MAX_VALUES = 1_000;

    private static final int MAX_PARENTHESES = 200;

    private static final Set<String> KEYWORDS = Set.of("AND", "OR", "NOT", "IN", "BETWEEN", "IS", "NULL",
            "STARTS_WITH");

    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

    private static final Pattern SYMBOL = Pattern.compile("!=|<>|<=|>=|[=<>(),]");

    private final String query;

    private final List<Token> tokens = new ArrayList<>();

    private int position;

    private int nesting;

    private int values;

    private int parentheses;

    private Tokenizer(String query) {
        this.query = query;
    }

    static List<Token> tokens(String query) {
        if (query.length() > MAX_LENGTH) {
            throw new ListQueryException(
                    "The query has " + query.length() + " characters, at most " + MAX_LENGTH + " are allowed");
        }
        return new Tokenizer(query).tokens();
    }

    private List<Token> tokens() {
        while (this.position < this.query.length()) {
            char next = this.query.charAt(this.position);
            if (Character.isWhitespace(next)) {
                this.position++;
            }
            else {
                Token token = read(next);
                check(token);
                this.tokens.add(token);
            }
        }
        return this.tokens;
    }

    private Token read(char next) {
        if (next == '\'') {
            return quoted(Kind.VALUE);
        }
        if (next == '`') {
            return quoted(Kind.QUOTED_NAME);
        }
        if (Names.isLetter(next)) {
            return word();
        }
        Matcher number = NUMBER.matcher(this.query).region(this.position, this.query.length());
        if (number.lookingAt()) {
            return number(number.group());
        }
        Matcher symbol = SYMBOL.matcher(this.query).region(this.position, this.query.length());
        if (symbol.lookingAt()) {
            int start = this.position;
            this.position = symbol.end();
            return new Token(Kind.SYMBOL, symbol.group(), null, start);
        }
        if (next == '"') {
            throw ListQueryException.at(this.position, "Text is written in single quotes, not in \"");
        }
        throw ListQueryException.notAllowed(this.position, "character " + shown(next));
    }

    private Token quoted(Kind kind) {
        int start = this.position;
        char quote = this.query.charAt(start);
        StringBuilder text = new StringBuilder();
        for (this.position++; this.position < this.query.length(); this.position++) {
            char next = this.query.charAt(this.position);
            if (next != quote) {
                text.append(next);
            }
            else if (this.query.startsWith("" + quote + quote, this.position)) {
                text.append(quote);
                this.position++;
            }
            else {
                this.position++;
                return (kind == Kind.VALUE) ? text(text.toString(), start)
                        : new Token(kind, text.toString(), null, start);
            }
        }
        throw ListQueryException.at(start, "A quote " + quote + " is opened and not closed");
    }

    private static Token text(String text, int start) {
        if (!Names.isStorable(text)) {
            throw ListQueryException.at(start,
                    "Text with the character \\u0000 or half a surrogate pair equals no stored value");
        }
        return new Token(Kind.VALUE, text, text, start);
    }

    private Token word() {
        int start = this.position;
        while (this.position < this.query.length() && Names.isPart(this.query.charAt(this.position))) {
            this.position++;
        }
        String word = this.query.substring(start, this.position);
        String upper = word.toUpperCase(Locale.ROOT);
        if (upper.equals("TRUE") || upper.equals("FALSE")) {
            return new Token(Kind.VALUE, word, upper.equals("TRUE"), start);
        }
        return KEYWORDS.contains(upper) ? new Token(Kind.KEYWORD, upper, null, start)
                : new Token(Kind.NAME, word, null, start);
    }

    private Token number(String text) {
        int start = this.position;
        this.position += text.length();
        boolean ends = this.position == this.query.length()
                || !(Names.isPart(this.query.charAt(this.position)) || this.query.charAt(this.position) == '.');
        if (!ends || text.length() > 60) {
            throw ListQueryException.at(start, "This is no number of at most 60 characters; a name that begins with "
                    + "a digit is written in `backticks`");
        }
        BigDecimal number = new BigDecimal(text);
        if (number.scale() <= 0 && number.precision() - number.scale() <= 18) {
            return new Token(Kind.VALUE, text, number.longValueExact(), start);
        }
        return new Token(Kind.VALUE, text, number, start);
    }

    private void check(Token token) {
        Token before = this.tokens.isEmpty() ? null : this.tokens.getLast();
        if (token.is("(")) {
            if (before != null && before.isName()) {
                throw ListQueryException.at(before.position(),
                        "Functions such as " + before.described() + " are not allowed");
            }
            if (++this.nesting > MAX_NESTING || ++this.parentheses > MAX_PARENTHESES) {
                throw ListQueryException.at(token.position(), "Parentheses are nested at most " + MAX_NESTING
                        + " deep, and there are at most " + MAX_PARENTHESES + " pairs");
            }
        }
        else if (token.is(")")) {
            this.nesting--;
        }
        else if (token.is("NOT") && before != null && before.is("NOT")) {
            throw ListQueryException.at(token.position(), "NOT is not repeated");
        }
        else if (token.is("NULL") && (before == null || !(before.is("IS") || before.is("NOT")))) {
            throw ListQueryException.at(token.position(), "NULL is asked for with IS NULL or IS NOT NULL");
        }
        else if (token.kind() == Kind.VALUE && ++this.values > MAX_VALUES) {
            throw ListQueryException.at(token.position(), "A query has at most " + MAX_VALUES + " values");
        }
    }

    private static String shown(char character) {
        return Character.isISOControl(character) || Character.isSurrogate(character)
                ? String.format(Locale.ROOT, "\\u%04x", (int) character) : "'" + character + "'";
    }

}
