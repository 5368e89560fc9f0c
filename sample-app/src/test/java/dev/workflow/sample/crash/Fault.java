package dev.workflow.sample.crash;

/** What is done to a cluster. */
enum Fault {

    /** A node is killed and a new one started. */
    KILL,

    /** A node stands still for longer than its lease, and then goes on. */
    PAUSE,

    /** A node is asked to stop, and a new one started. */
    STOP,

    /** All of PostgreSQL is killed and started again. */
    POSTGRES

}
