package dev.workflow.boot.autoconfigure;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;

/**
 * Waits until the database accepts connections and can be written to, so that an
 * application which starts together with its database does not fail for good. Whatever
 * touches the database at start depends on this bean. A wrong password or a database that
 * does not exist does not pass by waiting and fails at once.
 */
final class DatabaseAvailability implements InitializingBean {

    private static final Logger logger = LoggerFactory.getLogger(DatabaseAvailability.class);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private static final Duration BETWEEN_MESSAGES = Duration.ofSeconds(5);

    private final WorkflowDatabase database;

    private final Duration timeout;

    DatabaseAvailability(WorkflowDatabase database, Duration timeout) {
        this.database = database;
        this.timeout = timeout;
    }

    @Override
    public void afterPropertiesSet() throws InterruptedException {
        long start = System.nanoTime();
        Duration nextMessage = Duration.ZERO;
        for (Obstacle obstacle = obstacle(); obstacle != null; obstacle = obstacle()) {
            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            if (waited.compareTo(this.timeout) >= 0) {
                throw unavailable(obstacle);
            }
            if (waited.compareTo(nextMessage) >= 0) {
                logger.warn("Waiting for the database at {}: {} ({} s of {} s)", this.database.location(),
                        obstacle.reason(), waited.toSeconds(), this.timeout.toSeconds());
                nextMessage = nextMessage.plus(BETWEEN_MESSAGES);
            }
            Thread.sleep(PAUSE);
        }
    }

    /** What is in the way, if it may pass; null: nothing. */
    private @Nullable Obstacle obstacle() {
        try (Connection connection = this.database.dataSource().getConnection()) {
            requirePostgres(connection.getMetaData().getDatabaseProductName());
            return readOnlyOrRisky(connection);
        }
        catch (SQLException ex) {
            if (!mayPass(ex)) {
                throw new WorkflowStartupException(
                        "The database at " + this.database.location() + " refuses: " + ex.getMessage(),
                        "Check spring.datasource.url, spring.datasource.username and spring.datasource.password.", ex);
            }
            return new Obstacle(String.valueOf(ex.getMessage()), ex);
        }
    }

    private void requirePostgres(String product) {
        if (!product.equals("PostgreSQL")) {
            throw new WorkflowStartupException(
                    "The workflow engine needs PostgreSQL; the database at " + this.database.location() + " is "
                            + product + ".",
                    "Mark a DataSource of a PostgreSQL database with @WorkflowDataSource, or set "
                            + "workflow.enabled=false.",
                    null);
        }
    }

    private @Nullable Obstacle readOnlyOrRisky(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select pg_is_in_recovery(), current_setting('fsync'), current_setting('full_page_writes')")) {
            row.next();
            if (row.getBoolean(1)) {
                return new Obstacle("it is a read-only replica", null);
            }
            if (!row.getString(2).equals("on") || !row.getString(3).equals("on")) {
                logger.warn(
                        "The database at {} runs with fsync={} and full_page_writes={}: a crash of its machine "
                                + "can lose workflows that were acknowledged, or damage the whole database.",
                        this.database.location(), row.getString(2), row.getString(3));
            }
            return null;
        }
    }

    private WorkflowStartupException unavailable(Obstacle obstacle) {
        return new WorkflowStartupException(
                "The database at " + this.database.location() + " was not available within " + this.timeout.toSeconds()
                        + " s: " + obstacle.reason(),
                "Start the database, or check spring.datasource.url. workflow.startup-timeout sets how long to wait.",
                obstacle.cause());
    }

    /** Connection failures, too many connections, and a server that starts or stops. */
    private static boolean mayPass(SQLException ex) {
        for (Throwable cause = ex; cause instanceof SQLException sql; cause = cause.getCause()) {
            String state = sql.getSQLState();
            if (state != null) {
                return state.startsWith("08") || state.startsWith("53") || state.startsWith("57P");
            }
        }
        return ex instanceof SQLTransientException;
    }

    /** Something that may pass. */
    private record Obstacle(String reason, @Nullable Throwable cause) {
    }

}
