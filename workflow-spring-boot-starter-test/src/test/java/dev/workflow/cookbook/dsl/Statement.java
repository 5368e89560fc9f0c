package dev.workflow.cookbook.dsl;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** One of the three: a call, statements one after the other, or statements at once. */
public record Statement(@Nullable Call call, @Nullable List<Statement> sequence, @Nullable List<Statement> parallel) {

    /**
     * Calls an activity with the values of variables, and keeps its result in another.
     */
    public record Call(String activity, List<String> arguments, String result) {
    }

}
