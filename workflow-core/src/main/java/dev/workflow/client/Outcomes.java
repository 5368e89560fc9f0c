package dev.workflow.client;

import java.lang.reflect.Type;

import dev.workflow.engine.UpdateOutcome;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.payload.FailureInfo;
import org.jspecify.annotations.Nullable;

/**
 * What became of a run or an update, as the value that it returned or the exception that
 * its caller gets.
 */
final class Outcomes {

    private final ClientCalls calls;

    Outcomes(ClientCalls calls) {
        this.calls = calls;
    }

    <T> T value(WorkflowOutcome outcome, Type type) {
        if (outcome.status() == WorkflowStatus.COMPLETED) {
            return this.calls.decode(outcome.result(), type);
        }
        throw new WorkflowFailure(outcome.workflowId(), outcome.workflowType(), outcome.runId(),
                this.calls.failures().decode(cause(outcome)));
    }

    <T> T value(UpdateOutcome outcome, Type type) {
        return switch (outcome.stage()) {
            case COMPLETED -> this.calls.decode(outcome.result(), type);
            case REJECTED -> throw failed("was rejected", true, outcome);
            case FAILED -> throw failed("failed", false, outcome);
            case ACCEPTED -> throw new IllegalStateException("Update " + outcome.updateId() + " has no result yet");
        };
    }

    /** Passes on an update that was at least accepted. */
    UpdateOutcome accepted(UpdateOutcome outcome) {
        if (outcome.stage() == UpdateOutcome.Stage.REJECTED) {
            throw failed("was rejected", true, outcome);
        }
        return outcome;
    }

    private UpdateFailedException failed(String what, boolean rejected, UpdateOutcome outcome) {
        FailureInfo failure = outcome.failure();
        String message = "Update " + outcome.updateId() + " " + what;
        if (failure == null) {
            return new UpdateFailedException(message, rejected, null);
        }
        return new UpdateFailedException(message + ((failure.message() != null) ? ": " + failure.message() : ""),
                rejected, this.calls.failures().decode(failure));
    }

    private static FailureInfo cause(WorkflowOutcome outcome) {
        FailureInfo failure = outcome.failure();
        return (failure != null) ? failure : withoutFailure(outcome.status(), outcome.continuedRunId());
    }

    private static FailureInfo withoutFailure(WorkflowStatus status, @Nullable String continuedRunId) {
        return switch (status) {
            case CANCELED -> FailureInfo.canceled("The workflow was canceled");
            case TERMINATED -> FailureInfo.terminated(null);
            case TIMED_OUT -> FailureInfo.timeout("EXECUTION", "The workflow took too long", null, null);
            case CONTINUED_AS_NEW -> FailureInfo.application("ContinuedAsNew",
                    "This run has no result: it went on as run " + continuedRunId, true);
            case FAILED, RUNNING, COMPLETED -> FailureInfo.application("Unknown", "No failure was recorded", true);
        };
    }

}
