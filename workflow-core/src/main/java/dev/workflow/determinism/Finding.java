package dev.workflow.determinism;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One thing that workflow code does and may not do.
 *
 * @param workflow the workflow class
 * @param rule which rule it breaks
 * @param place where
 * @param what the call, for example {@code Instant.now()}
 * @param path the calls that lead there, from the workflow's method on, each at the line
 * of the next call; empty when the workflow's method does it itself
 */
public record Finding(Class<?> workflow, Rule rule, CodePlace place, String what, List<CodePlace> path) {

    public Finding {
        path = List.copyOf(path);
    }

    /** Everything in a few lines: where, what, how one gets there, and what to do. */
    @Override
    public String toString() {
        String way = this.path.isEmpty() ? "" : System.lineSeparator() + "    called by "
                + this.path.stream().map(CodePlace::toString).collect(Collectors.joining(" -> "));
        return this.place + " " + this.rule.description() + ": " + this.what + way + System.lineSeparator() + "    "
                + Character.toUpperCase(this.rule.advice().charAt(0)) + this.rule.advice().substring(1) + ".";
    }

}
