package dev.workflow.benchmarks;

/** Something that runs workflows on a database. */
interface Contender {

    String name();

    /** Starts a node. */
    Session open(Database database);

    /**
     * Fails unless the database holds exactly so many finished workflows and nothing that
     * is still to be done.
     */
    void verify(Database database, long workflows);

    /** Fails unless they have had exactly so many steps in all, and only steps. */
    void verifySteps(Database database, long workflows, long steps);

    /** How many steps it takes for a task. */
    default int stepsOf(LoadTask task) {
        return task.steps();
    }

}
