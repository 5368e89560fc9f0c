package dev.workflow.sample.agents;

/**
 * What the model wants to be done.
 *
 * @param id by which a person names the call that is meant
 * @param tool the name of a tool, or of what the model takes for one
 * @param argument what the tool is given
 */
public record ToolCall(String id, String tool, String argument) {
}
