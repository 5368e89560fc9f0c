package dev.workflow.determinism;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A method that the walk has come to.
 *
 * @param method the method
 * @param caller from where; null for a method of the workflow
 * @param callLine line of the call in the caller
 * @param lambda whether the method is a lambda's, so that it is part of its caller's
 * source
 * @param monitor whether a monitor is held on the way
 * @param reach which rules count on the way
 */
record Step(MethodCode method, @Nullable Step caller, int callLine, boolean lambda, boolean monitor, Reach reach) {

    static Step root(MethodCode method, Reach reach) {
        return new Step(method, null, 0, false, false, reach);
    }

    CodePlace at(int line) {
        return CodePlace.in(this.method, line);
    }

    /** The calls that lead here, the first one first. */
    List<CodePlace> path() {
        Deque<CodePlace> path = new ArrayDeque<>();
        for (Step step = this; step.caller() != null; step = step.caller()) {
            if (!step.lambda() && !step.caller().method().isBridge()) {
                path.addFirst(step.caller().at(step.callLine()));
            }
        }
        return List.copyOf(path);
    }

    /** When the code runs. */
    enum Reach {

        /** In each replay again. */
        REPLAYED,

        /** In queries and validators, whose results are not recorded. */
        UNRECORDED,

        /** Once in each process, when the workflow's class is initialized. */
        INITIALIZER;

        boolean counts(Rule rule) {
            return switch (this) {
                case REPLAYED -> true;
                case UNRECORDED -> !rule.concernsReplaysOnly();
                case INITIALIZER -> rule == Rule.CLOCK || rule == Rule.RANDOM || rule == Rule.UUID;
            };
        }

    }

}
