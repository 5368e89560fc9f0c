package dev.workflow.visibility;

import java.util.List;

import dev.workflow.visibility.grammar.ListQueryLexer;
import dev.workflow.visibility.grammar.ListQueryParser;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;

/**
 * Parses list queries. Their size is bounded before the parser sees them, since it calls
 * itself for each parenthesis.
 */
final class QueryTree {

    private static final int MAX_LENGTH = 10_000;

    private static final int MAX_NESTING = 50;

    private static final int MAX_PARENTHESES = 200;

    private static final int MAX_VALUES = 1_000;

    private QueryTree() {
    }

    static ListQueryParser.QueryContext parse(String query) {
        if (query.length() > MAX_LENGTH) {
            throw new ListQueryException(
                    "The query has " + query.length() + " characters, at most " + MAX_LENGTH + " are allowed");
        }
        CommonTokenStream tokens = new CommonTokenStream(new ListQueryLexer(CharStreams.fromString(query)));
        tokens.fill();
        checkSize(tokens.getTokens());
        ListQueryParser parser = new ListQueryParser(tokens);
        parser.setErrorHandler(new Refusals());
        return parser.query();
    }

    private static void checkSize(List<Token> tokens) {
        int nesting = 0;
        int parentheses = 0;
        int values = 0;
        for (Token token : tokens) {
            switch (token.getType()) {
                case ListQueryLexer.OPEN -> {
                    nesting++;
                    parentheses++;
                }
                case ListQueryLexer.CLOSE -> nesting--;
                case ListQueryLexer.TEXT, ListQueryLexer.NUMBER, ListQueryLexer.TRUE, ListQueryLexer.FALSE -> values++;
                default -> {
                }
            }
            if (nesting > MAX_NESTING || parentheses > MAX_PARENTHESES) {
                throw ListQueryException.at(token.getStartIndex(), "Parentheses are nested at most " + MAX_NESTING
                        + " deep, and there are at most " + MAX_PARENTHESES + " pairs");
            }
            if (values > MAX_VALUES) {
                throw ListQueryException.at(token.getStartIndex(), "A query has at most " + MAX_VALUES + " values");
            }
        }
    }

}
