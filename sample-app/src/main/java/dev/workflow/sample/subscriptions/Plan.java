package dev.workflow.sample.subscriptions;

/** What can be subscribed to. */
public enum Plan {

    BASIC, STANDARD, PREMIUM

}
