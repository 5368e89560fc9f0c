package dev.workflow.payload;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;

import tools.jackson.core.JacksonException;

import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.failure.TerminatedFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.payload.FailureInfo.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Failures as data. Of a chain of causes the first 20 are kept, of a stack trace the
 * first 30 frames, of a message at most 32,768 characters; suppressed exceptions are not.
 * Whatever a failure carries, encoding it succeeds: details that cannot be written, or
 * are too large, are replaced by a sentence that says why. Thread-safe.
 */
public final class JacksonFailureConverter implements FailureConverter {

    private static final int MAX_DEPTH = 20;

    private static final int MAX_MESSAGE = 32_768;

    private final PayloadConverter payloads;

    public JacksonFailureConverter(PayloadConverter payloads) {
        this.payloads = payloads;
    }

    @Override
    public FailureInfo encode(Throwable failure) {
        Set<Throwable> chain = Collections.newSetFromMap(new IdentityHashMap<>());
        chain.add(failure);
        return encode(failure, chain);
    }

    private FailureInfo encode(Throwable failure, Set<Throwable> chain) {
        Throwable next = failure.getCause();
        FailureInfo cause = (next != null && chain.size() < MAX_DEPTH && chain.add(next)) ? encode(next, chain) : null;
        String message = message(failure);
        String trace = StackTraces.text(failure.getStackTrace());
        if (!(failure instanceof WorkflowException known)) {
            return new FailureInfo(Kind.APPLICATION, message, failure.getClass().getName(), trace, false, null, null,
                    null, null, null, null, null, null, cause);
        }
        return switch (known) {
            case ApplicationFailure application ->
                new FailureInfo(Kind.APPLICATION, message, application.type(), trace, application.isNonRetryable(),
                        application.nextRetryDelay(), details(application), null, null, null, null, null, null, cause);
            case ActivityFailure activity -> new FailureInfo(Kind.ACTIVITY, message, null, trace, false, null, null,
                    null, activity.activityType(), activity.activityId(), null, null, null, cause);
            case ChildWorkflowFailure child -> new FailureInfo(Kind.CHILD_WORKFLOW, message, null, trace, false, null,
                    null, null, null, null, child.workflowId(), child.workflowType(), null, cause);
            case TimeoutFailure timeout -> new FailureInfo(Kind.TIMEOUT, message, null, trace, false, null,
                    heartbeatDetails(timeout), timeout.kind().name(), null, null, null, null, null, cause);
            case CanceledFailure canceled -> new FailureInfo(Kind.CANCELED, message, null, trace, false, null, null,
                    null, null, null, null, null, null, cause);
            case TerminatedFailure terminated -> new FailureInfo(Kind.TERMINATED, message, null, trace, false, null,
                    null, null, null, null, null, null, null, cause);
            case WorkflowFailure workflow -> new FailureInfo(Kind.WORKFLOW, message, null, trace, false, null, null,
                    null, null, null, workflow.workflowId(), workflow.workflowType(), workflow.runId(), cause);
        };
    }

    @Override
    public WorkflowException decode(FailureInfo info) {
        WorkflowException cause = (info.cause() != null) ? decode(info.cause()) : null;
        WorkflowException failure = switch (info.kind()) {
            case APPLICATION -> ApplicationFailure.decoded(info.message(), text(info.type()), info.nonRetryable(),
                    info.nextRetryDelay(), EncodedDetails.of(info.details(), this.payloads), cause);
            case ACTIVITY -> new ActivityFailure(text(info.activityType()), text(info.activityId()), cause);
            case CHILD_WORKFLOW -> new ChildWorkflowFailure(text(info.workflowType()), text(info.workflowId()), cause);
            case TIMEOUT -> new TimeoutFailure(timeoutKind(info), info.message(), cause,
                    (info.details() != null) ? info.details().text() : null);
            case CANCELED -> new CanceledFailure(info.message(), cause);
            case TERMINATED -> new TerminatedFailure(info.message());
            case WORKFLOW ->
                new WorkflowFailure(text(info.workflowId()), text(info.workflowType()), info.runId(), cause);
        };
        failure.setStackTrace(StackTraces.parse(text(info.stackTrace())));
        return failure;
    }

    private @Nullable Json details(ApplicationFailure failure) {
        if (failure.rawDetails() instanceof EncodedDetails encoded) {
            return encoded.array();
        }
        if (failure.rawDetails().size() == 0) {
            return null;
        }
        try {
            return this.payloads.encodeArguments(failure.details().toArray());
        }
        catch (PayloadException | ApplicationFailure ex) {
            return this.payloads.encodeArguments("The details were lost: " + ex.getMessage());
        }
    }

    /** JSON, but whoever makes such a failure may give any text. */
    private @Nullable Json heartbeatDetails(TimeoutFailure failure) {
        String details = failure.lastHeartbeatDetails();
        if (details == null) {
            return null;
        }
        try {
            return new Json(StoredJson.requireComplete(details));
        }
        catch (JacksonException noJson) {
            return encoded(details);
        }
    }

    private Json encoded(String details) {
        try {
            return this.payloads.encode(details);
        }
        catch (PayloadException | ApplicationFailure ex) {
            return this.payloads.encode("The details were lost: " + ex.getMessage());
        }
    }

    /** An exception may compute its message, and fail at that. */
    private static @Nullable String message(Throwable failure) {
        try {
            String message = failure.getMessage();
            return (message != null) ? shortened(message) : null;
        }
        catch (RuntimeException ex) {
            return "The message could not be had: " + ex;
        }
    }

    /** A failure's message, of which no more is kept than this. */
    public static String shortened(String message) {
        if (message.length() <= MAX_MESSAGE) {
            return message;
        }
        // Not longer than what is left alone, however often it travels.
        int kept = MAX_MESSAGE - 64;
        return message.substring(0, kept) + "... (" + (message.length() - kept) + " more characters)";
    }

    private static TimeoutFailure.Kind timeoutKind(FailureInfo info) {
        try {
            return TimeoutFailure.Kind.valueOf(text(info.timeoutKind()));
        }
        catch (IllegalArgumentException ex) {
            throw new PayloadException("a failure is a timeout of the unknown kind " + info.timeoutKind(), ex);
        }
    }

    private static String text(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }

}
