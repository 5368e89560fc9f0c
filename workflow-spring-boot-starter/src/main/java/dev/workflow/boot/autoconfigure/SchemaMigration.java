package dev.workflow.boot.autoconfigure;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import javax.sql.DataSource;

import liquibase.exception.LiquibaseException;
import liquibase.integration.spring.SpringLiquibase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.io.ResourceLoader;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Creates and migrates the engine's tables with Liquibase. It is no
 * {@link SpringLiquibase} bean itself, so that neither the application's Liquibase nor
 * what looks for such beans takes notice of it.
 * <p>
 * One node at a time: a transaction that holds an advisory lock stays open meanwhile.
 * Liquibase has a lock of its own, but that one survives the process which held it; under
 * the advisory lock, it can only be such a leftover.
 */
final class SchemaMigration implements InitializingBean {

    static final String CHANGELOG = "classpath:dev/workflow/db/changelog.yaml";

    private static final Logger logger = LoggerFactory.getLogger(SchemaMigration.class);

    private static final String CHANGELOG_TABLE = "workflow_databasechangelog";

    private static final String LOCK_TABLE = "workflow_databasechangeloglock";

    private static final long ADVISORY_LOCK = 0x776f_726b_666c_6f77L;

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final WorkflowDatabase database;

    private final @Nullable String schema;

    private final ResourceLoader resources;

    SchemaMigration(WorkflowDatabase database, @Nullable String schema, ResourceLoader resources) {
        this.database = database;
        this.schema = schema;
        this.resources = resources;
    }

    @Override
    public void afterPropertiesSet() throws SQLException, LiquibaseException, InterruptedException {
        try (Connection turn = this.database.dataSource().getConnection()) {
            boolean autoCommit = turn.getAutoCommit();
            turn.setAutoCommit(false);
            try {
                keep(turn);
                awaitTurn(turn);
                migrate();
            }
            finally {
                turn.rollback();
                turn.setAutoCommit(autoCommit);
            }
        }
    }

    /** While another connection migrates, this one waits in its transaction, for long. */
    private static void keep(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select set_config(name, '0', true) from pg_settings "
                    + "where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')");
        }
    }

    private static void awaitTurn(Connection connection) throws SQLException, InterruptedException {
        try (PreparedStatement statement = connection.prepareStatement("select pg_try_advisory_xact_lock(?)")) {
            statement.setLong(1, ADVISORY_LOCK);
            for (boolean first = true; !isTrue(statement); first = false) {
                if (first) {
                    logger.info("Waiting for another node that migrates the workflow tables");
                }
                Thread.sleep(PAUSE);
            }
        }
    }

    private static boolean isTrue(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private void migrate() throws SQLException, LiquibaseException {
        try (Connection connection = this.database.dataSource().getConnection()) {
            String searchPath = searchPath(connection);
            try {
                createSchema(connection);
                releaseLeftoverLock(connection);
                liquibase(new SingleConnectionDataSource(connection, true)).afterPropertiesSet();
            }
            finally {
                // Liquibase leaves the engine's schema in the path of a connection that
                // goes back to the pool.
                restoreSearchPath(connection, searchPath);
            }
        }
    }

    private SpringLiquibase liquibase(DataSource dataSource) {
        SpringLiquibase liquibase = new SpringLiquibase();
        liquibase.setDataSource(dataSource);
        liquibase.setResourceLoader(this.resources);
        liquibase.setChangeLog(CHANGELOG);
        liquibase.setDefaultSchema(this.schema);
        liquibase.setLiquibaseSchema(this.schema);
        liquibase.setDatabaseChangeLogTable(CHANGELOG_TABLE);
        liquibase.setDatabaseChangeLogLockTable(LOCK_TABLE);
        liquibase.setAnalyticsEnabled(false);
        return liquibase;
    }

    /** Asks first: who finds the schema there needs no right to create one. */
    private void createSchema(Connection connection) throws SQLException {
        if (this.schema == null
                || exists(connection, "select to_regnamespace(quote_ident(?)) is not null", this.schema)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("create schema if not exists " + statement.enquoteIdentifier(this.schema, true));
        }
    }

    private void releaseLeftoverLock(Connection connection) throws SQLException {
        String table = (this.schema != null) ? "\"" + this.schema.replace("\"", "\"\"") + "\"." + LOCK_TABLE
                : LOCK_TABLE;
        if (!exists(connection, "select to_regclass(?) is not null", table)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            if (statement.executeUpdate("update " + table + " set locked = false where locked") > 0) {
                logger.warn("Released the Liquibase lock of a process that ended during a migration");
            }
        }
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            return isTrue(statement);
        }
    }

    private static String searchPath(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show search_path")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void restoreSearchPath(Connection connection, String searchPath) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select set_config('search_path', ?, false)")) {
            statement.setString(1, searchPath);
            statement.execute();
        }
        if (!connection.getAutoCommit()) {
            connection.commit();
        }
    }

}
