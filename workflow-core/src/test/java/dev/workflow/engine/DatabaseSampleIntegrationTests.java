package dev.workflow.engine;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import dev.workflow.Workflows;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What keeps dead rows, dead rows, sizes and lost notifications, each brought about. */
class DatabaseSampleIntegrationTests {

    private static final int TRANSACTIONS = 50;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private TestNode node() {
        return this.nodes.node().workflow("Counts", (arguments) -> {
            int[] count = new int[1];
            Workflows.onSignal("go", (given) -> count[0]++);
            Workflows.await(() -> count[0] > 1_000);
            return null;
        }).start();
    }

    private static DatabaseSample sample(TestNode node) {
        node.engine().gauges().takeSample();
        return node.engine().gauges().database();
    }

    /**
     * A snapshot, and a transaction that only writes: either keeps what dies after it.
     */
    @ParameterizedTest
    @CsvSource({ "REPEATABLE READ, select count(*) from engine.workflow_task",
            "READ COMMITTED, select txid_current()" })
    void openTransactionIsSeenByItsAgeInTransactionsAndInTime(String isolation, String sql) throws Exception {
        TestNode node = node();
        TestNode.await(() -> sample(node).oldestSnapshot() < TRANSACTIONS, PATIENCE);
        try (Connection old = this.nodes.database.getConnection(); Statement statement = old.createStatement()) {
            old.setAutoCommit(false);
            statement.execute("set transaction isolation level " + isolation);
            statement.execute(sql);
            for (int i = 0; i < TRANSACTIONS; i++) {
                this.nodes.count("select txid_current()");
            }
            TestNode.await(() -> sample(node).oldestSnapshot() >= TRANSACTIONS, PATIENCE);
            TestNode.await(() -> sample(node).oldestTransaction().compareTo(Duration.ofMillis(100)) > 0, PATIENCE);
            old.rollback();
        }
        TestNode.await(() -> sample(node).oldestSnapshot() < TRANSACTIONS, PATIENCE);
    }

    @Test
    void deadRowsAndSizesAreThoseOfWhatWasWritten() throws Exception {
        TestNode node = node();
        node.begin("Counts", "counts");
        long bytes = sample(node).table("workflow_event").bytes();
        try (Connection old = this.nodes.database.getConnection(); Statement statement = old.createStatement()) {
            // Nothing that dies from now on can be removed.
            old.setAutoCommit(false);
            statement.execute("set transaction isolation level repeatable read");
            statement.execute("select count(*) from engine.workflow_task");
            for (int i = 0; i < 200; i++) {
                node.service()
                    .signal(new WorkflowRef("counts", null), "go", new Json("[\"" + "x".repeat(500) + "\"]"), null);
            }
            TestNode.await(() -> sample(node).table("workflow_task").deadRows() > 0, PATIENCE);
            TestNode.await(() -> sample(node).table("workflow_event").bytes() > bytes, PATIENCE);
            assertThat(node.engine().gauges().database().table("workflow_event").liveRows()).isPositive();
            old.rollback();
        }
    }

    /**
     * Whoever listens is cut off: what is sent until it listens again is lost, and
     * counted.
     */
    @Test
    void notificationsThatNobodyListensToAreCounted() {
        TestNode node = node();
        TestNode.await(() -> cut() > 0, PATIENCE);
        long before = node.engine().gauges().lostNotifications();
        TestNode.await(() -> {
            cut();
            node.engine().gauges().takeSample();
            return node.engine().gauges().lostNotifications() > before;
        }, PATIENCE);
        // It listens again, without anybody's help.
        TestNode.await(() -> {
            node.engine().gauges().takeSample();
            return isAnsweredSoon(node);
        }, PATIENCE);
    }

    /** Whether what was sent just now comes back within a second. */
    private static boolean isAnsweredSoon(TestNode node) {
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (!node.engine().wakeups().isAnswered() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        return node.engine().wakeups().isAnswered();
    }

    /** Ends the connections that listen; returns how many. */
    private long cut() {
        return this.nodes.count("""
                select count(*) from (
                  select pg_terminate_backend(pid) as ended from pg_stat_activity
                  where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen %') one
                where ended""");
    }

}
