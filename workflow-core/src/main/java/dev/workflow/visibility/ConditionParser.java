package dev.workflow.visibility;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.visibility.Condition.Operator;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.JdbcNamedParameter;
import net.sf.jsqlparser.expression.NotExpression;
import net.sf.jsqlparser.expression.operators.conditional.AndExpression;
import net.sf.jsqlparser.expression.operators.conditional.OrExpression;
import net.sf.jsqlparser.expression.operators.relational.Between;
import net.sf.jsqlparser.expression.operators.relational.ComparisonOperator;
import net.sf.jsqlparser.expression.operators.relational.InExpression;
import net.sf.jsqlparser.expression.operators.relational.IsNullExpression;
import net.sf.jsqlparser.expression.operators.relational.LikeExpression;
import net.sf.jsqlparser.expression.operators.relational.ParenthesedExpressionList;
import net.sf.jsqlparser.schema.Column;
import org.jspecify.annotations.Nullable;

/**
 * Turns tokens into a condition. The SQL parser sees only the shape of a query, and only
 * a part of what it knows is let through.
 */
final class ConditionParser {

    private final ParsedShape shape;

    private ConditionParser(ParsedShape shape) {
        this.shape = shape;
    }

    static Condition parse(List<Token> tokens) {
        ParsedShape shape = ParsedShape.of(tokens);
        return new ConditionParser(shape).condition(shape.expression());
    }

    private Condition condition(Expression expression) {
        return switch (expression) {
            case AndExpression and -> new Condition.And(operands(and));
            case OrExpression or -> new Condition.Or(operands(or));
            case NotExpression not -> new Condition.Not(condition(not.getExpression()));
            case ParenthesedExpressionList<?> list when list.size() == 1 -> condition(list.getFirst());
            case ComparisonOperator comparison -> comparison(comparison);
            case InExpression in ->
                negated(in.isNot(), new Condition.In(field(in.getLeftExpression()), values(in.getRightExpression())));
            case Between between -> negated(between.isNot(), new Condition.Between(field(between.getLeftExpression()),
                    value(between.getBetweenExpressionStart()), value(between.getBetweenExpressionEnd())));
            case LikeExpression startsWith ->
                negated(startsWith.isNot(), new Condition.StartsWith(field(startsWith.getLeftExpression()),
                        value(startsWith.getRightExpression())));
            case IsNullExpression isNull ->
                negated(isNull.isNot(), new Condition.IsNull(field(isNull.getLeftExpression())));
            default -> throw refused(expression, "a field with an operator and a value");
        };
    }

    /**
     * A chain of ANDs, or of ORs, leans to the left: it is walked without recursion, so
     * its length is no depth.
     */
    private List<Condition> operands(Expression expression) {
        List<Condition> operands = new ArrayList<>();
        Expression next = expression;
        while (next.getClass() == expression.getClass()) {
            if (next instanceof AndExpression and) {
                operands.add(condition(and.getRightExpression()));
                next = and.getLeftExpression();
            }
            else if (next instanceof OrExpression or) {
                operands.add(condition(or.getRightExpression()));
                next = or.getLeftExpression();
            }
        }
        operands.add(condition(next));
        return operands.reversed();
    }

    private Condition comparison(ComparisonOperator comparison) {
        Field field = field(comparison.getLeftExpression());
        Token value = value(comparison.getRightExpression());
        return switch (comparison.getStringExpression()) {
            case "=" -> new Condition.Compare(field, Operator.EQUAL, value);
            case "!=", "<>" -> new Condition.Not(new Condition.Compare(field, Operator.EQUAL, value));
            case "<" -> new Condition.Compare(field, Operator.LESS, value);
            case "<=" -> new Condition.Compare(field, Operator.LESS_OR_EQUAL, value);
            case ">" -> new Condition.Compare(field, Operator.GREATER, value);
            case ">=" -> new Condition.Compare(field, Operator.GREATER_OR_EQUAL, value);
            default -> throw refused(comparison, "=, !=, <>, <, <=, > or >=");
        };
    }

    private static Condition negated(boolean negated, Condition condition) {
        return negated ? new Condition.Not(condition) : condition;
    }

    private Field field(Expression expression) {
        Token name = (expression instanceof Column column) ? this.shape.token(column.getColumnName()) : null;
        if (name == null) {
            throw refused(expression, "a field on the left of an operator");
        }
        return Field.of(name);
    }

    private Token value(Expression expression) {
        Token value = (expression instanceof JdbcNamedParameter parameter) ? this.shape.token(parameter.getName())
                : null;
        if (value == null) {
            throw refused(expression, "a value ('text', a number, TRUE or FALSE) on the right of an operator");
        }
        return value;
    }

    private List<Token> values(@Nullable Expression expression) {
        if (!(expression instanceof ParenthesedExpressionList<?> list) || list.isEmpty()) {
            throw refused(expression, "values in parentheses after IN");
        }
        return list.stream().map(this::value).toList();
    }

    private ListQueryException refused(@Nullable Expression expression, String expected) {
        return ListQueryException.at(this.shape.position(expression), "Expected " + expected);
    }

}
