package dev.workflow;

/**
 * Which builds of the application may run a workflow, where nodes have a build id
 * ({@code workflow.worker.build-id}). Without one it means nothing.
 */
public enum VersioningBehavior {

    /** As {@code workflow.worker.versioning} says, which is to move up unless set. */
    UNSPECIFIED,

    /**
     * A run stays with the build that it began on, from its first step to its end: its
     * code may be changed without regard to runs that are open.
     */
    PINNED,

    /**
     * A run moves up to the current build of its task queue when a node brings it into
     * memory the next time: its code is changed with {@code Workflows.version} or
     * {@code patched}.
     */
    AUTO_UPGRADE

}
