package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.OperatorAction;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.HistoryEvent;
import org.jspecify.annotations.Nullable;

/**
 * The one interface between the engine and the database. All methods use the engine's own
 * connections and are one transaction each, but those of {@link CallerTransaction}. They
 * throw {@link StoreException}.
 */
public interface EngineStore {

    /** Writes a batch in one transaction; the results are in the order of the batch. */
    List<Transition.Result> commit(List<Transition> batch);

    /** Whether a transition, whose commit's outcome is unknown, was written. */
    boolean wasCommitted(Transition transition);

    /**
     * The transaction that the calling thread is in, if it is one of the engine's
     * DataSource.
     */
    @Nullable CallerTransaction callerTransaction();

    /** Claims runs that are due, of each queue no more than it has slots. */
    default List<ClaimedRun> claimDue(long owner, List<SlotRequest> slots, Instant now) {
        return claimDue(owner, slots, now, null);
    }

    /**
     * The same on a node with a build, which is noted on each run.
     */
    List<ClaimedRun> claimDue(long owner, List<SlotRequest> slots, Instant now, @Nullable String build);

    /** As {@link #claim(long, Collection, Collection)}, on a node with a build. */
    List<ClaimedRun> claim(long owner, Collection<ServedType> types, Collection<UUID> runIds, @Nullable String build);

    /**
     * Claims these runs, due or not, where nobody owns them and this node serves their
     * queue and type.
     */
    default List<ClaimedRun> claim(long owner, Collection<ServedType> types, Collection<UUID> runIds) {
        return claim(owner, types, runIds, null);
    }

    /**
     * Runs with a waiting message that this node owns, or that nobody owns and this node
     * serves.
     */
    List<WaitingRun> runsWithMessages(long owner, Collection<ServedType> types, int limit);

    /**
     * A run's history after the given event, read page by page as it is consumed; throws
     * {@link dev.workflow.payload.UnreadablePayloadException} where a payload cannot be
     * decoded here.
     */
    Iterator<HistoryEvent> history(UUID runId, long afterEventId);

    /** What runs that were claimed together begin with, asked for all of them at once. */
    Map<UUID, Beginning> beginnings(List<ClaimedRun> runs);

    /**
     * What a claimed run begins with.
     *
     * @param history as {@link #history} gives it; read already where it is short
     * @param hasMessages whether something waited in its inbox after the claim
     */
    record Beginning(Iterator<HistoryEvent> history, boolean hasMessages) {
    }

    /** After how many bytes of events, as they are stored, a page of a history ends. */
    long HISTORY_BYTES = 8 * 1024 * 1024;

    /**
     * One page of a run's history, for people: what cannot be decoded here is as it is
     * stored. Less than the limit after {@value #HISTORY_BYTES} bytes; empty where there
     * are no more.
     */
    List<HistoryEvent> historyPage(UUID runId, long afterEventId, int limit);

    /** The events of these types, oldest first, read as {@link #historyPage}. */
    List<HistoryEvent> events(UUID runId, List<String> eventTypes);

    /** After how many bytes of payload a page of an inbox ends. */
    int INBOX_BYTES = 4 * 1024 * 1024;

    /**
     * A page of the messages that wait for a run after the given one, oldest first: at
     * most so many, and none after {@value #INBOX_BYTES} bytes of payload.
     */
    List<Message> inbox(UUID runId, long after, int limit);

    /** The last message that waits for a run; 0: none does. */
    long lastInInbox(UUID runId);

    /** All messages that wait for a run after the given one, without their payloads. */
    List<Message> inboxAfter(UUID runId, long messageId);

    /** Why the run shall be terminated, if its inbox asks for that. */
    Optional<String> terminationAsked(UUID runId);

    /**
     * Gives runs back, each run once; those whose inbox has something are due at once.
     * @return what became of each, in their order
     */
    List<Released> release(List<Release> runs);

    /** Gives back a run that its owner does not hold. */
    void releaseStray(UUID runId, long owner, Instant now);

    /** Notes on an owned run why it does not go on. */
    void noteProblem(UUID runId, long owner, int token, @Nullable String problem);

    /**
     * Holds senders off a run for a moment, so that those who send without pause cannot
     * keep it from ending. By the database's clock, so that it ends by itself.
     */
    void announceEnd(UUID runId, long owner, int token, Duration moment);

    /**
     * Puts a message into an open run's inbox; null when that run is not open. Does not
     * wait: while the run's end is announced, or somebody holds its row, it throws
     * {@link StoreException.Kind#LOCKED}.
     */
    @Nullable Delivered deliver(UUID runId, Transition.NewMessage message, Instant now);

    /**
     * Puts an activity's result into the inbox, if that attempt is still the current one
     * and has no result.
     * @param owner the node that ran it, or 0 for a completion from outside
     */
    @Nullable Delivered deliverOutcome(ActivityKey activity, int attempt, long owner, String payload, Instant now);

    /** Claims activities that are due, counting the attempt. */
    List<ClaimedActivity> claimActivities(long owner, List<SlotRequest> slots, Instant now);

    /**
     * Lets a failed attempt wait for its next one; false when the attempt is not the
     * current one any more.
     */
    boolean retryLater(ActivityKey activity, int attempt, @Nullable Long owner, Instant dueAt, String failure);

    /**
     * Gives back an attempt that could not begin and does not count.
     * @param reason a failure that says why, shown where no attempt has failed yet
     */
    boolean postpone(ActivityKey activity, int attempt, long owner, Instant dueAt, String reason);

    /**
     * Gives back attempts that were claimed but did not begin.
     * @param attempts their numbers; an activity whose attempt is another one by now
     * stays as it is
     */
    void handBack(long owner, Map<ActivityKey, Integer> attempts);

    /**
     * Lets an attempt end without result; it is completed from outside before
     * {@code dueAt}, else it times out.
     * @param closesAt up to when heartbeats may put that off
     */
    boolean completesLater(ActivityKey activity, int attempt, long owner, Instant dueAt, Instant closesAt);

    /**
     * Records what a heartbeat said; empty when the attempt is not the current one any
     * more.
     * @param silentAt when the attempt, if it is completed from outside, times out unless
     * there is another one; null: only when its time is over
     */
    Optional<Boolean> heartbeat(ActivityKey activity, int attempt, @Nullable String details,
            @Nullable Instant silentAt);

    /**
     * Takes an activity away from whoever runs it, so that no attempt can end any more.
     * @param unstartedOnly whether to leave it where an attempt has begun
     * @return what is known of it; empty when it is being committed, has begun, or is
     * gone
     */
    Optional<PendingActivityRow> seize(ActivityKey activity, boolean unstartedOnly);

    /** Activities of a run without result. */
    List<PendingActivityRow> pendingActivities(UUID runId);

    /**
     * Changes an activity under the lock of its row, and tells its run.
     * @param change says what becomes of it; null: nothing. What it throws undoes all
     * @return null when the run is not open or the activity is gone
     * @throws StoreException {@link StoreException.Kind#LOCKED} while somebody holds one
     * of the rows
     */
    @Nullable Delivered steer(ActivityKey activity, ActivityChange change, Instant now);

    /**
     * Takes a run away from whoever has it, so that nobody goes on with it.
     * @param problem what is shown as the reason
     * @return null when it is not open
     * @throws StoreException {@link StoreException.Kind#LOCKED} while somebody holds the
     * row
     */
    @Nullable PausedRun pause(UUID runId, OperatorNote note, String problem, Instant now);

    /** Lets a paused run go on; as {@link #pause}. */
    @Nullable PausedRun unpause(UUID runId, OperatorNote note, Instant now);

    /** What people decided about queues and types. */
    List<Control> controls();

    /** Pauses a queue or type, for all nodes. */
    void pause(Control control, OperatorAction action);

    /** Lets a queue or type go on. */
    void unpause(Control.Kind kind, String name, OperatorAction action);

    /** Limits how many activities of a queue begin in a second, on all nodes; or not. */
    void limitRate(String taskQueue, @Nullable Double perSecond, Instant now, OperatorAction action);

    /** Sets the slots of a queue on each node; null: what is set there. */
    void setSlots(String taskQueue, @Nullable Integer activitySlots, @Nullable Integer workflowSlots,
            OperatorAction action);

    /**
     * Takes from what a limited queue has left; less than nothing gives back.
     * @return how many activities may begin; null when the queue has no limit any more
     */
    @Nullable Integer lease(String taskQueue, int wanted, Instant now);

    /** The order of an activity and its state, or null. */
    @Nullable ClaimedActivity activity(ActivityKey activity);

    /**
     * Ends a run from outside; null when it is not open. Does not wait: while somebody
     * holds the row it throws {@link StoreException.Kind#LOCKED}.
     */
    @Nullable TerminatedRun terminate(UUID runId, Termination end, Instant now);

    /**
     * Makes a run of the first events of another, whether that is open or not. Does not
     * wait: while somebody holds a row that it needs, the answer is
     * {@link ResetPlan.Result.Locked} and nothing is written.
     */
    ResetPlan.Result reset(ResetPlan plan);

    /** How many events one transaction deletes at most. */
    int DELETED_EVENTS = 2_000;

    /**
     * Runs in the order of their ids, after the given one and started before the given
     * time, open ones among them.
     */
    List<EndedRun> startedBefore(UUID after, Instant before, int limit);

    /**
     * Deletes runs that have ended, with all that belongs to them; passes by what
     * somebody holds for a moment.
     * @param goOn asked between two transactions; without it the rest is left for the
     * next time
     * @return how many were deleted
     */
    default int delete(List<UUID> runIds, BooleanSupplier goOn) {
        return delete(runIds, goOn, null);
    }

    /**
     * As above.
     * @param action what is recorded of it, if somebody did it
     */
    int delete(List<UUID> runIds, BooleanSupplier goOn, @Nullable OperatorAction action);

    /** What people did that is in no history, newest first. */
    List<OperatorAction> operatorActions(OperatorAction.@Nullable Subject subject, @Nullable String name, long before,
            int limit);

    /**
     * Removes the activities that a run that was terminated could not take with it, since
     * their rows were held for a moment.
     */
    void forgetActivities(UUID runId);

    /** The open children of a run, at most 1,000. */
    List<ChildRow> openChildren(UUID runId);

    /** The open run of a workflow id, else the latest. */
    @Nullable ExecutionRow execution(String workflowId);

    @Nullable ExecutionRow execution(UUID runId);

    /** Looks for the ends of many runs at once. */
    Ends ends(Collection<UUID> runIds);

    /** A message of an update: what became of it. */
    @Nullable Message message(UUID runId, long messageId);

    /** The reply to an update that was rejected and nobody has read. */
    @Nullable Message reply(UUID runId, String updateId);

    /** Removes a message that its sender has read. */
    void removeMessage(UUID runId, long messageId);

    /** Registers this process; a live node of the same configured name is superseded. */
    long register(NodeRow node);

    /** Moves the counter; false when the node was declared dead or superseded. */
    boolean heartbeat(long nodeId, int slots, int slotsUsed, int cachedRuns, Instant now);

    List<NodeRow> nodes();

    /** The database's time. */
    Instant databaseTime();

    /** Marks a node as dead; false when it moved its counter since. */
    boolean declareDead(long nodeId, long counterSeen);

    /**
     * Releases a dead node's runs and activities, in batches of so many; passes by what
     * somebody holds for a moment.
     * @param goOn asked after each batch
     * @return how many were released
     */
    int releaseDead(long nodeId, Instant now, int batch, BooleanSupplier goOn);

    /** Removes the row of a node that ends by itself. */
    void unregister(long nodeId);

    /** Removes a dead node's row, unless something still belongs to it. */
    boolean unregisterDead(long nodeId);

    /** The builds of the queues for which some are set. */
    List<QueueVersions> versions();

    /** Changes the builds of a queue, while nobody else does. */
    void changeVersions(String taskQueue, VersionsChange change, OperatorAction action);

    /**
     * Gives back runs that nobody owns and that claimed runs were to go to, to builds
     * that do not get any share of their queue any more.
     */
    void reroute();

    /** Passes claimed runs on to other builds; leaves those that somebody holds. */
    void handOver(long owner, Collection<HandOver> runs);

    /** How many open runs of a queue are pinned, by their build. */
    Map<String, Long> pinnedRuns(String taskQueue);

    /**
     * Runs that nobody holds and that are due or have messages, by queue and route.
     * Counts all of them: only asked for where builds are in use.
     */
    List<RouteBacklog> routeBacklogs(Instant now);

    /** What waits for a node, by queue. */
    List<Backlog> backlogs(Instant now);

    /** Looks at what makes the database slow. */
    DatabaseSample sample();

    /** Releases what belongs to nodes that are not registered; returns how many. */
    int sweep(Instant now);

    /**
     * Removes activities and messages of runs that have ended, and replies that nobody
     * has fetched for a day.
     */
    void clean(Instant now);

    /**
     * Deletes some records of the past; waits for no lock.
     * @param before when they were over
     * @return how many
     */
    int deleteRecords(RecordKind kind, Instant before, int limit);

    /** The task queues that are limited, as they are now. */
    Map<String, RateLimit> rateLimits();

    /**
     * The limit of a task queue.
     *
     * @param perSecond how many activities may begin in a second
     * @param tokens how many may begin at once, of what no node holds
     */
    record RateLimit(double perSecond, double tokens) {
    }

    /** Records of the past. */
    enum RecordKind {

        /** Batches that have ended. */
        BATCH,

        /** What people did that is in no history. */
        OPERATOR_ACTION

    }

    /**
     * Whose runs and activities there are, by the database's word.
     *
     * @param runs how many runs the node that asks owns
     * @param activities how many activities it owns
     * @param strays whether some belong to nodes that are not registered
     */
    record Ownership(long runs, long activities, boolean strays) {
    }

    /** Counts whose runs and activities there are, for the given node. */
    Ownership ownership(long owner);

    /** Runs that the given node owns by the database's word. */
    List<UUID> owned(long owner);

    /** Activities that the given node runs by the database's word. */
    List<ActivityKey> ownedActivities(long owner);

    /**
     * What the database says of an activity that has no result yet.
     *
     * @param key the activity
     * @param attempt its current attempt
     * @param cancelRequested whether its cancellation is requested
     */
    record ActivityStanding(ActivityKey key, int attempt, boolean cancelRequested) {
    }

    /** How these activities stand; those that have ended are not among them. */
    List<ActivityStanding> standings(Collection<ActivityKey> activities);

    /**
     * Gives back activities that their owner does not run; those that have a result stay.
     */
    void releaseStrayActivities(long owner, Collection<ActivityKey> activities, Instant now);

    /** The types of the ownerless runs in these queues, without those that are known. */
    List<ServedType> unknownTypes(Collection<String> taskQueues, Collection<String> knownTypes);

    /** The types of the ownerless activities in a queue, without those that are known. */
    List<String> unknownActivityTypes(String taskQueue, Collection<String> knownTypes);

    /** When the next ownerless run or activity of these types and queues is due. */
    Optional<Instant> nextDue(Collection<ServedType> types, List<SlotRequest> slots);

    /**
     * Whether a message waits, or something ownerless is due, for these types and queues.
     */
    boolean hasWork(Collection<ServedType> types, List<SlotRequest> slots, Instant now);

    /**
     * Whether there may be something to claim for these types and queues. It costs little
     * where there is nothing, and never misses what a claim would find.
     * @param withKeys whether claims look at lanes of fairness keys, too
     */
    boolean mayHaveWork(Collection<ServedType> types, List<SlotRequest> slots, Instant now, boolean withKeys);

    /** A key that all nodes share; made at first use. */
    byte[] secret(String name);

    /** What looks at fairness keys. */
    FairnessStore fairness();

    /** Schedules, which have a table of their own. */
    ScheduleStore schedules();

    /** Places in concurrency limits, which have a table of their own. */
    AdmissionStore admissions();

    /** Sends wake-ups; lost ones are harmless. */
    void notify(Collection<String> payloads);

    /** Receives wake-ups until the callback returns false; holds one connection. */
    void listen(WakeupListener listener);

    /** What becomes of an activity that somebody steps in at. */
    interface ActivityChange {

        @Nullable Steering of(SteeredActivity activity);

    }

    /** Decides, under the lock of its row, what becomes of the builds of a queue. */
    interface VersionsChange {

        /**
         * What is to be set; null: nothing, so that any build runs what waits.
         * @param before what is set; null: nothing
         */
        @Nullable QueueVersions of(@Nullable QueueVersions before);

    }

    /** Receives wake-ups. */
    interface WakeupListener {

        /** Called after each wait; returns whether to go on. */
        boolean received(List<String> payloads);

    }

    /** Writes in a transaction of the caller; it commits or rolls back with that. */
    interface CallerTransaction {

        /**
         * Refuses a transaction that may only read, before anything is asked of the
         * database.
         */
        void requireWritable();

        Transition.Result start(Transition.NewExecution execution);

        @Nullable ExecutionRow execution(String workflowId);

        /** Waits for some seconds where the run's end is announced. */
        @Nullable Delivered deliver(UUID runId, Transition.NewMessage message, Instant now);

        @Nullable Delivered deliverOutcome(ActivityKey activity, int attempt, long owner, String payload, Instant now);

        /**
         * As {@link EngineStore#retryLater}, from outside of the attempt. The run stands
         * still until the transaction ends.
         */
        boolean retryLater(ActivityKey activity, int attempt, Instant dueAt, String failure);

        /** As {@link EngineStore#reset}; waits for some seconds where rows are held. */
        ResetPlan.Result reset(ResetPlan plan);

        /** Runs something once the transaction has committed; it must only enqueue. */
        void afterCommit(Runnable action);

        /**
         * Whether this transaction has written something for that workflow, which nobody
         * else sees yet.
         */
        boolean touched(String workflowId);

        void touch(String workflowId);

    }

    /**
     * An activity's key.
     *
     * @param runId the run
     * @param scheduledEventId the event that ordered it
     */
    record ActivityKey(UUID runId, long scheduledEventId) {
    }

    /**
     * A workflow type that a node runs, in one of the queues that it serves.
     *
     * @param workflowType the type
     * @param taskQueue the queue
     * @param route the build that its runs wait for; empty: for whichever it is
     * @param pin whether those that are claimed stay with this node's build
     */
    record ServedType(String workflowType, String taskQueue, String route, boolean pin) {

        /** A type whose runs wait for whichever build it is. */
        public ServedType(String workflowType, String taskQueue) {
            this(workflowType, taskQueue, "", false);
        }

    }

    /**
     * A run that its owner gives back.
     *
     * @param dueAt when somebody has to look at it again
     * @param crashes how often it was claimed without getting on
     * @param problem why it does not go on, for people
     */
    record Release(UUID runId, long owner, int token, Instant dueAt, int crashes, @Nullable String problem) {
    }

    /** What became of a run that was given back. */
    enum Released {

        /** It is nobody's now. */
        DONE,

        /** It is still its owner's: somebody holds its row for a moment. */
        HELD,

        /** It was not that owner's any more. */
        LOST

    }

    /**
     * A claimed run that another build is to have.
     *
     * @param runId the run
     * @param token the token of the claim
     * @param route the build
     */
    record HandOver(UUID runId, int token, String route) {
    }

    /**
     * Runs that nobody holds and that are due or have messages.
     *
     * @param taskQueue their queue
     * @param route the build that they wait for; empty: for whichever it is
     * @param count how many
     * @param oldestDue since when the first of them waits
     */
    record RouteBacklog(String taskQueue, String route, long count, Instant oldestDue) {
    }

    /**
     * How many runs or activities of a queue may be claimed.
     *
     * @param taskQueue the queue
     * @param types the types of workflows or activities that this node knows
     * @param slots how many
     * @param route the build that the runs wait for; empty: for whichever it is
     * @param pinned those of the types whose runs stay with this node's build
     */
    record SlotRequest(String taskQueue, List<String> types, int slots, String route, Set<String> pinned) {

        /** What waits for whichever build it is. */
        public SlotRequest(String taskQueue, List<String> types, int slots) {
            this(taskQueue, types, slots, "", Set.of());
        }

        /** The same for another number. */
        SlotRequest of(int number) {
            return new SlotRequest(this.taskQueue, this.types, number, this.route, this.pinned);
        }

    }

    /**
     * A claimed run.
     *
     * @param runId the run
     * @param workflowId its workflow id
     * @param workflowType its type
     * @param taskQueue its queue
     * @param priority 1 (first) to 5 (last)
     * @param token the new fencing token
     * @param lastEvent its last event
     * @param dueAt when it was due
     * @param crashes how often it was claimed without getting on since
     * @param version the builds that it is for, from this claim on
     * @param wasPinned whether it was pinned before
     * @param admitted whether its code may go on: else it has no place in the limit of
     * its type
     */
    record ClaimedRun(UUID runId, String workflowId, String workflowType, String taskQueue, int priority, int token,
            long lastEvent, Instant dueAt, int crashes, RunVersion version, boolean wasPinned, boolean admitted) {
    }

    /**
     * A run with messages.
     *
     * @param runId the run
     * @param owned whether this node owns it; false: nobody does
     * @param terminate whether one of the messages asks for its end
     */
    record WaitingRun(UUID runId, boolean owned, boolean terminate) {
    }

    /**
     * A message that was put into an inbox.
     *
     * @param messageId its id; 0 when the same one was there already
     * @param owner the node that holds the run, or 0
     * @param taskQueue the run's queue
     */
    record Delivered(long messageId, long owner, String taskQueue) {
    }

    /**
     * A claimed activity.
     *
     * @param key its key
     * @param workflowId the workflow id
     * @param workflowType the workflow's type
     * @param order the event that ordered it
     * @param attempt the attempt that begins now, or that was the last
     * @param cancelRequested whether its cancellation is requested
     * @param completesLater whether its attempt ended to be completed from outside, and
     * ran out of time
     * @param lastFailure how the last attempt failed, as JSON
     * @param heartbeatDetails what its last heartbeat said, as JSON
     * @param attemptsBefore how many attempts were forgiven
     * @param closesAt when the time of an attempt is over that is completed from outside
     */
    record ClaimedActivity(ActivityKey key, String workflowId, String workflowType,
            dev.workflow.history.ActivityTaskScheduled order, int attempt, boolean cancelRequested,
            boolean completesLater, @Nullable String lastFailure, @Nullable String heartbeatDetails, int attemptsBefore,
            @Nullable Instant closesAt) {

        /** How many attempts count for limits and pauses, this one included. */
        int countedAttempts() {
            return Math.max(1, this.attempt - this.attemptsBefore);
        }

    }

    /**
     * What somebody did, in both forms in which it gets into a history.
     *
     * @param event as an event
     * @param message as a message that becomes one
     */
    record OperatorNote(dev.workflow.history.OperatorActionRecorded event, Transition.NewMessage message) {
    }

    /**
     * A run that was to be paused or unpaused.
     *
     * @param changed whether it was not so before
     * @param owner the node that had it, or 0
     * @param taskQueue its queue
     * @param dueAt when it is due now
     */
    record PausedRun(boolean changed, long owner, String taskQueue, Instant dueAt) {
    }

    /**
     * What people decided about a task queue or workflow type.
     *
     * @param kind which of the two
     * @param name its name
     * @param pausedAt since when it is paused; null: it is not
     * @param pausedBy who paused it
     * @param reason why
     * @param rateLimit of a queue: how many activities may begin in a second, on all
     * nodes together
     * @param activitySlots of a queue: its activity slots on each node
     * @param workflowSlots of a queue: its workflow slots on each node
     * @param concurrency of a type: how many of its workflows may be in progress at once
     * @param limitedBy who decided about that; null: the configuration
     * @param limitedAt when
     * @param counted whether those that were in progress before are counted
     */
    record Control(Kind kind, String name, @Nullable Instant pausedAt, @Nullable String pausedBy,
            @Nullable String reason, @Nullable Double rateLimit, @Nullable Integer activitySlots,
            @Nullable Integer workflowSlots, @Nullable ConcurrencyLimit concurrency, @Nullable String limitedBy,
            @Nullable Instant limitedAt, boolean counted) {

        /** Of a queue. */
        public Control(Kind kind, String name, @Nullable Instant pausedAt, @Nullable String pausedBy,
                @Nullable String reason, @Nullable Double rateLimit, @Nullable Integer activitySlots,
                @Nullable Integer workflowSlots) {
            this(kind, name, pausedAt, pausedBy, reason, rateLimit, activitySlots, workflowSlots, null, null, null,
                    true);
        }

        /** A pause. */
        public Control(Kind kind, String name, @Nullable Instant pausedAt, @Nullable String pausedBy,
                @Nullable String reason) {
            this(kind, name, pausedAt, pausedBy, reason, null, null, null);
        }

        /** What it is about. */
        public enum Kind {

            TASK_QUEUE, WORKFLOW_TYPE

        }

    }

    /** {@link SteeredActivity#pauses}: somebody paused the activity. */
    int ACTIVITY_PAUSED = 1;

    /** {@link SteeredActivity#pauses}: its run is paused. */
    int RUN_PAUSED = 2;

    /**
     * An activity that somebody steps in at.
     *
     * @param taskQueue its queue
     * @param attempt how many attempts have begun
     * @param running whether somebody runs it, or completes it from outside
     * @param ending whether it is being ended, or has a result already
     * @param cancelRequested whether its cancellation is requested
     * @param pauses why it waits, a sum of {@link #ACTIVITY_PAUSED} and
     * {@link #RUN_PAUSED}
     * @param attemptsBefore how many attempts were forgiven
     * @param dueAt when it is due
     * @param options its options, as JSON; null: those that it was ordered with
     * @param lastRequestId the name of what was done to it lastly, if that had one
     */
    record SteeredActivity(String taskQueue, int attempt, boolean running, boolean ending, boolean cancelRequested,
            int pauses, int attemptsBefore, Instant dueAt, @Nullable String options, @Nullable String lastRequestId) {

        boolean isPaused() {
            return (this.pauses & ACTIVITY_PAUSED) != 0;
        }

        /** As it is, with these messages. */
        Steering with(List<Transition.NewMessage> messages) {
            return new Steering(this.pauses, this.attemptsBefore, this.dueAt, null, messages);
        }

    }

    /**
     * What becomes of it.
     *
     * @param pauses why it waits from then on
     * @param attemptsBefore how many attempts are forgiven
     * @param dueAt when it is due; counts where it neither runs nor is paused
     * @param options its options, as JSON; null: as they are
     * @param messages what its run is told
     * @param requestId names the action; null: it has no name
     */
    record Steering(int pauses, int attemptsBefore, Instant dueAt, @Nullable String options,
            List<Transition.NewMessage> messages, @Nullable String requestId) {

        Steering(int pauses, int attemptsBefore, Instant dueAt, @Nullable String options,
                List<Transition.NewMessage> messages) {
            this(pauses, attemptsBefore, dueAt, options, messages, null);
        }

        Steering requestedBy(@Nullable String request) {
            return new Steering(this.pauses, this.attemptsBefore, this.dueAt, this.options, this.messages, request);
        }

    }

    /**
     * A row of an activity without result.
     *
     * @param scheduledEventId the event that ordered it
     * @param activityType its type
     * @param taskQueue its queue
     * @param attempt how many attempts have begun
     * @param running whether somebody runs it
     * @param dueAt when it is due otherwise
     * @param cancelRequested whether its cancellation is requested
     * @param lastFailure how the last attempt failed, as JSON
     * @param heartbeatDetails what its last heartbeat said, as JSON
     * @param paused whether somebody paused it, or its run
     */
    record PendingActivityRow(long scheduledEventId, String activityType, String taskQueue, int attempt,
            boolean running, Instant dueAt, boolean cancelRequested, @Nullable String lastFailure,
            @Nullable String heartbeatDetails, boolean paused) {
    }

    /**
     * What is due in a queue and belongs to nobody.
     *
     * @param taskQueue the queue
     * @param count how many runs and activities
     * @param oldestDue since when the first of them waits
     */
    record Backlog(String taskQueue, long count, Instant oldestDue) {
    }

    /**
     * A run that was ended from outside.
     *
     * @param runId the run
     * @param owner the node that held it, or 0
     * @param parentRunId the run that started it as a child
     */
    record TerminatedRun(UUID runId, long owner, @Nullable UUID parentRunId) {
    }

    /**
     * A run that may be deleted.
     *
     * @param runId the run
     * @param closedAt when it ended; null: it is open
     * @param historyLength how many events it has
     * @param beginsKeptChain whether it is the first of runs of which one is open, or has
     * ended since the given time: by it that one is found
     */
    record EndedRun(UUID runId, @Nullable Instant closedAt, long historyLength, boolean beginsKeptChain) {
    }

    /**
     * How a run is ended from outside.
     *
     * @param failure its failure, as JSON
     * @param reason why
     * @param identity who ends it
     * @param notice what its parent is told, by the event that ordered the child; null
     * where the workflow goes on
     * @param orphaned what its children are told, as the payload of a message
     */
    record Termination(String failure, @Nullable String reason, @Nullable String identity,
            LongFunction<Transition.@Nullable NewMessage> notice, String orphaned) {
    }

    /**
     * An open child.
     *
     * @param runId its open run
     * @param workflowId its workflow id
     * @param workflowType its type
     * @param parentClosePolicy what becomes of it when its parent ends first
     * @param startedAt when that run was started
     */
    record ChildRow(UUID runId, String workflowId, String workflowType, ParentClosePolicy parentClosePolicy,
            Instant startedAt) {
    }

    /**
     * An execution, for people and for those who wait for its end.
     *
     * @param runId the run
     * @param workflowId the workflow id
     * @param workflowType its type
     * @param taskQueue its queue
     * @param status its status
     * @param startedAt when it was started
     * @param closedAt when it ended
     * @param firstRunId the first run of its chain
     * @param continuedRunId the run that it went on in
     * @param parentWorkflowId who started it
     * @param historyLength how many events it has
     * @param result JSON
     * @param failure JSON
     * @param memo a JSON object
     * @param searchAttributes a JSON object
     * @param owner the node that holds it
     * @param problem why it does not go on
     * @param version the builds that it is for, while it is open
     * @param priority 1 (first) to 5 (last)
     * @param fairnessKey with whom it shares slots, while it is open
     */
    record ExecutionRow(UUID runId, String workflowId, String workflowType, String taskQueue, WorkflowStatus status,
            Instant startedAt, @Nullable Instant closedAt, UUID firstRunId, @Nullable UUID continuedRunId,
            @Nullable String parentWorkflowId, long historyLength, @Nullable String result, @Nullable String failure,
            @Nullable String memo, @Nullable String searchAttributes, @Nullable Long owner, @Nullable String problem,
            RunVersion version, int priority, @Nullable String fairnessKey) {
    }

    /**
     * What became of some runs, without those that are open.
     *
     * @param closed those that have ended
     * @param gone those that are not there: they were deleted, or have not begun
     */
    record Ends(List<ExecutionRow> closed, List<UUID> gone) {
    }

    /**
     * A node.
     *
     * @param id the incarnation
     * @param name its name
     * @param configuredName whether the name was configured, so that a newer node of that
     * name supersedes it
     * @param taskQueues its queues
     * @param workflowTypes the workflow types that it knows
     * @param activityTypes the activity types that it knows
     * @param alive whether it is not declared dead
     * @param counter what its heartbeat moves
     * @param startedAt when it started
     * @param buildId the build of the application on it, if it has one
     */
    record NodeRow(long id, String name, boolean configuredName, List<String> taskQueues, List<String> workflowTypes,
            List<String> activityTypes, boolean alive, long counter, Instant startedAt, @Nullable String buildId) {
    }

}
