package dev.workflow.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a virtual thread of the engine does for a while: an actor until it rests, an
 * attempt until it has ended. Each names what comes next on the thread, so that a run
 * that does one thing after the other stays on one thread, and its stack stays flat.
 */
interface ThreadStep {

    /** What the thread is called meanwhile. */
    String threadName();

    /** Does it; returns what the thread goes on with, null to end it. */
    @Nullable ThreadStep run();

    /** Begins on a new thread. */
    static void launch(ThreadStep first) {
        Thread.ofVirtual().name(first.threadName()).inheritInheritableThreadLocals(false).start(() -> goOn(first));
    }

    private static void goOn(ThreadStep first) {
        ThreadStep next = first.run();
        while (next != null) {
            // An interrupt was meant for what is over.
            Thread.interrupted();
            Thread.currentThread().setName(next.threadName());
            next = next.run();
        }
    }

}
