package dev.workflow.visibility;

import java.util.List;
import java.util.stream.Collectors;

import dev.workflow.visibility.Condition.Operator;

/**
 * Writes a condition as SQL. Every test is true or false, never unknown: NOT is pushed
 * down to the single tests, where it becomes {@code is not true}, so that {@code !=} also
 * finds the runs that lack the field, and the positive tests stay bare for the indexes.
 */
final class ConditionSql {

    private final Parameters parameters;

    private final AttributeSql attributes;

    ConditionSql(Parameters parameters) {
        this.parameters = parameters;
        this.attributes = new AttributeSql(parameters);
    }

    String write(Condition condition) {
        return write(condition, true);
    }

    private String write(Condition condition, boolean positive) {
        return switch (condition) {
            case Condition.Not(Condition part) -> write(part, !positive);
            case Condition.And(List<Condition> parts) -> joined(parts, positive ? " and " : " or ", positive);
            case Condition.Or(List<Condition> parts) -> joined(parts, positive ? " or " : " and ", positive);
            case Condition.IsNull(Field field) ->
                field.expression(this.parameters) + (positive ? " is null" : " is not null");
            default -> positive ? test(condition) : "(" + test(condition) + ") is not true";
        };
    }

    private String joined(List<Condition> parts, String word, boolean positive) {
        return parts.stream().map((part) -> write(part, positive)).collect(Collectors.joining(word, "(", ")"));
    }

    private String test(Condition condition) {
        return switch (condition) {
            case Condition.Compare(Field field, Operator operator, Literal value) -> compare(field, operator, value);
            case Condition.In(Field field, List<Literal> values) -> in(field, values);
            case Condition.Between(Field field, Literal low, Literal high) -> between(field, low, high);
            case Condition.StartsWith(Field field, Literal prefix) -> startsWith(field, prefix);
            default -> throw new IllegalStateException("No single test: " + condition);
        };
    }

    private String compare(Field field, Operator operator, Literal value) {
        if (operator != Operator.EQUAL) {
            requireOrdered(field, value);
        }
        if (field instanceof StateField state) {
            return state.test(List.of(value));
        }
        if (field instanceof AttributeField attribute) {
            return (operator == Operator.EQUAL) ? this.attributes.equal(attribute, List.of(value))
                    : this.attributes.compare(attribute, operator, value);
        }
        return field.expression(this.parameters) + " " + operator.sql() + " " + bound(field, value);
    }

    private String in(Field field, List<Literal> values) {
        if (field instanceof StateField state) {
            return state.test(values);
        }
        if (field instanceof AttributeField attribute) {
            return this.attributes.equal(attribute, values);
        }
        return values.stream()
            .map((value) -> bound(field, value))
            .collect(Collectors.joining(", ", field.expression(this.parameters) + " in (", ")"));
    }

    private String between(Field field, Literal low, Literal high) {
        requireOrdered(field, low);
        if (field instanceof AttributeField attribute) {
            return this.attributes.between(attribute, low, high);
        }
        return field.expression(this.parameters) + " between " + bound(field, low) + " and " + bound(field, high);
    }

    private String startsWith(Field field, Literal prefix) {
        if (field.type() != FieldType.TEXT && field.type() != FieldType.ATTRIBUTE) {
            throw ListQueryException.at(prefix.position(),
                    "STARTS_WITH is for text, which " + field.fieldName() + " is not");
        }
        if (!(prefix.value() instanceof String)) {
            throw ListQueryException.at(prefix.position(), "STARTS_WITH expects text in single quotes");
        }
        if (field instanceof AttributeField attribute) {
            return this.attributes.startsWith(attribute, prefix);
        }
        return field.expression(this.parameters) + " ^@ " + bound(field, prefix);
    }

    private String bound(Field field, Literal value) {
        return this.parameters.bind(FieldValues.of(field, value));
    }

    private static void requireOrdered(Field field, Literal value) {
        if (!field.type().ordered() || value.value() instanceof Boolean) {
            throw ListQueryException.at(value.position(),
                    field.fieldName() + " has no order here: allowed are =, !=, <>, IN, NOT IN and IS NULL");
        }
    }

}
