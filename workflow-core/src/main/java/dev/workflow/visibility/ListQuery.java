package dev.workflow.visibility;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.visibility.grammar.ListQueryParser.QueryContext;
import dev.workflow.visibility.grammar.ListQueryParser.SortKeyContext;
import org.jspecify.annotations.Nullable;

/**
 * A parsed list query.
 *
 * @param condition what is asked for; null: everything
 * @param order the whole order, which ends with the run id and is therefore total
 */
record ListQuery(@Nullable Condition condition, List<SortKey> order) {

    private static final int MAX_SORT_KEYS = 5;

    static ListQuery parse(@Nullable String query) {
        QueryContext tree = QueryTree.parse((query != null) ? query : "");
        return new ListQuery((tree.condition() != null) ? ConditionReader.read(tree.condition()) : null, order(tree));
    }

    /** The same runs in the order of lists without one: newest first. */
    ListQuery newestFirst() {
        return new ListQuery(this.condition,
                List.of(new SortKey(BuiltInField.START_TIME, true), new SortKey(BuiltInField.RUN_ID, true)));
    }

    private static List<SortKey> order(QueryContext tree) {
        List<SortKey> keys = new ArrayList<>();
        for (SortKeyContext key : tree.sortKey()) {
            keys.add(new SortKey(Field.of(key.field()), key.DESC() != null));
        }
        if (keys.isEmpty()) {
            keys.add(new SortKey(BuiltInField.START_TIME, true));
        }
        if (keys.size() > MAX_SORT_KEYS) {
            throw ListQueryException.at(tree.ORDER_BY().getSymbol().getStartIndex(),
                    "ORDER BY takes at most " + MAX_SORT_KEYS + " fields");
        }
        keys.add(new SortKey(BuiltInField.RUN_ID, keys.getLast().descending()));
        return List.copyOf(keys);
    }

}
