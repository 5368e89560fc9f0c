package dev.workflow.benchmarks.application;

import dev.workflow.Activity;

/** Activities that do nothing. */
@Activity(startToCloseTimeout = "30s")
public class Steps {

    public String pass(String payload) {
        return payload;
    }

    public int number(int number) {
        return number;
    }

}
