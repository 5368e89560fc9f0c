package dev.workflow.client;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.workflow.Call;
import dev.workflow.VoidCall;
import org.jspecify.annotations.Nullable;

/**
 * Starts workflows and finds them again: a bean, for any thread but workflow threads,
 * where every method throws {@link IllegalStateException}.
 * <p>
 * Typed calls take a lambda that makes exactly one call of a method of the right kind,
 * which is recorded, not executed; anything else is an {@link IllegalArgumentException}.
 * {@code start}, {@code signalWithStart}, {@code completeActivity}, {@code failActivity}
 * and the writes of schedules join the caller's Spring transaction: they happen if and
 * only if it commits. Methods that wait ({@code execute}, {@code updateWithStart}) throw
 * {@link IllegalStateException} at once inside one. Outside of a transaction everything
 * is committed when the method returns.
 */
public interface WorkflowClient {

    /**
     * Starts a workflow.
     * @param type its class or interface
     * @param call the one call of its workflow method
     * @param options how it is started
     * @return a handle that follows the chain of its runs
     * @throws WorkflowAlreadyStartedException when the policies of the options refuse the
     * id
     */
    <W, R> WorkflowHandle<W, R> start(Class<W> type, Call<W, R> call, WorkflowOptions options);

    /**
     * As {@link #start(Class, Call, WorkflowOptions)}, for a workflow that returns
     * nothing: {@code w -> { w.run(); }}.
     */
    <W> WorkflowHandle<W, Void> start(Class<W> type, VoidCall<W> call, WorkflowOptions options);

    /**
     * As {@link #start(Class, Call, WorkflowOptions)}, by the type's name: the class need
     * not be known here, if the options name the task queue.
     * @param type the name of the workflow type
     * @param options how it is started
     * @param args its arguments
     * @throws IllegalArgumentException when no queue is given and no type of that name is
     * known here
     */
    WorkflowHandle<Object, Object> start(String type, WorkflowOptions options, Object... args);

    /**
     * Starts a workflow and waits for its result, for as long as it takes.
     * @return the result; null where the workflow returned null
     * @throws dev.workflow.failure.WorkflowFailure when it did not complete; its cause
     * says why
     * @throws WorkflowAlreadyStartedException when the policies of the options refuse the
     * id
     */
    <W, R> R execute(Class<W> type, Call<W, R> call, WorkflowOptions options);

    /**
     * As {@link #execute(Class, Call, WorkflowOptions)}, for a workflow that returns
     * nothing: {@code w -> { w.run(); }}.
     */
    <W> void execute(Class<W> type, VoidCall<W> call, WorkflowOptions options);

    /**
     * Signals the open run of the id in the options, or starts one with the signal as its
     * first message: one step, no run is missed. The conflict policy of the options does
     * not apply. In a run that is started, the code runs until it first waits, then the
     * signal is handled; code that would end before that handles it first.
     * @param type its class or interface
     * @param signal the one call of a signal method
     * @param start the one call of the workflow method
     * @param options how it is started; with an id
     */
    <W, R> WorkflowHandle<W, R> signalWithStart(Class<W> type, VoidCall<W> signal, Call<W, R> start,
            WorkflowOptions options);

    /**
     * As {@link #signalWithStart(Class, VoidCall, Call, WorkflowOptions)}, for a workflow
     * that returns nothing.
     */
    <W> WorkflowHandle<W, Void> signalWithStart(Class<W> type, VoidCall<W> signal, VoidCall<W> start,
            WorkflowOptions options);

    /**
     * Sends an update to the open run of the id in the options, or starts one with the
     * update as its first message, and returns once it is accepted.
     * @param type its class or interface
     * @param update the one call of an update method
     * @param start the one call of the workflow method
     * @param options how it is started; with an id. The conflict policy says whether an
     * open run may be used.
     * @return where the answer is waited for
     * @throws UpdateFailedException when the validator refused it; the run that was
     * started for it goes on
     */
    <W, U> UpdateHandle<U> updateWithStart(Class<W> type, Call<W, U> update, VoidCall<W> start,
            WorkflowOptions options);

    /**
     * As {@link #updateWithStart(Class, Call, VoidCall, WorkflowOptions)}, without an
     * answer.
     */
    <W> UpdateHandle<Void> updateWithStart(Class<W> type, VoidCall<W> update, VoidCall<W> start,
            WorkflowOptions options);

    /**
     * A handle of the open run of that id, or else of the latest; it is looked up when
     * the handle is used.
     */
    WorkflowHandle<Object, Object> workflow(String workflowId);

    /** A handle of one run; it is looked up when the handle is used. */
    WorkflowHandle<Object, Object> workflow(String workflowId, String runId);

    /** As {@link #workflow(String)}, for typed calls. */
    <W> WorkflowHandle<W, Object> workflow(Class<W> type, String workflowId);

    /**
     * The runs that a query finds, newest first unless it says otherwise.
     * @param query for example
     * {@code WorkflowType = 'OrderWorkflow' AND Status = 'RUNNING'}; empty: all
     * @return read in pages while the stream is consumed; close it
     * @throws IllegalArgumentException when the query cannot be understood
     */
    Stream<WorkflowDescription> list(String query);

    /**
     * How many runs a query finds.
     * @param query as for {@link #list(String)}
     */
    long count(String query);

    /**
     * How many runs a query finds, by a field's values.
     * @param query as for {@link #list(String)}
     * @param groupBy the field, for example {@code Status}
     * @return the counts by value, without values that none has
     */
    Map<String, Long> count(String query, String groupBy);

    /**
     * Completes an activity from outside, whichever attempt is open.
     * @param workflowId the workflow whose open run ordered it
     * @param activityId its id in that run
     * @param result what it returns
     * @throws WorkflowNotFoundException when no such workflow is open
     * @throws IllegalArgumentException when no such activity is open
     */
    void completeActivity(String workflowId, String activityId, @Nullable Object result);

    /**
     * Fails an activity from outside, whichever attempt is open. It is retried as if it
     * had thrown the failure.
     * @param workflowId the workflow whose open run ordered it
     * @param activityId its id in that run
     * @param failure what it throws
     * @throws WorkflowNotFoundException when no such workflow is open
     * @throws IllegalArgumentException when no such activity is open
     */
    void failActivity(String workflowId, String activityId, RuntimeException failure);

    /**
     * Says that an activity that is done elsewhere is alive, and how far it came,
     * whichever attempt is open.
     * @param workflowId the workflow whose open run ordered it
     * @param activityId its id in that run
     * @param details what the next attempt may want to know
     * @throws dev.workflow.failure.CanceledFailure once the activity's cancellation was
     * requested
     * @throws WorkflowNotFoundException when no such workflow is open
     * @throws IllegalArgumentException when no such activity is open
     */
    void heartbeatActivity(String workflowId, String activityId, @Nullable Object details);

    /**
     * Completes one attempt of an activity from outside.
     * @param taskToken the token of the attempt, from {@code Activities.completeLater()}
     * @param result what it returns
     * @throws IllegalArgumentException when the token is not genuine, or the attempt is
     * not open any more
     */
    void completeActivity(String taskToken, @Nullable Object result);

    /**
     * Fails one attempt of an activity from outside. It is retried as if it had thrown
     * the failure.
     * @param taskToken the token of the attempt
     * @param failure what it throws
     * @throws IllegalArgumentException when the token is not genuine, or the attempt is
     * not open any more
     */
    void failActivity(String taskToken, RuntimeException failure);

    /**
     * Says that an activity that is done elsewhere is alive, and how far it came.
     * @param taskToken the token of the attempt
     * @param details what the next attempt may want to know
     * @throws dev.workflow.failure.CanceledFailure once the activity's cancellation was
     * requested
     * @throws IllegalArgumentException when the token is not genuine, or the attempt is
     * not open any more
     */
    void heartbeatActivity(String taskToken, @Nullable Object details);

    /** Which builds of the application run the workflows of which task queue. */
    WorkerVersions workerVersions();

    /** A task queue, to pause it and the like; any name will do. */
    TaskQueueHandle taskQueue(String name);

    /** A workflow type, to pause it and the like; any name will do. */
    WorkflowTypeHandle workflowType(String name);

    /** How slots are shared over fairness keys. */
    FairnessWeights fairnessWeights();

    /** Schedules. */
    ScheduleClient schedules();

    /**
     * What people did that is in no history, newest first: to task queues, workflow
     * types, schedules and batches, and what workflows they deleted.
     * @param limit how many, from 1 to 1000
     */
    List<OperatorAction> operatorActions(int limit);

    /** As {@link #operatorActions(int)}, of one task queue, schedule or the like. */
    List<OperatorAction> operatorActions(OperatorAction.Subject subject, String name, int limit);

    /**
     * What can be done with all runs that a query finds.
     * @param query as for {@link #list(String)}
     */
    BatchOperations batch(String query);

    /** A batch that was begun. */
    BatchHandle batchHandle(String batchId);

}
