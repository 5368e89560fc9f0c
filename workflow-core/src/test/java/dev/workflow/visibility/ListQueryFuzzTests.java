package dev.workflow.visibility;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/** Whatever is asked, the answer is SQL with bound parameters or a refusal. */
class ListQueryFuzzTests {

    private static final List<String> SOUP = List.of("WorkflowId", "Status", "StartTime", "Priority", "Custom", "`Q`",
            "SELECT", "FROM", "UNION", "LIKE", "EXISTS", "CASE", "CAST", "ORDER", "BY", "ASC", "DESC", "ORDER BY",
            "AND", "OR", "NOT", "IN", "BETWEEN", "IS", "NULL", "STARTS_WITH", "TRUE", "false", "=", "!=", "<>", "<",
            "<=", ">", ">=", "(", ")", "(", ")", ",", "'text'", "'RUNNING'", "'2026-11-01T00:00:00Z'", "'", "1", "-1",
            "1.5", "1e99", "--", "/*", "*/", ";", "?", ":p1", "::", "||", "\"", "\\", "\0", "\uD83D", "ß", "$1", "+",
            "*", "[", "{", "@>");

    private static final List<String> LIKELY = List.of("Priority = 1", "Custom = 'a'", "Status IN ('FAILED')",
            "StartTime BETWEEN '2026-01-01' AND '2026-01-02'", "Custom STARTS_WITH 'x'", "CloseTime IS NOT NULL", "AND",
            "OR", "NOT", "(", ")", "AND", "OR", "ORDER BY Custom");

    @Test
    void randomTokensAreUnderstoodOrRefused() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("ListQueryFuzzTests -Dseed=" + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        int understood = 0;
        for (int i = 0; i < 20_000; i++) {
            understood += isUnderstood(soup(random, (i % 2 == 0) ? SOUP : LIKELY), seed) ? 1 : 0;
        }
        System.out.println("understood: " + understood);
    }

    @Test
    void aQueryMeansWhatItsTreeMeans() {
        long seed = Long.getLong("seed", System.nanoTime());
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < 5_000; i++) {
            Written tree = tree(random, random.nextInt(6));
            assertThat(shape(ListQuery.parse(tree.query()).condition())).as("Seed %s, query %s", seed, tree.query())
                .isEqualTo(tree.shape());
        }
    }

    /** A random tree: as a query with the fewest parentheses, and with all of them. */
    private static Written tree(RandomGenerator random, int depth) {
        return switch (depth == 0 ? 0 : random.nextInt(4)) {
            case 0 -> {
                String field = "F" + random.nextInt(9);
                String not = random.nextBoolean() ? "NOT " : "";
                String test = List.of(" = 1", " > 1", " IN (1, 2)", " BETWEEN 1 AND 2", " STARTS_WITH 'x'", " IS NULL")
                    .get(random.nextInt(6));
                boolean negatable = !test.contains(" = ") && !test.contains(" > ");
                String query = !negatable ? field + test
                        : test.startsWith(" IS") ? field + " IS " + not + "NULL" : field + " " + not + test.strip();
                String shape = field + test.strip().split(" ")[0];
                yield new Written(query, (negatable && !not.isEmpty()) ? "not(" + shape + ")" : shape, 4);
            }
            case 1 -> {
                Written part = tree(random, depth - 1);
                yield new Written("NOT " + part.within(part.query().startsWith("NOT ") ? 5 : 3),
                        "not(" + part.shape() + ")", 3);
            }
            case 2 -> joined(random, depth, "AND", 2);
            default -> joined(random, depth, "OR", 1);
        };
    }

    private static Written joined(RandomGenerator random, int depth, String word, int strength) {
        List<Written> parts = Stream.generate(() -> tree(random, depth - 1)).limit(random.nextInt(2, 4)).toList();
        return new Written(
                parts.stream().map((part) -> part.within(strength + 1)).collect(Collectors.joining(" " + word + " ")),
                word + parts.stream().map(Written::shape).toList(), strength);
    }

    private static String shape(Condition condition) {
        return switch (condition) {
            case Condition.And(List<Condition> parts) -> "AND" + parts.stream().map(ListQueryFuzzTests::shape).toList();
            case Condition.Or(List<Condition> parts) -> "OR" + parts.stream().map(ListQueryFuzzTests::shape).toList();
            case Condition.Not(Condition part) -> "not(" + shape(part) + ")";
            case Condition.Compare compare -> compare.field().fieldName() + compare.operator().sql();
            case Condition.In in -> in.field().fieldName() + "IN";
            case Condition.Between between -> between.field().fieldName() + "BETWEEN";
            case Condition.StartsWith startsWith -> startsWith.field().fieldName() + "STARTS_WITH";
            case Condition.IsNull isNull -> isNull.field().fieldName() + "IS";
        };
    }

    private record Written(String query, String shape, int strength) {

        String within(int needed) {
            return (this.strength < needed) ? "(" + this.query + ")" : this.query;
        }

    }

    private static String soup(RandomGenerator random, List<String> words) {
        StringBuilder query = new StringBuilder();
        int length = random.nextInt(1, 14);
        for (int i = 0; i < length; i++) {
            query.append(words.get(random.nextInt(words.size()))).append(random.nextInt(8) == 0 ? "" : " ");
        }
        return query.toString();
    }

    private static boolean isUnderstood(String text, long seed) {
        try {
            ListQuery query = ListQuery.parse(text);
            new ListStatements(null).page(query, List.of(), 10);
            return true;
        }
        catch (ListQueryException ex) {
            return false;
        }
        catch (RuntimeException | Error ex) {
            return fail("Seed " + seed + ", query " + text, ex);
        }
    }

}
