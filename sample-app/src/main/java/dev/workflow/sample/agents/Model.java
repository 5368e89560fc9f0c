package dev.workflow.sample.agents;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.workflow.Activity;
import dev.workflow.sample.agents.Message.Role;

/**
 * Stands in for a language model. A task is a list of steps with a semicolon between
 * them, each of which begins with the name of a tool: {@code calculate 6 * 7; delete
 * todo}. Neighbouring steps that are harmless are asked for together. The step
 * {@code again} asks for the first one again, for ever.
 * <p>
 * A real one is a call over the network here, and nothing else changes: its answers are
 * recorded, so a crash neither pays for them again nor gets other ones.
 */
@Activity(startToCloseTimeout = "1m")
public class Model {

    /** Says what comes next, after everything that was said so far. */
    public Reply reply(List<Message> transcript) {
        List<Request> steps = Arrays.stream(transcript.getFirst().text().split(";"))
            .filter((step) -> !step.isBlank())
            .map((step) -> Request.of(step.strip()))
            .toList();
        List<String> results = transcript.stream()
            .filter((said) -> said.role() == Role.TOOL)
            .map(Message::text)
            .toList();
        List<Request> next = next(steps, results.size());
        String text = next.isEmpty() ? "Done: " + String.join("; ", results)
                : "I need " + next.stream().map(Request::tool).collect(Collectors.joining(" and "));
        return new Reply(text, next);
    }

    private static List<Request> next(List<Request> steps, int taken) {
        if (steps.contains(Request.of("again"))) {
            return List.of(steps.getFirst());
        }
        List<Request> left = steps.subList(Math.min(taken, steps.size()), steps.size());
        List<Request> harmless = left.stream().takeWhile((step) -> !step.isDangerous()).toList();
        return harmless.isEmpty() ? left.stream().limit(1).toList() : harmless;
    }

    /**
     * What the model says.
     *
     * @param text the answer to the task where there are no requests
     * @param requests the tools that it wants to be used first
     */
    public record Reply(String text, List<Request> requests) {
    }

    /**
     * One tool that the model wants to be used.
     *
     * @param tool its name
     * @param argument what it is given
     */
    public record Request(String tool, String argument) {

        static Request of(String step) {
            int space = step.indexOf(' ');
            return (space < 0) ? new Request(step.toLowerCase(Locale.ROOT), "")
                    : new Request(step.substring(0, space).toLowerCase(Locale.ROOT), step.substring(space + 1).strip());
        }

        boolean isDangerous() {
            return Tool.named(this.tool).filter(Tool::isDangerous).isPresent();
        }

    }

}
