package dev.workflow.benchmarks;

/** Something that runs workflows of three steps. */
interface Contender {

    /** How it is called in reports. */
    String name();

    /** Starts it on a database that has the engine's tables and is otherwise empty. */
    Session open(Database database);

    /** A contender that runs. Closed, it leaves its rows behind. */
    interface Session extends AutoCloseable {

        /**
         * Runs one workflow to its end. Called by many virtual threads at once.
         * @param payload the argument of the workflow and of each step
         * @return the workflow's result, as read from the contender
         */
        String run(String payload);

        /** What it has committed so far. */
        Commits commits();

        @Override
        void close();

    }

    /**
     * Commits since the start.
     *
     * @param commits how many
     * @param transitions how many transitions they carried
     */
    record Commits(long commits, long transitions) {

        Commits minus(Commits before) {
            return new Commits(this.commits - before.commits, this.transitions - before.transitions);
        }

    }

}
