package dev.workflow.engine;

/**
 * A platform thread of the engine, whose body goes round until it is told to end. What it
 * waits for is the body's own.
 */
final class EngineThread {

    private static final long PATIENCE_MILLIS = 5_000;

    private final Thread thread;

    private final Runnable wake;

    private volatile boolean running = true;

    /**
     * A thread that has not started.
     * @param name its name
     * @param body what it does while {@link #isRunning()}
     * @param wake lets the body look whether it is to go on
     */
    EngineThread(String name, Runnable body, Runnable wake) {
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(body);
        this.wake = wake;
    }

    void start() {
        this.thread.start();
    }

    /** Lets it end; does not wait for that. */
    void end() {
        this.running = false;
        this.wake.run();
    }

    /** Lets it end, and waits for that for some seconds. */
    void stop() throws InterruptedException {
        end();
        this.thread.join(PATIENCE_MILLIS);
    }

    boolean isRunning() {
        return this.running;
    }

}
