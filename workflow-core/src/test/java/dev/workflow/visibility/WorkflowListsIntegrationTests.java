package dev.workflow.visibility;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import dev.workflow.store.TestPostgres;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class WorkflowListsIntegrationTests {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    private final JdbcClient jdbc = JdbcClient.create(DATABASE);

    private final WorkflowLists lists = new WorkflowLists(DATABASE, "engine");

    private int started;

    @BeforeEach
    void empty() {
        this.jdbc
            .sql("truncate engine.workflow_execution, engine.workflow_task, engine.workflow_activity_task, "
                    + "engine.workflow_admission")
            .update();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            Activity = 'RETRYING'                                   | retrying
            Activity = 'paused'                                     | halted paused
            Activity IN ('RETRYING', 'PAUSED')                      | halted paused retrying
            Activity != 'PAUSED' AND Problem != 'BLOCKED'           | plain retrying
            Problem = 'BLOCKED'                                     | blocked diverged quarantined
            Problem = 'QUARANTINED'                                 | quarantined
            Problem = 'NON_DETERMINISM'                             | diverged
            Admission = 'WAITING'                                   | plain
            Problem = 'PAUSED' OR Activity = 'RETRYING'             | halted retrying
            NOT (Problem IN ('BLOCKED', 'PAUSED')) AND Status = 'RUNNING' | paused plain retrying
            """)
    void statesOfOpenRunsAreFilters(String query, String expected) {
        this.jdbc
            .sql("""
                    insert into engine.workflow_execution
                      (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id)
                    select gen_random_uuid(), name, 'T', 'q', 'RUNNING', now(), gen_random_uuid()
                    from unnest(array['plain', 'retrying', 'paused', 'halted', 'blocked', 'diverged', 'quarantined']) name;
                    insert into engine.workflow_task
                      (run_id, workflow_type, task_queue, due_at, last_event, problem, crashes, resume_at)
                    select run_id, 'T', 'q', now(), 1,
                           case workflow_id when 'blocked' then 'bug' when 'halted' then '[paused] by ann'
                             when 'diverged' then 'NonDeterminismException: WF-ND01'
                             when 'quarantined' then '[quarantined] bug' end,
                           case workflow_id when 'quarantined' then 9 else 0 end,
                           case workflow_id when 'halted' then now() end
                    from engine.workflow_execution;
                    insert into engine.workflow_activity_task
                      (run_id, scheduled_event_id, activity_type, task_queue, attempt, due_at, scheduled_at, last_failure,
                       paused)
                    select run_id, n, 'A', 'q', 1, now(), now(), case when workflow_id in ('retrying', 'paused') then '{}' end,
                           case workflow_id when 'paused' then 1 when 'halted' then 2 else 0 end
                    from engine.workflow_execution, generate_series(2, 3) n;
                    insert into engine.workflow_admission (chain_id, run_id, workflow_id, workflow_type, state, wanted_at)
                    select first_run_id, run_id, workflow_id, 'T', case workflow_id when 'plain' then 2 else 3 end, now()
                    from engine.workflow_execution where workflow_id in ('plain', 'retrying')""")
            .update();
        List<String> found = List.of(expected.split(" "));
        assertThat(this.lists.stream(query).map(ListedWorkflow::workflowId)).containsExactlyInAnyOrderElementsOf(found);
        assertThat(this.lists.count(query)).isEqualTo(found.size());
        assertThat(this.lists.count(query, "Status")).containsExactly(Map.entry("RUNNING", (long) found.size()));
    }

    @ParameterizedTest
    @ValueSource(strings = { "Activity = 'LATE'", "Activity > 'RETRYING'", "Activity IS NULL", "ORDER BY Problem",
            "Problem = 5", "Problem STARTS_WITH 'B'", "Activity BETWEEN 'A' AND 'B'" })
    void statesHaveNoOrderAndNoOtherValues(String query) {
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> this.lists.list(query, 10, null));
    }

    @ParameterizedTest
    @ValueSource(strings = { "Activity", "Problem", "Admission", "WorkflowId" })
    void statesAreNothingToCountBy(String groupBy) {
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> this.lists.count("", groupBy))
            .withMessageContaining("not by '" + groupBy + "'");
    }

    @Test
    void everythingIsCountedByStatus() {
        this.jdbc.sql("""
                insert into engine.workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id)
                select gen_random_uuid(), 'w-' || i, 'T', 'q', case when i % 3 = 0 then 'RUNNING' when i % 7 = 0
                  then 'FAILED' else 'COMPLETED' end, now(), gen_random_uuid() from generate_series(1, 100) i""")
            .update();
        assertThat(this.lists.count("")).isEqualTo(100);
        assertThat(this.lists.count("ORDER BY StartTime", "Status")).containsExactly(Map.entry("COMPLETED", 57L),
                Map.entry("RUNNING", 33L), Map.entry("FAILED", 10L));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            Kind = 'text'                                    | text
            Kind = 5                                         | int
            Kind = 5.0                                       | int
            Kind = TRUE                                      | bool
            Kind = 'a'                                       | list
            Kind IN ('b', 'text', 5)                         | int list text
            Kind NOT IN ('b', 'text', 5)                     | bool double keyword none time
            Kind != 5                                        | bool double keyword list none text time
            Kind IS NULL                                     | none
            Kind IS NOT NULL                                 | bool double int keyword list text time
            Kind > 5                                         | double
            Kind BETWEEN 5 AND 5.5                           | double int
            NOT Kind BETWEEN 5 AND 5.5                       | bool keyword list none text time
            Kind >= 'text'                                   | text
            Kind STARTS_WITH 'te'                            | text
            Kind STARTS_WITH 'b'                             | list
            Kind = '2026-11-01T12:00:00Z'                    | keyword time
            Kind = '2026-11-01T13:00:00+01:00'               | time
            Kind >= '2026-11-01T12:00:00Z'                   | keyword time
            Kind <= '2026-11-01T12:00:00Z'                   | keyword time
            Kind > '2026-11-01T12:00:00Z'                    |
            Kind < '2026-11-01T12:00:00.000001Z'             | keyword time
            Kind BETWEEN '2026-11-01' AND '2026-11-02'       | keyword time
            NOT (Kind > 5 OR Kind = 'text')                  | bool int keyword list none time
            Unknown = 'x'                                    |
            Unknown != 'x'                                   | bool double int keyword list none text time
            """)
    void attributesOfAllTypesAreComparedWithoutErrors(String query, @Nullable String found) {
        start("text", Map.of("Kind", "text"));
        start("int", Map.of("Kind", 5));
        start("double", Map.of("Kind", 5.5));
        start("bool", Map.of("Kind", true));
        start("list", Map.of("Kind", List.of("a", "b")));
        start("time", Map.of("Kind", NOON));
        start("keyword", Map.of("Kind", "2026-11-01T12:00:00Z"));
        start("none", null);
        Set<String> expected = (found != null) ? Set.of(found.split(" ")) : Set.of();
        assertThat(ids(query)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(this.lists.count(query)).isEqualTo(expected.size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            Due = '2026-03-01'                                       | day
            Due > '2026-01-01'                                       | day list local offset time
            Due >= '2026-03-01'                                      | day list local offset time
            Due > '2026-03-01'                                       | list local offset time
            Due < '2026-03-02'                                       | day local offset time
            Due < '2026-01-01'                                       |
            Due > '2026-02-28T23:00:00Z'                             | day list local offset time
            Due BETWEEN '2026-03-01' AND '2026-03-31'                | day local list offset time
            Due NOT BETWEEN '2026-01-01' AND '2026-03-01'            | list local none offset other time
            NOT Due > '2026-01-01'                                   | none other
            """)
    void daysThatAreKeptAsTextsAreComparedAsTexts(String query, @Nullable String found) {
        start("day", Map.of("Due", "2026-03-01"));
        start("local", Map.of("Due", "2026-03-01T10:00:00"));
        start("offset", Map.of("Due", "2026-03-01T10:00:00+01:00"));
        start("list", Map.of("Due", List.of("2026-03-15", "never")));
        start("time", Map.of("Due", Instant.parse("2026-03-01T10:00:00Z")));
        start("other", Map.of("Due", "some day"));
        start("none", null);
        Set<String> expected = (found != null) ? Set.of(found.split(" ")) : Set.of();
        assertThat(ids(query)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            WorkflowId = 'a-1'                                                       | a-1
            WorkflowId STARTS_WITH 'a-'                                              | a-1 a-2
            WorkflowId STARTS_WITH 'a_'                                              |
            WorkflowType = 'Order' AND Status = 'RUNNING' AND StartTime > '2026-11-01T12:00:01Z' | b-1
            Status = 'completed' OR ParentWorkflowId = 'a-1'                         | a-2 b-1
            ParentWorkflowId != 'a-1'                                                | a-1 a-2
            CloseTime IS NULL                                                        | a-1 b-1
            CloseTime > '2026-11-01'                                                 | a-2
            HistoryLength = 42                                                       | a-1
            HistoryLength > 5                                                        | a-1 a-2
            TaskQueue = 'orders' AND Priority < 3                                    | b-1
            RunId = '00000000-0000-0000-0000-000000000001'                           | a-1
            """)
    void builtInFields(String query, @Nullable String found) {
        start("a-1", null);
        this.jdbc
            .sql("insert into engine.workflow_task (run_id, workflow_type, task_queue, due_at, last_event) "
                    + "select run_id, workflow_type, task_queue, started_at, 42 from engine.workflow_execution")
            .update();
        start("a-2", null);
        this.jdbc
            .sql("update engine.workflow_execution set status = 'COMPLETED', closed_at = started_at, "
                    + "history_length = 7 where workflow_id = 'a-2'")
            .update();
        start("b-1", null);
        this.jdbc
            .sql("update engine.workflow_execution set parent_workflow_id = 'a-1', priority = 1 "
                    + "where workflow_id = 'b-1'")
            .update();
        assertThat(ids(query))
            .containsExactlyInAnyOrderElementsOf((found != null) ? Set.of(found.split(" ")) : Set.of());
    }

    @Test
    void aRowCarriesEverything() {
        start("a", Map.of("CustomerId", "c", "Due", NOON));
        this.jdbc.sql("update engine.workflow_execution set memo = '{\"m\":{\"x\":1.50},\"n\":null}'").update();
        ListedWorkflow workflow = this.lists.list(null, 10, null).workflows().getFirst();
        assertThat(workflow).isEqualTo(new ListedWorkflow("a", new UUID(0, 1).toString(), "Order", "orders",
                WorkflowStatus.RUNNING, NOON.plusSeconds(1), null, 3,
                Map.of("m", new Json("{\"x\":1.50}"), "n", Json.NULL), Map.of("CustomerId", "c", "Due", NOON), null));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "ORDER BY StartTime", "ORDER BY StartTime DESC", "ORDER BY WorkflowType, Mixed DESC",
            "ORDER BY Mixed", "ORDER BY Mixed DESC, StartTime", "ORDER BY CloseTime DESC", "ORDER BY CloseTime, Mixed",
            "ORDER BY HistoryLength DESC", "ORDER BY Status, ParentWorkflowId DESC", "ORDER BY Priority, RunId DESC",
            "ORDER BY WorkflowId DESC", "WorkflowType = 'Order' ORDER BY Missing" })
    void pagesShowEveryRunOnceInOrderAlsoWhileRunsAreStarted(String query) {
        List<Object> mixed = List.of("a", "B", 1, 2.5, true, List.of("x"), NOON, "ä");
        for (int i = 0; i < 40; i++) {
            start("w-" + i, (i % 5 == 0) ? null : Map.of("Mixed", mixed.get(i % mixed.size())));
        }
        this.jdbc
            .sql("update engine.workflow_execution set status = 'FAILED', closed_at = started_at - interval '1 h' "
                    + "where run_id::text like '%3'")
            .update();
        List<String> whole = ids(query);
        Set<String> paged = new LinkedHashSet<>();
        String token = null;
        do {
            WorkflowLists.Page page = this.lists.list(query, 7, token);
            page.workflows()
                .stream()
                .map(ListedWorkflow::workflowId)
                .filter(whole::contains)
                .forEach((id) -> assertThat(paged.add(id)).isTrue());
            token = page.nextPageToken();
            start("new-" + this.started, Map.of("Mixed", this.started));
        }
        while (token != null);
        assertThat(paged).containsExactlyElementsOf(whole);
    }

    @Test
    void theLastPageHasNoToken() {
        start("a", null);
        start("b", null);
        WorkflowLists.Page first = this.lists.list("", 1, null);
        assertThat(first.workflows()).extracting(ListedWorkflow::workflowId).containsExactly("b");
        WorkflowLists.Page second = this.lists.list("", 1, first.nextPageToken());
        assertThat(second.workflows()).extracting(ListedWorkflow::workflowId).containsExactly("a");
        assertThat(second.nextPageToken()).isNull();
        assertThat(this.lists.list("", 2, null).nextPageToken()).isNull();
    }

    @Test
    void aTokenIsGoodForItsQueryOnly() {
        start("a", null);
        start("b", null);
        String token = this.lists.list("Priority = 3", 1, null).nextPageToken();
        assertRefused("Priority > 2", token);
        assertRefused("Priority = 3", token.substring(0, token.length() - 2) + "AA");
        assertRefused("Priority = 3", "x");
        assertRefused("Priority = 3", "!");
        assertRefused("", PageToken.write("", List.of("2026-11-01T12:00:00Z")));
        assertRefused("", PageToken.write("", List.of("' or 1=1", new UUID(0, 1).toString())));
        assertRefused("ORDER BY WorkflowId", PageToken.write("ORDER BY WorkflowId", List.of("\0", "1")));
        assertRefused("ORDER BY Kind", PageToken.write("ORDER BY Kind", List.of("{", new UUID(0, 1).toString())));
        assertRefused("ORDER BY Kind",
                PageToken.write("ORDER BY Kind", List.of("\"\\u0000\"", new UUID(0, 1).toString())));
    }

    @Test
    void countsByField() {
        start("a", Map.of("CustomerId", "x"));
        start("b", Map.of("CustomerId", "x"));
        start("c", Map.of("CustomerId", 7));
        start("d", null);
        assertThat(this.lists.count("", "Status")).isEqualTo(Map.of("RUNNING", 4L));
        assertThat(this.lists.count("WorkflowId != 'd'", "ExecutionStatus")).isEqualTo(Map.of("RUNNING", 3L));
        assertThat(this.lists.count(null, "CustomerId").toString()).isEqualTo("{x=2, =1, 7=1}");
        assertThat(this.lists.count("CustomerId IS NOT NULL", "TaskQueue")).isEqualTo(Map.of("orders", 3L));
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> this.lists.count("", "StartTime"))
            .withMessageContaining("Status, WorkflowType, TaskQueue");
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> this.lists.count("", "a'b"));
    }

    @Test
    void aStreamReadsAllPages() {
        this.jdbc
            .sql("insert into engine.workflow_execution (run_id, workflow_id, workflow_type, task_queue, status, "
                    + "started_at, first_run_id, search_attributes) select gen_random_uuid(), 'w-' || n, 'T', 'q', "
                    + "'RUNNING', now(), gen_random_uuid(), jsonb_build_object('N', n) from generate_series(1, 2500) n")
            .update();
        assertThat(this.lists.stream("Status = 'RUNNING'").map(ListedWorkflow::workflowId).distinct()).hasSize(2500);
        assertThat(this.lists.stream("").limit(3)).hasSize(3);
        assertThat(this.lists.stream("Status = 'FAILED'")).isEmpty();
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> this.lists.count("", "N"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "'; drop table engine.workflow_execution; --", "' OR '1'='1", "\\", "\\u0000", "%", "_",
            "$1", ":p1", "?", "{}", "\"", "\uD83D\uDE00", "/* */", "\n" })
    void anythingIsAValue(String text) {
        start(text, Map.of("Name", text, "List", List.of(text, "other")));
        start("other", Map.of("Name", "other"));
        String quoted = "'" + text.replace("'", "''") + "'";
        for (String test : List.of("WorkflowId = ", "Name = ", "List = ", "Name STARTS_WITH ",
                "WorkflowId STARTS_WITH ", "List STARTS_WITH ")) {
            assertThat(ids(test + quoted)).as(test).containsExactly(text);
        }
        assertThat(ids("Name IN (" + quoted + ") AND NOT Name < " + quoted)).containsExactly(text);
    }

    @Test
    void aLongIdIsFound() {
        String id = "ab".repeat(1_000);
        start(id, null);
        assertThat(ids("WorkflowId = '" + id + "'")).containsExactly(id);
        assertThat(this.lists.list("WorkflowId = '" + id + "' ORDER BY WorkflowId", 1, null).nextPageToken()).isNull();
    }

    @Test
    void manyValuesAndTestsAreAnswered() {
        start("a", Map.of("Name", "x999"));
        String values = java.util.stream.IntStream.range(0, 1_000)
            .mapToObj((i) -> "'x" + i + "'")
            .collect(Collectors.joining(","));
        assertThat(ids("Name IN (" + values + ")")).containsExactly("a");
        assertThat(ids("Priority = 1 OR ".repeat(600) + "Priority = 3")).containsExactly("a");
    }

    @Test
    void aPageHasOneToAThousandRuns() {
        for (int pageSize : new int[] { 0, -1, 1_001 }) {
            assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> this.lists.list("", pageSize, null));
        }
    }

    private void assertRefused(String query, String token) {
        assertThatExceptionOfType(ListQueryException.class).isThrownBy(() -> this.lists.list(query, 1, token))
            .withMessageMatching("The page token is not.*|A value of the query is none.*");
    }

    private List<String> ids(String query) {
        return new ArrayList<>(
                this.lists.list(query, 1_000, null).workflows().stream().map(ListedWorkflow::workflowId).toList());
    }

    private void start(String workflowId, @Nullable Map<String, Object> attributes) {
        int number = ++this.started;
        this.jdbc.sql("""
                insert into engine.workflow_execution (run_id, workflow_id, workflow_type, task_queue, status,
                started_at,
                    first_run_id, history_length, search_attributes)
                values (?, ?, 'Order', 'orders', 'RUNNING', ?, ?, 3, cast(? as jsonb))""")
            .params(new UUID(0, number), workflowId, Timestamp.from(NOON.plusSeconds(number)), new UUID(0, number),
                    (attributes != null) ? SearchAttributes.toJson(attributes) : null)
            .update();
    }

}
