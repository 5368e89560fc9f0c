package dev.workflow.benchmarks.application;

import dev.workflow.Activity;

/** An activity that does nothing. */
@Activity(startToCloseTimeout = "30s")
public class Steps {

    public String pass(String payload) {
        return payload;
    }

}
