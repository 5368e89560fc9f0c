package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

import dev.workflow.engine.Message;
import dev.workflow.engine.Transition;
import dev.workflow.history.EventCodec;
import org.jspecify.annotations.Nullable;

/** Inserts what transitions add: events, activities that were ordered, first messages. */
final class RowInserts {

    private final String events;

    private final String activities;

    private final String keyedActivities;

    private final String message;

    RowInserts(Sessions sessions) {
        this.events = sessions.sql("""
                insert into @workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                select r, e, ty, timestamptz 'epoch' + at * interval '1 microsecond', %d, a
                from unnest(?::uuid[], ?::bigint[], ?::text[], ?::bigint[], ?::text[]) as u(r, e, ty, at, a)"""
            .formatted(EventCodec.FORMAT));
        String activities = """
                insert into @workflow_activity_task
                  (run_id, scheduled_event_id, activity_type, task_queue, priority, attempt, owner, due_at, scheduled_at%s)
                select r, e, ty, q, p, case when o is null then 0 else 1 end, o,
                       timestamptz 'epoch' + at * interval '1 microsecond',
                       timestamptz 'epoch' + at * interval '1 microsecond'%s
                from unnest(?::uuid[], ?::bigint[], ?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[]%s)
                     as u(r, e, ty, q, p, o, at%s)""";
        this.activities = sessions.sql(activities.formatted("", "", "", ""));
        this.keyedActivities = sessions.sql(activities.formatted(", fairness_key", ", f", ", ?::text[]", ", f"));
        this.message = sessions.sql("""
                insert into @workflow_message (run_id, kind, name, dedup_key, payload, created_at)
                values (?, ?, ?, ?, ?, ?)""");
    }

    private record Row(UUID runId, Transition.EventRow event) {
    }

    void insertEvents(Connection connection, List<Transition> transitions) throws SQLException {
        List<Row> rows = new ArrayList<>();
        List<Transition.NewExecution> untouched = new ArrayList<>();
        for (Transition transition : transitions) {
            transition.events().forEach((e) -> rows.add(new Row(transition.runId(), e)));
            Transition.NewExecution start = transition.start();
            if (start != null && start.startedEvent() != null) {
                untouched.add(start);
            }
        }
        insert(connection, rows);
        insertFirstEvents(connection, untouched);
    }

    /**
     * The first event, and perhaps the first message, of runs that nobody has advanced
     * yet.
     */
    void insertFirstEvents(Connection connection, List<Transition.NewExecution> executions) throws SQLException {
        List<Row> rows = new ArrayList<>();
        for (Transition.NewExecution execution : executions) {
            if (execution.startedEvent() != null) {
                rows.add(new Row(execution.runId(), execution.startedEvent()));
            }
        }
        insert(connection, rows);
        for (Transition.NewExecution execution : executions) {
            Transition.NewMessage first = execution.firstMessage();
            if (first != null) {
                Sessions.update(connection, this.message, (s) -> {
                    s.setObject(1, execution.runId());
                    s.setString(2, first.kind().name());
                    s.setString(3, first.name());
                    s.setString(4, first.dedupKey());
                    s.setString(5, first.payload());
                    s.setObject(6, Sessions.time(execution.startedAt()));
                });
            }
        }
    }

    private void insert(Connection connection, List<Row> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        Sessions.update(connection, this.events, (s) -> {
            s.setArray(1, Sessions.uuids(connection, rows.stream().map(Row::runId).toList()));
            s.setArray(2, Sessions.longs(connection, rows.stream().map((r) -> r.event().eventId()).toList()));
            s.setArray(3, Sessions.texts(connection, rows.stream().map((r) -> r.event().type()).toList()));
            s.setArray(4,
                    Sessions.longs(connection, rows.stream().map((r) -> Sessions.micros(r.event().time())).toList()));
            s.setArray(5, Sessions.texts(connection, rows.stream().map((r) -> r.event().attributes()).toList()));
        });
    }

    void insertActivities(Connection connection, List<Transition> transitions) throws SQLException {
        List<UUID> runs = new ArrayList<>();
        List<Transition.ActivityRow> orders = new ArrayList<>();
        List<@Nullable Long> owners = new ArrayList<>();
        for (Transition transition : transitions) {
            for (Transition.ActivityRow order : transition.newActivities()) {
                runs.add(transition.runId());
                orders.add(order);
                owners.add(order.claimed() ? transition.owner() : null);
            }
        }
        insertActivities(connection, runs, orders, owners);
    }

    /** Activities of one run that nobody has claimed. */
    void insertActivities(Connection connection, UUID runId, List<Transition.ActivityRow> orders) throws SQLException {
        insertActivities(connection, Collections.nCopies(orders.size(), runId), orders,
                Collections.nCopies(orders.size(), null));
    }

    private void insertActivities(Connection connection, List<UUID> runs, List<Transition.ActivityRow> orders,
            List<@Nullable Long> owners) throws SQLException {
        if (runs.isEmpty()) {
            return;
        }
        boolean keyed = orders.stream().anyMatch((order) -> order.fairnessKey() != null);
        Sessions.update(connection, keyed ? this.keyedActivities : this.activities, (s) -> {
            s.setArray(1, Sessions.uuids(connection, runs));
            s.setArray(2,
                    Sessions.longs(connection, orders.stream().map(Transition.ActivityRow::scheduledEventId).toList()));
            s.setArray(3,
                    Sessions.texts(connection, orders.stream().map(Transition.ActivityRow::activityType).toList()));
            s.setArray(4, Sessions.texts(connection, orders.stream().map(Transition.ActivityRow::taskQueue).toList()));
            s.setArray(5, Sessions.ints(connection,
                    orders.stream().map((o) -> FairnessTable.lane(o.priority(), o.fairnessKey())).toList()));
            s.setArray(6, Sessions.longs(connection, owners));
            s.setArray(7,
                    Sessions.longs(connection, orders.stream().map((o) -> Sessions.micros(o.scheduledAt())).toList()));
            if (keyed) {
                s.setArray(8,
                        Sessions.texts(connection, orders.stream().map(Transition.ActivityRow::fairnessKey).toList()));
            }
        });
    }

}
