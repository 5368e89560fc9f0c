package dev.workflow.failure;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Something was canceled: thrown by what waits in a canceled scope, by a heartbeat of a
 * canceled activity, and the cause of the failure of whatever ended by it. Code that
 * catches it to clean up throws it again.
 */
public final class CanceledFailure extends WorkflowException {

    public CanceledFailure(@Nullable String message) {
        this(message, null);
    }

    public CanceledFailure(@Nullable String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Whether this failure, or one that caused it, is a cancellation. */
    public static boolean isCancellation(@Nullable Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable each = failure; each != null && seen.add(each); each = each.getCause()) {
            if (each instanceof CanceledFailure) {
                return true;
            }
        }
        return false;
    }

}
