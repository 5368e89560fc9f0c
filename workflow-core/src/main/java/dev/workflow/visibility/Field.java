package dev.workflow.visibility;

import dev.workflow.visibility.grammar.ListQueryParser;
import org.antlr.v4.runtime.Token;

/** What a query can ask for. */
sealed interface Field permits BuiltInField, StateField, AttributeField {

    /** As the user writes it. */
    String fieldName();

    /** How its values are compared. */
    FieldType type();

    /** Whether a run may lack it. */
    boolean nullable();

    /** The SQL expression of its value. */
    String expression(Parameters parameters);

    /**
     * The field of that name; every name that is not built in is a search attribute's.
     */
    static Field of(ListQueryParser.FieldContext context) {
        Token token = context.getStart();
        String name = (token.getType() == ListQueryParser.QUOTED_NAME) ? Names.unquoted(token.getText())
                : token.getText();
        Field builtIn = BuiltInField.byName(name);
        if (builtIn != null) {
            return builtIn;
        }
        Field state = StateField.byName(name);
        if (state != null) {
            return state;
        }
        if (!Names.isAttributeName(name)) {
            throw ListQueryException.at(token.getStartIndex(),
                    "A field's name has 1 to 100 letters, digits and underscores; " + Names.shown(name) + " is none");
        }
        return new AttributeField(name);
    }

}
