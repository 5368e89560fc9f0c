package dev.workflow.cookbook.slidingwindow;

import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Activity;
import dev.workflow.Retry;

@Activity(startToCloseTimeout = "1m", retry = @Retry(initialInterval = "10s", maximumAttempts = 2))
public class RecordProcessing {

    private final AtomicInteger processed = new AtomicInteger();

    public void process(int record) {
        if (record % 13 == 7) {
            throw new IllegalStateException("Record " + record + " is damaged");
        }
        this.processed.incrementAndGet();
    }

    int processed() {
        return this.processed.get();
    }

}
