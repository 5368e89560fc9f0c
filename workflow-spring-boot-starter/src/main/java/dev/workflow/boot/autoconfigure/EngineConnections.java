package dev.workflow.boot.autoconfigure;

import java.time.Duration;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.workflow.store.JdbcEngineStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/**
 * The connections on which the engine writes: a small pool of its own, opened with the
 * same credentials as the application's, so that neither can starve the other and the
 * engine's session settings never leak. It is deliberately no {@code DataSource} bean.
 * <p>
 * Where the application's data source does not tell how it connects (it routes, or gets
 * its credentials elsewhere), the engine borrows from it and sets the session up each
 * time.
 */
final class EngineConnections implements AutoCloseable {

    static final String POOL_NAME = "workflow";

    private static final Logger logger = LoggerFactory.getLogger(EngineConnections.class);

    private static final Duration IDLE = Duration.ofMinutes(2);

    private final DataSource dataSource;

    private EngineConnections(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Opens nothing yet.
     * @param application the application's data source
     * @param size how many connections at most
     * @param patience how long to wait for one
     */
    static EngineConnections beside(DataSource application, int size, Duration patience) {
        HikariConfig config = derive(application);
        if (config == null) {
            logger
                .info("The workflow engine borrows its connections from the application's data source ({}), which does "
                        + "not tell how it connects", application.getClass().getName());
            return new EngineConnections(new BorrowedSessions(application, JdbcEngineStore.sessionSettings()));
        }
        config.setPoolName(POOL_NAME);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(Math.min(2, size));
        config.setIdleTimeout(IDLE.toMillis());
        config.setConnectionTimeout(patience.toMillis());
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql(JdbcEngineStore.sessionSettings());
        config.setAutoCommit(true);
        config.setReadOnly(false);
        config.setRegisterMbeans(false);
        config.setLeakDetectionThreshold(0);
        return new EngineConnections(new HikariDataSource(config));
    }

    private static @Nullable HikariConfig derive(DataSource application) {
        HikariConfig config = new HikariConfig();
        HikariDataSource pool = DataSourceUnwrapper.unwrap(application, HikariConfigMXBean.class,
                HikariDataSource.class);
        if (pool != null && pool.getDataSource() == null) {
            pool.copyStateTo(config);
            config.setMetricRegistry(null);
            config.setMetricsTrackerFactory(null);
            config.setHealthCheckRegistry(null);
            return config;
        }
        try (HikariDataSource derived = DataSourceBuilder.derivedFrom(application)
            .type(HikariDataSource.class)
            .build()) {
            derived.copyStateTo(config);
            return (config.getJdbcUrl() != null) ? config : null;
        }
        catch (RuntimeException ex) {
            logger.debug("No connection details in {}", application, ex);
            return null;
        }
    }

    DataSource dataSource() {
        return this.dataSource;
    }

    @Override
    public void close() {
        if (this.dataSource instanceof HikariDataSource pool) {
            pool.close();
        }
    }

}
