package dev.workflow.visibility;

import java.util.ArrayList;
import java.util.List;

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
        List<Token> tokens = Tokenizer.tokens((query != null) ? query : "");
        int end = orderBy(tokens);
        List<Token> where = tokens.subList(0, end);
        return new ListQuery(where.isEmpty() ? null : ConditionParser.parse(where),
                order(tokens.subList(end, tokens.size())));
    }

    /** Where {@code ORDER BY} begins; elsewhere {@code Order} is a name as any other. */
    private static int orderBy(List<Token> tokens) {
        for (int i = 0; i + 1 < tokens.size(); i++) {
            if (tokens.get(i).isWord("ORDER") && tokens.get(i + 1).isWord("BY")) {
                return i;
            }
        }
        return tokens.size();
    }

    private static List<SortKey> order(List<Token> tokens) {
        List<SortKey> keys = new ArrayList<>();
        for (int start = 2, end; start <= tokens.size(); start = end + 1) {
            for (end = start; end < tokens.size() && !tokens.get(end).is(","); end++) {
                // on to the next comma
            }
            keys.add(sortKey(tokens.subList(start, end), tokens.get(start - 1)));
        }
        if (keys.isEmpty()) {
            keys.add(new SortKey(BuiltInField.START_TIME, true));
        }
        if (keys.size() > MAX_SORT_KEYS) {
            throw ListQueryException.at(tokens.getFirst().position(),
                    "ORDER BY takes at most " + MAX_SORT_KEYS + " fields");
        }
        keys.add(new SortKey(BuiltInField.RUN_ID, keys.getLast().descending()));
        return List.copyOf(keys);
    }

    private static SortKey sortKey(List<Token> tokens, Token before) {
        if (tokens.isEmpty() || !tokens.getFirst().isName()) {
            throw ListQueryException.at(before.position(), "ORDER BY takes fields, separated by commas");
        }
        boolean descending = tokens.size() == 2 && tokens.get(1).isWord("DESC");
        if (tokens.size() > 2 || (tokens.size() == 2 && !descending && !tokens.get(1).isWord("ASC"))) {
            Token unexpected = tokens.get(1).isWord("DESC") || tokens.get(1).isWord("ASC") ? tokens.get(2)
                    : tokens.get(1);
            throw ListQueryException.at(unexpected.position(), "Unexpected " + unexpected.described()
                    + ": a field to order by is followed by ASC, DESC, a comma or nothing");
        }
        return new SortKey(Field.of(tokens.getFirst()), descending);
    }

}
