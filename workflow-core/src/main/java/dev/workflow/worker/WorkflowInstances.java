package dev.workflow.worker;

/** Makes the instances of one workflow type, their activities replaced by stubs. */
@FunctionalInterface
interface WorkflowInstances {

    /** A new instance, on the thread of its run. */
    Object create();

}
