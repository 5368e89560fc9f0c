package dev.workflow.visibility;

import java.util.List;

/**
 * The checked form of what a query asks for. {@code !=}, {@code NOT IN} and the like are
 * a {@link Not} of the positive form: a run that lacks an attribute does not equal
 * anything.
 */
sealed interface Condition {

    record And(List<Condition> parts) implements Condition {
    }

    record Or(List<Condition> parts) implements Condition {
    }

    record Not(Condition part) implements Condition {
    }

    record Compare(Field field, Operator operator, Literal value) implements Condition {
    }

    record In(Field field, List<Literal> values) implements Condition {
    }

    record Between(Field field, Literal low, Literal high) implements Condition {
    }

    record StartsWith(Field field, Literal prefix) implements Condition {
    }

    record IsNull(Field field) implements Condition {
    }

    enum Operator {

        EQUAL("=", "=="), LESS("<", "<"), LESS_OR_EQUAL("<=", "<="), GREATER(">", ">"), GREATER_OR_EQUAL(">=", ">=");

        private final String sql;

        private final String jsonPath;

        Operator(String sql, String jsonPath) {
            this.sql = sql;
            this.jsonPath = jsonPath;
        }

        String sql() {
            return this.sql;
        }

        String jsonPath() {
            return this.jsonPath;
        }

    }

}
