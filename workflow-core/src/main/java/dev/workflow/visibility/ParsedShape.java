package dev.workflow.visibility;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.parser.StringProvider;
import net.sf.jsqlparser.parser.TokenMgrException;
import org.jspecify.annotations.Nullable;

/**
 * A condition as the SQL parser sees it: names are {@code c0}, {@code c1}, …, values are
 * {@code :v2}, … where the number is that of the token. So no word of a query is ever a
 * keyword by accident, no value reaches the parser, and everything in its answer leads
 * back to a position of the query.
 */
final class ParsedShape {

    private static final Pattern REFERENCE = Pattern.compile("[cv]([0-9]+)");

    private final List<Token> tokens;

    private final Expression expression;

    private ParsedShape(List<Token> tokens) {
        this.tokens = tokens;
        this.expression = parse();
    }

    static ParsedShape of(List<Token> tokens) {
        return new ParsedShape(tokens);
    }

    Expression expression() {
        return this.expression;
    }

    /** The token of a name or value that the parser gave back. */
    @Nullable Token token(String reference) {
        Matcher matcher = REFERENCE.matcher(reference);
        return matcher.matches() ? this.tokens.get(Integer.parseInt(matcher.group(1))) : null;
    }

    /** About where a part of the query is. */
    int position(@Nullable Expression part) {
        Matcher matcher = REFERENCE.matcher(String.valueOf(part));
        return this.tokens.get(matcher.find() ? Integer.parseInt(matcher.group(1)) : 0).position();
    }

    /**
     * The parser's simple mode, since its complex one takes exponential time; and not
     * through the parser's own facade, which starts a thread and logs for each query.
     */
    private Expression parse() {
        StringBuilder text = new StringBuilder();
        int[] starts = new int[this.tokens.size()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = text.length();
            text.append(word(i)).append(closesIn(i) ? " ) " : " ");
        }
        CCJSqlParser parser = new CCJSqlParser(new StringProvider(text.toString())).withAllowComplexParsing(false);
        try {
            Expression parsed = parser.Expression();
            net.sf.jsqlparser.parser.Token next = parser.getNextToken();
            if (next.kind == 0) {
                return parsed;
            }
            throw unexpected(starts, next.beginColumn);
        }
        catch (ParseException ex) {
            net.sf.jsqlparser.parser.Token last = ex.currentToken;
            throw unexpected(starts, (last != null && last.next != null) ? last.next.beginColumn : text.length() + 1);
        }
        catch (TokenMgrException ex) {
            throw unexpected(starts, text.length() + 1);
        }
    }

    private String word(int index) {
        Token token = this.tokens.get(index);
        return switch (token.kind()) {
            case NAME, QUOTED_NAME -> (opensIn(index) ? "( c" : "c") + index;
            case VALUE -> ":v" + index;
            case KEYWORD -> token.text().equals("STARTS_WITH") ? "LIKE" : token.text();
            case SYMBOL -> token.text();
        };
    }

    /**
     * Whether {@code name [NOT] IN (} begins here. Such a test is parsed in parentheses
     * of its own, since the parser takes all that follows {@code IN} for its list:
     * {@code a IN (1) AND b = 2} as {@code a IN ((1) AND b = 2)}.
     */
    private boolean opensIn(int index) {
        int in = index + (is(index + 1, "NOT") ? 2 : 1);
        return this.tokens.get(index).isName() && is(in, "IN") && is(in + 1, "(") && closing(in + 1) > 0;
    }

    private boolean closesIn(int index) {
        if (!is(index, ")")) {
            return false;
        }
        int open = index - 1;
        while (open > 0 && !is(open, "(") && !is(open, ")")) {
            open--;
        }
        int name = open - (is(open - 2, "NOT") ? 3 : 2);
        return is(open, "(") && name >= 0 && opensIn(name) && closing(open) == index;
    }

    /**
     * The parenthesis that closes a list, or -1 when there is none or another opens
     * before.
     */
    private int closing(int open) {
        for (int i = open + 1; i < this.tokens.size() && !is(i, "("); i++) {
            if (is(i, ")")) {
                return i;
            }
        }
        return -1;
    }

    private boolean is(int index, String keywordOrSymbol) {
        return index >= 0 && index < this.tokens.size() && this.tokens.get(index).is(keywordOrSymbol);
    }

    private ListQueryException unexpected(int[] starts, int column) {
        for (int i = 0; i < starts.length; i++) {
            if (starts[i] + 1 >= column) {
                return ListQueryException.notAllowed(this.tokens.get(i).position(), this.tokens.get(i).described());
            }
        }
        Token last = this.tokens.getLast();
        return ListQueryException.notAllowed(last.position() + last.text().length(), "end of the condition");
    }

}
