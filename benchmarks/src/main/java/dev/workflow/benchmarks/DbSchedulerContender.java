package dev.workflow.benchmarks;

import java.time.Duration;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/**
 * db-scheduler: one bare one-time task where others run a workflow, polled by
 * lock-and-fetch, with the settings that its documentation gives for a high throughput.
 */
final class DbSchedulerContender implements Contender {

    static final String NAME = "db-scheduler";

    static final int THREADS = 50;

    /** Its table, as its documentation defines it. */
    private static final String TABLE = """
            create table if not exists scheduled_tasks (
                task_name text not null, task_instance text not null, task_data bytea,
                execution_time timestamptz not null, picked boolean not null, picked_by text,
                last_success timestamptz, last_failure timestamptz, consecutive_failures int,
                last_heartbeat timestamptz, version bigint not null, priority smallint,
                primary key (task_name, task_instance));
            create index if not exists execution_time_idx on scheduled_tasks (execution_time);
            create index if not exists last_heartbeat_idx on scheduled_tasks (last_heartbeat)""";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DbSchedulerSession open(Database database) {
        database.execute(TABLE);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(40);
        return new DbSchedulerSession(new HikariDataSource(config), THREADS, Duration.ofMillis(100));
    }

    @Override
    public void verify(Database database, long workflows) {
        database.require("tasks", 0, "select count(*) from scheduled_tasks");
    }

    @Override
    public void verifySteps(Database database, long workflows, long steps) {
        // Nothing remains of a task that has run; its caller has heard of it.
    }

    @Override
    public int stepsOf(LoadTask task) {
        return 1;
    }

}
