package dev.workflow.engine;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for workflow code that hogs its thread, and for activities that wait here for
 * longer than was expected. It is not the heart: it writes to the log, and a node whose
 * log is not taken for a while is not dead. A loop on a platform thread: when no carrier
 * is left, nothing else could tell.
 */
final class Watch {

    private static final Logger logger = LoggerFactory.getLogger(Watch.class);

    /** How long lies between two looks. */
    static final Duration LOOK = Duration.ofMillis(500);

    private final WorkflowEngine engine;

    private final CountDownLatch ended = new CountDownLatch(1);

    private final EngineThread thread = new EngineThread("workflow-watch", this::run, this.ended::countDown);

    Watch(WorkflowEngine engine) {
        this.engine = engine;
    }

    EngineThread thread() {
        return this.thread;
    }

    private void run() {
        try {
            while (!this.ended.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                part(this.engine.activities()::lookAfterWaiting);
                part(this.engine.turns()::look);
            }
            part(this.engine.turns()::end);
        }
        catch (InterruptedException ex) {
            logger.debug("The watch was interrupted");
        }
    }

    /** One that fails keeps no other from its turn. */
    private static void part(Runnable look) {
        try {
            look.run();
        }
        catch (RuntimeException | Error ex) {
            logger.error("The watch failed unexpectedly", ex);
        }
    }

}
