package dev.workflow.store;

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

    private final String messages;

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
        this.messages = sessions
            .sql("""
                    insert into @workflow_message (run_id, kind, name, dedup_key, payload, created_at)
                    select r, k, m, d, p, timestamptz 'epoch' + at * interval '1 microsecond'
                    from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[]) as u(r, k, m, d, p, at)""");
    }

    private record Row(UUID runId, Transition.EventRow event) {
    }

    void insertEvents(Round round, List<Transition> transitions) throws SQLException {
        List<Row> rows = new ArrayList<>();
        List<Transition.NewExecution> untouched = new ArrayList<>();
        for (Transition transition : transitions) {
            transition.events().forEach((e) -> rows.add(new Row(transition.runId(), e)));
            Transition.NewExecution start = transition.start();
            if (start != null && start.startedEvent() != null) {
                untouched.add(start);
            }
        }
        insert(round, rows);
        insertFirstEvents(round, untouched);
    }

    /**
     * The first event, and perhaps the first message, of runs that nobody has advanced
     * yet.
     */
    void insertFirstEvents(Round round, List<Transition.NewExecution> executions) throws SQLException {
        List<Row> rows = new ArrayList<>();
        List<Transition.NewExecution> spoken = new ArrayList<>();
        List<Transition.NewMessage> messages = new ArrayList<>();
        for (Transition.NewExecution execution : executions) {
            if (execution.startedEvent() != null) {
                rows.add(new Row(execution.runId(), execution.startedEvent()));
            }
            if (execution.firstMessage() != null) {
                spoken.add(execution);
                messages.add(execution.firstMessage());
            }
        }
        insert(round, rows);
        if (!messages.isEmpty()) {
            round.update(this.messages, round.uuids(spoken.stream().map(Transition.NewExecution::runId).toList()),
                    round.texts(messages.stream().map((m) -> m.kind().name()).toList()),
                    round.texts(messages.stream().map(Transition.NewMessage::name).toList()),
                    round.texts(messages.stream().map(Transition.NewMessage::dedupKey).toList()),
                    round.texts(messages.stream().map(Transition.NewMessage::payload).toList()),
                    round.longs(spoken.stream().map((e) -> Sessions.micros(e.startedAt())).toList()));
        }
    }

    private void insert(Round round, List<Row> rows) throws SQLException {
        if (!rows.isEmpty()) {
            round.update(this.events, round.uuids(rows.stream().map(Row::runId).toList()),
                    round.longs(rows.stream().map((r) -> r.event().eventId()).toList()),
                    round.texts(rows.stream().map((r) -> r.event().type()).toList()),
                    round.longs(rows.stream().map((r) -> Sessions.micros(r.event().time())).toList()),
                    round.texts(rows.stream().map((r) -> r.event().attributes()).toList()));
        }
    }

    void insertActivities(Round round, List<Transition> transitions) throws SQLException {
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
        insertActivities(round, runs, orders, owners);
    }

    /** Activities of one run that nobody has claimed. */
    void insertActivities(Round round, UUID runId, List<Transition.ActivityRow> orders) throws SQLException {
        insertActivities(round, Collections.nCopies(orders.size(), runId), orders,
                Collections.nCopies(orders.size(), null));
    }

    private void insertActivities(Round round, List<UUID> runs, List<Transition.ActivityRow> orders,
            List<@Nullable Long> owners) throws SQLException {
        if (runs.isEmpty()) {
            return;
        }
        List<@Nullable Object> values = new ArrayList<>();
        values.add(round.uuids(runs));
        values.add(round.longs(orders.stream().map(Transition.ActivityRow::scheduledEventId).toList()));
        values.add(round.texts(orders.stream().map(Transition.ActivityRow::activityType).toList()));
        values.add(round.texts(orders.stream().map(Transition.ActivityRow::taskQueue).toList()));
        values.add(round.ints(orders.stream().map((o) -> FairnessTable.lane(o.priority(), o.fairnessKey())).toList()));
        values.add(round.longs(owners));
        values.add(round.longs(orders.stream().map((o) -> Sessions.micros(o.scheduledAt())).toList()));
        boolean keyed = orders.stream().anyMatch((order) -> order.fairnessKey() != null);
        if (keyed) {
            values.add(round.texts(orders.stream().map(Transition.ActivityRow::fairnessKey).toList()));
        }
        round.update(keyed ? this.keyedActivities : this.activities, values.toArray());
    }

}
