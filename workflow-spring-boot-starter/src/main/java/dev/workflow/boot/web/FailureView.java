package dev.workflow.boot.web;

import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/** A failure without stack traces, which are in the history. */
record FailureView(FailureInfo.Kind kind, @Nullable String message, @Nullable String type, boolean nonRetryable,
        @Nullable Json details, @Nullable String timeoutKind, @Nullable String activityType,
        @Nullable String activityId, @Nullable String workflowId, @Nullable String workflowType, @Nullable String runId,
        @Nullable FailureView cause) {

    static @Nullable FailureView of(@Nullable FailureInfo failure) {
        if (failure == null) {
            return null;
        }
        return new FailureView(failure.kind(), failure.message(), failure.type(), failure.nonRetryable(),
                failure.details(), failure.timeoutKind(), failure.activityType(), failure.activityId(),
                failure.workflowId(), failure.workflowType(), failure.runId(), of(failure.cause()));
    }

}
