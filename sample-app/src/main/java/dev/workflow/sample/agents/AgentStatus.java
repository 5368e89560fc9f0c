package dev.workflow.sample.agents;

import java.util.List;

/**
 * What an agent is doing.
 *
 * @param turns how often the model was asked
 * @param waiting the calls that wait for somebody's decision
 * @param done whether there is an answer
 */
public record AgentStatus(int turns, List<ToolCall> waiting, boolean done) {
}
