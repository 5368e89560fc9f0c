package dev.workflow.boot.autoconfigure;

import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Keeps the process running while the engine works: all of its threads are daemons, and
 * without a web server nothing else would. A process that only calls the engine may end
 * when its work is done.
 */
final class KeepAlive implements SmartLifecycle {

    static final String THREAD = "workflow-keep-alive";

    private volatile @Nullable CountDownLatch end;

    @Override
    public void start() {
        CountDownLatch stopped = new CountDownLatch(1);
        this.end = stopped;
        Thread.ofPlatform().daemon(false).name(THREAD).start(() -> await(stopped));
    }

    private static void await(CountDownLatch stopped) {
        try {
            stopped.await();
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        CountDownLatch stopped = this.end;
        if (stopped != null) {
            stopped.countDown();
        }
        this.end = null;
    }

    @Override
    public boolean isRunning() {
        return this.end != null;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return WorkflowEngineLifecycle.PHASE;
    }

}
