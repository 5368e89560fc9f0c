package dev.workflow.benchmarks;

/** What a workflow does that is started again and again; each returns its payload. */
enum LoadTask {

    /** Three sequential steps that do nothing. */
    THREE_STEPS(3) {

        @Override
        String run(Session node, String payload) {
            return node.run(payload);
        }

    },

    /** One step that does nothing. */
    ONE_STEP(1) {

        @Override
        String run(Session node, String payload) {
            return node.step(payload);
        }

    },

    /** Two steps that write rows. */
    TRANSFER(2) {

        @Override
        String run(Session node, String payload) {
            return node.transfer(payload);
        }

        @Override
        void prepare(Database database) {
            Transfers.prepare(database);
        }

        @Override
        void verify(Contender contender, Database database, long workflows) {
            super.verify(contender, database, workflows);
            Transfers.verify(database, workflows);
        }

    };

    private final int steps;

    LoadTask(int steps) {
        this.steps = steps;
    }

    int steps() {
        return this.steps;
    }

    abstract String run(Session node, String payload);

    void prepare(Database database) {
    }

    void verify(Contender contender, Database database, long workflows) {
        contender.verify(database, workflows);
        contender.verifySteps(database, workflows, workflows * contender.stepsOf(this));
    }

}
