package dev.workflow.engine;

/**
 * An update that was sent together with a start.
 *
 * @param run the run that got it
 * @param update how far it has come
 */
public record StartedUpdate(StartResult run, UpdateOutcome update) {
}
