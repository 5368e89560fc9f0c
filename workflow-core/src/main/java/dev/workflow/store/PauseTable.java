package dev.workflow.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.OperatorAction;
import dev.workflow.engine.EngineClock;
import dev.workflow.engine.EngineStore.Control;
import dev.workflow.engine.EngineStore.OperatorNote;
import dev.workflow.engine.EngineStore.PausedRun;
import dev.workflow.history.EventCodec;
import dev.workflow.history.NoteEvent;
import dev.workflow.history.StoredEvents;
import dev.workflow.payload.PayloadCodecs;
import org.jspecify.annotations.Nullable;

/**
 * What is paused. A run is taken away from whoever has it, as at a termination: lock,
 * then write. Nobody claims it again, since it is never due and its problem keeps
 * messages from waking it; they wait in its inbox. What people decided about queues and
 * types is read by every node.
 */
final class PauseTable {

    private final Sessions sessions;

    private final MessageTable messages;

    private final OperatorActionTable actions;

    private final StoredEvents events;

    PauseTable(Sessions sessions, MessageTable messages, OperatorActionTable actions, PayloadCodecs codecs) {
        this.sessions = sessions;
        this.actions = actions;
        this.messages = messages;
        this.events = new StoredEvents(codecs);
    }

    /**
     * A run's row.
     *
     * @param owner the node that has it, or 0
     * @param resumeAt when it is due after its pause; null: it is not paused
     */
    private record Locked(long owner, String taskQueue, long lastEvent, Instant dueAt, @Nullable Instant resumeAt) {

        PausedRun unchanged() {
            return new PausedRun(false, this.owner, this.taskQueue, this.dueAt);
        }

    }

    private @Nullable Locked lock(Connection connection, UUID runId) throws SQLException {
        return Sessions.first(Sessions.query(connection, this.sessions.sql("""
                select coalesce(owner, 0) as owner, task_queue, last_event, due_at, resume_at
                from @workflow_task where run_id = ? for update nowait"""), (s) -> s.setObject(1, runId),
                (row) -> new Locked(row.getLong("owner"), row.getString("task_queue"), row.getLong("last_event"),
                        Sessions.requiredInstant(row, "due_at"), Sessions.instant(row, "resume_at"))));
    }

    @Nullable PausedRun pause(UUID runId, OperatorNote note, String problem, Instant now) {
        return this.sessions.transaction((connection) -> {
            Locked run = lock(connection, runId);
            if (run == null || run.resumeAt() != null) {
                return (run != null) ? run.unchanged() : null;
            }
            // Whoever had it may have been in the middle of something.
            Instant resumeAt = (run.owner() != 0 && now.isBefore(run.dueAt())) ? now : run.dueAt();
            Sessions.update(connection, this.sessions.sql("""
                    update @workflow_task set token = token + case when owner is null then 0 else 1 end, owner = null,
                      resume_at = ?, due_at = ?, problem = ? where run_id = ?"""), (s) -> {
                s.setObject(1, Sessions.time(resumeAt));
                s.setObject(2, Sessions.time(EngineClock.NEVER));
                s.setString(3, problem);
                s.setObject(4, runId);
            });
            Sessions.update(connection, this.sessions.sql("""
                    update @workflow_activity_task
                    set paused = paused | 2,
                        due_at = case when owner is null and not completes_later and not cancel_requested
                                 then ? else due_at end
                    where run_id = ?"""), (s) -> {
                s.setObject(1, Sessions.time(EngineClock.NEVER));
                s.setObject(2, runId);
            });
            write(connection, runId, run, note, now);
            return new PausedRun(true, run.owner(), run.taskQueue(), EngineClock.NEVER);
        });
    }

    @Nullable PausedRun unpause(UUID runId, OperatorNote note, Instant now) {
        return this.sessions.transaction((connection) -> {
            Locked run = lock(connection, runId);
            if (run == null || run.resumeAt() == null) {
                return (run != null) ? run.unchanged() : null;
            }
            Instant resumeAt = run.resumeAt();
            Sessions.update(connection, this.sessions.sql("""
                    update @workflow_task set resume_at = null, due_at = ?, problem = null where run_id = ?"""),
                    (s) -> {
                        s.setObject(1, Sessions.time(resumeAt));
                        s.setObject(2, runId);
                    });
            Sessions.update(connection, this.sessions.sql("""
                    update @workflow_activity_task
                    set paused = paused & 1,
                        due_at = case when owner is null and not completes_later and not cancel_requested
                                        and (paused & 1) = 0
                                 then ? else due_at end
                    where run_id = ? and (paused & 2) <> 0"""), (s) -> {
                s.setObject(1, Sessions.time(now));
                s.setObject(2, runId);
            });
            write(connection, runId, run, note, now);
            return new PausedRun(true, run.owner(), run.taskQueue(), resumeAt);
        });
    }

    /**
     * Nobody else can write to the history now. One whose code has not begun has nothing
     * but its start until it does: there the note goes as a message.
     */
    private void write(Connection connection, UUID runId, Locked run, OperatorNote note, Instant now)
            throws SQLException {
        if (run.lastEvent() == 1) {
            this.messages.deliver(connection, runId, note.message(), now, false);
            return;
        }
        Instant last = Objects.requireNonNull(Sessions.first(Sessions.query(connection,
                this.sessions.sql("select event_time from @workflow_event where run_id = ? and event_id = ?"), (s) -> {
                    s.setObject(1, runId);
                    s.setLong(2, run.lastEvent());
                }, (row) -> Sessions.requiredInstant(row, "event_time"))));
        NoteEvent event = note.event().at(run.lastEvent() + 1, now.isBefore(last) ? last : now);
        Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                values (?, ?, ?, ?, ?, ?)"""), (s) -> {
            s.setObject(1, runId);
            s.setLong(2, event.eventId());
            s.setString(3, event.eventType());
            s.setObject(4, Sessions.time(event.eventTime()));
            s.setInt(5, EventCodec.FORMAT);
            s.setString(6, this.events.encode(event));
        });
        Sessions.update(connection, this.sessions.sql("update @workflow_task set last_event = ? where run_id = ?"),
                (s) -> {
                    s.setLong(1, event.eventId());
                    s.setObject(2, runId);
                });
    }

    // Queues and types

    List<Control> controls() {
        return this.sessions.query(this.sessions.sql("select * from @workflow_control"), (s) -> {
        }, PauseTable::control);
    }

    private static Control control(ResultSet row) throws SQLException {
        return new Control(Control.Kind.valueOf(row.getString("kind")), row.getString("name"),
                Sessions.instant(row, "paused_at"), row.getString("paused_by"), row.getString("reason"),
                row.getObject("rate_limit", Double.class), row.getObject("activity_slots", Integer.class),
                row.getObject("workflow_slots", Integer.class), concurrency(row), row.getString("limited_by"),
                Sessions.instant(row, "limited_at"), row.getBoolean("counted"));
    }

    private static @Nullable ConcurrencyLimit concurrency(ResultSet row) throws SQLException {
        Integer max = row.getObject("max_open", Integer.class);
        Integer maxPerKey = row.getObject("max_open_per_key", Integer.class);
        return (max != null || maxPerKey != null) ? new ConcurrencyLimit(max, maxPerKey) : null;
    }

    /** The first who paused it stays. */
    void pause(Control control, OperatorAction action) {
        this.actions.recorded(action, (connection) -> Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_control (kind, name, paused_at, paused_by, reason) values (?, ?, ?, ?, ?)
                on conflict (kind, name) do update
                set paused_at = excluded.paused_at, paused_by = excluded.paused_by, reason = excluded.reason
                where workflow_control.paused_at is null"""), (s) -> {
            s.setString(1, control.kind().name());
            s.setString(2, control.name());
            s.setObject(3, Sessions.time(control.pausedAt()));
            s.setString(4, control.pausedBy());
            s.setString(5, control.reason());
        }));
    }

    void unpause(Control.Kind kind, String name, OperatorAction action) {
        this.actions.recorded(action, (connection) -> Sessions.update(connection, this.sessions.sql("""
                update @workflow_control set paused_at = null, paused_by = null, reason = null
                where kind = ? and name = ? and paused_at is not null"""), (s) -> {
            s.setString(1, kind.name());
            s.setString(2, name);
        }));
    }

}
