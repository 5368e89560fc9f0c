package dev.workflow.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import dev.workflow.engine.EngineStore;
import dev.workflow.engine.EngineStore.ActivityKey;
import dev.workflow.engine.EngineStore.ClaimedActivity;
import dev.workflow.engine.EngineStore.PendingActivityRow;
import dev.workflow.engine.EngineStore.SlotRequest;
import dev.workflow.engine.FairnessStore;
import dev.workflow.history.ActivityTaskOptions;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.StoredEvents;
import dev.workflow.history.UnsupportedHistoryFormatException;
import dev.workflow.payload.PayloadCodecs;
import org.jspecify.annotations.Nullable;

/**
 * Activities without result: claims that count the attempt, and the compare-and-set by
 * which one ends.
 */
final class ActivityTable {

    private static final String COLUMNS = """
            t.run_id, t.scheduled_event_id, t.attempt, t.cancel_requested, t.completes_later, t.last_failure,
            t.heartbeat_details, t.attempts_before, t.options, t.scheduled_at, t.closes_at""";

    /**
     * When a row without an attempt is due, given when it would be: a paused one is not,
     * unless somebody has to say that it is canceled.
     */
    private static final String DUE = """
            case when t.paused = 0 or t.cancel_requested then %s else timestamptz '9999-01-01 00:00:00+00' end""";

    /**
     * What is written for an attempt that was lost with its node and has no failure of
     * its own.
     */
    private static final String LOST_ATTEMPT = "{\"kind\":\"APPLICATION\",\"message\":\"The node that ran the attempt "
            + "was lost\",\"type\":\"AttemptLost\",\"nonRetryable\":false}";

    private static final Duration PUT_OFF = Duration.ofMinutes(1);

    private static final int SWEEP = 1_000;

    /** The owner of an activity that no attempt may end any more. */
    static final long SEIZED = -1;

    /** Which is not that of UUID in Java. */
    private static final Comparator<ActivityKey> IN_THE_DATABASES_ORDER = Comparator
        .comparing((ActivityKey key) -> key.runId().toString())
        .thenComparingLong(ActivityKey::scheduledEventId);

    private static final String JOINED = """
            select c.*, c.scheduled_at as event_time, v.format, v.attributes, e.workflow_id, e.workflow_type from claimed c
            join @workflow_event v on v.run_id = any(array[c.run_id]) and v.event_id = c.scheduled_event_id
            join @workflow_execution e on e.run_id = any(array[c.run_id])""";

    /** Its run is open and has no result of it in its inbox. */
    private static final String UNANSWERED = """
            (select true from @workflow_message m where m.run_id = %1$s.run_id and m.kind = 'ACTIVITY'
               and m.dedup_key = %1$s.scheduled_event_id::text limit 1) is null
             and (select true from @workflow_task r where r.run_id = %1$s.run_id)""";

    private static final String UPDATE = """
            claimed as (
              update @workflow_activity_task t
              set owner = ?,
                  attempt = t.attempt + case when t.completes_later or t.cancel_requested then 0 else 1 end
              from picked where t.run_id = any(array[picked.run_id]) and t.scheduled_event_id = picked.scheduled_event_id
              returning %s)
            """
        .formatted(COLUMNS);

    private final Sessions sessions;

    private final StoredEvents events;

    private final String claim;

    private final String claimWithKeys;

    private final String claimGranted;

    private final String find;

    ActivityTable(Sessions sessions, PayloadCodecs codecs) {
        this.sessions = sessions;
        this.events = new StoredEvents(codecs.lenient());
        this.claim = sessions.sql(claimSql());
        this.claimWithKeys = sessions
            .sql(claim(FairnessTable.ALL_PRIORITIES, FairnessTable.priority("l")) + UPDATE + JOINED);
        this.claimGranted = sessions.sql(claimGrantedSql());
        this.find = sessions.sql("with claimed as (select " + COLUMNS + """
                 from @workflow_activity_task t where t.run_id = ? and t.scheduled_event_id = ?)
                """ + JOINED);
    }

    /**
     * The order's input stays as it is stored where it cannot be decoded here: the row is
     * claimed, and whoever runs it gives it back.
     */
    private ClaimedActivity claimed(ResultSet row) throws SQLException {
        UUID runId = Sessions.uuid(row, "run_id");
        long order = row.getLong("scheduled_event_id");
        ActivityTaskScheduled event = (ActivityTaskScheduled) this.events.decode(order,
                Sessions.requiredInstant(row, "event_time"), "ActivityTaskScheduled", row.getInt("format"),
                row.getString("attributes"));
        String options = row.getString("options");
        return new ClaimedActivity(new ActivityKey(runId, order), row.getString("workflow_id"),
                row.getString("workflow_type"),
                (options != null) ? ActivityTaskOptions.fromJson(options).appliedTo(event) : event,
                row.getInt("attempt"), row.getBoolean("cancel_requested"), row.getBoolean("completes_later"),
                row.getString("last_failure"), row.getString("heartbeat_details"), row.getInt("attempts_before"),
                Sessions.instant(row, "closes_at"));
    }

    static String claimSql() {
        return claim("generate_series(1, 5)", "l.priority") + UPDATE + JOINED;
    }

    static String claimGrantedSql() {
        return "with "
                + FairnessTable.picked("@workflow_activity_task t", "t.run_id, t.scheduled_event_id",
                        "t.task_queue = k.q and t.activity_type = k.ty", ") as k(g, q, ty, pr, key, n", "")
                + ",\n" + UPDATE.replace("returning ", "returning picked.g, ") + JOINED;
    }

    private static String claim(String priorities, String rank) {
        return """
                with locked as materialized (
                  select k.q, k.n, p.* from unnest(?::text[], ?::text[], ?::int[]) as k(q, ty, n)
                  cross join %s as pr
                  cross join lateral (
                    select a.run_id, a.scheduled_event_id, a.priority, a.due_at from @workflow_activity_task a
                    where a.task_queue = k.q and a.activity_type = k.ty and a.priority = pr and a.owner is null
                      and a.due_at <= ?
                    order by a.due_at limit k.n
                    for update skip locked) p),
                picked as (
                  select * from (
                    select l.*, row_number() over (partition by l.q order by %s, l.due_at) as place
                    from locked l) ranked
                  where place <= n),
                """.formatted(priorities, rank);
    }

    List<ClaimedActivity> claim(long owner, List<SlotRequest> slots, Instant now, boolean withKeys) {
        List<ClaimedActivity> claimed = new ArrayList<>();
        claim(owner, withKeys ? this.claimWithKeys : this.claim, now, (connection, s) -> {
            Sessions.bindSlots(connection, s, slots);
            s.setObject(4, Sessions.time(now));
            s.setLong(5, owner);
        }, (row) -> claimed.add(claimed(row)));
        return claimed;
    }

    List<FairnessStore.Granted<ClaimedActivity>> claimGranted(long owner, List<FairnessStore.Grant> grants,
            Instant now) {
        List<FairnessStore.Granted<ClaimedActivity>> claimed = new ArrayList<>();
        claim(owner, this.claimGranted, now, (connection, s) -> {
            FairnessTable.bindGrants(connection, s, grants);
            s.setObject(7, Sessions.time(now));
            s.setObject(8, Sessions.time(now));
            s.setLong(9, owner);
        }, (row) -> claimed.add(new FairnessStore.Granted<>(row.getInt("g"), claimed(row))));
        return claimed;
    }

    private interface Binder {

        void bind(Connection connection, PreparedStatement statement) throws SQLException;

    }

    /**
     * What this version cannot read is put off, so that it neither holds up what was
     * claimed with it nor comes first again.
     */
    private void claim(long owner, String sql, Instant now, Binder binder, Sessions.Mapper<Boolean> taker) {
        Map<ActivityKey, Integer> unreadable = new HashMap<>();
        this.sessions
            .single((connection) -> Sessions.query(connection, sql, (s) -> binder.bind(connection, s), (row) -> {
                try {
                    return taker.map(row);
                }
                catch (UnsupportedHistoryFormatException ex) {
                    ActivityKey key = new ActivityKey(Sessions.uuid(row, "run_id"), row.getLong("scheduled_event_id"));
                    return unreadable.put(key, row.getInt("attempt")) == null;
                }
            }));
        if (!unreadable.isEmpty()) {
            handBack(owner, unreadable, now.plus(PUT_OFF));
        }
    }

    List<String> unknownTypes(String taskQueue, Collection<String> knownTypes) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.sessions.sql("""
                with recursive k as (
                  (select activity_type from @workflow_activity_task where owner is null and task_queue = ?
                   order by activity_type limit 1)
                  union all
                  select n.activity_type from k cross join lateral (
                    select a.activity_type from @workflow_activity_task a
                    where a.owner is null and a.task_queue = ? and a.activity_type > k.activity_type
                    order by a.activity_type limit 1) n)
                select activity_type from k where activity_type <> all(?)"""), (s) -> {
            s.setString(1, taskQueue);
            s.setString(2, taskQueue);
            s.setArray(3, Sessions.texts(connection, List.copyOf(knownTypes)));
        }, (row) -> row.getString("activity_type")));
    }

    @Nullable ClaimedActivity find(ActivityKey key) {
        return Sessions.first(this.sessions.query(this.find, (s) -> {
            s.setObject(1, key.runId());
            s.setLong(2, key.scheduledEventId());
        }, this::claimed));
    }

    /** Lets no transition of the run pass until the transaction ends. */
    boolean holdRun(Connection connection, UUID runId) throws SQLException {
        return !Sessions
            .query(connection, this.sessions.sql("select 1 from @workflow_task where run_id = ? for no key update"),
                    (s) -> s.setObject(1, runId), (row) -> true)
            .isEmpty();
    }

    /**
     * What was canceled while it ran is due at once, so that somebody says so: nobody
     * waits for another attempt.
     */
    boolean retryLater(ActivityKey key, int attempt, @Nullable Long owner, Instant dueAt, String failure) {
        return this.sessions.single((connection) -> retryLater(connection, key, attempt, owner, dueAt, failure));
    }

    boolean retryLater(Connection connection, ActivityKey key, int attempt, @Nullable Long owner, Instant dueAt,
            String failure) throws SQLException {
        return Sessions.update(connection, this.sessions.sql("""
                update @workflow_activity_task t
                set owner = null, completes_later = false,
                    due_at = case when t.cancel_requested then t.scheduled_at else %s end, last_failure = ?
                where run_id = ? and scheduled_event_id = ? and attempt = ? and owner is distinct from -1
                  and (?::bigint is null or owner = ?)
                  and not exists (select 1 from @workflow_message m where m.run_id = t.run_id
                    and m.kind = 'ACTIVITY' and m.dedup_key = t.scheduled_event_id::text)"""
            .formatted(DUE.formatted("?"))), (s) -> {
                s.setObject(1, Sessions.time(dueAt));
                s.setString(2, failure);
                s.setObject(3, key.runId());
                s.setLong(4, key.scheduledEventId());
                s.setInt(5, attempt);
                s.setObject(6, owner, java.sql.Types.BIGINT);
                s.setObject(7, owner, java.sql.Types.BIGINT);
            }) > 0;
    }

    boolean postpone(ActivityKey key, int attempt, long owner, Instant dueAt, String reason) {
        return this.sessions.update(this.sessions.sql("""
                update @workflow_activity_task t
                set owner = null, due_at = %s,
                    last_failure = coalesce(last_failure, ?),
                    attempt = attempt - case when completes_later or cancel_requested then 0 else 1 end
                where run_id = ? and scheduled_event_id = ? and attempt = ? and owner = ?"""
            .formatted(DUE.formatted("?"))), (s) -> {
                s.setObject(1, Sessions.time(dueAt));
                s.setString(2, reason);
                s.setObject(3, key.runId());
                s.setLong(4, key.scheduledEventId());
                s.setInt(5, attempt);
                s.setLong(6, owner);
            }) > 0;
    }

    /** Locks the rows in the order in which transitions do. */
    void handBack(long owner, Map<ActivityKey, Integer> attempts, @Nullable Instant dueAt) {
        List<ActivityKey> sorted = attempts.keySet()
            .stream()
            .sorted(Comparator.comparing(ActivityKey::runId).thenComparingLong(ActivityKey::scheduledEventId))
            .toList();
        this.sessions.single((connection) -> Sessions.update(connection, this.sessions.sql("""
                update @workflow_activity_task t
                set owner = null, due_at = %s,
                    attempt = t.attempt - case when t.completes_later or t.cancel_requested then 0 else 1 end
                from unnest(?::uuid[], ?::bigint[], ?::int[]) as u(r, e, n)
                where t.run_id = any(array[u.r]) and t.scheduled_event_id = u.e and t.attempt = u.n
                  and t.owner = ?""".formatted(DUE.formatted("coalesce(?, t.due_at)"))), (s) -> {
            s.setObject(1, Sessions.time(dueAt), java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
            s.setArray(2, Sessions.uuids(connection, sorted.stream().map(ActivityKey::runId).toList()));
            s.setArray(3, Sessions.longs(connection, sorted.stream().map(ActivityKey::scheduledEventId).toList()));
            s.setArray(4, Sessions.ints(connection, sorted.stream().map(attempts::get).toList()));
            s.setLong(5, owner);
        }));
    }

    List<ActivityKey> owned(long owner) {
        return this.sessions.query(
                this.sessions.sql("select run_id, scheduled_event_id from @workflow_activity_task where owner = ?"),
                (s) -> s.setLong(1, owner),
                (row) -> new ActivityKey(Sessions.uuid(row, "run_id"), row.getLong("scheduled_event_id")));
    }

    List<EngineStore.ActivityStanding> standings(Collection<ActivityKey> keys) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.sessions
            .sql("""
                    select a.run_id, a.scheduled_event_id, a.attempt, a.cancel_requested from unnest(?::uuid[], ?::bigint[]) as u(r, e)
                    join @workflow_activity_task a on a.run_id = any(array[u.r]) and a.scheduled_event_id = u.e"""),
                (s) -> {
                    s.setArray(1, Sessions.uuids(connection, keys.stream().map(ActivityKey::runId).toList()));
                    s.setArray(2,
                            Sessions.longs(connection, keys.stream().map(ActivityKey::scheduledEventId).toList()));
                },
                (row) -> new EngineStore.ActivityStanding(
                        new ActivityKey(Sessions.uuid(row, "run_id"), row.getLong("scheduled_event_id")),
                        row.getInt("attempt"), row.getBoolean("cancel_requested"))));
    }

    void releaseStray(long owner, Collection<ActivityKey> keys, Instant now) {
        List<ActivityKey> stray = List.copyOf(keys);
        String sql = this.sessions.sql("""
                update @workflow_activity_task t
                set owner = null, due_at = %s,
                    last_failure = coalesce(t.last_failure, ?)
                from unnest(?::uuid[], ?::bigint[]) as u(r, e)
                where t.run_id = any(array[u.r]) and t.scheduled_event_id = u.e and t.owner = ? and %s"""
            .formatted(DUE.formatted("?"), UNANSWERED.formatted("t")));
        this.sessions.single((connection) -> Sessions.update(connection, sql, (s) -> {
            s.setObject(1, Sessions.time(now));
            s.setString(2, LOST_ATTEMPT);
            s.setArray(3, Sessions.uuids(connection, stray.stream().map(ActivityKey::runId).toList()));
            s.setArray(4, Sessions.longs(connection, stray.stream().map(ActivityKey::scheduledEventId).toList()));
            s.setLong(5, owner);
        }));
    }

    int releaseDead(long nodeId, Instant now, int batch, BooleanSupplier goOn) {
        return releaseAll("a.owner = ?", nodeId, now, batch, goOn);
    }

    /** What was seized is its run's to end. */
    int sweep(Instant now) {
        return releaseAll(
                "a.owner is not null and a.owner <> ? and a.owner <> all "
                        + "(coalesce((select array_agg(n.id) from @workflow_node n), '{}'))",
                SEIZED, now, SWEEP, () -> true);
    }

    private int releaseAll(String whose, long nodeId, Instant now, int batch, BooleanSupplier goOn) {
        String sql = this.sessions.sql("""
                with l as (select a.run_id, a.scheduled_event_id from @workflow_activity_task a
                           where %s and (a.run_id, a.scheduled_event_id) > (?, ?) and %s
                           order by a.run_id, a.scheduled_event_id limit ?
                           for update of a skip locked)
                update @workflow_activity_task t
                set owner = null, due_at = %s,
                    last_failure = coalesce(t.last_failure, ?)
                from l where t.run_id = any(array[l.run_id]) and t.scheduled_event_id = l.scheduled_event_id
                returning t.run_id, t.scheduled_event_id""".formatted(whose, UNANSWERED.formatted("a"),
                DUE.formatted("?")));
        int total = 0;
        ActivityKey last = new ActivityKey(new UUID(0, 0), 0);
        List<ActivityKey> released;
        do {
            ActivityKey after = last;
            released = this.sessions.query(sql, (s) -> {
                s.setLong(1, nodeId);
                s.setObject(2, after.runId());
                s.setLong(3, after.scheduledEventId());
                s.setInt(4, batch);
                s.setObject(5, Sessions.time(now));
                s.setString(6, LOST_ATTEMPT);
            }, (row) -> new ActivityKey(Sessions.uuid(row, "run_id"), row.getLong("scheduled_event_id")));
            total += released.size();
            last = released.stream().max(IN_THE_DATABASES_ORDER).orElse(last);
        }
        while (goOn.getAsBoolean() && released.size() == batch);
        return total;
    }

    /** Removes what is left of a run that has ended. */
    void forget(UUID runId) {
        this.sessions.update(this.sessions.sql("""
                delete from @workflow_activity_task a where run_id = ?
                  and not exists (select 1 from @workflow_task t where t.run_id = a.run_id)"""),
                (s) -> s.setObject(1, runId));
    }

    /** Removes the activities of runs that have ended. */
    void clean() {
        this.sessions.update(this.sessions.sql("""
                delete from @workflow_activity_task a
                where not exists (select 1 from @workflow_task t where t.run_id = a.run_id)"""), (s) -> {
        });
    }

    /** Says yes again to the same attempt, whose first answer may have been lost. */
    boolean completesLater(ActivityKey key, int attempt, long owner, Instant dueAt, Instant closesAt) {
        return this.sessions.update(this.sessions.sql("""
                update @workflow_activity_task
                set owner = null, completes_later = true, due_at = ?, closes_at = ?
                where run_id = ? and scheduled_event_id = ? and attempt = ?
                  and (owner = ? or owner is null and completes_later and closes_at = ?)"""), (s) -> {
            s.setObject(1, Sessions.time(dueAt));
            s.setObject(2, Sessions.time(closesAt));
            s.setObject(3, key.runId());
            s.setLong(4, key.scheduledEventId());
            s.setInt(5, attempt);
            s.setLong(6, owner);
            s.setObject(7, Sessions.time(closesAt));
        }) > 0;
    }

    /**
     * What a version has left that noted no end of its time, or left one of an attempt
     * before, is due at its end. One that has been claimed for its silence may be given
     * back, and is not due then.
     */
    Optional<Boolean> heartbeat(ActivityKey key, int attempt, @Nullable String details, @Nullable Instant silentAt) {
        return Optional.ofNullable(Sessions.first(this.sessions.query(this.sessions.sql("""
                update @workflow_activity_task
                set heartbeat_details = coalesce(?, heartbeat_details),
                    due_at = case when completes_later and due_at <= closes_at
                             then least(closes_at, ?::timestamptz) else due_at end
                where run_id = ? and scheduled_event_id = ? and attempt = ? and owner is distinct from -1
                returning cancel_requested"""), (s) -> {
            s.setString(1, details);
            s.setObject(2, Sessions.time(silentAt), java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
            s.setObject(3, key.runId());
            s.setLong(4, key.scheduledEventId());
            s.setInt(5, attempt);
        }, (row) -> row.getBoolean(1))));
    }

    /**
     * Takes it away from whoever runs it, unless its result is committed or is being
     * committed: whoever records one holds the row's key, so the lock comes first, and a
     * later statement looks for the result.
     */
    Optional<PendingActivityRow> seize(ActivityKey key, boolean unstartedOnly) {
        return this.sessions.transaction((connection) -> {
            boolean locked = !Sessions.query(connection, this.sessions.sql("""
                    select 1 from @workflow_activity_task
                    where run_id = ? and scheduled_event_id = ? and (not ? or attempt = 0)
                    for update skip locked"""), (s) -> {
                s.setObject(1, key.runId());
                s.setLong(2, key.scheduledEventId());
                s.setBoolean(3, unstartedOnly);
            }, (row) -> true).isEmpty();
            if (!locked) {
                return Optional.empty();
            }
            return Optional.ofNullable(Sessions.first(Sessions.query(connection, this.sessions.sql("""
                    update @workflow_activity_task a set owner = -1
                    where run_id = ? and scheduled_event_id = ?
                      and not exists (select 1 from @workflow_message m where m.run_id = a.run_id
                        and (m.kind = 'ACTIVITY' and m.dedup_key = a.scheduled_event_id::text
                          or m.kind = 'OPERATOR'))
                    returning a.*"""), (s) -> {
                s.setObject(1, key.runId());
                s.setLong(2, key.scheduledEventId());
            }, ActivityTable::pending)));
        });
    }

    List<PendingActivityRow> ofRun(UUID runId) {
        return this.sessions.query(
                this.sessions.sql("select * from @workflow_activity_task where run_id = ? order by scheduled_event_id"),
                (s) -> s.setObject(1, runId), ActivityTable::pending);
    }

    private static PendingActivityRow pending(ResultSet row) throws SQLException {
        row.getLong("owner");
        boolean running = !row.wasNull() || row.getBoolean("completes_later");
        return new EngineStore.PendingActivityRow(row.getLong("scheduled_event_id"), row.getString("activity_type"),
                row.getString("task_queue"), row.getInt("attempt"), running, Sessions.requiredInstant(row, "due_at"),
                row.getBoolean("cancel_requested"), row.getString("last_failure"), row.getString("heartbeat_details"),
                row.getInt("paused") != 0);
    }

}
