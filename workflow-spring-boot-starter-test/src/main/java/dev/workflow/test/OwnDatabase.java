package dev.workflow.test;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Makes sure that the engine of a test works on the test's own database. On any other one
 * it would create tables, claim the runs that others have there, and fire their timers
 * when the test moves its clock.
 */
final class OwnDatabase {

    /** Where it is. A property would be what somebody else has made of it. */
    record Url(String text) {
    }

    OwnDatabase(@Nullable DataSource given, String own) {
        String found = shown((given != null) ? urlOf(given) : own);
        if (!found.equals(shown(own))) {
            throw new IllegalStateException("A @WorkflowTest has a database of its own, " + shown(own)
                    + ", but the DataSource of the engine leads to " + found
                    + ". In the test, set the properties that it is made of to ${spring.datasource.url}, "
                    + "${spring.datasource.username} and ${spring.datasource.password}, and leave out what leads "
                    + "elsewhere, such as a container with @ServiceConnection or @DynamicPropertySource.");
        }
    }

    private static String urlOf(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            return connection.getMetaData().getURL();
        }
        catch (SQLException ex) {
            throw new IllegalStateException("The DataSource of the engine gives no connection: " + ex.getMessage(), ex);
        }
    }

    /** Without parameters, among which a password may be. */
    private static String shown(String url) {
        int end = url.indexOf('?');
        return (end < 0) ? url : url.substring(0, end);
    }

}
