package dev.workflow.boot.autoconfigure;

import java.util.Collection;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;

/**
 * How many connections of the application's pool its activities may hold at once. They
 * leave the application at least a quarter, so that it never waits for them.
 */
final class ConnectionShare {

    /** Three quarters of eight connections, which every usual pool has at least. */
    private static final int OF_AN_UNKNOWN_POOL = 6;

    private static final int HIKARI_DEFAULT = 10;

    /** What the engine needs where it has no connections of its own. */
    private static final int BORROWED = 7;

    private static final Logger logger = LoggerFactory.getLogger(ConnectionShare.class);

    private ConnectionShare() {
    }

    /**
     * The share.
     * @param configured what the application wants; null: what is sensible
     * @param poolSize how many connections the pool has at most; null: not known
     * @param borrowed whether the engine takes its own connections from that pool, too
     */
    static int of(@Nullable Integer configured, @Nullable Integer poolSize, boolean borrowed) {
        if (configured != null) {
            if (poolSize != null && configured >= poolSize) {
                logger.warn("workflow.activity.transactional-slots is {}, and the pool has {} connections: activities "
                        + "can leave the application none", configured, poolSize);
            }
            return configured;
        }
        if (poolSize == null) {
            return OF_AN_UNKNOWN_POOL;
        }
        int shared = borrowed ? poolSize - BORROWED : poolSize;
        return Math.max(1, shared * 3 / 4);
    }

    /** How many connections the pool has at most; null where it does not tell. */
    static @Nullable Integer poolSize(DataSource application, Collection<DataSourcePoolMetadataProvider> providers) {
        HikariDataSource hikari = DataSourceUnwrapper.unwrap(application, HikariConfigMXBean.class,
                HikariDataSource.class);
        if (hikari != null) {
            // Not set, it is only known once the pool has begun.
            return (hikari.getMaximumPoolSize() > 0) ? hikari.getMaximumPoolSize() : HIKARI_DEFAULT;
        }
        DataSourcePoolMetadata metadata = new CompositeDataSourcePoolMetadataProvider(providers)
            .getDataSourcePoolMetadata(application);
        Integer most = (metadata != null) ? metadata.getMax() : null;
        return (most != null && most > 0) ? most : null;
    }

}
