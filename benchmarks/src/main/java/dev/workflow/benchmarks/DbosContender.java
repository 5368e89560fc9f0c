package dev.workflow.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.transact.DBOS;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.txstep.JdbcStepFactory;
import dev.workflow.benchmarks.application.Bedtimes;
import dev.workflow.benchmarks.dbos.DbosWorkflowsOnSteps;

/** DBOS Transact: workflows are started directly, not through a queue. */
final class DbosContender implements Contender {

    static final String NAME = "dbos";

    static final String NAME_OF_LARGER = "dbos-40";

    /**
     * As many connections as it has when it makes its pool itself, which it then does.
     */
    static final int DEFAULT_POOL = 10;

    private final String name;

    private final int pool;

    DbosContender(String name, int pool) {
        this.name = name;
        this.pool = pool;
    }

    @Override
    public String name() {
        return this.name;
    }

    @Override
    public DbosSession open(Database database) {
        HikariDataSource own = connections(database);
        HikariDataSource application = connections(database);
        DBOS dbos = new DBOS(configuration(database, own));
        Runnable close = () -> {
            dbos.shutdown();
            application.close();
            own.close();
        };
        try {
            Bedtimes bedtimes = new Bedtimes();
            DbosWorkflowsOnSteps workflows = new DbosWorkflowsOnSteps(dbos, new JdbcStepFactory(dbos, application),
                    bedtimes);
            DbosSession session = new DbosSession(dbos, workflows.register(), bedtimes, close);
            dbos.launch();
            return session;
        }
        catch (RuntimeException | Error ex) {
            close.run();
            throw ex;
        }
    }

    private DBOSConfig configuration(Database database, HikariDataSource own) {
        DBOSConfig config = DBOSConfig.defaults("benchmark").withAppVersion("benchmark");
        return (this.pool == DEFAULT_POOL)
                ? config.withDatabaseUrl(database.url()).withDbUser(database.user()).withDbPassword(database.password())
                : config.withDataSource(own);
    }

    /** A pool that connects when it is used. */
    private HikariDataSource connections(Database database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(this.pool);
        config.setMinimumIdle(0);
        return new HikariDataSource(config);
    }

    @Override
    public void verify(Database database, long workflows) {
        database.require("successful workflows of DBOS", workflows,
                "select count(*) from dbos.workflow_status where status = 'SUCCESS'");
        database.require("workflows of DBOS", workflows, "select count(*) from dbos.workflow_status");
    }

    @Override
    public void verifySteps(Database database, long workflows, long steps) {
        database.require("steps of DBOS", steps, "select count(*) from dbos.operation_outputs");
    }

}
