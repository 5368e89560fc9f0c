package dev.workflow.sample.greetings;

import dev.workflow.Activity;

/** Composes greetings. */
@Activity(startToCloseTimeout = "10s")
public class Greetings {

    public String compose(String greeting, String name) {
        return greeting + ", " + name + "!";
    }

}
