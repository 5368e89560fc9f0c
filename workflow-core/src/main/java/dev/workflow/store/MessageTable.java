package dev.workflow.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import dev.workflow.engine.EngineStore;
import dev.workflow.engine.EngineStore.ActivityKey;
import dev.workflow.engine.EngineStore.Delivered;
import dev.workflow.engine.Message;
import dev.workflow.engine.Transition;
import org.jspecify.annotations.Nullable;

/**
 * The inboxes. A message is inserted while the key of the run's task row is share-locked:
 * that stops the run from ending or moving under it, and never stops its transitions. A
 * node that stands still between the result of its activity and the commit would hold
 * that lock, and so the run, for as long as it stands: the session ends before.
 */
final class MessageTable {

    /** What is returned instead of a message's id while the run's end is announced. */
    static final long RUN_IS_ENDING = -1;

    /** What the run itself takes. */
    static final String INPUT = "kind not in ('REPLY', 'TERMINATE')";

    private static final Duration UNREACHABLE = Duration.ofMinutes(1);

    private static final Duration UNFETCHED = Duration.ofDays(1);

    private final Sessions sessions;

    private final String deliver;

    private final String deliverOutcome;

    private final String inbox;

    private final String lastInInbox;

    private final String inboxAfter;

    private final String waiting;

    MessageTable(Sessions sessions) {
        this.sessions = sessions;
        this.deliver = sessions.sql("""
                with t as (select run_id, owner, task_queue from @workflow_task
                           where run_id = ? and (not ? or ending_until is null or ending_until <= statement_timestamp())
                           for key share),
                i as (insert into @workflow_message (run_id, kind, name, dedup_key, payload, created_at)
                      select run_id, ?, ?, ?, ?, ? from t on conflict do nothing returning id)
                select coalesce((select id from i), 0) as id, coalesce(t.owner, 0) as owner, t.task_queue from t
                union all
                select %d, 0, e.task_queue from @workflow_task e
                where e.run_id = ? and ? and e.ending_until > statement_timestamp()
                  and not exists (select 1 from t)""".formatted(RUN_IS_ENDING));
        this.deliverOutcome = sessions
            .sql("""
                    with a as (select run_id from @workflow_activity_task
                               where run_id = ? and scheduled_event_id = ? and attempt = ?
                                 and owner is distinct from -1 and (? = 0 or owner = ?)
                               for key share),
                    t as (select t.run_id, t.owner, t.task_queue from @workflow_task t join a on t.run_id = any(array[a.run_id])
                          for key share of t),
                    i as (insert into @workflow_message (run_id, kind, name, dedup_key, payload, created_at)
                          select run_id, 'ACTIVITY', ?, ?, ?, ? from t on conflict do nothing returning id)
                    select i.id, coalesce(t.owner, 0) as owner, t.task_queue,
                           case when ? <> 0 then set_config('idle_in_transaction_session_timeout', '5s', true) end
                    from t cross join i""");
        this.inbox = sessions.sql("""
                select id, kind, name, dedup_key, payload from (
                  select m.*, sum(octet_length(m.payload)) over (order by m.id) - octet_length(m.payload) as before
                  from (select id, kind, name, dedup_key, payload from @workflow_message
                        where run_id = any(array[?::uuid]) and (run_id, id) > (?, ?)
                          and %s
                        order by run_id, id limit ?) m) page
                where before < ? order by id""".formatted(INPUT));
        this.lastInInbox = sessions.sql("""
                select id from @workflow_message
                where run_id = any(array[?::uuid]) and %s
                order by run_id desc, id desc limit 1""".formatted(INPUT));
        this.inboxAfter = sessions.sql("""
                select id, kind, name, dedup_key, 'null' as payload from @workflow_message
                where run_id = any(array[?::uuid]) and (run_id, id) > (?, ?) and %s
                order by run_id, id""".formatted(INPUT));
        this.waiting = sessions.sql("""
                select u.r from unnest(?::uuid[]) as u(r)
                where exists (select 1 from @workflow_message m where m.run_id = any(array[u.r]) and m.%s)"""
            .formatted(INPUT));
    }

    private static Delivered delivered(ResultSet row) throws SQLException {
        return new Delivered(row.getLong("id"), row.getLong("owner"), row.getString("task_queue"));
    }

    private static Message message(ResultSet row) throws SQLException {
        return new Message(row.getLong("id"), Message.Kind.valueOf(row.getString("kind")), row.getString("name"),
                row.getString("dedup_key"), row.getString("payload"));
    }

    /**
     * Puts a message into an inbox.
     * @param yielding whether it gives way to an end that is announced
     */
    @Nullable Delivered deliver(Connection connection, UUID runId, Transition.NewMessage message, Instant now, boolean yielding)
            throws SQLException {
        return Sessions.first(Sessions.query(connection, this.deliver, (s) -> {
            s.setObject(1, runId);
            s.setBoolean(2, yielding);
            s.setString(3, message.kind().name());
            s.setString(4, message.name());
            s.setString(5, message.dedupKey());
            s.setString(6, message.payload());
            s.setObject(7, Sessions.time(now));
            s.setObject(8, runId);
            s.setBoolean(9, yielding);
        }, MessageTable::delivered));
    }

    @Nullable Delivered deliverOutcome(Connection connection, ActivityKey key, int attempt, long owner, String payload,
            Instant now) throws SQLException {
        String order = Long.toString(key.scheduledEventId());
        return Sessions.first(Sessions.query(connection, this.deliverOutcome, (s) -> {
            s.setObject(1, key.runId());
            s.setLong(2, key.scheduledEventId());
            s.setInt(3, attempt);
            s.setLong(4, owner);
            s.setLong(5, owner);
            s.setString(6, order);
            s.setString(7, order);
            s.setString(8, payload);
            s.setObject(9, Sessions.time(now));
            s.setLong(10, owner);
        }, MessageTable::delivered));
    }

    List<Message> inbox(UUID runId, long after, int limit) {
        return this.sessions.query(this.inbox, (s) -> {
            s.setObject(1, runId);
            s.setObject(2, runId);
            s.setLong(3, after);
            s.setInt(4, limit);
            s.setInt(5, EngineStore.INBOX_BYTES);
        }, MessageTable::message);
    }

    long lastInInbox(UUID runId) {
        Long last = Sessions
            .first(this.sessions.query(this.lastInInbox, (s) -> s.setObject(1, runId), (row) -> row.getLong("id")));
        return (last != null) ? last : 0;
    }

    List<Message> inboxAfter(UUID runId, long messageId) {
        return this.sessions.query(this.inboxAfter, (s) -> {
            s.setObject(1, runId);
            s.setObject(2, runId);
            s.setLong(3, messageId);
        }, MessageTable::message);
    }

    Optional<String> terminationAsked(UUID runId) {
        return this.sessions.query(this.sessions
            .sql("select payload from @workflow_message where run_id = ? and kind = 'TERMINATE' order by id limit 1"),
                (s) -> s.setObject(1, runId), (row) -> row.getString("payload"))
            .stream()
            .findFirst();
    }

    /** Those of these runs whose inbox has something. */
    Set<UUID> waitingFor(List<UUID> runs) {
        return this.sessions.single((connection) -> new HashSet<>(Sessions.query(connection, this.waiting,
                (s) -> s.setArray(1, Sessions.uuids(connection, runs)), (row) -> row.getObject(1, UUID.class))));
    }

    @Nullable Message find(UUID runId, long messageId) {
        return Sessions.first(this.sessions.query(
                this.sessions.sql(
                        "select id, kind, name, dedup_key, payload from @workflow_message where run_id = ? and id = ?"),
                (s) -> {
                    s.setObject(1, runId);
                    s.setLong(2, messageId);
                }, MessageTable::message));
    }

    /** Removes what runs that have ended left, and answers that nobody came back for. */
    void clean(Instant now) {
        this.sessions.update(this.sessions.sql("""
                delete from @workflow_message m
                where m.created_at < ? and not exists (select 1 from @workflow_task t where t.run_id = m.run_id)
                   or m.kind = 'REPLY' and m.created_at < ?"""), (s) -> {
            s.setObject(1, Sessions.time(now.minus(UNREACHABLE)));
            s.setObject(2, Sessions.time(now.minus(UNFETCHED)));
        });
    }

    void remove(UUID runId, long messageId) {
        this.sessions.update(this.sessions.sql("delete from @workflow_message where run_id = ? and id = ?"), (s) -> {
            s.setObject(1, runId);
            s.setLong(2, messageId);
        });
    }

    @Nullable Message reply(UUID runId, String updateId) {
        return Sessions.first(this.sessions.query(this.sessions.sql("""
                select id, kind, name, dedup_key, payload from @workflow_message
                where run_id = ? and kind = 'REPLY' and dedup_key = ?"""), (s) -> {
            s.setObject(1, runId);
            s.setString(2, updateId);
        }, MessageTable::message));
    }

}
