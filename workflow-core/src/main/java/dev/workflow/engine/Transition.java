package dev.workflow.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.ParentExecution;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one turn of a run writes, all of it or nothing: the unit of group
 * commit.
 *
 * @param runId the run
 * @param owner the node that writes; 0 where a start is left to whoever claims it
 * @param token the fencing token under which it writes
 * @param expectedLastEvent the last event that the database must have; 0 for a start
 * @param lastEvent the last event afterwards
 * @param dueAt a new time at which the run needs somebody, or null to leave it as it is
 * @param start the execution row of a start
 * @param events new history events
 * @param newActivities activities that were ordered
 * @param endedActivities orders (event ids) that have a result now
 * @param canceledActivities orders whose cancellation is requested
 * @param consumedMessages ids of messages that became events or were dropped as
 * duplicates
 * @param replies answers to rejected updates, by message id
 * @param attributes changed search attributes or memo
 * @param close how the run ended
 * @param next the run that it continues as
 * @param relations what it does to other runs; null for most
 * @param inboxUnread whether it was made without a look into the inbox: it is refused
 * when something waits there that it does not consume
 */
public record Transition(UUID runId, long owner, int token, long expectedLastEvent, long lastEvent,
        @Nullable Instant dueAt, @Nullable NewExecution start, List<EventRow> events, List<ActivityRow> newActivities,
        List<Long> endedActivities, List<Long> canceledActivities, List<Long> consumedMessages,
        Map<Long, String> replies, @Nullable Attributes attributes, @Nullable Close close, @Nullable NewExecution next,
        @Nullable Relations relations, boolean inboxUnread) {

    /** A transition that concerns its own run alone. */
    public Transition(UUID runId, long owner, int token, long expectedLastEvent, long lastEvent,
            @Nullable Instant dueAt, @Nullable NewExecution start, List<EventRow> events,
            List<ActivityRow> newActivities, List<Long> endedActivities, List<Long> canceledActivities,
            List<Long> consumedMessages, Map<Long, String> replies, @Nullable Attributes attributes,
            @Nullable Close close, @Nullable NewExecution next) {
        this(runId, owner, token, expectedLastEvent, lastEvent, dueAt, start, events, newActivities, endedActivities,
                canceledActivities, consumedMessages, replies, attributes, close, next, null, false);
    }

    /** How a transition ended. */
    public sealed interface Result {

        /**
         * It is durable.
         *
         * @param waits whether it is a start that waits for a place in the limit of its
         * type
         */
        record Committed(boolean waits) implements Result {

            public Committed() {
                this(false);
            }

        }

        /**
         * The run belongs to somebody else now, or its history went on; nothing was
         * written.
         */
        record Refused() implements Result {
        }

        /**
         * It is durable, but the run has gone to somebody else since: whoever waited for
         * it may be told, and nothing more is to be done here.
         */
        record Overtaken() implements Result {
        }

        /**
         * The run cannot end yet, or its inbox was left unread: something acknowledged
         * waits in it. Nothing was written.
         */
        record InboxNotEmpty() implements Result {
        }

        /**
         * Somebody holds the row for a moment; nothing was written, and it is worth
         * trying again.
         *
         * @param uncertain whether it was tried before, and nobody knows yet what became
         * of that: it may hold the row itself
         */
        record Locked(boolean uncertain) implements Result {

            /** It is somebody else who holds the row. */
            public Locked() {
                this(false);
            }

        }

        /**
         * A start was refused.
         *
         * @param runId the run that stands in its way, or the one that the same request
         * started
         * @param sameRequest whether that run was started by the same request
         * @param open whether that run is open
         */
        record StartRefused(UUID runId, boolean sameRequest, boolean open) implements Result {
        }

        /**
         * The database does not accept what the transition wants to write.
         *
         * @param message what it said
         */
        record Condemned(String message) implements Result {
        }

    }

    /**
     * A history event as a row.
     *
     * @param eventId its id
     * @param type its type
     * @param time when
     * @param attributes its attributes, as JSON
     */
    public record EventRow(long eventId, String type, Instant time, String attributes) {
    }

    /**
     * An activity that was ordered.
     *
     * @param scheduledEventId the event that ordered it
     * @param activityType its type
     * @param taskQueue where it runs
     * @param priority 1 (first) to 5 (last)
     * @param claimed whether its first attempt starts here as soon as this is durable
     * @param scheduledAt when it was ordered
     * @param fairnessKey that of its run
     */
    public record ActivityRow(long scheduledEventId, String activityType, String taskQueue, int priority,
            boolean claimed, Instant scheduledAt, @Nullable String fairnessKey) {

        /** One of a run without a fairness key. */
        public ActivityRow(long scheduledEventId, String activityType, String taskQueue, int priority, boolean claimed,
                Instant scheduledAt) {
            this(scheduledEventId, activityType, taskQueue, priority, claimed, scheduledAt, null);
        }

    }

    /**
     * A new run.
     *
     * @param runId its id
     * @param workflowId the workflow id
     * @param chosenId whether the caller chose the id, so that another may have it
     * already
     * @param workflowType its type
     * @param taskQueue its queue
     * @param priority 1 (first) to 5 (last)
     * @param startedAt when
     * @param dueAt when it needs somebody first
     * @param firstRunId the first run of its chain
     * @param requestId unique for good
     * @param reusePolicy what a closed run of the same id means
     * @param parent who started it as a child
     * @param memo a JSON object
     * @param searchAttributes a JSON object
     * @param startedEvent its first event, for a run that nobody has advanced yet
     * @param firstMessage a signal or update that waits in its inbox from the beginning
     * @param version the builds that it is for
     * @param fairnessKey with whom it shares slots
     * @param place what it needs before its code begins, where its type has a limit; null
     * where it has none, or its chain has a place
     */
    public record NewExecution(UUID runId, String workflowId, boolean chosenId, String workflowType, String taskQueue,
            int priority, Instant startedAt, Instant dueAt, UUID firstRunId, @Nullable String requestId,
            IdReusePolicy reusePolicy, @Nullable ParentExecution parent, @Nullable String memo,
            @Nullable String searchAttributes, @Nullable EventRow startedEvent, @Nullable NewMessage firstMessage,
            RunVersion version, @Nullable String fairnessKey, @Nullable Place place) {

        /** A run without a fairness key, that needs no place. */
        public NewExecution(UUID runId, String workflowId, boolean chosenId, String workflowType, String taskQueue,
                int priority, Instant startedAt, Instant dueAt, UUID firstRunId, @Nullable String requestId,
                IdReusePolicy reusePolicy, @Nullable ParentExecution parent, @Nullable String memo,
                @Nullable String searchAttributes, @Nullable EventRow startedEvent, @Nullable NewMessage firstMessage,
                RunVersion version) {
            this(runId, workflowId, chosenId, workflowType, taskQueue, priority, startedAt, dueAt, firstRunId,
                    requestId, reusePolicy, parent, memo, searchAttributes, startedEvent, firstMessage, version, null,
                    null);
        }

        /** A run that any build may have. */
        public NewExecution(UUID runId, String workflowId, boolean chosenId, String workflowType, String taskQueue,
                int priority, Instant startedAt, Instant dueAt, UUID firstRunId, @Nullable String requestId,
                IdReusePolicy reusePolicy, @Nullable ParentExecution parent, @Nullable String memo,
                @Nullable String searchAttributes, @Nullable EventRow startedEvent, @Nullable NewMessage firstMessage) {
            this(runId, workflowId, chosenId, workflowType, taskQueue, priority, startedAt, dueAt, firstRunId,
                    requestId, reusePolicy, parent, memo, searchAttributes, startedEvent, firstMessage,
                    RunVersion.NONE);
        }

        /** The same with the key that its first event names. */
        public NewExecution sharing(@Nullable String recordedKey) {
            String key = FairnessKeys.stored(recordedKey);
            return (key == null) ? this
                    : new NewExecution(this.runId, this.workflowId, this.chosenId, this.workflowType, this.taskQueue,
                            this.priority, this.startedAt, this.dueAt, this.firstRunId, this.requestId,
                            this.reusePolicy, this.parent, this.memo, this.searchAttributes, this.startedEvent,
                            this.firstMessage, this.version, key, this.place);
        }

        /** The same run, which needs a place. */
        NewExecution in(Place needed) {
            return new NewExecution(this.runId, this.workflowId, this.chosenId, this.workflowType, this.taskQueue,
                    this.priority, this.startedAt, this.dueAt, this.firstRunId, this.requestId, this.reusePolicy,
                    this.parent, this.memo, this.searchAttributes, this.startedEvent, this.firstMessage, this.version,
                    this.fairnessKey, needed);
        }

    }

    /**
     * Something to be put into an inbox.
     *
     * @param kind what it is
     * @param name the name of the signal or update
     * @param dedupKey what may be there only once for its run and kind
     * @param payload its JSON
     */
    public record NewMessage(Message.Kind kind, @Nullable String name, @Nullable String dedupKey, String payload) {
    }

    /**
     * Attributes as they are now.
     *
     * @param memo a JSON object
     * @param searchAttributes a JSON object
     */
    public record Attributes(@Nullable String memo, @Nullable String searchAttributes) {
    }

    /**
     * The end of a run.
     *
     * @param status its last status
     * @param closedAt when
     * @param result its result, as JSON
     * @param failure its failure, as JSON
     */
    public record Close(WorkflowStatus status, Instant closedAt, @Nullable String result, @Nullable String failure) {
    }

}
