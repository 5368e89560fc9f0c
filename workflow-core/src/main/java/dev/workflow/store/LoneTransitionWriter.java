package dev.workflow.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.engine.Transition;
import dev.workflow.history.EventCodec;
import org.jspecify.annotations.Nullable;

/**
 * Writes a transition that has none beside it. Then latency is round trips and the cost
 * of arrays, so everything is one statement of plain values, which commits itself: what
 * follows the fence takes its rows from what the fence returns, and happens only if it
 * passed. An end takes two, still in one round trip, since the inbox must be looked into
 * by a later statement than the one that locks the run. Statements that are sent together
 * are one transaction without a word about it; and were they ever two, nothing would be
 * written: that the row's xmax is this transaction tells the second that the first has
 * got the lock in it.
 * <p>
 * It only ever says that the transition was written. Whatever stands in the way, and
 * whatever is out of the ordinary, is left to {@link TransitionWriter}, which knows what
 * to make of it.
 */
final class LoneTransitionWriter {

    private static final String NOTHING_ELSE_WAITS = """
            and not exists (
              select 1 from @workflow_message i where i.run_id = t.run_id
                and i.%s and i.id <> all(?))""".formatted(MessageTable.INPUT);

    private static final int MOST_EVENTS = 8;

    private static final int MOST_ACTIVITIES = 4;

    private static final String TIME = "timestamptz 'epoch' + ?::bigint * interval '1 microsecond'";

    private static boolean isKeyed(Transition transition) {
        Transition.NewExecution start = transition.start();
        return (start != null && start.fairnessKey() != null)
                || transition.newActivities().stream().anyMatch((order) -> order.fairnessKey() != null);
    }

    /** What of a transition makes a difference to the text of its statement. */
    private record Shape(boolean start, boolean build, boolean close, boolean due, int events, int ordered, int ended,
            boolean consumes, boolean keyed, boolean unread) {

        static Shape of(Transition transition) {
            Transition.NewExecution start = transition.start();
            return new Shape(start != null, start != null && !start.version().isNone(), transition.close() != null,
                    transition.dueAt() != null, transition.events().size(), transition.newActivities().size(),
                    transition.endedActivities().size(), !transition.consumedMessages().isEmpty(), isKeyed(transition),
                    transition.inboxUnread() && transition.close() == null);
        }

    }

    private final Sessions sessions;

    private final Map<Shape, String> statements = new ConcurrentHashMap<>();

    LoneTransitionWriter(Sessions sessions) {
        this.sessions = sessions;
    }

    /** Whether the transition is of the common kind that can be written this way. */
    static boolean isOrdinary(Transition transition) {
        Transition.NewExecution start = transition.start();
        boolean plainStart = start == null || (start.reusePolicy() == IdReusePolicy.ALLOW_DUPLICATE
                && start.parent() == null && start.firstMessage() == null && start.startedEvent() == null
                && transition.close() == null && transition.endedActivities().isEmpty());
        int events = transition.events().size();
        return plainStart && events > 0 && events <= MOST_EVENTS && transition.newActivities().size() <= MOST_ACTIVITIES
                && transition.endedActivities().size() <= MOST_ACTIVITIES && transition.canceledActivities().isEmpty()
                && transition.replies().isEmpty() && transition.attributes() == null && transition.next() == null
                && transition.relations() == null;
    }

    /** Returns whether it was written. */
    boolean write(Transition transition) {
        String sql = this.statements.computeIfAbsent(Shape.of(transition), this::sql);
        return this.sessions.single((connection) -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                bind(connection, new Binding(statement), transition);
                statement.execute();
                if (transition.close() != null) {
                    statement.getMoreResults();
                }
                return statement.getResultSet().next();
            }
        });
    }

    private String sql(Shape shape) {
        StringBuilder sql = new StringBuilder();
        if (shape.start()) {
            sql.append("""
                    with m as (insert into @workflow_execution
                      (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id, request_id,
                       priority, memo, search_attributes)
                      values (?, ?, ?, ?, 'RUNNING', %1$s, ?, ?, ?, ?, ?::jsonb)
                      on conflict do nothing returning run_id),
                    t as (insert into @workflow_task
                      (run_id, workflow_type, task_queue, priority, due_at, owner, token, last_event%2$s)
                      select m.run_id, ?, ?, ?, %1$s, ?::bigint, ?, ?%3$s from m)""".formatted(TIME,
                    (shape.build() ? ", route, pinned, build_id" : "") + (shape.keyed() ? ", fairness_key" : ""),
                    (shape.build() ? ", ?, ?, ?::text" : "") + (shape.keyed() ? ", ?::text" : "")));
        }
        else if (shape.close()) {
            sql.append("""
                    select t.run_id from @workflow_task t
                    where t.run_id = ? and t.owner = ? and t.token = ? and t.last_event = ? for update of t skip locked;
                    with m as (delete from @workflow_task t
                      where t.run_id = ? and t.xmax = pg_current_xact_id_if_assigned()::xid %s
                      returning t.run_id),
                    x as (update @workflow_execution e
                      set status = ?, closed_at = %s, result = ?, failure = ?, history_length = ?
                      from m where e.run_id = any(array[m.run_id]))""".formatted(NOTHING_ELSE_WAITS, TIME));
        }
        else {
            sql.append("""
                    with f as materialized (select t.run_id from @workflow_task t
                      where t.run_id = ? and t.owner = ? and t.token = ? and t.last_event = ? %s
                      for no key update of t skip locked),
                    m as (update @workflow_task t set last_event = ?, crashes = 0, problem = null, ending_until = null%s
                      from f where t.run_id = any(array[f.run_id]) returning t.run_id)"""
                .formatted(shape.unread() ? NOTHING_ELSE_WAITS : "", shape.due() ? ", due_at = " + TIME : ""));
        }
        sql.append("""
                ,
                ev as (insert into @workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                  select m.run_id, u.e, u.ty, u.at, %d, u.a from m, (values %s) as u(e, ty, at, a))"""
            .formatted(EventCodec.FORMAT, repeated("(?::bigint, ?::text, " + TIME + ", ?::text)", shape.events())));
        if (shape.ordered() > 0) {
            sql.append(
                    """
                            ,
                            o as (insert into @workflow_activity_task (run_id, scheduled_event_id, activity_type, task_queue,
                                priority, attempt, owner, due_at, scheduled_at%s)
                              select m.run_id, u.e, u.ty, u.q, u.p, case when u.o is null then 0 else 1 end, u.o, u.at, u.at%s
                              from m, (values %s) as u(e, ty, q, p, o, at%s))"""
                        .formatted(shape.keyed() ? ", fairness_key" : "", shape.keyed() ? ", u.f" : "",
                                repeated("(?::bigint, ?::text, ?::text, ?::int, ?::bigint, " + TIME
                                        + (shape.keyed() ? ", ?::text)" : ")"), shape.ordered()),
                                shape.keyed() ? ", f" : ""));
        }
        if (shape.ended() > 0) {
            sql.append("""
                    ,
                    d as (delete from @workflow_activity_task a using m
                      where a.run_id = any(array[m.run_id]) and a.scheduled_event_id in (%s))"""
                .formatted(repeated("?", shape.ended())));
        }
        if (shape.consumes()) {
            sql.append(
                    ",\nc as (delete from @workflow_message i using m\n  where i.run_id = any(array[m.run_id]) and i.id = any(?))");
        }
        sql.append("\nselect run_id from m");
        return this.sessions.sql(sql.toString());
    }

    private static String repeated(String text, int times) {
        return String.join(", ", java.util.Collections.nCopies(times, text));
    }

    private static void bind(Connection connection, Binding binding, Transition transition) throws SQLException {
        boolean keyed = isKeyed(transition);
        if (transition.start() != null) {
            bindStart(binding, transition, transition.start());
            if (keyed) {
                binding.text(transition.start().fairnessKey());
            }
        }
        else if (transition.close() != null) {
            Transition.Close close = transition.close();
            bindExpected(binding, transition);
            binding.uuid(transition.runId());
            binding.longs(connection, transition.consumedMessages());
            binding.text(close.status().name());
            binding.time(close.closedAt());
            binding.text(close.result());
            binding.text(close.failure());
            binding.number(transition.lastEvent());
        }
        else {
            bindExpected(binding, transition);
            if (transition.inboxUnread()) {
                binding.longs(connection, transition.consumedMessages());
            }
            binding.number(transition.lastEvent());
            if (transition.dueAt() != null) {
                binding.time(transition.dueAt());
            }
        }
        for (Transition.EventRow event : transition.events()) {
            binding.number(event.eventId());
            binding.text(event.type());
            binding.time(event.time());
            binding.text(event.attributes());
        }
        for (Transition.ActivityRow order : transition.newActivities()) {
            binding.number(order.scheduledEventId());
            binding.text(order.activityType());
            binding.text(order.taskQueue());
            binding.number(FairnessTable.lane(order.priority(), order.fairnessKey()));
            binding.number(order.claimed() ? transition.owner() : null);
            binding.time(order.scheduledAt());
            if (keyed) {
                binding.text(order.fairnessKey());
            }
        }
        for (Long ended : transition.endedActivities()) {
            binding.number(ended);
        }
        if (!transition.consumedMessages().isEmpty()) {
            binding.longs(connection, transition.consumedMessages());
        }
    }

    private static void bindStart(Binding binding, Transition transition, Transition.NewExecution start)
            throws SQLException {
        binding.uuid(start.runId());
        binding.text(start.workflowId());
        binding.text(start.workflowType());
        binding.text(start.taskQueue());
        binding.time(start.startedAt());
        binding.uuid(start.firstRunId());
        binding.text(start.requestId());
        binding.number(start.priority());
        binding.text(start.memo());
        binding.text(start.searchAttributes());
        binding.text(start.workflowType());
        binding.text(start.taskQueue());
        binding.number(FairnessTable.lane(start.priority(), start.fairnessKey()));
        binding.time(Objects.requireNonNullElse(transition.dueAt(), start.dueAt()));
        binding.number((transition.owner() != 0) ? transition.owner() : null);
        binding.number(transition.token());
        binding.number(transition.lastEvent());
        if (!start.version().isNone()) {
            binding.text(start.version().route());
            binding.flag(start.version().pinned());
            binding.text(start.version().buildId());
        }
    }

    private static void bindExpected(Binding binding, Transition transition) throws SQLException {
        binding.uuid(transition.runId());
        binding.number(transition.owner());
        binding.number(transition.token());
        binding.number(transition.expectedLastEvent());
    }

    /** Binds one value after the other. */
    private static final class Binding {

        private final PreparedStatement statement;

        private int index;

        Binding(PreparedStatement statement) {
            this.statement = statement;
        }

        void uuid(UUID value) throws SQLException {
            this.statement.setObject(++this.index, value);
        }

        void text(@Nullable String value) throws SQLException {
            this.statement.setString(++this.index, value);
        }

        void flag(boolean value) throws SQLException {
            this.statement.setBoolean(++this.index, value);
        }

        void number(int value) throws SQLException {
            this.statement.setInt(++this.index, value);
        }

        void number(@Nullable Long value) throws SQLException {
            if (value != null) {
                this.statement.setLong(++this.index, value);
            }
            else {
                this.statement.setNull(++this.index, Types.BIGINT);
            }
        }

        void time(Instant value) throws SQLException {
            this.statement.setLong(++this.index, Sessions.micros(value));
        }

        void longs(Connection connection, java.util.List<Long> values) throws SQLException {
            this.statement.setArray(++this.index, Sessions.longs(connection, values));
        }

    }

}
