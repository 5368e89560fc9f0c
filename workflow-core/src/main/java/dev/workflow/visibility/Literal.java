package dev.workflow.visibility;

import java.math.BigDecimal;

import dev.workflow.visibility.grammar.ListQueryParser;
import org.antlr.v4.runtime.Token;

/**
 * A value that a list query compares with.
 *
 * @param value a String, Long, BigDecimal or Boolean
 * @param position its first character, from 0
 */
record Literal(Object value, int position) {

    static final String NO_NUMBER = "This is no number of at most 60 characters; a name that begins with a digit is "
            + "written in `backticks`";

    private static final int MAX_DIGITS = 60;

    static Literal of(ListQueryParser.ValueContext context) {
        Token token = context.getStart();
        Object value = switch (token.getType()) {
            case ListQueryParser.TEXT -> text(token);
            case ListQueryParser.NUMBER -> number(token);
            default -> token.getType() == ListQueryParser.TRUE;
        };
        return new Literal(value, token.getStartIndex());
    }

    private static String text(Token token) {
        String text = Names.unquoted(token.getText());
        if (!Names.isStorable(text)) {
            throw ListQueryException.at(token.getStartIndex(),
                    "Text with the character \\u0000 or half a surrogate pair equals no stored value");
        }
        return text;
    }

    private static Object number(Token token) {
        String digits = token.getText();
        if (digits.length() > MAX_DIGITS) {
            throw ListQueryException.at(token.getStartIndex(), NO_NUMBER);
        }
        BigDecimal number = new BigDecimal(digits);
        if (number.scale() <= 0 && number.precision() - number.scale() <= 18) {
            return number.longValueExact();
        }
        return number;
    }

}
