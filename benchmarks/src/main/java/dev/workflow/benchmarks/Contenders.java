package dev.workflow.benchmarks;

import java.util.List;

/**
 * Who takes part.
 *
 * @param engine this engine
 * @param bare what the database allows
 * @param dbos DBOS Transact, with its default pool and with a larger one
 * @param scheduler db-scheduler
 */
record Contenders(EngineContender engine, BarePath bare, List<DbosContender> dbos, DbSchedulerContender scheduler) {

    static final List<String> NAMES = List.of(EngineContender.NAME, BarePath.NAME, BareTransfers.NAME,
            DbosContender.NAME, DbosContender.NAME_OF_LARGER, DbSchedulerContender.NAME);

    /**
     * Prepares the server: lets the engine make its tables and run one workflow, whose
     * rows the bare path then copies.
     */
    static Contenders prepare(PostgresServer server) {
        EngineContender engine = new EngineContender();
        Database template = server.createTemplate();
        try (Session session = engine.open(template)) {
            session.run(new Payload().next());
        }
        RecordedRun recorded = RecordedRun.readFrom(template);
        template.empty();
        server.seal(template);
        return new Contenders(engine, new BarePath(recorded),
                List.of(new DbosContender(DbosContender.NAME, DbosContender.DEFAULT_POOL),
                        new DbosContender(DbosContender.NAME_OF_LARGER, 40)),
                new DbSchedulerContender());
    }

}
