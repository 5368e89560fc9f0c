package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.WorkerVersions;
import dev.workflow.history.HistoryEvent;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * The engine's face to clients and REST: untyped, JSON in and JSON out. Everything that
 * it acknowledges is committed, or, where it joined the caller's transaction, commits
 * with that.
 * <p>
 * All methods throw {@code WorkflowNotFoundException} where the workflow does not exist,
 * {@code IllegalArgumentException} with what was expected for bad input, and
 * {@code IllegalStateException} where the caller's transaction makes the call impossible.
 */
public interface WorkflowService {

    /** What people do from outside to what runs. */
    OperatorService operator();

    /**
     * Says in whose name the calling thread acts, for what is recorded about who did
     * something, until it is closed on the same thread. Where nobody says so it is the
     * principal that the context of the thread names, else this node.
     * @param identity who; null: nothing changes
     */
    default Acting actAs(@Nullable String identity) {
        return () -> {
        };
    }

    /**
     * Work to be done on another thread as it would be on this one: in the name of whom
     * it acts for, with the context that calls from it carry, and as part of what is
     * observed here.
     * @param work what is done
     * @return the same, for any thread
     */
    default <T> Supplier<T> asHere(Supplier<T> work) {
        return work;
    }

    /** For as long as somebody acts in a name. */
    interface Acting extends AutoCloseable {

        @Override
        void close();

    }

    /**
     * Whether what is written now joins a transaction of the caller's, so that others,
     * the workflow's own code among them, see it with the commit only.
     */
    boolean joinsTransaction();

    /**
     * Starts a workflow; joins the caller's transaction.
     * @throws dev.workflow.client.WorkflowAlreadyStartedException when the policies
     * refuse
     * @throws UnknownWorkflowTypeException when no queue is given and no type of that
     * name is known here
     */
    StartResult start(StartRequest request);

    /**
     * Signals the open run; joins the caller's transaction. A repeated request id is
     * delivered once.
     */
    void signal(WorkflowRef workflow, HandlerCall call, @Nullable String requestId);

    /** As above, without a header. */
    default void signal(WorkflowRef workflow, String name, Json input, @Nullable String requestId) {
        signal(workflow, new HandlerCall(name, input, Map.of()), requestId);
    }

    /**
     * Asks a run, open or closed, on whichever node.
     * @throws dev.workflow.client.QueryFailedException unknown query, bad arguments, or
     * the handler threw
     * @throws NoWorkerException when the type's code is not here and no node answered in
     * time
     */
    Json query(WorkflowRef workflow, HandlerCall call);

    /** As above, without a header. */
    default Json query(WorkflowRef workflow, String name, Json input) {
        return query(workflow, new HandlerCall(name, input, Map.of()));
    }

    /**
     * Sends an update, or follows one of the same id, and waits until it reached a stage
     * at or past the wanted one. Never joins a transaction; refused inside one that has
     * uncommitted work for that run.
     * @param updateId unique in the run; null: a random one
     * @param untilCompleted whether to wait for the handler's end; false: for its
     * acceptance
     * @throws dev.workflow.client.ResultTimeoutException when the time runs out first
     */
    UpdateOutcome update(WorkflowRef workflow, @Nullable String updateId, HandlerCall call, boolean untilCompleted,
            Duration timeout);

    /** As above, without a header. */
    default UpdateOutcome update(WorkflowRef workflow, @Nullable String updateId, String name, Json input,
            boolean untilCompleted, Duration timeout) {
        return update(workflow, updateId, new HandlerCall(name, input, Map.of()), untilCompleted, timeout);
    }

    /**
     * Starts a workflow with an update as its first message: the run takes it before
     * anything else happens to it. Goes to the open run where the policies of the start
     * allow that. Waits until the update is accepted; refused inside a transaction.
     * @param updateId unique in the run; null: a random one
     * @throws dev.workflow.client.ResultTimeoutException when the time runs out first
     */
    StartedUpdate updateWithStart(StartRequest request, @Nullable String updateId, HandlerCall call, Duration timeout);

    /** As update, for one that was sent before. */
    UpdateOutcome updateOutcome(WorkflowRef workflow, String updateId, Duration timeout);

    /**
     * The same for one of which it is known how it was accepted: what the run's history
     * has before that is not read.
     */
    default UpdateOutcome updateOutcome(String workflowId, UpdateOutcome accepted, Duration timeout) {
        return updateOutcome(new WorkflowRef(workflowId, accepted.runId()), accepted.updateId(), timeout);
    }

    /**
     * Waits for the end.
     * @param followChain whether to go on with the run that a run continued as or was
     * retried as
     * @return null when the time ran out first
     */
    @Nullable WorkflowOutcome result(WorkflowRef workflow, boolean followChain, Duration timeout);

    /** As result, without a thread that waits. */
    CompletableFuture<WorkflowOutcome> resultAsync(WorkflowRef workflow, boolean followChain);

    /** Requests cancellation of the open run; joins the caller's transaction. */
    void cancel(WorkflowRef workflow, @Nullable String reason);

    /** As cancel; nothing where the workflow has ended. */
    void cancelIfOpen(WorkflowRef workflow, @Nullable String reason);

    /** Ends the run at once; joins the caller's transaction. */
    void terminate(WorkflowRef workflow, @Nullable String reason);

    /**
     * Ends the open run, if there is one, and makes a new one of the first events of the
     * run that is named; joins the caller's transaction.
     * @throws IllegalArgumentException when that run has no such point
     */
    StartResult reset(WorkflowRef workflow, ResetPoint point, ResetOptions options);

    /**
     * Makes a workflow of its own of the first events of a run, which goes on as it is;
     * joins the caller's transaction.
     * @throws dev.workflow.client.WorkflowAlreadyStartedException when the new id has an
     * open run
     * @throws IllegalArgumentException when the run has no such point
     * @throws IllegalStateException when a child was open at that point and still is: it
     * belongs to the original
     */
    StartResult fork(WorkflowRef workflow, ResetPoint point, String newWorkflowId, ResetOptions options);

    /**
     * Deletes a run that has ended, with its history; not in a transaction of the
     * caller's.
     * @param terminate whether an open one is terminated before
     * @param reason why, for the record that is kept of it
     * @throws ActionRefusedException when it is open and not to be terminated, or is held
     * by somebody for a moment
     */
    void delete(WorkflowRef workflow, boolean terminate, @Nullable String reason);

    /** As above, for no reason given. */
    default void delete(WorkflowRef workflow, boolean terminate) {
        delete(workflow, terminate, null);
    }

    WorkflowDetails describe(WorkflowRef workflow);

    /** Which builds run the workflows of which task queue. */
    WorkerVersions workerVersions();

    /**
     * Events after the given id, oldest first: at most {@code limit}, and fewer where
     * they are large. Only an empty page says that there are no more.
     */
    List<HistoryEvent> history(WorkflowRef workflow, long afterEventId, int limit);

    /**
     * Completes an activity from outside, by its token; joins the caller's transaction.
     */
    void completeActivity(String taskToken, Json result);

    /** Fails an activity from outside, by what is known of a failure elsewhere. */
    void failActivity(String taskToken, FailureInfo failure);

    /**
     * Fails an activity from outside as if it had thrown this: {@code doNotRetry} looks
     * at the classes that it extends, too.
     */
    void failActivity(String taskToken, Throwable thrown);

    /** Records a heartbeat; returns whether cancellation was requested. */
    boolean heartbeatActivity(String taskToken, Json details);

    void completeActivity(String workflowId, String activityId, Json result);

    void failActivity(String workflowId, String activityId, FailureInfo failure);

    void failActivity(String workflowId, String activityId, Throwable thrown);

    /** Returns whether the activity's cancellation is requested. */
    boolean heartbeatActivity(String workflowId, String activityId, Json details);

    /** Schedules: workflows that are started again and again by time. */
    ScheduleService schedules();

}
