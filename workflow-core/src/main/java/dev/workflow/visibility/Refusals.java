package dev.workflow.visibility;

import java.util.List;

import dev.workflow.visibility.grammar.ListQueryParser;
import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/**
 * Ends the parsing at the first token that does not fit, and says what would have fitted.
 */
final class Refusals extends DefaultErrorStrategy {

    /** Called before each choice, where more would fit than the parser goes on to try. */
    @Override
    public void sync(Parser parser) {
        if (!parser.getExpectedTokens().contains(parser.getCurrentToken().getType())) {
            throw refusal(parser);
        }
    }

    @Override
    public Token recoverInline(Parser parser) {
        throw refusal(parser);
    }

    @Override
    public void reportError(Parser parser, RecognitionException ex) {
        throw refusal(parser);
    }

    private static ListQueryException refusal(Parser parser) {
        Token found = parser.getCurrentToken();
        Token before = parser.getInputStream().LT(-1);
        if (found.getType() == ListQueryParser.OPEN && before != null && isName(before)) {
            return ListQueryException.at(before.getStartIndex(),
                    "Functions such as " + Names.shown(before.getText()) + " are not allowed");
        }
        return ListQueryException.at(found.getStartIndex(), switch (found.getType()) {
            case ListQueryParser.UNCLOSED -> "A quote " + found.getText().charAt(0) + " is opened and not closed";
            case ListQueryParser.DOUBLE_QUOTE -> "Text is written in single quotes, not in \"";
            case ListQueryParser.NO_NUMBER -> Literal.NO_NUMBER;
            case ListQueryParser.NULL -> "NULL is asked for with IS NULL or IS NOT NULL";
            default -> "Unexpected " + described(found) + ". Expected " + expected(parser.getExpectedTokens());
        });
    }

    private static boolean isName(Token token) {
        return token.getType() == ListQueryParser.NAME || token.getType() == ListQueryParser.QUOTED_NAME;
    }

    private static String described(Token token) {
        return switch (token.getType()) {
            case Token.EOF -> "end of the query";
            case ListQueryParser.TEXT, ListQueryParser.NUMBER, ListQueryParser.TRUE, ListQueryParser.FALSE -> "value";
            case ListQueryParser.UNKNOWN -> "character " + Names.shown(token.getText());
            default -> Names.shown(token.getText());
        };
    }

    private static String expected(IntervalSet types) {
        List<String> words = types.toList()
            .stream()
            .sorted(Integer::compareUnsigned) // the end, which is -1, comes last
            .map((type) -> word(type, types))
            .distinct()
            .toList();
        String last = words.getLast();
        return (words.size() == 1) ? last : String.join(", ", words.subList(0, words.size() - 1)) + " or " + last;
    }

    private static String word(int type, IntervalSet types) {
        return switch (type) {
            case Token.EOF -> "the end of the query";
            case ListQueryParser.NAME, ListQueryParser.QUOTED_NAME -> "a field";
            case ListQueryParser.ASC, ListQueryParser.DESC ->
                types.contains(ListQueryParser.NAME) ? "a field" : literal(type);
            case ListQueryParser.TEXT, ListQueryParser.NUMBER, ListQueryParser.TRUE, ListQueryParser.FALSE ->
                "a value ('text', a number, TRUE or FALSE)";
            case ListQueryParser.OPEN -> "an opening parenthesis";
            case ListQueryParser.CLOSE -> "a closing parenthesis";
            case ListQueryParser.COMMA -> "a comma";
            case ListQueryParser.NOT_EQUAL -> "!=, <>";
            case ListQueryParser.ORDER_BY -> "ORDER BY";
            default -> literal(type);
        };
    }

    private static String literal(int type) {
        return ListQueryParser.VOCABULARY.getLiteralName(type).replace("'", "");
    }

}
