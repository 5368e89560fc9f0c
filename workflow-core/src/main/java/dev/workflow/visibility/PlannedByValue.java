package dev.workflow.visibility;

import java.sql.SQLException;

import javax.sql.DataSource;

import org.postgresql.PGStatement;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Has each statement planned with the values that it is carried out with. Left alone, the
 * driver prepares a statement that comes again and PostgreSQL then keeps one plan for all
 * values: the one that finds a page of what is frequent at once, and reads the whole
 * table for what is rare.
 */
final class PlannedByValue extends JdbcTemplate {

    PlannedByValue(DataSource dataSource) {
        super(dataSource);
    }

    @Override
    protected void applyStatementSettings(java.sql.Statement statement) throws SQLException {
        super.applyStatementSettings(statement);
        if (statement.isWrapperFor(PGStatement.class)) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
    }

}
