package dev.workflow.visibility;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeout;

class ListQueryTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            WorkflowType = 'OrderWorkflow' | e.workflow_type = :p1 | OrderWorkflow
            WorkflowId = 'it''s' | e.workflow_id = :p1 | it's
            WorkflowId = '--/* ;' | e.workflow_id = :p1 | --/* ;
            WorkflowId STARTS_WITH 'a STARTS_WITH b' | e.workflow_id ^@ :p1 | a STARTS_WITH b
            WorkflowId not starts_with 'x' | (e.workflow_id ^@ :p1) is not true | x
            Status = 'running' | e.status = :p1 | RUNNING
            ExecutionStatus = 'TimedOut' | e.status = :p1 | TIMED_OUT
            Status IN ('FAILED', 'timed_out') | e.status in (:p1, :p2) | FAILED TIMED_OUT
            Status != 'RUNNING' | (e.status = :p1) is not true | RUNNING
            Status <> 'RUNNING' | (e.status = :p1) is not true | RUNNING
            StartTime > '2026-11-01T00:00:00Z' | e.started_at > :p1 | 2026-11-01T00:00Z
            StartTime <= '2026-11-01T01:00:00+01:00' | e.started_at <= :p1 | 2026-11-01T00:00Z
            StartTime >= '2026-11-01' | e.started_at >= :p1 | 2026-11-01T00:00Z
            Priority BETWEEN 1 AND 3 | e.priority between :p1 and :p2 | 1 3
            Priority NOT BETWEEN -1 AND +3 | (e.priority between :p1 and :p2) is not true | -1 3
            CloseTime IS NULL | e.closed_at is null |
            CloseTime IS NOT NULL | e.closed_at is not null |
            NOT CloseTime IS NULL | e.closed_at is not null |
            CloseTime Is Not Null | e.closed_at is not null |
            Priority not between 1 and 3 | (e.priority between :p1 and :p2) is not true | 1 3
            NOT WorkflowId NOT STARTS_WITH 'x' | e.workflow_id ^@ :p1 | x
            WorkflowId NOT IN ('a') | (e.workflow_id in (:p1)) is not true | a
            `WorkflowId`='a``b' | e.workflow_id = :p1 | a``b
            Priority=+1.0e2 | e.priority = :p1 | 100
            """)
    void aQueryBecomesSqlWithBoundParameters(String query, String sql, @Nullable String parameters) {
        Parameters bound = new Parameters();
        Condition condition = ListQuery.parse(query).condition();
        assertThat(new ConditionSql(bound).write(condition)).isEqualTo(sql);
        assertThat(bound.values().values().stream().map(String::valueOf).collect(Collectors.joining(" ")))
            .isEqualTo((parameters != null) ? parameters : "");
    }

    @Test
    void notIsPushedDownAndBindsStrongerThanAndThanOr() {
        String one = "e.priority = :p1";
        String two = "e.priority = :p2";
        String three = "e.priority > :p3";
        assertThat(where("NOT (Priority=1 OR Priority=2)")).startsWith("((" + one + ") is not true and (" + two);
        assertThat(where("Priority=1 OR Priority=2 AND Priority>3"))
            .startsWith("(" + one + " or (" + two + " and " + three + "))");
        assertThat(where("(Priority=1 OR Priority=2) AND Priority>3"))
            .startsWith("((" + one + " or " + two + ") and " + three + ")");
        assertThat(where("NOT Priority=1 AND Priority=2")).startsWith("((" + one + ") is not true and " + two + ")");
    }

    @Test
    void equalityOfAnAttributeIsContainmentAlsoInAList() {
        assertThat(where("CustomerId = 'a'"))
            .isEqualTo("(e.search_attributes @> cast(:p1 as jsonb)" + " or e.search_attributes @> cast(:p2 as jsonb))"
                    + " {p1={\"CustomerId\":\"a\"}, p2={\"CustomerId\":[\"a\"]}}");
        assertThat(where("Amount = 5")).isEqualTo("(e.search_attributes @> cast(:p1 as jsonb)) {p1={\"Amount\":5}}");
        assertThat(where("Paid = TRUE")).isEqualTo("(e.search_attributes @> cast(:p1 as jsonb)) {p1={\"Paid\":true}}");
    }

    @Test
    void orderOfAnAttributeIsAJsonPathWithVariables() {
        assertThat(where("Amount BETWEEN 1.50 AND 1e3"))
            .isEqualTo("jsonb_path_exists(e.search_attributes," + " cast(:p1 as jsonpath), cast(:p2 as jsonb), true)"
                    + " {p1=$.\"Amount\" ? (@ >= $a && @ <= $b), p2={\"a\":1.50,\"b\":1000}}");
        assertThat(where("Name STARTS_WITH '\"x'")).contains("starts with $a").contains("{\"a\":\"\\\"x\"}");
    }

    @Test
    void theOrderEndsWithTheRunId() {
        assertThat(order("")).isEqualTo("StartTime desc, RunId desc");
        assertThat(order("ORDER BY StartTime")).isEqualTo("StartTime asc, RunId asc");
        assertThat(order("Priority = 1 order by CloseTime desc, Amount"))
            .isEqualTo("CloseTime desc nulls last, Amount asc nulls last, RunId asc");
    }

    @Test
    void wordsOfSqlAndOfThisLanguageCanBeNames() {
        assertThat(where("Select = 'x' AND Limit > 1 AND Order = 'y' AND `And` = 'z' AND ASC = 1"))
            .contains("{\"Select\":\"x\"}", "$.\"Limit\"", "{\"Order\":\"y\"}", "{\"And\":\"z\"}", "{\"ASC\":1}");
        assertThat(where("By = 1 AND Ordering = 1 AND `Order` = 1 OR order=1")).contains("{\"By\":1}", "{\"order\":1}");
        assertThat(order("Order = 1 Order\n bY Order, By, Asc, Desc DESC"))
            .isEqualTo("Order asc nulls last, By asc nulls last, Asc asc nulls last, Desc desc nulls last, RunId desc");
        assertThat(where("Straße = 'x' AND status = 'y'")).contains("{\"Straße\":\"x\"}", "{\"status\":\"y\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            WorkflowType LIKE 'a' | Unexpected 'LIKE' | 14
            WorkflowType = 'a | A quote ' is opened | 16
            WorkflowType = "a" | single quotes | 16
            upper(WorkflowType) = 'A' | Functions such as 'upper' | 1
            WorkflowId = (SELECT 1) | Expected a value | 14
            WorkflowId IN (SELECT run_id FROM x) | Unexpected 'SELECT'. Expected a value | 16
            Priority = 1 + 1 | Unexpected character '+' | 14
            Priority = 1 -- x | Unexpected character '-' | 14
            Priority = 1 /* x */ | Unexpected character '/' | 14
            Priority = 1; drop table x | Unexpected character ';' | 13
            Priority = ? | Unexpected character '?' | 12
            Priority = :p1 | Unexpected character ':' | 12
            a.b = 1 | Unexpected character '.' | 2
            Priority = 1 UNION Priority = 2 | Unexpected 'UNION' | 14
            Priority = Priority | Expected a value | 12
            1 = Priority | Expected a field | 1
            Priority = 1 = 1 | Unexpected '=' | 14
            Priority | Unexpected end of the query. Expected =, !=, <>, <, <=, >, >=, IN, | 9
            Priority = | Unexpected end of the query. Expected a value | 11
            (Priority = 1 | Expected AND, OR or a closing parenthesis | 14
            Priority = 1) | Unexpected ')' | 13
            Priority IN () | Unexpected ')'. Expected a value | 14
            Priority IN 1 | Unexpected value. Expected an opening parenthesis | 13
            Priority IN (1 2) | Unexpected value. Expected a comma or a closing parenthesis | 16
            Priority IN (1, | Unexpected end of the query. Expected a value | 16
            Priority BETWEEN 1 | Unexpected end of the query. Expected AND | 19
            Priority BETWEEN 1, 3 | Unexpected ','. Expected AND | 19
            Priority BETWEEN 1 AND | Expected a value ('text', a number, TRUE or FALSE) | 23
            Priority BETWEEN (1 AND 3) | Unexpected '('. Expected a value | 18
            Priority NOT 1 | Unexpected value. Expected IN, BETWEEN or STARTS_WITH | 14
            WorkflowId STARTS_WITH upper | Unexpected 'upper'. Expected a value | 24
            WorkflowId STARTS_WITH ('a') | Unexpected '('. Expected a value | 24
            CloseTime IS 1 | Unexpected value. Expected NOT or NULL | 14
            AND Priority = 1 | Unexpected 'AND'. Expected a field, NOT, an opening parenthesis, ORDER BY or the end | 1
            Priority = 1 AND | Unexpected end of the query. Expected a field, NOT or an opening parenthesis | 17
            Priority = 1 b | Unexpected 'b'. Expected AND, OR, ORDER BY or the end of the query | 14
            (Priority = 1 ORDER BY a) | Unexpected 'ORDER BY'. Expected AND, OR or a closing parenthesis | 15
            Name = 'a' and Größe = '😀' x | Unexpected 'x' | 28
            Priority = NULL | NULL is asked for with IS NULL | 12
            NOT NOT Priority = 1 | Unexpected 'NOT'. Expected a field or an opening parenthesis | 5
            Priority = 'x' | Priority expects a whole number | 12
            Priority = 1.5 | Priority expects a whole number | 12
            Priority = 99999999999999999999 | Priority expects a whole number | 12
            Priority = 1x | This is no number | 12
            Priority = 1e9999 | This is no number | 12
            Priority = 1. | This is no number | 12
            `Priority = 1 | A quote ` is opened | 1
            Status = 'OPEN' | Status expects one of [RUNNING, | 10
            Status > 'RUNNING' | Status has no order | 10
            Paid > TRUE | Paid has no order | 8
            StartTime > 'yesterday' | StartTime expects a time | 13
            StartTime > 1 | StartTime expects a time | 13
            StartTime STARTS_WITH '2026' | STARTS_WITH is for text | 23
            WorkflowId STARTS_WITH 1 | STARTS_WITH expects text | 24
            WorkflowId = 1 | WorkflowId expects text | 14
            RunId = 'x' | RunId expects a run id | 9
            `a b` = 1 | A field's name has 1 to 100 letters, digits and underscores; 'a b' is none | 1
            `` = 1 | A field's name has 1 to 100 letters | 1
            𝒳 = 1 | A field's name has 1 to 100 letters | 1
            Priority = 1 ORDER BY | Unexpected end of the query. Expected a field | 22
            ORDER BY a b | Unexpected 'b'. Expected ASC, DESC, a comma or the end of the query | 12
            ORDER BY a DESC NULLS | Unexpected 'NULLS' | 17
            ORDER BY a, | Unexpected end of the query. Expected a field | 12
            ORDER BY 1 | Unexpected value. Expected a field | 10
            ORDER BYE | Unexpected 'BYE'. Expected =, | 7
            ORDER BY upper(a) | Functions such as 'upper' | 10
            ORDER BY a ORDER BY b | Unexpected 'ORDER BY' | 12
            ORDER BY a,b,c,d,e,f | ORDER BY takes at most 5 | 1
            """)
    void aRefusalSaysWhatAndWhere(String query, String message, int position) {
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> where(query))
            .withMessageContaining(message)
            .withMessageEndingWith("(at position " + position + " of the query)");
    }

    @ParameterizedTest
    @ValueSource(strings = { "Name = 'a\0b'", "Name = '\uD800'", "Name\0 = 'a'", "WorkflowId = '\0'" })
    void textThatPostgresCannotHoldIsRefused(String query) {
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> where(query));
    }

    @Test
    void aLongIdIsAValue() {
        assertThat(where("WorkflowId = '" + "x".repeat(2_000) + "'")).contains("x".repeat(2_000));
    }

    @Test
    void sizeIsBounded() {
        assertRefused("Name = '" + "x".repeat(10_000) + "'", "10000");
        assertRefused("(".repeat(5_000) + "a = 1" + ")".repeat(4_990), "nested at most 50");
        assertRefused("(a = 1) AND ".repeat(600) + "a = 1", "at most 200 pairs");
        assertRefused("a IN (" + "1,".repeat(1_000) + "1)", "at most 1000 values");
        assertThat(where("(".repeat(50) + "Priority = 1" + ")".repeat(50))).isEqualTo("e.priority = :p1 {p1=1}");
    }

    @ParameterizedTest
    @ValueSource(strings = { "(", "NOT (", "a = 1 AND (", "a IN (", ")(", "a = ((" })
    void nestingIsRefusedBeforeItTakesStack(String repeated) throws InterruptedException {
        String query = repeated.repeat(9_999 / repeated.length());
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(null, () -> thrown.set(catchThrowable(() -> where(query))), "small", 256 * 1024);
        thread.start();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(ListQueryException.class)
            .hasMessageStartingWith("Parentheses are nested");
    }

    @Test
    void aBetweenTakesItsOwnAnd() {
        assertThat(where("Priority BETWEEN 1 AND 3 AND NOT Priority BETWEEN 4 AND 5 OR Priority = 6"))
            .startsWith("((e.priority between :p1 and :p2 and (e.priority between :p3 and :p4) is not true)"
                    + " or e.priority = :p5)");
    }

    @Test
    void theWorstQueriesTakeNoLongTime() {
        String deep = "(".repeat(50) + "a = 1" + ")".repeat(50);
        String nots = "NOT (".repeat(50) + "a = 1" + ")".repeat(50);
        String lopsided = "(a = 1 AND ".repeat(50) + "a = 1" + ")".repeat(50);
        for (String part : List.of(deep, nots, lopsided)) {
            String query = IntStream.range(0, 4).mapToObj((i) -> part).collect(Collectors.joining(" OR "));
            assertTimeout(Duration.ofSeconds(10), () -> where(query));
            assertTimeout(Duration.ofSeconds(10), () -> assertRefused(query + " b", "Unexpected 'b'"));
        }
        String chain = "a=1 AND ".repeat(999) + "a=1";
        assertTimeout(Duration.ofSeconds(10), () -> where(chain));
        String nestedChain = "(".repeat(49) + chain + ")".repeat(49);
        assertTimeout(Duration.ofSeconds(10), () -> where(nestedChain));
    }

    private static void assertRefused(String query, String message) {
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> where(query))
            .withMessageContaining(message);
    }

    private static String where(String query) {
        Parameters parameters = new Parameters();
        String sql = new ConditionSql(parameters).write(ListQuery.parse(query).condition());
        Map<String, Object> values = parameters.values();
        return sql + " " + values;
    }

    private static String order(String query) {
        return ListQuery.parse(query)
            .order()
            .stream()
            .map((key) -> key.field().fieldName() + " " + key.direction())
            .collect(Collectors.joining(", "));
    }

}
