package dev.workflow.sample.agents;

import java.util.List;

/**
 * One entry of an agent's transcript.
 *
 * @param role whose it is
 * @param text what was said
 * @param calls the calls that the model asked for, or the one that this is the result of
 */
public record Message(Role role, String text, List<ToolCall> calls) {

    /** Who says something. */
    public enum Role {

        USER, MODEL, TOOL

    }

    static Message ofUser(String text) {
        return new Message(Role.USER, text, List.of());
    }

    static Message ofModel(String text, List<ToolCall> calls) {
        return new Message(Role.MODEL, text, calls);
    }

    static Message ofTool(ToolCall call, String result) {
        return new Message(Role.TOOL, result, List.of(call));
    }

}
