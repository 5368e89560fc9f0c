package dev.workflow.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import dev.workflow.Call;
import dev.workflow.VoidCall;
import dev.workflow.history.HistoryEvent;
import org.springframework.core.ParameterizedTypeReference;

/**
 * A workflow as callers see it; cheap, may be kept and used by many threads. A handle
 * from a start follows the chain of runs that its run continues or is retried as, one
 * made with a run id means that run only, and one made with a workflow id means the open
 * run, or else the latest.
 * <p>
 * As in Temporal's Java SDK, a handle that follows a chain waits for the end of its own
 * chain, but does everything else to the open run of the id, or else to the latest: where
 * the id was started again after that end, to the workflow that has it now.
 * <p>
 * Typed calls take a lambda that makes exactly one call of a method of the right kind,
 * which is recorded, not executed; anything else is an {@link IllegalArgumentException}.
 * {@code signal}, {@code cancel}, {@code terminate} and {@code reset} join the caller's
 * Spring transaction and take effect when it commits; methods that wait throw
 * {@link IllegalStateException} at once where what they wait for is only made visible by
 * that commit.
 * <p>
 * All methods but {@link #workflowId()} throw {@link WorkflowNotFoundException} when
 * there is no such workflow.
 *
 * @param <W> the type of the workflow
 * @param <R> what the workflow returns
 */
public interface WorkflowHandle<W, R> {

    /** The workflow id. */
    String workflowId();

    /**
     * The run that this handle was made for; where it was made with a workflow id alone,
     * the run that it means now.
     */
    String runId();

    /**
     * Signals the workflow; when this returns, the signal is durable.
     * @param call the one call of a signal method
     * @throws WorkflowNotFoundException also when the workflow has ended
     */
    void signal(VoidCall<W> call);

    /**
     * As {@link #signal(VoidCall)}, by the signal's name.
     * @param name the signal
     * @param args its arguments
     * @throws IllegalArgumentException when no handler can have such a name
     */
    void signal(String name, Object... args);

    /**
     * Asks the workflow, open or ended.
     * @param call the one call of a query method
     * @return the answer
     * @throws QueryFailedException when the handler threw, or there is none
     */
    <Q> Q query(Call<W, Q> call);

    /**
     * As {@link #query(Call)}, by the query's name.
     * @param name the query; {@code __stack_trace}, {@code __state} and
     * {@code __current_details} always answer
     * @param type what to read the answer as
     * @param args its arguments
     * @throws IllegalArgumentException when no handler can have such a name
     */
    <Q> Q query(String name, Class<Q> type, Object... args);

    /** As {@link #query(String, Class, Object...)}, for a generic type. */
    <Q> Q query(String name, ParameterizedTypeReference<Q> type, Object... args);

    /**
     * Sends an update and waits for its answer.
     * @param call the one call of an update method
     * @return the answer
     * @throws UpdateFailedException when its validator refused it, its handler failed, or
     * the run ended first
     */
    <U> U update(Call<W, U> call);

    /** As {@link #update(Call)}, without an answer: {@code w -> { w.rename("b"); }}. */
    void update(VoidCall<W> call);

    /**
     * As {@link #update(Call)}, by the update's name.
     * @param name the update
     * @param type what to read the answer as
     * @param args its arguments
     */
    <U> U update(String name, Class<U> type, Object... args);

    /** As {@link #update(String, Class, Object...)}, for a generic type. */
    <U> U update(String name, ParameterizedTypeReference<U> type, Object... args);

    /**
     * Sends an update and returns once it is accepted, which is durable.
     * @param call the one call of an update method
     * @param options its id
     * @return where its answer is waited for
     * @throws UpdateFailedException when its validator refused it, or the run ended first
     */
    <U> UpdateHandle<U> startUpdate(Call<W, U> call, UpdateOptions options);

    /**
     * As {@link #startUpdate(Call, UpdateOptions)}, without an answer: {@code w -> {
     * w.rename("b"); }}.
     */
    UpdateHandle<Void> startUpdate(VoidCall<W> call, UpdateOptions options);

    /**
     * Waits for the result, for as long as it takes.
     * @return the result; null where the workflow returns nothing
     * @throws dev.workflow.failure.WorkflowFailure when the workflow did not complete;
     * its cause says why
     * @throws WorkflowNotFoundException also when the run is deleted meanwhile
     * @throws dev.workflow.engine.EngineStoppedException when this application stops
     * first; the workflow goes on
     */
    R result();

    /**
     * As {@link #result()}, for at most so long.
     * @param timeout how long; zero only looks
     * @throws ResultTimeoutException when the time is over first; the workflow goes on
     */
    R result(Duration timeout);

    /** As {@link #result(Duration)}, read as the given type. */
    <T> T result(Class<T> type, Duration timeout);

    /** As {@link #result(Duration)}, read as the given generic type. */
    <T> T result(ParameterizedTypeReference<T> type, Duration timeout);

    /**
     * As {@link #result()}, without a thread that waits. The future fails with what
     * {@code result} throws; to cancel it ends the waiting, not the workflow.
     */
    CompletableFuture<R> resultAsync();

    /**
     * Requests the cancellation of the workflow, whose code decides what that means;
     * nothing if it has ended.
     */
    void cancel();

    /**
     * Ends the workflow at once, without its code being asked.
     * @param reason why, for those who look at it later
     * @throws WorkflowNotFoundException also when the workflow has ended
     */
    void terminate(String reason);

    /**
     * Sets the workflow back: terminates its run, if open, and starts a new one that
     * keeps the history up to a point. Signals and updates that came later are given to
     * it.
     * @param point where to
     * @return a handle of the new run and those that it continues as
     * @throws IllegalArgumentException when the history has no such point
     */
    WorkflowHandle<W, R> reset(ResetPoint point);

    /**
     * Pauses the open run, on whichever node it is: it takes messages, but its code does
     * not advance, its timers and updates wait, and no activity of it begins. What runs
     * may end. Takes effect at once and is no part of a transaction of the caller's; the
     * history says who did it. Nothing where it is paused already.
     * @param reason why
     * @throws WorkflowNotFoundException also when the workflow has ended
     */
    void pause(String reason);

    /**
     * Lets the open run go on; nothing where it is not paused.
     * @throws WorkflowNotFoundException also when the workflow has ended
     */
    void unpause();

    /** Whether the run is paused. */
    boolean isPaused();

    /**
     * An activity that has no result yet, to step in at it.
     * @param activityId its id, as {@link PendingActivity#activityId()} has it
     * @return a handle; it is looked up when the handle is used
     */
    ActivityHandle activity(String activityId);

    /** As {@link #reset(ResetPoint)}, with options. */
    WorkflowHandle<W, R> reset(ResetPoint point, ResetOptions options);

    /**
     * Starts another workflow that begins with the history of this one up to a point,
     * while this one goes on as it is. Signals and updates that came later are given to
     * it, too.
     * @param point the last of the events that both have
     * @param newWorkflowId the id of the new workflow
     * @return a handle of the new workflow
     * @throws IllegalArgumentException when the history has no such point
     * @throws IllegalStateException when a child was open at that point and still is: it
     * belongs to this workflow
     * @throws WorkflowAlreadyStartedException when the new id has an open run
     */
    WorkflowHandle<W, R> fork(ResetPoint point, String newWorkflowId);

    /** As {@link #fork(ResetPoint, String)}, with options. */
    WorkflowHandle<W, R> fork(ResetPoint point, String newWorkflowId, ResetOptions options);

    /**
     * Deletes the run, which has ended, and its history. Nothing is left of it; ids of
     * requests that started it may be used again. It joins no transaction of the caller.
     * @throws IllegalStateException when it is open, or in a transaction
     */
    void delete();

    /** Terminates the run, if it is open, and deletes it. */
    void terminateAndDelete();

    /** How the run stands. */
    WorkflowDescription describe();

    /**
     * Why the run does not get on: how its code failed, and what of it waits for a worker
     * that is not there. Empty when nothing is known against it.
     */
    Optional<String> problem();

    /** The events of the run so far, oldest first, all in memory. */
    List<HistoryEvent> history();

}
