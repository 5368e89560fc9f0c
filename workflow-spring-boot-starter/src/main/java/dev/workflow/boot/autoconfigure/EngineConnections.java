package dev.workflow.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.workflow.store.SessionSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/**
 * The connections on which the engine writes: a small pool of its own, opened with the
 * same credentials as the application's, so that neither can starve the other and the
 * engine's session settings never leak. One of them is the heartbeat's alone: a node that
 * is busy must not look dead. It is deliberately no {@code DataSource} bean.
 * <p>
 * Where the application's data source does not tell how it connects (it routes, or gets
 * its credentials elsewhere), the engine borrows from it and sets the session up each
 * time.
 */
final class EngineConnections implements AutoCloseable {

    static final String POOL_NAME = "workflow";

    static final String HEART_POOL_NAME = "workflow-heartbeat";

    private static final Logger logger = LoggerFactory.getLogger(EngineConnections.class);

    private static final Duration IDLE = Duration.ofMinutes(2);

    /**
     * The server ends each statement after 30 seconds: who has no answer by then has lost
     * it, and would wait for a quarter of an hour or for ever.
     */
    private static final Map<String, String> NOTICE_LOST_SERVERS = Map.of("tcpKeepAlive", "true", "socketTimeout",
            "45");

    private final DataSource dataSource;

    private final DataSource heart;

    private EngineConnections(DataSource dataSource, DataSource heart) {
        this.dataSource = dataSource;
        this.heart = heart;
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
            DataSource borrowed = new BorrowedSessions(application);
            return new EngineConnections(borrowed, borrowed);
        }
        return new EngineConnections(pool(config, POOL_NAME, size - 1, patience),
                pool(config, HEART_POOL_NAME, 1, patience));
    }

    private static HikariDataSource pool(HikariConfig derived, String name, int size, Duration patience) {
        HikariConfig config = new HikariConfig();
        derived.copyStateTo(config);
        config.setJdbcUrl(noticingLostServers(derived));
        config.setPoolName(name);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(Math.min(2, size));
        config.setIdleTimeout((size > 2) ? IDLE.toMillis() : 0);
        config.setConnectionTimeout(patience.toMillis());
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql(initSql(derived.getConnectionInitSql()));
        config.setAutoCommit(true);
        config.setReadOnly(false);
        config.setRegisterMbeans(false);
        config.setLeakDetectionThreshold(0);
        return new HikariDataSource(config);
    }

    /** The application's, which may name a role or a search path, and the engine's. */
    private static String initSql(@Nullable String ofApplication) {
        return (ofApplication != null && !ofApplication.isBlank())
                ? ofApplication.strip().replaceFirst(";+$", "") + ";\n" + SessionSettings.sql() : SessionSettings.sql();
    }

    /** What the application says about it comes first. */
    private static @Nullable String noticingLostServers(HikariConfig config) {
        String url = config.getJdbcUrl();
        if (url == null || !url.startsWith("jdbc:postgresql:")) {
            return url;
        }
        StringBuilder noticing = new StringBuilder(url);
        NOTICE_LOST_SERVERS.forEach((name, value) -> {
            if (!url.contains(name + "=") && !config.getDataSourceProperties().containsKey(name)) {
                noticing.append((noticing.indexOf("?") < 0) ? '?' : '&').append(name).append('=').append(value);
            }
        });
        return noticing.toString();
    }

    private static @Nullable HikariConfig derive(DataSource application) {
        HikariConfig config = new HikariConfig();
        HikariDataSource pool = DataSourceUnwrapper.unwrap(application, HikariConfigMXBean.class,
                HikariDataSource.class);
        if (pool != null && pool.getDataSource() == null) {
            pool.copyStateTo(config);
            if (config.getCredentialsProvider() == null) {
                // They may be exchanged while the application runs.
                config.setCredentialsProvider(pool::getCredentials);
            }
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

    /** Whether they come from the application's pool. */
    boolean areBorrowed() {
        return this.dataSource instanceof BorrowedSessions;
    }

    DataSource dataSource() {
        return this.dataSource;
    }

    /** One connection that nothing but heartbeats uses. */
    DataSource heart() {
        return this.heart;
    }

    @Override
    public void close() {
        for (DataSource closeable : List.of(this.dataSource, this.heart)) {
            if (closeable instanceof HikariDataSource pool) {
                pool.close();
            }
        }
    }

}
