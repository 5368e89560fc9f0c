package dev.workflow.sample.crash;

import dev.workflow.Activity;
import dev.workflow.Retry;
import org.springframework.context.annotation.Profile;

/** An activity that takes its time, so that faults hit it while it runs. */
@Activity(startToCloseTimeout = "20s", retry = @Retry(initialInterval = "100ms", maximumInterval = "1s"))
@Profile("crash")
public class Naps {

    /**
     * Says in the log that it begins, and when: lines of several nodes are read in any
     * order.
     */
    public String napAloud(String name, long millis) {
        System.out.println("local nap: " + name + " begins at " + System.currentTimeMillis());
        nap(millis);
        return name + " slept";
    }

    public void nap(long millis) {
        try {
            Thread.sleep(millis);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException("Awakened too early", ex);
        }
    }

}
