package dev.workflow.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;

import dev.workflow.engine.EngineClock;
import dev.workflow.engine.EngineStore.ActivityChange;
import dev.workflow.engine.EngineStore.ActivityKey;
import dev.workflow.engine.EngineStore.Delivered;
import dev.workflow.engine.EngineStore.SteeredActivity;
import dev.workflow.engine.EngineStore.Steering;
import dev.workflow.engine.StoreException;
import dev.workflow.engine.Transition;
import org.jspecify.annotations.Nullable;

/**
 * What people do to activities from outside. The key of the run's row is share-locked
 * first, as by whoever sends to the run, then the activity's row; whether it has a result
 * is asked by a later statement. What is done and the message that says so are one
 * commit.
 */
final class SteeringTable {

    private final Sessions sessions;

    private final MessageTable messages;

    SteeringTable(Sessions sessions, MessageTable messages) {
        this.sessions = sessions;
        this.messages = messages;
    }

    @Nullable Delivered steer(ActivityKey key, ActivityChange change, Instant now) {
        return this.sessions.transaction((connection) -> {
            Delivered run = lockRun(connection, key);
            SteeredActivity before = (run != null) ? lock(connection, key) : null;
            if (run == null || before == null) {
                return null;
            }
            Steering after = change.of(hasResult(connection, key) ? ending(before) : before);
            if (after == null) {
                return run;
            }
            write(connection, key, before, after);
            Delivered last = run;
            for (Transition.NewMessage message : after.messages()) {
                last = deliver(connection, key, message, now);
            }
            return last;
        });
    }

    private @Nullable Delivered lockRun(Connection connection, ActivityKey key) throws SQLException {
        return Sessions.first(Sessions.query(connection, this.sessions.sql("""
                select coalesce(owner, 0) as owner, task_queue from @workflow_task where run_id = ? for key share"""),
                (s) -> s.setObject(1, key.runId()),
                (row) -> new Delivered(0, row.getLong("owner"), row.getString("task_queue"))));
    }

    private @Nullable SteeredActivity lock(Connection connection, ActivityKey key) throws SQLException {
        return Sessions.first(Sessions.query(connection, this.sessions.sql("""
                select task_queue, attempt, owner, completes_later, cancel_requested, paused, attempts_before, due_at,
                  options, last_request_id
                from @workflow_activity_task where run_id = ? and scheduled_event_id = ? for no key update"""), (s) -> {
            s.setObject(1, key.runId());
            s.setLong(2, key.scheduledEventId());
        }, SteeringTable::steered));
    }

    private static SteeredActivity steered(ResultSet row) throws SQLException {
        long owner = row.getLong("owner");
        boolean owned = !row.wasNull();
        return new SteeredActivity(row.getString("task_queue"), row.getInt("attempt"),
                owned || row.getBoolean("completes_later"), owner < 0, row.getBoolean("cancel_requested"),
                row.getInt("paused"), row.getInt("attempts_before"), Sessions.requiredInstant(row, "due_at"),
                row.getString("options"), row.getString("last_request_id"));
    }

    private static SteeredActivity ending(SteeredActivity row) {
        return new SteeredActivity(row.taskQueue(), row.attempt(), row.running(), true, row.cancelRequested(),
                row.pauses(), row.attemptsBefore(), row.dueAt(), row.options(), row.lastRequestId());
    }

    private boolean hasResult(Connection connection, ActivityKey key) throws SQLException {
        return !Sessions.query(connection, this.sessions.sql("""
                select 1 from @workflow_message where run_id = ? and kind = 'ACTIVITY' and dedup_key = ?"""), (s) -> {
            s.setObject(1, key.runId());
            s.setString(2, Long.toString(key.scheduledEventId()));
        }, (row) -> true).isEmpty();
    }

    private void write(Connection connection, ActivityKey key, SteeredActivity before, Steering after)
            throws SQLException {
        // What was cancelled is due so that somebody says so, paused or not.
        boolean waits = after.pauses() != 0 && !before.cancelRequested();
        Instant due = before.running() ? before.dueAt() : waits ? EngineClock.NEVER : after.dueAt();
        Sessions.update(connection, this.sessions.sql("""
                update @workflow_activity_task
                set paused = ?, attempts_before = ?, due_at = ?, options = coalesce(?, options), last_request_id = ?
                where run_id = ? and scheduled_event_id = ?"""), (s) -> {
            s.setInt(1, after.pauses());
            s.setInt(2, after.attemptsBefore());
            s.setObject(3, Sessions.time(due));
            s.setString(4, after.options());
            s.setString(5, after.requestId());
            s.setObject(6, key.runId());
            s.setLong(7, key.scheduledEventId());
        });
    }

    private Delivered deliver(Connection connection, ActivityKey key, Transition.NewMessage message, Instant now)
            throws SQLException {
        Delivered delivered = Objects
            .requireNonNull(this.messages.deliver(connection, key.runId(), message, now, true));
        if (delivered.messageId() == MessageTable.RUN_IS_ENDING) {
            throw new StoreException(StoreException.Kind.LOCKED, "Run " + key.runId() + " is about to end", null);
        }
        if (delivered.messageId() == 0) {
            // Its result was committed in this very moment: the next try sees it.
            throw new StoreException(StoreException.Kind.LOCKED,
                    "Activity " + key.scheduledEventId() + " of run " + key.runId() + " is being ended", null);
        }
        return delivered;
    }

}
