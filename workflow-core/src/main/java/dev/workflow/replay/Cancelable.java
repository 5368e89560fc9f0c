package dev.workflow.replay;

import org.jspecify.annotations.Nullable;

/** Something under way in a scope. */
@FunctionalInterface
interface Cancelable {

    /** The scope was canceled. */
    void scopeCanceled(@Nullable String reason);

}
