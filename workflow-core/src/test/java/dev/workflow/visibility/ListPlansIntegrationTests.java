package dev.workflow.visibility;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import dev.workflow.store.TestPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many rows a page of a list reads, of a hundred thousand: what decides how long it
 * takes when there are millions. Asked again and again on one connection, as an
 * application does, since plans change with that.
 */
class ListPlansIntegrationTests {

    private static final int RUNS = 100_000;

    /** The newest that are looked through, and what a rare value has. */
    private static final int MOST = AttributeSearch.WINDOW + 2_000;

    private static final int TIMES = 12;

    /** Each of a hundred customers: with some of them a sample of statistics errs. */
    private static final int CUSTOMERS = 100;

    private static Connection connection;

    private static SingleConnectionDataSource database;

    private static JdbcClient jdbc;

    @BeforeAll
    static void fill() throws SQLException {
        connection = TestPostgres.newDatabase("engine").getConnection();
        database = new SingleConnectionDataSource(connection, true);
        jdbc = JdbcClient.create(database);
        jdbc.sql(
                """
                        insert into engine.workflow_execution
                          (run_id, workflow_id, workflow_type, task_queue, status, started_at, closed_at, first_run_id,
                           history_length, result, search_attributes)
                        select id, 'order-' || i,
                               case when i % 20000 = 7 then 'Rare' when i < 10000 and i % 2 = 0 then 'Gone'
                                 else 'Type' || i % 10 end, 'q',
                               case when i < 20000 and i % 4 = 1 then 'RUNNING' when i % 100 = 0 then 'FAILED' else 'COMPLETED' end,
                               timestamptz '2026-01-01' + i * interval '1 second',
                               timestamptz '2026-01-01' + i * interval '1 second', id, 8, repeat('x', 100),
                               jsonb_build_object('CustomerId', 'customer-' || i % 1000, 'OrderNo', i,
                                 'Region', case when i % 2 = 0 then 'eu' else 'us' end,
                                 'Tier', case when i % 97 = 0 then 'gold' else 'base' end)
                        from (select i, ('01970000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id
                              from generate_series(1, ?) i) r""")
            .param(RUNS)
            .update();
        jdbc.sql("vacuum analyze engine.workflow_execution").update();
    }

    @AfterAll
    static void close() throws SQLException {
        database.destroy();
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "CustomerId = 'customer-8'", "CustomerId = 'nobody'",
            "CustomerId IN ('customer-8', 'customer-9')", "CustomerId = 'customer-8' AND Region = 'eu'",
            "CustomerId = 'customer-8' AND Tier = 'base'", "CustomerId = 'customer-8' AND OrderNo > 50000",
            "WorkflowType = 'Type8' AND CustomerId = 'customer-8' AND StartTime > '2026-01-01T12:00:00Z'",
            "WorkflowType = 'Rare' AND Region = 'eu'", "Status = 'FAILED' AND Region = 'eu'",
            "Status = 'RUNNING' AND CustomerId = 'customer-9' ORDER BY StartTime", "Region = 'eu'", "Tier = 'gold'",
            "OrderNo = 4711", "WorkflowType = 'Type5'", "WorkflowType = 'Rare'", "WorkflowType = 'Gone'",
            "WorkflowType = 'Unknown'", "WorkflowType = 'Gone' AND Region = 'eu'", "Status = 'RUNNING'",
            "Status = 'COMPLETED'", "Status = 'FAILED'", "Status IN ('FAILED', 'TIMED_OUT')",
            "WorkflowType = 'Type5' AND Status = 'RUNNING'", "WorkflowType = 'Type0' AND Status = 'FAILED'",
            "WorkflowType = 'Type3' AND Status = 'COMPLETED' AND StartTime > '2026-01-01T06:00:00Z'",
            "StartTime BETWEEN '2026-01-01T06:00:00Z' AND '2026-01-01T07:00:00Z'", "WorkflowId = 'order-5'",
            "WorkflowId STARTS_WITH 'order-777'", "WorkflowId STARTS_WITH 'order-'", "WorkflowType != 'Type5'",
            "Region = 'eu' ORDER BY StartTime", "CustomerId = 'customer-8' ORDER BY CloseTime DESC",
            "Region = 'eu' AND OrderNo > 99000 AND OrderNo < 99900", "Tier = 'gold' AND WorkflowType = 'Type0'" })
    void pageReadsFewRows(String query) {
        WorkflowLists lists = new WorkflowLists(database, "engine");
        long before = rowsRead();
        for (int i = 0; i < TIMES; i++) {
            lists.list(query, 50, null);
        }
        assertThat((rowsRead() - before) / TIMES).as("rows that a page reads").isLessThan(MOST);
    }

    @Test
    void noCustomerIsReadByTheWholeTable() {
        WorkflowLists lists = new WorkflowLists(database, "engine");
        for (int i = 0; i < CUSTOMERS; i++) {
            long before = rowsRead();
            assertThat(lists.list("CustomerId = 'customer-" + i + "'", 50, null).workflows()).hasSize(50);
            assertThat(rowsRead() - before).as("customer-%d", i).isLessThan(MOST);
        }
    }

    @Test
    void everyPageReadsAsFewAsTheFirst() {
        WorkflowLists lists = new WorkflowLists(database, "engine");
        long before = rowsRead();
        String token = null;
        for (int i = 0; i < TIMES; i++) {
            token = lists.list("WorkflowType = 'Type5'", 50, token).nextPageToken();
        }
        assertThat((rowsRead() - before) / TIMES).isLessThan(MOST);
        assertThat(token).isNotNull();
    }

    /** As where one type has attributes and another one is started far more often. */
    @Test
    void forAValueThatFewHaveTheNewestRunsAreNotLookedThrough() {
        WorkflowLists lists = new WorkflowLists(database, "engine");
        for (String query : List.of("CustomerId = 'nobody'", "OrderNo = 4711",
                "WorkflowType = 'Gone' AND CustomerId = 'nobody' AND StartTime > '2026-01-01T00:00:00Z'")) {
            long before = rowsRead();
            lists.list(query, 50, null);
            assertThat(rowsRead() - before).as(query).isLessThan(100);
        }
    }

    @Test
    void runsWithoutAttributesAreNotLookedThrough() {
        jdbc.sql("""
                insert into engine.workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id, history_length)
                select gen_random_uuid(), 'other-' || i, 'Other', 'q', 'COMPLETED', timestamptz '2026-02-01',
                       gen_random_uuid(), 8
                from generate_series(1, ?) i""").param(AttributeSearch.WINDOW).update();
        WorkflowLists lists = new WorkflowLists(database, "engine");
        long before = rowsRead();
        assertThat(lists.list("Region = 'eu'", 50, null).workflows()).hasSize(50);
        long frequent = rowsRead();
        assertThat(frequent - before).isLessThan(1_000);
        // One in a hundred: neither are all that have it fetched.
        assertThat(lists.list("Tier = 'gold'", 50, null).workflows()).hasSize(50);
        assertThat(rowsRead() - frequent).isLessThan(AttributeSearch.WINDOW);
        jdbc.sql("delete from engine.workflow_execution where workflow_type = 'Other'").update();
    }

    /** Both ways of a search by attributes, page by page, against all that match. */
    @ParameterizedTest
    @ValueSource(strings = { "CustomerId = 'customer-8'", "Region = 'eu' AND StartTime > '2026-01-02T03:00:00Z'",
            "CustomerId IN ('customer-8', 'customer-9') AND Region = 'eu'", "Tier = 'gold' AND WorkflowType = 'Type0'",
            "Tier = 'gold' AND WorkflowType = 'Type0' ORDER BY StartTime", "Tier = 'gold' AND Status = 'FAILED'",
            "WorkflowType = 'Gone' AND CustomerId = 'customer-8'", "OrderNo = 4711", "CustomerId = 'nobody'",
            "CustomerId = 'customer-8' AND HistoryLength > 7", "CustomerId = 'customer-8' AND Activity != 'PAUSED'",
            "CustomerId = 'customer-9' AND Problem != 'BLOCKED' AND HistoryLength < 9 ORDER BY StartTime" })
    void pagesOfASearchByAttributesHoldAllThatMatchInOrder(String query) {
        WorkflowLists lists = new WorkflowLists(database, "engine");
        List<String> found = new ArrayList<>();
        String token = null;
        do {
            WorkflowLists.Page page = lists.list(query, 50, token);
            page.workflows().forEach((run) -> found.add(run.runId()));
            token = page.nextPageToken();
        }
        while (token != null);
        assertThat(found).doesNotHaveDuplicates().hasSize((int) lists.count(query));
        List<String> ordered = new ArrayList<>(found);
        Collections.sort(ordered);
        assertThat(found).isEqualTo(query.contains("ORDER BY") ? ordered : ordered.reversed());
    }

    /** A plan for all values would be the one for what is frequent. */
    @Test
    void planIsMadeForTheValuesOfEachQuestion() {
        WorkflowLists lists = new WorkflowLists(database, "engine");
        for (int i = 0; i < TIMES; i++) {
            lists.list("CustomerId = 'customer-" + i + "'", 50, null);
            lists.count("CustomerId = 'customer-" + i + "'");
        }
        assertThat(
                jdbc.sql("select statement from pg_prepared_statements where not from_sql").query(String.class).list())
            .noneMatch((statement) -> statement.contains("search_attributes"));
    }

    private static long rowsRead() {
        jdbc.sql("select pg_stat_force_next_flush()").query((row, number) -> number).list();
        return jdbc.sql("""
                select seq_tup_read + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables
                where relname = 'workflow_execution'""").query(Long.class).single();
    }

}
