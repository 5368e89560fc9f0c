package dev.workflow.replay;

/**
 * Ends a workflow thread from inside: thrown out of its blocking call when the run leaves
 * memory or has ended, and out of every further call that would block or command. An
 * {@link Error}, so that {@code catch (Exception)} lets it pass.
 */
final class EvictedError extends Error {

    private static final long serialVersionUID = 1L;

    EvictedError() {
        super("This run has left the memory of this node or has ended; its code must not go on", null, false, false);
    }

}
