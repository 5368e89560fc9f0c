package dev.workflow.cookbook.heartbeatbatch;

/** A file, and where its lines go. Importing a line twice must do no harm. */
interface Lines {

    int count(String file);

    void importLine(String file, int line);

}
