package dev.workflow.visibility;

import java.util.ArrayList;
import java.util.List;

import dev.workflow.visibility.Condition.Operator;
import org.jspecify.annotations.Nullable;

/**
 * A query for values of search attributes, in the order of starts. How many runs have a
 * value PostgreSQL only guesses, from a sample: it may read the whole table by time for a
 * value that few have, or sort all that have a frequent one. So such a query is asked
 * more than once. Where they may be few by its guess, that is tried: a few are fetched
 * and sorted. Otherwise the newest runs are looked through, of those that have attributes
 * at all, as many as that takes for a page of a value that is frequent. Where that page
 * is not full, all that have it are fetched and sorted, unless even a sample says that
 * they are many: then the newest runs are others.
 *
 * @param window by what the newest runs are found at once: a type or a status, and times
 * @param rest what is asked of each of them
 */
record AttributeSearch(List<Condition> window, List<Condition> rest) {

    /** How many runs are looked through. */
    static final int WINDOW = 10_000;

    /**
     * So many are fetched, and sorted, sooner than the newest runs are looked through.
     */
    static final int FEW = 3_000;

    /**
     * Where more are guessed, it is not tried whether they are few. Of a thousand in a
     * million runs ten thousand are guessed if one of them is in the sample.
     */
    static final long PERHAPS_FEW = 15_000;

    /**
     * So many are not fetched to be sorted. A value that stands in the sample by chance,
     * one of a hundred, is guessed to be in ten thousand runs of a million.
     */
    static final long MANY = 30_000;

    /** How the query is split; null when it is of another kind. */
    static @Nullable AttributeSearch of(ListQuery query) {
        List<SortKey> order = query.order();
        if (order.size() != 2 || order.getFirst().field() != BuiltInField.START_TIME) {
            return null;
        }
        List<Condition> parts = switch (query.condition()) {
            case null -> List.of();
            case Condition.And(List<Condition> all) -> all;
            case Condition single -> List.of(single);
        };
        return parts.stream().anyMatch(AttributeSearch::asksForAttribute) ? split(parts) : null;
    }

    /**
     * What is looked through beside the window's conditions. Without a type or status an
     * index has the runs with attributes alone, so that those which others start without
     * any do not fill the window; with one it would be a filter that may pass by many.
     */
    String among() {
        return this.window.stream().allMatch(AttributeSearch::isTime) ? "e.search_attributes is not null" : "";
    }

    /** What an index has, of all runs. */
    List<Condition> attributes() {
        return this.rest.stream().filter(AttributeSearch::asksForAttribute).toList();
    }

    private static AttributeSearch split(List<Condition> parts) {
        BuiltInField first = parts.stream().anyMatch((part) -> isEqual(part, BuiltInField.WORKFLOW_TYPE))
                ? BuiltInField.WORKFLOW_TYPE : BuiltInField.STATUS;
        List<Condition> window = new ArrayList<>();
        List<Condition> rest = new ArrayList<>();
        for (Condition part : parts) {
            (isEqual(part, first) || isTime(part) ? window : rest).add(part);
        }
        return new AttributeSearch(window, rest);
    }

    private static boolean asksForAttribute(Condition part) {
        return switch (part) {
            case Condition.Compare(AttributeField field, Operator operator, Literal value) ->
                operator == Operator.EQUAL;
            case Condition.In(AttributeField field, List<Literal> values) -> true;
            default -> false;
        };
    }

    private static boolean isEqual(Condition part, BuiltInField wanted) {
        return part instanceof Condition.Compare(Field field, Operator operator, Literal value) && field == wanted
                && operator == Operator.EQUAL;
    }

    private static boolean isTime(Condition part) {
        return switch (part) {
            case Condition.Compare(Field field, Operator operator, Literal value) -> field == BuiltInField.START_TIME;
            case Condition.Between(Field field, Literal low, Literal high) -> field == BuiltInField.START_TIME;
            default -> false;
        };
    }

}
