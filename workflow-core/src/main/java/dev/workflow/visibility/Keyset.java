package dev.workflow.visibility;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Continues a list behind a given row, by value and not by count, so that inserts move no
 * page.
 */
final class Keyset {

    private final Parameters parameters;

    Keyset(Parameters parameters) {
        this.parameters = parameters;
    }

    /** The rows behind the one with these values. */
    String after(List<SortKey> order, List<@Nullable Object> values) {
        boolean descending = order.getFirst().descending();
        boolean uniform = order.stream().allMatch((key) -> !key.field().nullable() && key.descending() == descending);
        return uniform ? rowAfter(order, values) : anyAfter(order, values);
    }

    /** One comparison of rows, which an index on these columns answers. */
    private String rowAfter(List<SortKey> order, List<@Nullable Object> values) {
        String fields = order.stream().map(this::expression).collect(Collectors.joining(", "));
        List<String> bound = new ArrayList<>();
        for (Object value : values) {
            bound.add(bound(order.get(bound.size()), value));
        }
        return "(" + fields + ") " + (order.getFirst().descending() ? "<" : ">") + " (" + String.join(", ", bound)
                + ")";
    }

    /** Equal in the first keys and behind in the next, for any number of first keys. */
    private String anyAfter(List<SortKey> order, List<@Nullable Object> values) {
        List<String> alternatives = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            Object value = values.get(i);
            if (value == null) {
                continue; // nothing comes behind a missing value
            }
            List<String> tests = new ArrayList<>();
            for (int j = 0; j < i; j++) {
                tests.add(equal(order.get(j), values.get(j)));
            }
            tests.add(behind(order.get(i), value));
            alternatives.add(String.join(" and ", tests));
        }
        return alternatives.stream().collect(Collectors.joining(" or ", "(", ")"));
    }

    private String equal(SortKey key, @Nullable Object value) {
        return expression(key) + ((value == null) ? " is null" : " = " + bound(key, value));
    }

    private String behind(SortKey key, Object value) {
        String test = expression(key) + (key.descending() ? " < " : " > ") + bound(key, value);
        return key.field().nullable() ? "(" + test + " or " + expression(key) + " is null)" : test;
    }

    private String expression(SortKey key) {
        return key.field().expression(this.parameters);
    }

    private String bound(SortKey key, @Nullable Object value) {
        if (value == null) {
            throw new IllegalStateException("No value for " + key);
        }
        String bound = this.parameters.bind(value);
        return (key.field().type() == FieldType.ATTRIBUTE) ? "cast(" + bound + " as jsonb)" : bound;
    }

}
