package dev.workflow.payload;

import java.time.Duration;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * A {@link FailureInfo} as it is stored, without what it lacks. Where payloads are
 * encoded, its message and stack trace are, too, as one payload; what it is, its type and
 * whom it concerns stay readable.
 *
 * @param encodedAttributes the message and the stack trace
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StoredFailure(FailureInfo.Kind kind, @Nullable String message, @Nullable String type,
        @Nullable String stackTrace, @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean nonRetryable,
        @Nullable Duration nextRetryDelay, @Nullable Json details, @Nullable String timeoutKind,
        @Nullable String activityType, @Nullable String activityId, @Nullable String workflowId,
        @Nullable String workflowType, @Nullable String runId, @Nullable FailureInfo cause,
        @Nullable Json encodedAttributes) {

    /** The component that is written as it is, having been encoded before. */
    static final String ENCODED = "encodedAttributes";

    /** What stands in place of a message that is encoded. */
    private static final String HIDDEN = "Encoded failure";

    static StoredFailure of(FailureInfo failure, @Nullable PayloadCodecs codecs) {
        Json attributes = (codecs != null && codecs.isActive()) ? Attributes.of(failure) : null;
        Json encoded = (attributes != null && codecs != null) ? codecs.encode(attributes) : null;
        boolean hidden = encoded != null && !encoded.equals(attributes);
        return new StoredFailure(failure.kind(), hidden ? HIDDEN : failure.message(), failure.type(),
                hidden ? null : failure.stackTrace(), failure.nonRetryable(), failure.nextRetryDelay(),
                failure.details(), failure.timeoutKind(), failure.activityType(), failure.activityId(),
                failure.workflowId(), failure.workflowType(), failure.runId(), failure.cause(),
                hidden ? encoded : null);
    }

    FailureInfo failure() {
        Attributes attributes = (this.encodedAttributes != null) ? Attributes.read(this.encodedAttributes) : null;
        return new FailureInfo(this.kind, (attributes != null) ? attributes.message() : this.message, this.type,
                (attributes != null) ? attributes.stackTrace() : this.stackTrace, this.nonRetryable,
                this.nextRetryDelay, this.details, this.timeoutKind, this.activityType, this.activityId,
                this.workflowId, this.workflowType, this.runId, this.cause);
    }

    /** What of a failure is encoded. */
    record Attributes(@Nullable String message, @Nullable String stackTrace) {

        private static final class Format {

            private static final ObjectWriter WRITER = StoredJson.mapper().build().writerFor(Attributes.class);

            private static final ObjectReader READER = StoredJson.mapper().build().readerFor(Attributes.class);

        }

        static @Nullable Json of(FailureInfo failure) {
            return (failure.message() != null || failure.stackTrace() != null)
                    ? new Json(StoredJson.write(Format.WRITER, new Attributes(failure.message(), failure.stackTrace())))
                    : null;
        }

        /** Null where it is still encoded: what people may see of a failure anyway. */
        static @Nullable Attributes read(Json json) {
            return (EncodedJson.read(json.text()) == null) ? StoredJson.read(Format.READER, json.text()) : null;
        }

    }

}
