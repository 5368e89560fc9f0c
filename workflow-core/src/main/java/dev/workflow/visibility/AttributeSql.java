package dev.workflow.visibility;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.workflow.visibility.Condition.Operator;
import org.jspecify.annotations.Nullable;

/**
 * Tests of search attributes, whose values may be of another type in every row: none of
 * them can fail on a row.
 * <p>
 * Equality is containment, which the GIN index answers; a list contains its elements,
 * too. Order is a JSON path, which compares numbers with numbers and texts with texts and
 * is otherwise not true. Times are the exception, since JSON has none: a text that looks
 * like a UTC time is compared by its digits, filled up to nanoseconds. What a time is
 * compared with may also be a text that begins with a day: such texts are compared as
 * texts.
 */
final class AttributeSql {

    /** Without a question mark, which JDBC would take for a parameter. */
    private static final String UTC_TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
            + "(Z|[.][0-9]{1,9}Z)$";

    private static final String DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}";

    private final Parameters parameters;

    AttributeSql(Parameters parameters) {
        this.parameters = parameters;
    }

    String equal(AttributeField attribute, List<Literal> values) {
        List<String> contained = new ArrayList<>();
        for (Literal literal : values) {
            for (Object value : stored(literal)) {
                contained.add(contains(attribute, value));
                if (value instanceof String) {
                    contained.add(contains(attribute, List.of(value)));
                }
            }
        }
        return contained.stream().collect(Collectors.joining(" or ", "(", ")"));
    }

    String compare(AttributeField attribute, Operator operator, Literal value) {
        Instant time = time(value);
        String test = "@ " + operator.jsonPath() + " $a";
        Map<String, Object> variables = Map.of("a", value.value());
        if (time != null) {
            return "(" + timeTest(attribute, operator.sql() + " " + this.parameters.bind(digits(time))) + " or "
                    + dayTest(attribute, test, variables) + ")";
        }
        return pathTest(attribute, test, variables);
    }

    String between(AttributeField attribute, Literal low, Literal high) {
        Instant from = time(low);
        Instant to = time(high);
        String test = "@ >= $a && @ <= $b";
        Map<String, Object> variables = Map.of("a", low.value(), "b", high.value());
        if (from != null && to != null) {
            return "("
                    + timeTest(attribute,
                            "between " + this.parameters.bind(digits(from)) + " and "
                                    + this.parameters.bind(digits(to)))
                    + " or " + dayTest(attribute, test, variables) + ")";
        }
        return pathTest(attribute, test, variables);
    }

    String startsWith(AttributeField attribute, Literal prefix) {
        return pathTest(attribute, "@ starts with $a", Map.of("a", prefix.value()));
    }

    /**
     * The forms in which an equal value may be stored: a time as text, or as the time
     * that it is.
     */
    private static List<Object> stored(Literal literal) {
        Instant time = time(literal);
        return (time != null) ? List.of(literal.value(), AttributeJson.text(time)) : List.of(literal.value());
    }

    private String contains(AttributeField attribute, Object value) {
        String json = AttributeJson.write(Map.of(attribute.fieldName(), value));
        return "e.search_attributes @> cast(" + this.parameters.bind(json) + " as jsonb)";
    }

    /**
     * The name has only letters, digits and underscores, so it needs no escapes. Lists
     * are unwrapped.
     */
    private String pathTest(AttributeField attribute, String test, Map<String, Object> variables) {
        String path = "$.\"" + attribute.fieldName() + "\" ? (" + test + ")";
        return "jsonb_path_exists(e.search_attributes, cast(" + this.parameters.bind(path) + " as jsonpath), cast("
                + this.parameters.bind(AttributeJson.write(variables)) + " as jsonb), true)";
    }

    /** Of texts that begin with a day and are no UTC times. */
    private String dayTest(AttributeField attribute, String test, Map<String, Object> variables) {
        return pathTest(attribute, test + " && @ like_regex \"" + DAY + "\" && !(@ like_regex \"" + UTC_TIME + "\")",
                variables);
    }

    private String timeTest(AttributeField attribute, String test) {
        String text = "(e.search_attributes ->> cast(" + this.parameters.bind(attribute.fieldName()) + " as text))";
        return "(" + text + " ~ " + this.parameters.bind(UTC_TIME) + " and left(" + text
                + ", 19) || rpad(translate(substr(" + text + ", 20), '.Z', ''), 9, '0') collate \"C\" " + test + ")";
    }

    private static String digits(Instant time) {
        String text = AttributeJson.text(time);
        return text.substring(0, 19) + text.substring(20, 29);
    }

    private static @Nullable Instant time(Literal literal) {
        return (literal.value() instanceof String text) ? FieldValues.instant(text) : null;
    }

}
