package dev.workflow.engine;

import java.lang.management.ManagementFactory;

import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The platform threads that carry virtual threads, one for each core. Workflow code that
 * keeps its thread keeps one of them: as many such runs as there are cores would stop all
 * other runs and activities of the process. So the scheduler gets one more for each of
 * them, as long as it lasts. That takes JDK 24 or later; on an older one they are only
 * reported.
 */
final class CarrierThreads {

    private static final Logger logger = LoggerFactory.getLogger(CarrierThreads.class);

    /** The scheduler's own limit is 256. */
    private static final int MOST = 128;

    private static final String PARALLELISM = "Parallelism";

    private int added;

    /**
     * Lets the others go on beside so many that keep their threads. Called by one thread.
     */
    void makeUpFor(int kept) {
        int wanted = Math.min(kept, MOST);
        if (wanted != this.added) {
            change(kept, wanted);
        }
        if (this.added > 0) {
            nudge();
        }
    }

    private void change(int kept, int wanted) {
        try {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName scheduler = new ObjectName("jdk.management:type=VirtualThreadScheduler");
            if (!server.isRegistered(scheduler)) {
                return;
            }
            int parallelism = (int) server.getAttribute(scheduler, PARALLELISM) + wanted - this.added;
            server.setAttribute(scheduler, new Attribute(PARALLELISM, parallelism));
            this.added = wanted;
            logger.warn("{} threads are kept by workflow code; virtual threads are carried by {} now", kept,
                    parallelism);
        }
        catch (JMException | SecurityException ex) {
            logger.warn("No further threads can be added beside those that workflow code keeps: {}", ex.toString());
        }
    }

    /**
     * The scheduler looks at its new limit only when something is put into a queue of its
     * that is empty; which queue that is depends on the thread that does it.
     */
    private static void nudge() {
        Thread.ofPlatform().daemon(true).name("workflow-nudge").start(() -> Thread.ofVirtual().start(() -> {
        }));
    }

}
