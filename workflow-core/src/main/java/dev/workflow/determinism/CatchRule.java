package dev.workflow.determinism;

import java.util.List;
import java.util.function.Predicate;

import dev.workflow.determinism.MethodCode.Guard;
import org.jspecify.annotations.Nullable;

/**
 * Finds handlers of checked exceptions that only activities and child workflows declare,
 * among all that the guarded code calls: a workflow never gets those as they are.
 */
final class CatchRule {

    private final Hierarchy hierarchy;

    private final Predicate<Call> stub;

    /**
     * The rule.
     * @param hierarchy knows exceptions and methods
     * @param stub whether a call is one of an activity or child workflow
     */
    CatchRule(Hierarchy hierarchy, Predicate<Call> stub) {
        this.hierarchy = hierarchy;
        this.stub = stub;
    }

    /** The call whose exception never arrives; null when the handler has its use. */
    @Nullable Call unreachable(MethodCode method, Guard guard) {
        String caught = guard.exception();
        if (caught == null || !this.hierarchy.isCheckedException(caught) || method.throwsWithin(guard)) {
            return null;
        }
        List<Call> sources = method.calls()
            .stream()
            .filter((call) -> guard.covers(call.index()) && mayThrow(call, caught))
            .toList();
        return (!sources.isEmpty() && sources.stream().allMatch(this.stub)) ? sources.getFirst() : null;
    }

    /** Of a method that cannot be found nobody knows. */
    private boolean mayThrow(Call call, String caught) {
        MethodCode called = this.hierarchy.method(call.owner(), call.name(), call.descriptor());
        return called == null
                || called.exceptions().stream().anyMatch((declared) -> this.hierarchy.mayBe(declared, caught));
    }

}
