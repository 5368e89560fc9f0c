package dev.workflow.boot.web;

import dev.workflow.Constraints;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.JacksonFailureConverter;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/** How an activity failed, as somebody outside reports it. */
final class ReportedFailure {

    private ReportedFailure() {
    }

    /**
     * The failure, its message cut as all are; a report is not lost for its length.
     * @param details an array of JSON values
     */
    static FailureInfo of(RestCall call, @Nullable String message, @Nullable String type, boolean nonRetryable,
            @Nullable Json details) {
        Json checked = (details != null) ? call.arguments("details", details) : null;
        String text = Constraints.text("message", (message != null) ? message : "", Integer.MAX_VALUE);
        return new FailureInfo(FailureInfo.Kind.APPLICATION, JacksonFailureConverter.shortened(text),
                Constraints.id("type", (type != null) ? type : "ActivityFailed"), null, nonRetryable, null, checked,
                null, null, null, null, null, null, null);
    }

}
