package dev.workflow.benchmarks;

/** One turn of an entry, on a new database. */
interface Trial {

    /**
     * Measures and checks that what was done is right and complete.
     * @param server where the database is
     * @param database a new one, with the engine's tables
     * @throws IllegalStateException if a result is wrong or something is lost
     */
    Round run(PostgresServer server, Database database);

}
