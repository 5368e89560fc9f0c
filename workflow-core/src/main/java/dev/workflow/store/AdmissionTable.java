package dev.workflow.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.OperatorAction;
import dev.workflow.engine.AdmissionStore;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.StoredEvents;
import dev.workflow.history.UnsupportedHistoryFormatException;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.store.PlaceInserts.Limit;
import org.jspecify.annotations.Nullable;

/**
 * Places in concurrency limits, and who waits for one.
 * <p>
 * <b>Locks.</b> Who has a place changes only under the lock of the limit's row in
 * {@code workflow_control}. An admission takes that first, holding nothing, and then only
 * rows that nobody else holds: it waits for nothing with it, so nothing can be waited for
 * in a circle. A transaction of the application may hold rows of its own starts, or of a
 * run that it resets, for long, but never that of a limit: others are admitted meanwhile.
 * <b>Later statements.</b> Who has a place is counted, and whether a chain has ended is
 * asked, by statements after those that got the locks: what was committed before is seen.
 * <b>Cost.</b> An admission counts those of the type that are in progress, and of the
 * keys that it is about; it looks at nobody who waits but the first of each line.
 */
final class AdmissionTable implements AdmissionStore {

    /** How many places change hands in one transaction, and how many keys it looks at. */
    private static final int BATCH = 500;

    /** How many open runs are looked at in one transaction, to count some of them. */
    private static final int PAGE = 5_000;

    /**
     * Who passed by an earlier limit of the key, and was locked when this one was set, is
     * in the line of the type nevertheless, and waits there for its key.
     */
    private static final String ROOM_OF_KEY = """
            and (a.key is null or ? > (
              select count(*) from @workflow_admission h
              where h.workflow_type = a.workflow_type and h.key = a.key and h.state >= 2
                and (h.state = 3 or h.position < a.position)))""";

    /** Each number by an index, and nothing of other types. */
    private static final String CENSUS = """
            select t.type, i.n as in_progress, k.n + w.n as waiting, d.n as delayed from unnest(?::text[]) as t(type)
            cross join lateral (select count(*) as n from @workflow_admission a
                                where a.workflow_type = t.type and a.state = 3) i
            cross join lateral (select count(*) as n from @workflow_admission a
                                where a.workflow_type = t.type and a.state = 1) k
            cross join lateral (select count(*) as n from @workflow_admission a
                                where a.workflow_type = t.type and a.state = 2) w
            cross join lateral (select count(*) as n from @workflow_admission a
                                where a.workflow_type = t.type and a.state = 0) d""";

    private final Sessions sessions;

    private final OperatorActionTable actions;

    private final StoredEvents events;

    private final String lock;

    private final String lockChains;

    private final String lockEnded;

    private final String free;

    private final String ripen;

    private final String keys;

    private final String passAll;

    private final String pass;

    private final String take;

    private final String takeOfKeys;

    private final String lift;

    AdmissionTable(Sessions sessions, OperatorActionTable actions, PayloadCodecs codecs) {
        this.sessions = sessions;
        this.actions = actions;
        this.events = new StoredEvents(codecs.lenient());
        this.lock = sessions.sql("""
                select max_open, max_open_per_key from @workflow_control
                where kind = 'WORKFLOW_TYPE' and name = ? for update""");
        String open = """
                coalesce((select true from @workflow_execution e
                          where e.workflow_id = a.workflow_id and e.status = 'RUNNING' and e.first_run_id = a.chain_id
                            and e.workflow_type = a.workflow_type limit 1), false)""";
        this.lockChains = sessions.sql("""
                select a.chain_id from @workflow_admission a where a.chain_id = any(?) and a.workflow_type = ?
                order by a.chain_id for update skip locked""");
        this.lockEnded = sessions.sql("""
                select a.chain_id from @workflow_admission a where a.workflow_type = ? and a.state = any(?) and not %s
                limit %d for update skip locked""".formatted(open, BATCH));
        this.free = sessions.sql("""
                delete from @workflow_admission a where a.chain_id = any(?) and a.workflow_type = ? and not %s
                returning a.key""".formatted(open));
        String waits = "set state = case when a.key is null then 2 else 1 end, position = default";
        this.ripen = sessions.sql("""
                with f as materialized (
                  select r.chain_id from @workflow_admission r
                  where r.workflow_type = ? and r.state = 0 and (r.chain_id = any(?) or ? and r.wanted_at <= ?)
                  order by r.wanted_at limit %d for update skip locked)
                update @workflow_admission a %s from f where a.chain_id = any(array[f.chain_id]) returning a.key"""
            .formatted(BATCH, waits));
        // From key to key, not from one who waits to the next: one key may have very
        // many.
        this.keys = sessions.sql("""
                with recursive k as (
                  (select key from @workflow_admission where workflow_type = ? and state = 1 and key > ?
                   order by key limit 1)
                  union all
                  select n.key from k cross join lateral (
                    select w.key from @workflow_admission w where w.workflow_type = ? and w.state = 1 and w.key > k.key
                    order by w.key limit 1) n)
                select key from k limit %d""".formatted(BATCH));
        this.passAll = sessions.sql("""
                with f as materialized (
                  select chain_id from @workflow_admission where workflow_type = ? and state = 1
                  order by key, position limit %d for update skip locked)
                update @workflow_admission a set state = 2 from f where a.chain_id = any(array[f.chain_id])"""
            .formatted(BATCH));
        this.pass = sessions.sql("""
                with f as materialized (select p.chain_id %s)
                update @workflow_admission a set state = 2 from f where a.chain_id = any(array[f.chain_id])"""
            .formatted(PlaceInserts.FIRST_OF_KEYS.formatted(" for update skip locked")));
        String begin = """
                t as (update @workflow_task t
                      set admitted = true, due_at = case when t.resume_at is null %1$s then ? else t.due_at end,
                          resume_at = case when t.resume_at is not null %1$s then ?::timestamptz else t.resume_at end
                      from f where t.run_id = any(array[f.run_id]) returning t.run_id, t.task_queue, t.priority)
                select t.run_id, t.task_queue, t.priority, p.workflow_id from t join p on p.run_id = t.run_id""";
        String take = """
                with f as materialized (
                  select a.chain_id, a.run_id from @workflow_admission a join @workflow_task t on t.run_id = any(array[a.run_id])
                  where a.workflow_type = ? and a.state = 2 and coalesce(t.owner, 0) = 0 %s
                  order by a.position limit least(%d, %s)
                  for update of a skip locked for no key update of t skip locked),
                p as (update @workflow_admission a set state = 3 from f where a.chain_id = any(array[f.chain_id])
                      returning f.run_id, a.workflow_id),
                """;
        this.take = sessions.sql(take.formatted("", BATCH, PlaceInserts.ROOM) + begin.formatted(""));
        this.takeOfKeys = sessions.sql(take.formatted(ROOM_OF_KEY, BATCH, PlaceInserts.ROOM) + begin.formatted(""));
        this.lift = sessions.sql("""
                with f as materialized (
                  select a.chain_id, a.run_id, a.state from @workflow_admission a
                  join @workflow_task t on t.run_id = any(array[a.run_id])
                  where a.workflow_type = ? and a.state < 3 and coalesce(t.owner, 0) = 0 limit %d
                  for update of a skip locked for no key update of t skip locked),
                p as (delete from @workflow_admission a using f where a.chain_id = any(array[f.chain_id])
                      returning f.run_id, a.workflow_id),
                """.formatted(BATCH) + begin.formatted("and f.state > 0"));
    }

    // Admission

    @Override
    public Admission admit(Round round, Instant now) {
        return this.sessions.transaction((connection) -> {
            String type = round.workflowType();
            Limit limit = Objects.requireNonNullElse(
                    Sessions.first(
                            Sessions.query(connection, this.lock, (s) -> s.setString(1, type), (row) -> Limit.of(row))),
                    Limit.NONE);
            Set<@Nullable String> keys = new HashSet<>(round.keys());
            boolean more = free(connection, round, keys);
            if (!round.ripe().isEmpty() || round.all()) {
                List<@Nullable String> ripe = Sessions.query(connection, this.ripen, (s) -> {
                    s.setString(1, type);
                    s.setArray(2, Sessions.uuids(connection, List.copyOf(round.ripe())));
                    s.setBoolean(3, round.all());
                    s.setObject(4, Sessions.time(now));
                }, (row) -> row.getString("key"));
                keys.addAll(ripe);
                more |= ripe.size() == BATCH;
            }
            if (limit.isNone()) {
                return lift(connection, type, more, now);
            }
            String nextKey = null;
            if (limit.maxPerKey() == null) {
                more |= Sessions.update(connection, this.passAll, (s) -> s.setString(1, type)) == BATCH;
            }
            else {
                nextKey = pass(connection, round, limit.maxPerKey(), keys);
            }
            List<Admitted> admitted = take(connection, type, limit, now);
            return new Admission(admitted, more || admitted.size() == BATCH, nextKey);
        });
    }

    /** Frees the places of chains that have ended; returns whether there may be more. */
    private boolean free(Connection connection, Round round, Set<@Nullable String> keys) throws SQLException {
        String type = round.workflowType();
        List<UUID> locked = new ArrayList<>();
        if (!round.ended().isEmpty()) {
            locked.addAll(Sessions.query(connection, this.lockChains, (s) -> {
                s.setArray(1, Sessions.uuids(connection, List.copyOf(round.ended())));
                s.setString(2, type);
            }, (row) -> Sessions.uuid(row, "chain_id")));
        }
        boolean more = false;
        if (round.all()) {
            List<Integer> states = round.thorough() ? List.of(PlaceInserts.DELAYED, PlaceInserts.BEHIND_KEY,
                    PlaceInserts.BEHIND_TYPE, PlaceInserts.IN_PROGRESS) : List.of(PlaceInserts.IN_PROGRESS);
            List<UUID> ended = Sessions.query(connection, this.lockEnded, (s) -> {
                s.setString(1, type);
                s.setArray(2, Sessions.ints(connection, states));
            }, (row) -> Sessions.uuid(row, "chain_id"));
            locked.addAll(ended);
            more = ended.size() == BATCH;
        }
        if (!locked.isEmpty()) {
            // A later statement: a reset may have revived one of them until it was
            // locked.
            keys.addAll(Sessions.query(connection, this.free, (s) -> {
                s.setArray(1, Sessions.uuids(connection, locked));
                s.setString(2, type);
            }, (row) -> row.getString("key")));
        }
        return more;
    }

    /** Lets the first of each key pass to the line of the type. */
    private @Nullable String pass(Connection connection, Round round, int maxPerKey, Set<@Nullable String> keys)
            throws SQLException {
        String type = round.workflowType();
        String nextKey = null;
        if (round.all()) {
            List<String> page = Sessions.query(connection, this.keys, (s) -> {
                s.setString(1, type);
                s.setString(2, round.afterKey());
                s.setString(3, type);
            }, (row) -> row.getString("key"));
            keys.addAll(page);
            nextKey = (page.size() == BATCH) ? page.getLast() : null;
        }
        keys.remove(null);
        if (!keys.isEmpty()) {
            Sessions.update(connection, this.pass, (s) -> {
                s.setArray(1, Sessions.texts(connection, List.copyOf(keys)));
                s.setString(2, type);
                s.setString(3, type);
                s.setInt(4, maxPerKey);
            });
        }
        return nextKey;
    }

    private List<Admitted> take(Connection connection, String type, Limit limit, Instant now) throws SQLException {
        Integer maxPerKey = limit.maxPerKey();
        return Sessions.query(connection, (maxPerKey != null) ? this.takeOfKeys : this.take, (s) -> {
            int next = 1;
            s.setString(next++, type);
            if (maxPerKey != null) {
                s.setLong(next++, maxPerKey);
            }
            s.setLong(next++, limit.most());
            s.setString(next++, type);
            s.setObject(next++, Sessions.time(now));
            s.setObject(next, Sessions.time(now));
        }, AdmissionTable::admitted);
    }

    /** Without a limit all go on, and nobody needs a place. */
    private Admission lift(Connection connection, String type, boolean more, Instant now) throws SQLException {
        List<Admitted> admitted = Sessions.query(connection, this.lift, (s) -> {
            s.setString(1, type);
            s.setObject(2, Sessions.time(now));
            s.setObject(3, Sessions.time(now));
        }, AdmissionTable::admitted);
        int gone = Sessions.update(connection, this.sessions.sql("""
                delete from @workflow_admission a using (
                  select chain_id from @workflow_admission where workflow_type = ? and state = 3 limit %d
                  for update skip locked) g
                where a.chain_id = any(array[g.chain_id])""".formatted(BATCH)), (s) -> s.setString(1, type));
        return new Admission(admitted, more || admitted.size() == BATCH || gone == BATCH, null);
    }

    private static Admitted admitted(java.sql.ResultSet row) throws SQLException {
        return new Admitted(Sessions.uuid(row, "run_id"), row.getString("workflow_id"), row.getString("task_queue"),
                FairnessTable.priority(row.getInt("priority")));
    }

    // Limits

    @Override
    public void limit(String workflowType, @Nullable ConcurrencyLimit limit, @Nullable String by, Instant now,
            OperatorAction action) {
        this.actions.recorded(action, (connection) -> {
            limit(connection, workflowType, limit, by, now);
            lineUp(connection, workflowType, limit);
            return 1;
        });
    }

    /**
     * Who has passed in the line of its key may have done so by another limit: under the
     * lock of the limit's row, all go back, and the first of each pass again. A
     * transaction of the application may hold some of them: those stay, and are let in by
     * the limit of their key nevertheless.
     */
    private int lineUp(Connection connection, String workflowType, @Nullable ConcurrencyLimit limit)
            throws SQLException {
        if (limit == null || limit.maxPerKey() == null) {
            return 0;
        }
        return Sessions.update(connection, this.sessions.sql("""
                update @workflow_admission a set state = 1 from (
                  select chain_id from @workflow_admission where workflow_type = ? and state = 2 and key is not null
                  for update skip locked) f
                where a.chain_id = any(array[f.chain_id])"""), (s) -> s.setString(1, workflowType));
    }

    private void limit(Connection connection, String workflowType, @Nullable ConcurrencyLimit limit,
            @Nullable String by, Instant now) throws SQLException {
        Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_control as c
                  (kind, name, max_open, max_open_per_key, limited_at, limited_by, counted)
                values ('WORKFLOW_TYPE', ?, ?, ?, ?, ?, false)
                on conflict (kind, name) do update
                set max_open = excluded.max_open, max_open_per_key = excluded.max_open_per_key,
                    limited_at = excluded.limited_at, limited_by = excluded.limited_by,
                    counted = c.counted and (c.max_open is not null or c.max_open_per_key is not null)"""), (s) -> {
            s.setString(1, workflowType);
            s.setObject(2, (limit != null) ? limit.max() : null, java.sql.Types.INTEGER);
            s.setObject(3, (limit != null) ? limit.maxPerKey() : null, java.sql.Types.INTEGER);
            s.setObject(4, Sessions.time(now));
            s.setString(5, by);
        });
    }

    @Override
    public void configure(Map<String, ConcurrencyLimit> limits, Collection<String> types, Instant now) {
        this.sessions.update(this.sessions.sql("""
                update @workflow_control set max_open = null, max_open_per_key = null, limited_at = ?
                where kind = 'WORKFLOW_TYPE' and name = any(?) and limited_by is null
                  and (max_open is not null or max_open_per_key is not null)"""), (s) -> {
            s.setObject(1, Sessions.time(now));
            s.setArray(2, Sessions.texts(s.getConnection(),
                    types.stream().filter((type) -> !limits.containsKey(type)).toList()));
        });
        limits.forEach((type, limit) -> this.sessions.transaction((connection) -> {
            int changed = Sessions.update(connection, this.sessions.sql("""
                    insert into @workflow_control as c (kind, name, max_open, max_open_per_key, limited_at, counted)
                    values ('WORKFLOW_TYPE', ?, ?, ?, ?, false)
                    on conflict (kind, name) do update
                    set max_open = excluded.max_open, max_open_per_key = excluded.max_open_per_key,
                        limited_at = excluded.limited_at,
                        counted = c.counted and (c.max_open is not null or c.max_open_per_key is not null)
                    where c.limited_by is null and (c.max_open, c.max_open_per_key)
                      is distinct from (excluded.max_open, excluded.max_open_per_key)"""), (s) -> {
                s.setString(1, type);
                s.setObject(2, limit.max(), java.sql.Types.INTEGER);
                s.setObject(3, limit.maxPerKey(), java.sql.Types.INTEGER);
                s.setObject(4, Sessions.time(now));
            });
            return (changed > 0) ? lineUp(connection, type, limit) : 0;
        }));
    }

    // Those that began without a place

    @Override
    public Standing standing(UUID runId) {
        return Objects.requireNonNull(Sessions.first(this.sessions.query(this.sessions.sql("""
                select e.first_run_id, a.state from @workflow_execution e
                left join @workflow_admission a on a.chain_id = e.first_run_id and a.workflow_type = e.workflow_type
                where e.run_id = ?"""), (s) -> s.setObject(1, runId), (row) -> {
            Integer state = row.getObject("state", Integer.class);
            return new Standing(Sessions.uuid(row, "first_run_id"), (state == null) ? Standing.Held.NOTHING
                    : (state == PlaceInserts.IN_PROGRESS) ? Standing.Held.A_PLACE : Standing.Held.A_NUMBER);
        })));
    }

    @Override
    public boolean enter(Latecomer run, Instant now) {
        return this.sessions.transaction((connection) -> {
            Integer state = Sessions.first(Sessions.query(connection, this.sessions.sql("""
                    insert into @workflow_admission as a
                      (chain_id, run_id, workflow_id, workflow_type, key, state, wanted_at)
                    values (?, ?, ?, ?, ?, ?, ?)
                    """ + PlaceInserts.KEEP), (s) -> {
                s.setObject(1, run.chainId());
                s.setObject(2, run.runId());
                s.setString(3, run.workflowId());
                s.setString(4, run.workflowType());
                s.setString(5, run.key());
                s.setInt(6, run.begun() ? PlaceInserts.IN_PROGRESS
                        : (run.key() != null) ? PlaceInserts.BEHIND_KEY : PlaceInserts.BEHIND_TYPE);
                s.setObject(7, Sessions.time(now));
            }, (row) -> row.getInt("state")));
            boolean hasPlace = state != null && state == PlaceInserts.IN_PROGRESS;
            if (!hasPlace) {
                Sessions.update(connection, this.sessions.sql("""
                        update @workflow_task set admitted = false where run_id = ? and owner = ? and token = ?"""),
                        (s) -> {
                            s.setObject(1, run.runId());
                            s.setLong(2, run.owner());
                            s.setInt(3, run.token());
                        });
            }
            return hasPlace;
        });
    }

    /** The key is in the first event: no column has it. */
    @Override
    public @Nullable UUID count(String workflowType, UUID after, Instant now) {
        List<UUID> begun = new ArrayList<>();
        List<UUID> page = this.sessions.transaction((connection) -> {
            // Where it expects one row the planner would read all that are left, and sort
            // them.
            Sessions.update(connection, "set local enable_bitmapscan = off", (s) -> {
            });
            return Sessions.query(connection, this.sessions.sql("""
                    select run_id, workflow_type = ? and admitted and (last_event > 1 or token > 0) as begun
                    from @workflow_task where run_id > ? order by run_id limit\s""" + PAGE), (s) -> {
                s.setString(1, workflowType);
                s.setObject(2, after);
            }, (row) -> {
                UUID run = Sessions.uuid(row, "run_id");
                if (row.getBoolean("begun")) {
                    begun.add(run);
                }
                return run;
            });
        });
        List<InProgress> found = begun.isEmpty() ? List.of() : withoutPlace(begun);
        if (!found.isEmpty()) {
            count(workflowType, found, now);
        }
        return (page.size() == PAGE) ? page.getLast() : null;
    }

    private List<InProgress> withoutPlace(List<UUID> runs) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.sessions.sql("""
                select e.first_run_id, e.run_id, e.workflow_id, v.event_time, v.event_type, v.format, v.attributes
                from unnest(?::uuid[]) as u(r)
                join @workflow_execution e on e.run_id = any(array[u.r])
                join @workflow_event v on v.run_id = any(array[u.r]) and v.event_id = 1
                where not exists (select 1 from @workflow_admission a where a.chain_id = e.first_run_id)"""),
                (s) -> s.setArray(1, Sessions.uuids(connection, runs)), this::inProgress));
    }

    /** A run that has begun without a place. */
    private record InProgress(UUID chainId, UUID runId, String workflowId, @Nullable String key) {
    }

    /**
     * PostgreSQL's JSON functions fail at a NUL anywhere in the event, so it is read
     * here.
     */
    private InProgress inProgress(ResultSet row) throws SQLException {
        return new InProgress(Sessions.uuid(row, "first_run_id"), Sessions.uuid(row, "run_id"),
                row.getString("workflow_id"), key(row));
    }

    private @Nullable String key(ResultSet row) throws SQLException {
        try {
            HistoryEvent first = this.events.decode(1, Sessions.requiredInstant(row, "event_time"),
                    row.getString("event_type"), row.getInt("format"), row.getString("attributes"));
            return (first instanceof WorkflowExecutionStarted started) ? started.fairnessKey() : null;
        }
        catch (UnsupportedHistoryFormatException ex) {
            // Of a newer version: it counts for the type, if not for its key.
            return null;
        }
    }

    /** One that has ended meanwhile gives its place back with the next look. */
    private void count(String workflowType, List<InProgress> found, Instant now) {
        this.sessions.single((connection) -> Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_admission (chain_id, run_id, workflow_id, workflow_type, key, state, wanted_at)
                select u.c, u.r, u.i, ?, u.k, 3, ?
                from unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[]) as u(c, r, i, k)
                on conflict do nothing"""), (s) -> {
            s.setString(1, workflowType);
            s.setObject(2, Sessions.time(now));
            s.setArray(3, Sessions.uuids(connection, found.stream().map(InProgress::chainId).toList()));
            s.setArray(4, Sessions.uuids(connection, found.stream().map(InProgress::runId).toList()));
            s.setArray(5, Sessions.texts(connection, found.stream().map(InProgress::workflowId).toList()));
            s.setArray(6, Sessions.texts(connection, found.stream().map(InProgress::key).toList()));
        }));
    }

    @Override
    public void counted(String workflowType, Instant limitedAt) {
        this.sessions.update(this.sessions.sql("""
                update @workflow_control set counted = true
                where kind = 'WORKFLOW_TYPE' and name = ? and limited_at = ?"""), (s) -> {
            s.setString(1, workflowType);
            s.setObject(2, Sessions.time(limitedAt));
        });
    }

    // For people

    @Override
    public Set<String> types() {
        return new HashSet<>(this.sessions.query(this.sessions.sql("""
                with recursive k as (
                  (select workflow_type as type from @workflow_admission order by workflow_type limit 1)
                  union all
                  select n.type from k cross join lateral (
                    select workflow_type as type from @workflow_admission where workflow_type > k.type
                    order by workflow_type limit 1) n)
                select type from k"""), (s) -> {
        }, (row) -> row.getString("type")));
    }

    static String censusSql() {
        return CENSUS;
    }

    @Override
    public Map<String, Census> census(Collection<String> workflowTypes) {
        Map<String, Census> census = new HashMap<>();
        this.sessions.query(this.sessions.sql(CENSUS),
                (s) -> s.setArray(1, Sessions.texts(s.getConnection(), List.copyOf(workflowTypes))),
                (row) -> census.put(row.getString("type"),
                        new Census(row.getLong("in_progress"), row.getLong("waiting"), row.getLong("delayed"))));
        return census;
    }

    @Override
    public @Nullable InLine inLine(UUID runId) {
        return Sessions.first(this.sessions.query(this.sessions.sql("""
                select a.workflow_type, a.key, a.state from @workflow_execution e
                join @workflow_admission a on a.chain_id = e.first_run_id
                where e.run_id = ? and a.state < 3"""), (s) -> s.setObject(1, runId),
                (row) -> new InLine(row.getString("workflow_type"), row.getString("key"),
                        row.getInt("state") == PlaceInserts.BEHIND_KEY, row.getInt("state") == PlaceInserts.DELAYED)));
    }

}
