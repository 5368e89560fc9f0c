package dev.workflow.boot.web;

import dev.workflow.Constraints;
import dev.workflow.engine.Operator;
import org.jspecify.annotations.Nullable;

/**
 * Why somebody steps in.
 *
 * @param reason in their words
 */
record Because(@Nullable String reason) {

    Operator operator(RestCall call) {
        return operator(call, this.reason);
    }

    /** Who sent the request, and why. */
    static Operator operator(RestCall call, @Nullable String reason) {
        return new Operator(call.request().getRemoteUser(),
                (reason != null) ? Constraints.text("reason", reason) : null);
    }

}
