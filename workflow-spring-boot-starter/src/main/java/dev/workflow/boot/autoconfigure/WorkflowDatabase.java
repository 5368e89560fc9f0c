package dev.workflow.boot.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.util.ClassUtils;

/**
 * The database that the engine was given, out of those that the application has.
 *
 * @param dataSource its data source
 * @param location where it is, for people; never with credentials
 */
record WorkflowDatabase(DataSource dataSource, String location) {

    private static final boolean HIKARI = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
            WorkflowDatabase.class.getClassLoader());

    /** Transaction managers bind what such a proxy stands for, and not the proxy. */
    static WorkflowDatabase of(DataSource given) {
        DataSource dataSource = (given instanceof TransactionAwareDataSourceProxy proxy
                && proxy.getTargetDataSource() != null) ? proxy.getTargetDataSource() : given;
        String url = HIKARI ? HikariUrl.of(dataSource) : null;
        return new WorkflowDatabase(dataSource, (url != null) ? withoutParameters(url) : dataSource.toString());
    }

    /** Chooses the marked DataSource, else the only one or the primary one. */
    static WorkflowDatabase choose(@Nullable DataSource marked, @Nullable DataSource unique, Collection<String> names) {
        if (marked != null) {
            return of(marked);
        }
        if (unique != null) {
            return of(unique);
        }
        if (names.isEmpty()) {
            throw new WorkflowStartupException("The workflow engine needs a DataSource, and the application has none.",
                    "Set spring.datasource.url, spring.datasource.username and spring.datasource.password to a "
                            + "PostgreSQL database, or define a DataSource bean. To run without the engine, set "
                            + "workflow.enabled=false.",
                    null);
        }
        throw new WorkflowStartupException(
                "The workflow engine needs one DataSource, and the application has " + names.size() + ": "
                        + String.join(", ", List.copyOf(names)) + ".",
                "Mark the one that holds the workflows with @WorkflowDataSource, or one of them with @Primary.", null);
    }

    /** The schema in which tables are found that are named without one. */
    @Nullable String currentSchema() {
        try (Connection connection = this.dataSource.getConnection()) {
            return connection.getSchema();
        }
        catch (SQLException ex) {
            throw new WorkflowStartupException(
                    "The current schema of the database at " + this.location + " cannot be read: " + ex.getMessage(),
                    "Set workflow.schema.", ex);
        }
    }

    private static String withoutParameters(String url) {
        int end = url.indexOf('?');
        String shown = (end < 0) ? url : url.substring(0, end);
        return shown.replaceFirst("//[^/@]*@", "//");
    }

    /** Apart, so that an application without Hikari never loads its classes. */
    private static final class HikariUrl {

        static @Nullable String of(DataSource dataSource) {
            HikariDataSource pool = DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class,
                    HikariDataSource.class);
            return (pool != null) ? pool.getJdbcUrl() : null;
        }

    }

}
