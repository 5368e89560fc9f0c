package dev.workflow.boot.autoconfigure;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the engine before the web server and stops it after: requests that are still
 * being answered at shutdown may start and signal workflows and wait for their results.
 * <p>
 * Stopping takes as long as {@code workflow.shutdown-timeout} says. It happens on the
 * calling thread, so that {@code spring.lifecycle.timeout-per-shutdown-phase} does not
 * cut it short and close the database under it.
 */
final class WorkflowEngineLifecycle implements SmartLifecycle {

    /**
     * {@code WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE}, which exists only
     * with a web server, less one step.
     */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3 * 1024;

    private final Runnable start;

    private final Runnable stop;

    private volatile boolean running;

    WorkflowEngineLifecycle(Runnable start, Runnable stop) {
        this.start = start;
        this.stop = stop;
    }

    @Override
    public void start() {
        if (!this.running) {
            this.start.run();
            this.running = true;
        }
    }

    @Override
    public void stop() {
        if (this.running) {
            this.running = false;
            this.stop.run();
        }
    }

    @Override
    public boolean isRunning() {
        return this.running;
    }

    /**
     * An engine starts once. Spring's cache of test contexts pauses those that no test
     * uses just then, and restarts them.
     */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

}
