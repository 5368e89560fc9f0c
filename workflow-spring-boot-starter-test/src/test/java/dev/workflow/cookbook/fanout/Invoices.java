package dev.workflow.cookbook.fanout;

import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.Activity;

@Activity(startToCloseTimeout = "30s")
public class Invoices {

    private final AtomicInteger written = new AtomicInteger();

    /** Returns the invoice's amount. */
    public long write(int customer) {
        this.written.incrementAndGet();
        return customer;
    }

    int written() {
        return this.written.get();
    }

}
