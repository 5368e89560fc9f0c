package dev.workflow.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import dev.workflow.client.OperatorAction;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.ScheduleStore;
import dev.workflow.engine.Transition;
import dev.workflow.schedule.Counters;
import dev.workflow.schedule.Schedule;
import dev.workflow.schedule.ScheduleJson;
import dev.workflow.schedule.StartedRun;
import dev.workflow.schedule.StoredSchedule;
import org.jspecify.annotations.Nullable;

/**
 * Schedules. Their rows are written by callers, in their transactions, and by whoever
 * fires them, under the row's lock: a firing passes by what a caller holds.
 */
final class ScheduleTable implements ScheduleStore {

    /** In the order of {@link #bind}. */
    private static final List<String> COLUMNS = List.of("workflow_type", "spec", "template", "format", "reuse_policy",
            "overlap", "catch_up_window", "pause_on_failure", "paused", "note", "remaining_actions", "nominal_at",
            "next_at", "watching", "open_runs", "progress", "action_count", "missed_count", "skipped_count", "problem",
            "created_at");

    /** Without the outcomes, which may be large: they are asked for where they matter. */
    private static final String SELECT = "select s.schedule_id, "
            + COLUMNS.stream().map((column) -> "s." + column).collect(Collectors.joining(", "))
            + " from @workflow_schedule s";

    private static final String UNNOTICED = """
            exists (
              select 1 from unnest(string_to_array(s.open_runs, ',')::uuid[]) as o(run_id)
              where not exists (select 1 from @workflow_task t
                where t.run_id = any(array[o.run_id]) and t.last_event > 0))""";

    private static final String ENDED = "s.problem is null and " + UNNOTICED;

    private final Sessions sessions;

    private final CallerConnections callers;

    private final OperatorActionTable actions;

    private final TransitionWriter transitions;

    private final MessageTable messages;

    private final String insert;

    private final String update;

    private final String due;

    private final String ended;

    private final String endedUnnoticed;

    private final String keepOutcomes;

    private final String outcomes;

    private final String one;

    private final String ends;

    private final String postpone;

    /**
     * The table.
     * @param callers the connection of the caller's transaction, if there is one
     */
    ScheduleTable(Sessions sessions, CallerConnections callers, TransitionWriter transitions, MessageTable messages) {
        this.sessions = sessions;
        this.callers = callers;
        this.actions = new OperatorActionTable(sessions);
        this.transitions = transitions;
        this.messages = messages;
        this.insert = sessions.sql("insert into @workflow_schedule (" + String.join(", ", COLUMNS) + ", schedule_id) "
                + "values (" + "?, ".repeat(COLUMNS.size()) + "?) on conflict do nothing");
        this.update = sessions.sql("update @workflow_schedule set "
                + COLUMNS.stream().map((column) -> column + " = ?").collect(Collectors.joining(", "))
                + " where schedule_id = ?");
        this.due = sessions.sql(SELECT + """
                 where s.next_at <= ? order by s.next_at limit ?
                for update skip locked""");
        this.ended = sessions.sql(SELECT + " where s.watching and " + ENDED
                + " order by s.schedule_id limit ? for update of s skip locked");
        this.endedUnnoticed = sessions.sql(SELECT + " where s.schedule_id > ? and " + ENDED
                + " order by s.schedule_id limit ? for update of s skip locked");
        this.keepOutcomes = sessions.sql("""
                update @workflow_schedule s
                set last_result = case e.status when 'COMPLETED' then e.result else s.last_result end,
                    last_failure = case e.status when 'COMPLETED' then null else e.failure end
                from unnest(?::text[], ?::uuid[]) as k(schedule_id, run_id)
                join @workflow_execution e on e.run_id = k.run_id
                where s.schedule_id = k.schedule_id""");
        this.outcomes = sessions.sql("""
                select s.schedule_id, s.last_result, s.last_failure from unnest(?::text[]) as k(schedule_id)
                join @workflow_schedule s on s.schedule_id = k.schedule_id""");
        this.one = sessions.sql(SELECT + " where s.schedule_id = ? for update skip locked");
        this.postpone = sessions.sql("update @workflow_schedule set next_at = ?, problem = ? where schedule_id = ?");
        this.ends = sessions.sql("""
                select k.run_id, coalesce(e.status, l.status) as status,
                       case when e.run_id is null then l.run_id else e.continued_run_id end as next_run_id
                from unnest(?::uuid[], ?::text[], ?::uuid[]) as k(run_id, workflow_id, first_run_id)
                left join @workflow_execution e on e.run_id = k.run_id
                left join lateral (
                  select x.run_id, x.status from @workflow_execution x
                  where e.run_id is null and x.workflow_id = k.workflow_id and x.first_run_id = k.first_run_id
                    and x.continued_run_id is null
                  order by x.started_at desc, x.status = 'RUNNING' desc limit 1) l on true
                where e.run_id is null or e.status <> 'RUNNING'""");
    }

    // By callers

    /** In the caller's transaction, or in one of its own. */
    private <T> T write(Sessions.Work<T> work) {
        return this.callers.isPresent() ? this.callers.in(work) : this.sessions.transaction(work);
    }

    private <T> T read(Sessions.Work<T> work) {
        return this.callers.isPresent() ? this.callers.in(work) : this.sessions.single(work);
    }

    @Override
    public boolean create(Schedule schedule, OperatorAction action) {
        return write((connection) -> recorded(connection, action,
                Sessions.update(connection, this.insert, (s) -> bind(s, schedule)) > 0));
    }

    @Override
    public @Nullable StoredSchedule find(String scheduleId) {
        return read((connection) -> Sessions
            .first(Sessions.query(connection, this.sessions.sql(SELECT + " where s.schedule_id = ?"),
                    (s) -> s.setString(1, scheduleId), ScheduleTable::schedule)));
    }

    @Override
    public List<StoredSchedule> page(String afterId, int limit) {
        return read((connection) -> Sessions.query(connection,
                this.sessions.sql(SELECT + " where s.schedule_id > ? order by s.schedule_id limit ?"), (s) -> {
                    s.setString(1, afterId);
                    s.setInt(2, limit);
                }, ScheduleTable::schedule));
    }

    @Override
    public @Nullable Schedule change(String scheduleId, UnaryOperator<Schedule> change, OperatorAction action) {
        return write((connection) -> {
            StoredSchedule before = Sessions.first(Sessions.query(connection,
                    this.sessions.sql("select * from @workflow_schedule where schedule_id = ? for update"),
                    (s) -> s.setString(1, scheduleId), ScheduleTable::schedule));
            if (before == null) {
                return null;
            }
            Schedule after = change.apply(before.read());
            Sessions.update(connection, this.update, (s) -> bind(s, after));
            recorded(connection, action, true);
            return after;
        });
    }

    @Override
    public boolean delete(String scheduleId, OperatorAction action) {
        return write((connection) -> recorded(connection, action,
                Sessions.update(connection, this.sessions.sql("delete from @workflow_schedule where schedule_id = ?"),
                        (s) -> s.setString(1, scheduleId)) > 0));
    }

    private boolean recorded(Connection connection, OperatorAction action, boolean changed) throws SQLException {
        if (changed) {
            this.actions.insert(connection, action);
        }
        return changed;
    }

    // By the engine

    @Override
    public <T> T due(Instant now, int limit, Function<Firing, T> work) {
        return locked(this.due, (s) -> {
            s.setObject(1, Sessions.time(now));
            s.setInt(2, limit);
        }, work);
    }

    @Override
    public <T> T ended(int limit, Function<Firing, T> work) {
        return locked(this.ended, (s) -> s.setInt(1, limit), work);
    }

    @Override
    public <T> T endedUnnoticed(String afterId, int limit, Function<Firing, T> work) {
        return locked(this.endedUnnoticed, (s) -> {
            s.setString(1, afterId);
            s.setInt(2, limit);
        }, work);
    }

    @Override
    public <T> T one(String scheduleId, Function<Firing, T> work) {
        return locked(this.one, (s) -> s.setString(1, scheduleId), work);
    }

    private <T> T locked(String select, Sessions.Binder binder, Function<Firing, T> work) {
        return this.sessions.transaction((connection) -> work.apply(
                new LockedSchedules(connection, Sessions.query(connection, select, binder, ScheduleTable::schedule))));
    }

    @Override
    public boolean hasEnded() {
        return this.sessions.query(
                this.sessions
                    .sql("select exists (select 1 from @workflow_schedule s where s.watching and " + ENDED + ")"),
                (s) -> {
                }, (row) -> row.getBoolean(1))
            .getFirst();
    }

    @Override
    public boolean hasEnded(String scheduleId) {
        return this.sessions
            .query(this.sessions.sql(
                    "select exists (select 1 from @workflow_schedule s where s.schedule_id = ? and " + UNNOTICED + ")"),
                    (s) -> s.setString(1, scheduleId), (row) -> row.getBoolean(1))
            .getFirst();
    }

    @Override
    public void postpone(String scheduleId, Instant until, String problem) {
        this.sessions.update(this.sessions.sql("""
                update @workflow_schedule set next_at = ?, problem = ? where schedule_id =
                  (select schedule_id from @workflow_schedule where schedule_id = ? for update skip locked)"""),
                (s) -> {
                    s.setObject(1, Sessions.time(until));
                    s.setString(2, problem);
                    s.setString(3, scheduleId);
                });
    }

    @Override
    public Agenda agenda() {
        return this.sessions.query(this.sessions.sql("""
                select (select min(next_at) from @workflow_schedule where next_at is not null) as next,
                       exists (select 1 from @workflow_schedule where watching) as watching"""), (s) -> {
        }, (row) -> new Agenda(Sessions.instant(row, "next"), row.getBoolean("watching"))).getFirst();
    }

    @Override
    public Census census() {
        return this.sessions.query(this.sessions.sql("""
                select count(*) as all, count(*) filter (where paused) as paused, count(problem) as failing,
                       min(next_at) as oldest, coalesce(sum(missed_count), 0) as missed from @workflow_schedule"""),
                (s) -> {
                }, (row) -> new Census(row.getLong("all"), row.getLong("paused"), row.getLong("failing"),
                        Sessions.instant(row, "oldest"), row.getLong("missed")))
            .getFirst();
    }

    @Override
    public Map<UUID, RunEnd> ends(Collection<StartedRun> runs) {
        return read((connection) -> ends(connection, List.copyOf(runs)));
    }

    private Map<UUID, RunEnd> ends(Connection connection, List<StartedRun> runs) throws SQLException {
        Map<UUID, RunEnd> ends = new HashMap<>();
        Sessions.query(connection, this.ends, (s) -> {
            s.setArray(1, Sessions.uuids(connection,
                    runs.stream().map((run) -> UUID.fromString(run.currentRunId())).toList()));
            s.setArray(2, Sessions.texts(connection, runs.stream().map(StartedRun::workflowId).toList()));
            s.setArray(3,
                    Sessions.uuids(connection, runs.stream().map((run) -> UUID.fromString(run.runId())).toList()));
        }, (row) -> {
            // Of a run that was deleted the chain may go on, or have ended in another.
            // Where its last run is gone it counts as one that was terminated.
            String status = Objects.requireNonNullElse(row.getString("status"), WorkflowStatus.TERMINATED.name());
            return ends.put(Sessions.uuid(row, "run_id"),
                    new RunEnd(WorkflowStatus.valueOf(status), row.getObject("next_run_id", UUID.class)));
        });
        return ends;
    }

    // Rows

    private static StoredSchedule schedule(ResultSet row) throws SQLException {
        long remaining = row.getLong("remaining_actions");
        boolean unlimited = row.wasNull();
        return new StoredSchedule(row.getString("schedule_id"), row.getString("spec"),
                new Schedule.Action(row.getString("workflow_type"), row.getString("template"), row.getInt("format"),
                        row.getString("reuse_policy")),
                row.getString("overlap"), row.getLong("catch_up_window"), row.getBoolean("pause_on_failure"),
                new Schedule.Pause(row.getBoolean("paused"), row.getString("note")), unlimited ? null : remaining,
                Sessions.instant(row, "nominal_at"), Sessions.instant(row, "next_at"), row.getBoolean("watching"),
                row.getString("progress"),
                new Counters(row.getLong("action_count"), row.getLong("missed_count"), row.getLong("skipped_count")),
                row.getString("problem"), Sessions.requiredInstant(row, "created_at"));
    }

    private static void bind(PreparedStatement statement, Schedule schedule) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(schedule.action().workflowType());
        values.add(ScheduleJson.write(schedule.spec()));
        values.add(schedule.action().template());
        values.add(schedule.action().format());
        values.add(schedule.action().reusePolicy());
        values.add(schedule.policies().overlap().name());
        values.add(schedule.policies().catchUpWindow().toMillis());
        values.add(schedule.policies().pauseOnFailure());
        values.add(schedule.pause().paused());
        values.add(schedule.pause().note());
        values.add(schedule.remaining());
        values.add(Sessions.time(schedule.nextNominal()));
        values.add(Sessions.time(schedule.nextAt()));
        values.add(schedule.watching());
        values.add(
                schedule.progress().openRuns().stream().map(StartedRun::currentRunId).collect(Collectors.joining(",")));
        values.add(ScheduleJson.write(schedule.progress()));
        values.add(schedule.counters().actions());
        values.add(schedule.counters().missed());
        values.add(schedule.counters().skipped());
        values.add(schedule.problem());
        values.add(Sessions.time(schedule.createdAt()));
        values.add(schedule.scheduleId());
        for (int i = 0; i < values.size(); i++) {
            Object value = values.get(i);
            if (value != null) {
                statement.setObject(i + 1, value);
            }
            else {
                statement.setNull(i + 1, Types.NULL);
            }
        }
    }

    /** Schedules under their locks, and what is done with them in one transaction. */
    private final class LockedSchedules implements Firing {

        private final Connection connection;

        private final List<StoredSchedule> schedules;

        LockedSchedules(Connection connection, List<StoredSchedule> schedules) {
            this.connection = connection;
            this.schedules = schedules;
        }

        private <T> T with(Sessions.Work<T> work) {
            return Sessions.on(this.connection, work);
        }

        @Override
        public List<StoredSchedule> schedules() {
            return this.schedules;
        }

        @Override
        public Map<UUID, RunEnd> ends(Collection<StartedRun> runs) {
            return with((connection) -> ScheduleTable.this.ends(connection, List.copyOf(runs)));
        }

        @Override
        public void keepOutcomes(Map<String, UUID> runs) {
            if (runs.isEmpty()) {
                return;
            }
            with((connection) -> Sessions.update(connection, ScheduleTable.this.keepOutcomes, (s) -> {
                s.setArray(1, Sessions.texts(connection, List.copyOf(runs.keySet())));
                s.setArray(2, Sessions.uuids(connection, List.copyOf(runs.values())));
            }));
        }

        @Override
        public Map<String, Outcome> outcomes(Collection<String> scheduleIds) {
            Map<String, Outcome> outcomes = new HashMap<>();
            if (!scheduleIds.isEmpty()) {
                with((connection) -> Sessions.query(connection, ScheduleTable.this.outcomes,
                        (s) -> s.setArray(1, Sessions.texts(connection, List.copyOf(scheduleIds))),
                        (row) -> outcomes.put(row.getString("schedule_id"),
                                new Outcome(row.getString("last_result"), row.getString("last_failure")))));
            }
            return outcomes;
        }

        @Override
        public Map<UUID, Transition.Result> start(List<Transition.NewExecution> executions) {
            return with((connection) -> ScheduleTable.this.transitions.startIn(connection, executions));
        }

        @Override
        public EngineStore.@Nullable Delivered deliver(UUID runId, Transition.NewMessage message, Instant now) {
            return with((connection) -> ScheduleTable.this.messages.deliver(connection, runId, message, now, false));
        }

        @Override
        public void save(List<Schedule> changed) {
            if (changed.isEmpty()) {
                return;
            }
            with((connection) -> {
                try (PreparedStatement statement = connection.prepareStatement(ScheduleTable.this.update)) {
                    for (Schedule schedule : changed) {
                        bind(statement, schedule);
                        statement.addBatch();
                    }
                    return statement.executeBatch();
                }
            });
        }

        @Override
        public void postpone(String scheduleId, Instant until, String problem) {
            with((connection) -> Sessions.update(connection, ScheduleTable.this.postpone, (s) -> {
                s.setObject(1, Sessions.time(until));
                s.setString(2, problem);
                s.setString(3, scheduleId);
            }));
        }

    }

}
