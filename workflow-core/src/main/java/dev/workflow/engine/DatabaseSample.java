package dev.workflow.engine;

import java.time.Duration;
import java.util.Map;

/**
 * How the database was when it was last looked at, which is every half minute at most.
 *
 * @param oldestTransaction how long the oldest transaction of this database has been
 * open, or prepared, as far as the engine's role may see
 * @param oldestSnapshot how many transactions ago the oldest snapshot was taken, the
 * oldest transaction begun that writes, or what a replication slot keeps came about: what
 * keeps dead rows from being removed
 * @param blockedRuns how many runs stand still with a problem
 * @param quarantinedRuns how many of them were tried so often that they are left alone
 * for long pauses
 * @param pausedRuns how many runs are paused
 * @param tables the engine's tables, by name
 */
public record DatabaseSample(Duration oldestTransaction, long oldestSnapshot, long blockedRuns, long quarantinedRuns,
        long pausedRuns, Map<String, Table> tables) {

    /** Before the first look. */
    public static final DatabaseSample NONE = new DatabaseSample(Duration.ZERO, 0, 0, 0, 0, Map.of());

    public DatabaseSample {
        tables = Map.copyOf(tables);
    }

    /** A table as it was then, or an empty one. */
    public Table table(String name) {
        return this.tables.getOrDefault(name, Table.EMPTY);
    }

    /**
     * A table.
     *
     * @param bytes its size, with its indexes
     * @param liveRows how many rows it has, about
     * @param deadRows how many dead rows wait to be removed, about
     */
    public record Table(long bytes, long liveRows, long deadRows) {

        static final Table EMPTY = new Table(0, 0, 0);

    }

}
