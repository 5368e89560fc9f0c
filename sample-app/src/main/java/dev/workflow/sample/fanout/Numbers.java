package dev.workflow.sample.fanout;

import dev.workflow.Activity;

/** Knows numbers. */
@Activity(startToCloseTimeout = "10s")
public class Numbers {

    public long number(int n) {
        return n;
    }

}
