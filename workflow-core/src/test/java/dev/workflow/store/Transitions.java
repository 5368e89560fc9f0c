package dev.workflow.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.workflow.ParentClosePolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.Message;
import dev.workflow.engine.Relations;
import dev.workflow.engine.EngineClock;
import dev.workflow.engine.Place;
import dev.workflow.engine.RunVersion;
import dev.workflow.engine.Transition;
import dev.workflow.history.EventCodec;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.ParentExecution;
import dev.workflow.history.WorkflowExecutionCompleted;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/** Transitions that tests of the store write by hand. */
public final class Transitions {

    /** A type that no engine of the tests knows. */
    public static final String TYPE = "ByHand";

    /** A type with a concurrency limit. */
    static final String LIMITED = "Limited";

    /** Its queue. */
    public static final String QUEUE = "q";

    private Transitions() {
    }

    /** A time as the database keeps it. */
    public static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    /** Gives one run back. */
    static EngineStore.Released release(EngineStore store, UUID runId, long owner, int token, Instant dueAt,
            int crashes, @Nullable String problem) {
        return store.release(List.of(new EngineStore.Release(runId, owner, token, dueAt, crashes, problem))).getFirst();
    }

    /** An event's row. */
    public static Transition.EventRow row(HistoryEvent event) {
        return new Transition.EventRow(event.eventId(), event.eventType(), event.eventTime(), EventCodec.encode(event));
    }

    /** A start whose first event is written with it. */
    public static Transition.NewExecution execution(UUID runId, String workflowId, @Nullable String requestId,
            IdReusePolicy policy) {
        Instant now = now();
        HistoryEvent started = new WorkflowExecutionStarted(1, now, workflowId, runId.toString(), TYPE, QUEUE,
                new Json("[]"), runId.toString(), null, 1, null, null, null, null, null, Map.of(), Map.of(), null, 3,
                null, null, Map.of(), null, null, null);
        return new Transition.NewExecution(runId, workflowId, true, TYPE, QUEUE, 3, now, now, runId, requestId, policy,
                null, null, null, row(started), null);
    }

    /** A start that the given node owns with token 1, at event 1; owner 0: nobody. */
    public static Transition start(UUID runId, String workflowId, long owner) {
        return start(execution(runId, workflowId, null, IdReusePolicy.ALLOW_DUPLICATE), owner);
    }

    /** The same for a given execution. */
    public static Transition start(Transition.NewExecution execution, long owner) {
        return new Transition(execution.runId(), owner, (owner != 0) ? 1 : 0, 0, 1, null, execution, List.of(),
                List.of(), List.of(), List.of(), List.of(), Map.of(), null, null, null);
    }

    /** A start that is left to whoever claims it, and needs a place. */
    static Transition limited(UUID runId, String key) {
        Instant now = now();
        return start(new Transition.NewExecution(runId, runId.toString(), false, LIMITED, QUEUE, 3, now, now, runId,
                null, IdReusePolicy.ALLOW_DUPLICATE, null, null, null, null, null, RunVersion.NONE, null,
                new Place(key, EngineClock.NEVER)), 0);
    }

    /** Adds a number of signals to the history of an owned run. */
    public static Transition advance(UUID runId, long owner, int token, long lastEvent, int events) {
        List<Transition.EventRow> rows = new ArrayList<>();
        for (int i = 1; i <= events; i++) {
            rows.add(row(new WorkflowExecutionSignaled(lastEvent + i, now(), "said", new Json("[" + i + "]"), null,
                    Map.of())));
        }
        return new Transition(runId, owner, token, lastEvent, lastEvent + events, null, null, rows, List.of(),
                List.of(), List.of(), List.of(), Map.of(), null, null, null);
    }

    /** Lets an owned run end. */
    public static Transition close(UUID runId, long owner, int token, long lastEvent) {
        Instant now = now();
        return new Transition(runId, owner, token, lastEvent, lastEvent + 1, null, null,
                List.of(row(new WorkflowExecutionCompleted(lastEvent + 1, now, new Json("\"done\""), null))), List.of(),
                List.of(), List.of(), List.of(), Map.of(), null,
                new Transition.Close(WorkflowStatus.COMPLETED, now, "\"done\"", null), null);
    }

    /** Orders an activity, claimed by the owner or not. */
    public static Transition order(UUID runId, long owner, int token, long lastEvent, boolean claimed) {
        Transition plain = advance(runId, owner, token, lastEvent, 1);
        Transition.ActivityRow activity = new Transition.ActivityRow(lastEvent + 1, "Act", QUEUE, 3, claimed, now());
        return new Transition(runId, owner, token, lastEvent, lastEvent + 1, null, null, plain.events(),
                List.of(activity), List.of(), List.of(), List.of(), Map.of(), null, null, null);
    }

    /** A child of the run, ordered by its fifth event. */
    public static Transition.NewExecution childOf(UUID parent, UUID child) {
        Transition.NewExecution plain = execution(child, child.toString(), null, IdReusePolicy.ALLOW_DUPLICATE);
        return new Transition.NewExecution(child, plain.workflowId(), false, TYPE, QUEUE, 3, plain.startedAt(),
                plain.dueAt(), child, null, plain.reusePolicy(),
                new ParentExecution(parent.toString(), parent.toString(), 5, ParentClosePolicy.TERMINATE), null, null,
                plain.startedEvent(), null);
    }

    /** The same transition, which concerns others. */
    public static Transition with(Transition plain, Relations relations) {
        return new Transition(plain.runId(), plain.owner(), plain.token(), plain.expectedLastEvent(), plain.lastEvent(),
                plain.dueAt(), plain.start(), plain.events(), plain.newActivities(), plain.endedActivities(),
                plain.canceledActivities(), plain.consumedMessages(), plain.replies(), plain.attributes(),
                plain.close(), plain.next(), relations, plain.inboxUnread());
    }

    /** The same transition, which takes messages. */
    static Transition taking(Transition plain, List<Long> messages) {
        return new Transition(plain.runId(), plain.owner(), plain.token(), plain.expectedLastEvent(), plain.lastEvent(),
                plain.dueAt(), plain.start(), plain.events(), plain.newActivities(), plain.endedActivities(),
                plain.canceledActivities(), messages, plain.replies(), plain.attributes(), plain.close(), plain.next(),
                plain.relations(), plain.inboxUnread());
    }

    /** The same transition, made without a look into the inbox. */
    public static Transition unread(Transition plain) {
        return new Transition(plain.runId(), plain.owner(), plain.token(), plain.expectedLastEvent(), plain.lastEvent(),
                plain.dueAt(), plain.start(), plain.events(), plain.newActivities(), plain.endedActivities(),
                plain.canceledActivities(), plain.consumedMessages(), plain.replies(), plain.attributes(),
                plain.close(), plain.next(), plain.relations(), true);
    }

    /** A signal. */
    public static Transition.NewMessage signal(String name, @Nullable String requestId) {
        return new Transition.NewMessage(Message.Kind.SIGNAL, name, requestId, "[]");
    }

}
