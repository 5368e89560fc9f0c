package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import dev.workflow.history.HistoryEvent;
import dev.workflow.store.TestPostgres;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/** The nodes of a test on one database; they stop with it. */
final class TestNodes implements AutoCloseable {

    final DataSource database;

    private final List<TestNode> nodes = new CopyOnWriteArrayList<>();

    TestNodes() {
        this(TestPostgres.newDatabase("engine"));
    }

    TestNodes(DataSource database) {
        this.database = database;
    }

    /** A node that has not started. */
    TestNode node() {
        return add(new TestNode(this.database, InstantSource.system(), EngineMetrics.NONE));
    }

    /** A node with a time of the test's own. */
    TestNode node(InstantSource time) {
        return add(new TestNode(this.database, this.database, new EngineClock(time, false), EngineMetrics.NONE));
    }

    TestNode add(TestNode node) {
        this.nodes.add(node);
        return node;
    }

    JdbcClient jdbc() {
        return JdbcClient.create(this.database);
    }

    long count(String sql, Object... parameters) {
        return jdbc().sql(sql).params(parameters).query(Long.class).single();
    }

    /** A transaction of the application. */
    TransactionTemplate transaction() {
        return transaction(this.database);
    }

    /** A transaction of an application with these connections. */
    static TransactionTemplate transaction(DataSource application) {
        DataSourceTransactionManager manager = new DataSourceTransactionManager(application);
        OpenTransactions.watch(manager);
        return new TransactionTemplate(manager);
    }

    /** The run's events have the ids 1 to n, and times that never go back. */
    static List<HistoryEvent> soundHistory(WorkflowService service, String workflowId) {
        List<HistoryEvent> events = service.history(new WorkflowRef(workflowId, null), 0, 100_000);
        Instant last = Instant.MIN;
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).eventId()).as(workflowId).isEqualTo(i + 1);
            assertThat(events.get(i).eventTime()).as(workflowId).isAfterOrEqualTo(last);
            last = events.get(i).eventTime();
        }
        return events;
    }

    @Override
    public void close() {
        this.nodes.forEach(TestNode::close);
    }

    /** A time that stands still until it is moved. */
    static final class Time implements InstantSource {

        private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

        @Override
        public Instant instant() {
            return this.now.get();
        }

        void advance(Duration duration) {
            this.now.updateAndGet((time) -> time.plus(duration));
        }

    }

}
