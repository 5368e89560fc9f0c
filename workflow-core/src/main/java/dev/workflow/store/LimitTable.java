package dev.workflow.store;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import dev.workflow.client.OperatorAction;
import dev.workflow.engine.EngineStore.RateLimit;
import org.jspecify.annotations.Nullable;

/**
 * What limits a task queue on all nodes together. A limited queue's row is a bucket: it
 * fills by the engine's time, holds what may begin in a second, at least one, and nodes
 * take from it as much as they need for the next moments. So all nodes together begin no
 * more than the limit allows, whoever begins it.
 */
final class LimitTable {

    private final Sessions sessions;

    private final OperatorActionTable actions;

    LimitTable(Sessions sessions, OperatorActionTable actions) {
        this.sessions = sessions;
        this.actions = actions;
    }

    void limitRate(String taskQueue, @Nullable Double perSecond, Instant now, OperatorAction action) {
        Double full = (perSecond != null) ? Math.max(1, perSecond) : null;
        this.actions.recorded(action,
                (connection) -> Sessions.update(connection,
                        this.sessions
                            .sql("""
                                    insert into @workflow_control as c (kind, name, rate_limit, tokens, refilled_at)
                                    values ('TASK_QUEUE', ?, ?, ?, ?)
                                    on conflict (kind, name) do update
                                    set rate_limit = excluded.rate_limit, tokens = least(coalesce(c.tokens, excluded.tokens), excluded.tokens),
                                        refilled_at = greatest(c.refilled_at, excluded.refilled_at)"""),
                        (s) -> {
                            s.setString(1, taskQueue);
                            s.setObject(2, perSecond, java.sql.Types.DOUBLE);
                            s.setObject(3, full, java.sql.Types.DOUBLE);
                            s.setObject(4, Sessions.time(now));
                        }));
    }

    void setSlots(String taskQueue, @Nullable Integer activitySlots, @Nullable Integer workflowSlots,
            OperatorAction action) {
        this.actions.recorded(action, (connection) -> Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_control (kind, name, activity_slots, workflow_slots)
                values ('TASK_QUEUE', ?, ?, ?)
                on conflict (kind, name) do update
                set activity_slots = excluded.activity_slots, workflow_slots = excluded.workflow_slots"""), (s) -> {
            s.setString(1, taskQueue);
            s.setObject(2, activitySlots, java.sql.Types.INTEGER);
            s.setObject(3, workflowSlots, java.sql.Types.INTEGER);
        }));
    }

    /** The limited queues, with what their buckets have. */
    Map<String, RateLimit> all(Instant now) {
        Map<String, RateLimit> limits = new HashMap<>();
        this.sessions.query(this.sessions.sql("""
                select name, rate_limit, tokens, refilled_at from @workflow_control
                where kind = 'TASK_QUEUE' and rate_limit is not null"""), (s) -> {
        }, (row) -> {
            double rate = row.getDouble("rate_limit");
            double seconds = Duration.between(Sessions.requiredInstant(row, "refilled_at"), now).toNanos() / 1e9;
            double tokens = Math.min(Math.max(1, rate), row.getDouble("tokens") + rate * Math.max(0, seconds));
            return limits.put(row.getString("name"), new RateLimit(rate, tokens));
        });
        return limits;
    }

    /**
     * The time of nodes differs a little: the bucket's never goes back, so that nothing
     * fills it twice.
     */
    @Nullable Integer lease(String taskQueue, int wanted, Instant now) {
        record Bucket(double rate, double tokens, Instant refilledAt) {
        }
        return this.sessions.transaction((connection) -> {
            Bucket bucket = Sessions.first(Sessions.query(connection, this.sessions.sql("""
                    select rate_limit, tokens, refilled_at from @workflow_control
                    where kind = 'TASK_QUEUE' and name = ? and rate_limit is not null for update"""),
                    (s) -> s.setString(1, taskQueue), (row) -> new Bucket(row.getDouble("rate_limit"),
                            row.getDouble("tokens"), Sessions.requiredInstant(row, "refilled_at"))));
            if (bucket == null) {
                return null;
            }
            Instant at = now.isBefore(bucket.refilledAt()) ? bucket.refilledAt() : now;
            double seconds = Duration.between(bucket.refilledAt(), at).toNanos() / 1e9;
            double filled = Math.min(Math.max(1, bucket.rate()), bucket.tokens() + bucket.rate() * seconds);
            int granted = (int) Math.min(wanted, Math.floor(filled + 1e-9));
            Sessions.update(connection, this.sessions.sql("""
                    update @workflow_control set tokens = ?, refilled_at = ? where kind = 'TASK_QUEUE' and name = ?"""),
                    (s) -> {
                        s.setDouble(1, Math.clamp(filled - granted, 0, Math.max(1, bucket.rate())));
                        s.setObject(2, Sessions.time(at));
                        s.setString(3, taskQueue);
                    });
            return granted;
        });
    }

}
