package dev.workflow.boot.web;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;

import dev.workflow.client.QueryFailedException;
import dev.workflow.client.ScheduleAlreadyExistsException;
import dev.workflow.client.ScheduleNotFoundException;
import dev.workflow.client.TooManyRequestsException;
import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.engine.ActionRefusedException;
import dev.workflow.engine.EngineStoppedException;
import dev.workflow.engine.InvalidTaskTokenException;
import dev.workflow.engine.NoWorkerException;
import dev.workflow.engine.NotDurableException;
import dev.workflow.engine.PayloadTooLargeException;
import dev.workflow.engine.StartBlockedException;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.UnknownActivityException;
import dev.workflow.engine.UnknownWorkflowTypeException;
import dev.workflow.payload.PayloadException;
import dev.workflow.payload.UnreadablePayloadException;
import dev.workflow.schedule.UnreadableScheduleException;
import dev.workflow.visibility.ListQueryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;

/**
 * Says what an exception means to the sender of the request. What was not foreseen is
 * logged and told by an id only.
 */
final class Problems {

    private static final Logger logger = LoggerFactory.getLogger(Problems.class);

    private static final String DATABASE = "The database cannot be reached or is too busy. Try again later.";

    /** Classes of SQLSTATE: connection, resources, operator. */
    private static final List<String> OUTAGES = List.of("08", "53", "57");

    private Problems() {
    }

    static RestProblem of(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        return switch (thrown) {
            case RestProblem problem -> problem;
            case CompletionException ex when ex.getCause() != null -> of(ex.getCause());
            case WorkflowNotFoundException ex ->
                ProblemType.UNKNOWN_WORKFLOW.because(message).with("workflowId", ex.workflowId());
            case WorkflowAlreadyStartedException ex -> ProblemType.WORKFLOW_ALREADY_STARTED.because(message)
                .with("workflowId", ex.workflowId())
                .with("runId", ex.runId());
            case ScheduleNotFoundException ex ->
                ProblemType.UNKNOWN_SCHEDULE.because(message).with("scheduleId", ex.scheduleId());
            case UnreadableScheduleException ex ->
                ProblemType.UNREADABLE_SCHEDULE.because(message).with("scheduleId", ex.scheduleId());
            case ScheduleAlreadyExistsException ex ->
                ProblemType.SCHEDULE_ALREADY_EXISTS.because(message).with("scheduleId", ex.scheduleId());
            case QueryFailedException ex -> ProblemType.QUERY_FAILED.because(message);
            case UpdateFailedException ex ->
                (ex.isRejected() ? ProblemType.UPDATE_REJECTED : ProblemType.UPDATE_FAILED).because(message);
            case NoWorkerException ex -> ProblemType.NO_WORKER.because(message);
            case PayloadTooLargeException ex -> ProblemType.PAYLOAD_TOO_LARGE.because(message);
            case StartBlockedException ex -> ProblemType.START_BLOCKED.because(message);
            case EngineStoppedException ex -> ProblemType.ENGINE_STOPPED.because(message);
            case UnknownWorkflowTypeException ex -> ProblemType.UNKNOWN_WORKFLOW_TYPE.because(message);
            case InvalidTaskTokenException ex -> ProblemType.UNKNOWN_TASK_TOKEN.because(message);
            case UnknownActivityException ex -> ProblemType.UNKNOWN_ACTIVITY.because(message);
            case TooManyRequestsException ex ->
                ProblemType.TOO_MANY_REQUESTS.because(message).with("retryAfter", ex.retryAfter());
            case ActionRefusedException ex -> ProblemType.ACTION_REFUSED.because(message);
            case ListQueryException ex -> ProblemType.INVALID_LIST_QUERY.because(message);
            case UnreadablePayloadException ex -> ProblemType.UNREADABLE_PAYLOAD.because(message);
            case PayloadException ex -> ProblemType.INVALID_ARGUMENTS.because(message);
            case NotDurableException ex -> ProblemType.DATABASE_UNAVAILABLE.because(message);
            case StoreException ex when ex.kind() != StoreException.Kind.REJECTED -> unavailable(ex);
            case TransientDataAccessException ex -> unavailable(ex);
            case DataAccessResourceFailureException ex -> unavailable(ex);
            // Last of its family: the engine says with it what it had expected.
            case IllegalArgumentException ex -> ProblemType.INVALID_REQUEST.because(message);
            default -> isOutage(thrown) ? unavailable(thrown) : unexpected(thrown);
        };
    }

    private static RestProblem unavailable(Throwable ex) {
        logger.warn("A request could not reach the database: {}", ex.toString());
        return ProblemType.DATABASE_UNAVAILABLE.because(DATABASE);
    }

    /**
     * Whatever it is wrapped in: connections that fail or are not to be had, a server
     * that stops or has no more room for one.
     */
    private static boolean isOutage(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException failure) {
                String state = String.valueOf(failure.getSQLState());
                return failure instanceof SQLTransientException || OUTAGES.stream().anyMatch(state::startsWith);
            }
        }
        return false;
    }

    private static RestProblem unexpected(Throwable ex) {
        String id = UUID.randomUUID().toString();
        logger.error("Unexpected failure of a request, told to its sender as {}", id, ex);
        return ProblemType.INTERNAL_ERROR.because("Something went wrong. The log says more under the id " + id + ".")
            .with("errorId", id);
    }

}
