package dev.workflow.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

import dev.workflow.engine.EngineStore;
import dev.workflow.engine.FairnessStore;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which open run: claims, releases, takeovers. Rows are locked with SKIP LOCKED
 * first and written then, so that a takeover and the old owner's fence cannot both pass.
 * A claim's history and inbox are read by later statements.
 */
final class RunTable {

    private static final int SWEEP = 1_000;

    private static final String PRIORITIES = "generate_series(1, 5)";

    /**
     * What a message may wake before its time: not a run with a problem, and not one that
     * has not begun yet and waits for its start, or for a place; but one of the latter
     * that is to be canceled.
     */
    private static final String WAKEABLE = """
            (t.problem is null and case when t.admitted then t.last_event > 1 or t.token > 0
             else t.last_event = 1 and exists (select 1 from @workflow_message c
                                               where c.run_id = any(array[t.run_id]) and c.kind = 'CANCEL') end)""";

    private static final String UPDATE = """
            update @workflow_task t set owner = ?, token = t.token + 1, crashes = t.crashes + 1, build_id = ?,
              route = case when picked.pinned then t.route when picked.pin then ? else '' end,
              pinned = picked.pinned or picked.pin
            from picked where t.run_id = any(array[picked.run_id])
            returning t.run_id, t.workflow_type, t.task_queue, t.priority, t.token, t.last_event, t.due_at, t.crashes,
              t.route, t.pinned, t.build_id, t.admitted, picked.pinned as was_pinned)
            select c.*, e.workflow_id from claimed c join @workflow_execution e on e.run_id = any(array[c.run_id])""";

    private final Sessions sessions;

    private final String claimDue;

    private final String mayHaveWork;

    private final String mayHaveWorkWithKeys;

    private final String claimDueWithKeys;

    private final String claimGranted;

    private final String claim;

    private final String withMessages;

    private final String release;

    private final String owned;

    private final String dueForInbox;

    RunTable(Sessions sessions) {
        this.sessions = sessions;
        this.claimDue = sessions.sql(claimDueSql());
        this.mayHaveWork = sessions.sql(mayHaveWorkSql(false));
        this.mayHaveWorkWithKeys = sessions.sql(mayHaveWorkSql(true));
        this.claimDueWithKeys = sessions
            .sql(claimDue(FairnessTable.ALL_PRIORITIES, FairnessTable.priority("l")) + UPDATE);
        this.claimGranted = sessions.sql(claimGrantedSql());
        this.claim = sessions.sql("""
                with picked as materialized (
                  select t.run_id, k.pin, t.pinned from @workflow_task t
                  join unnest(?::text[], ?::text[], ?::text[], ?::boolean[]) as k(ty, q, b, pin)
                    on k.ty = t.workflow_type and k.q = t.task_queue and k.b = t.route
                  where t.run_id = any(?) and coalesce(t.owner, 0) = 0 and t.format <= 1
                    and (%s or t.due_at <= ?)
                  order by t.run_id
                  for update of t skip locked),
                claimed as (
                """.formatted(WAKEABLE) + UPDATE);
        // From run to run, not from message to message: one run may have very many.
        this.withMessages = sessions
            .sql("""
                    with recursive r as (
                      (select run_id from @workflow_message order by run_id limit 1)
                      union all
                      select n.run_id from r cross join lateral (
                        select m.run_id from @workflow_message m where m.run_id > r.run_id order by m.run_id limit 1) n)
                    select t.run_id, t.owner is not null as owned, w.terminate
                    from r join @workflow_task t on t.run_id = any(array[r.run_id])
                    cross join lateral (select exists (
                      select 1 from @workflow_message m where m.run_id = any(array[r.run_id]) and m.kind = 'TERMINATE'
                        and m.dedup_key is not null) as terminate) w
                    where (w.terminate or t.owner = ?
                       or (t.owner is null and (%s or t.due_at <= ?)
                           and exists (select 1 from unnest(?::text[], ?::text[], ?::text[]) as k(ty, q, b)
                                       where k.ty = t.workflow_type and k.q = t.task_queue and k.b = t.route)))
                      and exists (select 1 from @workflow_message m where m.run_id = any(array[r.run_id]) and m.kind <> 'REPLY')
                    limit ?"""
                .formatted(WAKEABLE));
        this.release = sessions.sql("""
                with l as materialized (
                  select t.run_id, u.d, u.c, u.p
                  from unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[], ?::int[], ?::text[])
                       as u(r, o, k, d, c, p)
                  join @workflow_task t on t.run_id = any(array[u.r])
                  where t.owner = u.o and t.token = u.k
                  order by u.r
                  for update of t skip locked)
                update @workflow_task t
                set owner = null, due_at = timestamptz 'epoch' + l.d * interval '1 microsecond', crashes = l.c,
                    problem = l.p
                from l where t.run_id = any(array[l.run_id])
                returning t.run_id""");
        this.owned = sessions.sql("""
                select t.run_id from unnest(?::uuid[], ?::bigint[], ?::int[]) as u(r, o, k)
                join @workflow_task t on t.run_id = any(array[u.r]) where t.owner = u.o and t.token = u.k""");
        this.dueForInbox = sessions.sql("""
                update @workflow_task t set due_at = ?
                where t.run_id = any(?) and coalesce(t.owner, 0) = 0 and t.problem is null and t.admitted
                  and t.due_at - ?::timestamptz > interval '0' and exists (
                    select 1 from @workflow_message m where m.run_id = any(array[t.run_id]) and m.kind <> 'REPLY')""");
    }

    static String claimDueSql() {
        return claimDue(PRIORITIES, "l.priority") + UPDATE;
    }

    /** As the claims look, from lane to lane. */
    static String mayHaveWorkSql(boolean withKeys) {
        return """
                select (select run_id from @workflow_message order by run_id limit 1) is not null
                  or exists (
                    select 1 from unnest(?::text[], ?::text[], ?::text[]) as k(ty, q, b)
                    cross join %1$s as pr
                    cross join lateral (
                      select 1 from @workflow_task t
                      where t.task_queue = k.q and t.route = k.b and t.workflow_type = k.ty and t.priority = pr
                        and t.owner is null and t.due_at <= ?
                      limit 1) t)
                  or exists (
                    select 1 from unnest(?::text[], ?::text[]) as k(ty, q)
                    cross join %1$s as pr
                    cross join lateral (
                      select 1 from @workflow_activity_task a
                      where a.task_queue = k.q and a.activity_type = k.ty and a.priority = pr
                        and a.owner is null and a.due_at <= ?
                      limit 1) a)""".formatted(withKeys ? FairnessTable.ALL_PRIORITIES : PRIORITIES);
    }

    static String claimGrantedSql() {
        return "with " + FairnessTable.picked("@workflow_task t", "t.run_id, t.pinned", """
                t.task_queue = k.q and t.route = k.b and t.workflow_type = k.ty and t.format <= 1""", """
                , ?::text[], ?::boolean[]) as k(g, q, ty, pr, key, n, b, pin""", "k.pin, ") + """
                ,
                claimed as (
                """ + UPDATE.replace("picked.pinned as was_pinned", "picked.pinned as was_pinned, picked.g");
    }

    private static String claimDue(String priorities, String rank) {
        return """
                with locked as materialized (
                  select k.q, k.n, k.pin, p.*
                  from unnest(?::text[], ?::text[], ?::int[], ?::text[], ?::boolean[]) as k(q, ty, n, b, pin)
                  cross join %s as pr
                  cross join lateral (
                    select t.run_id, t.priority, t.due_at, t.pinned from @workflow_task t
                    where t.task_queue = k.q and t.route = k.b and t.workflow_type = k.ty and t.priority = pr and t.owner is null
                      and t.format <= 1 and t.due_at <= ?
                    order by t.due_at limit k.n
                    for update skip locked) p),
                picked as materialized (
                  select run_id, pin, pinned from (
                    select l.*, row_number() over (partition by l.q order by %s, l.due_at) as place
                    from locked l) ranked
                  where place <= n),
                claimed as (
                """
            .formatted(priorities, rank);
    }

    private static void bindTypes(Connection connection, java.sql.PreparedStatement statement, int first,
            Collection<EngineStore.ServedType> types) throws SQLException {
        statement.setArray(first,
                Sessions.texts(connection, types.stream().map(EngineStore.ServedType::workflowType).toList()));
        statement.setArray(first + 1,
                Sessions.texts(connection, types.stream().map(EngineStore.ServedType::taskQueue).toList()));
        statement.setArray(first + 2,
                Sessions.texts(connection, types.stream().map(EngineStore.ServedType::route).toList()));
    }

    private static void bindBuild(java.sql.PreparedStatement statement, int first, @Nullable String build)
            throws SQLException {
        statement.setString(first, build);
        statement.setString(first + 1, Objects.requireNonNullElse(build, ""));
    }

    private static EngineStore.ClaimedRun claimed(java.sql.ResultSet row) throws SQLException {
        return new EngineStore.ClaimedRun(Sessions.uuid(row, "run_id"), row.getString("workflow_id"),
                row.getString("workflow_type"), row.getString("task_queue"),
                FairnessTable.priority(row.getInt("priority")), row.getInt("token"), row.getLong("last_event"),
                Sessions.requiredInstant(row, "due_at"), row.getInt("crashes"), Sessions.version(row),
                row.getBoolean("was_pinned"), row.getBoolean("admitted"));
    }

    List<EngineStore.ClaimedRun> claimDue(long owner, List<EngineStore.SlotRequest> slots, Instant now,
            @Nullable String build, boolean withKeys) {
        String sql = withKeys ? this.claimDueWithKeys : this.claimDue;
        return this.sessions.single((connection) -> Sessions.query(connection, sql, (s) -> {
            Sessions.bindSlots(connection, s, slots);
            bindRoutes(connection, s, slots);
            s.setObject(6, Sessions.time(now));
            s.setLong(7, owner);
            bindBuild(s, 8, build);
        }, RunTable::claimed));
    }

    List<FairnessStore.Granted<EngineStore.ClaimedRun>> claimGranted(long owner, List<FairnessStore.Grant> grants,
            Instant now, @Nullable String build) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.claimGranted, (s) -> {
            List<String> routes = new ArrayList<>();
            List<Boolean> pins = new ArrayList<>();
            for (FairnessStore.Grant grant : grants) {
                for (String type : grant.request().types()) {
                    routes.add(grant.request().route());
                    pins.add(grant.request().pinned().contains(type));
                }
            }
            FairnessTable.bindGrants(connection, s, grants);
            s.setArray(7, Sessions.texts(connection, routes));
            s.setArray(8, Sessions.booleans(connection, pins));
            s.setObject(9, Sessions.time(now));
            s.setObject(10, Sessions.time(now));
            s.setLong(11, owner);
            bindBuild(s, 12, build);
        }, (row) -> new FairnessStore.Granted<>(row.getInt("g"), claimed(row))));
    }

    private static void bindRoutes(Connection connection, java.sql.PreparedStatement statement,
            List<EngineStore.SlotRequest> slots) throws SQLException {
        List<String> routes = new ArrayList<>();
        List<Boolean> pins = new ArrayList<>();
        for (EngineStore.SlotRequest slot : slots) {
            for (String type : slot.types()) {
                routes.add(slot.route());
                pins.add(slot.pinned().contains(type));
            }
        }
        statement.setArray(4, Sessions.texts(connection, routes));
        statement.setArray(5, Sessions.booleans(connection, pins));
    }

    List<EngineStore.ClaimedRun> claim(long owner, Collection<EngineStore.ServedType> types, Collection<UUID> runIds,
            Instant now, @Nullable String build) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.claim, (s) -> {
            bindTypes(connection, s, 1, types);
            s.setArray(4, Sessions.booleans(connection, types.stream().map(EngineStore.ServedType::pin).toList()));
            s.setArray(5, Sessions.uuids(connection, List.copyOf(runIds)));
            s.setObject(6, Sessions.time(now));
            s.setLong(7, owner);
            bindBuild(s, 8, build);
        }, RunTable::claimed));
    }

    List<EngineStore.WaitingRun> withMessages(long owner, Collection<EngineStore.ServedType> types, int limit,
            Instant now) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.withMessages, (s) -> {
            s.setLong(1, owner);
            s.setObject(2, Sessions.time(now));
            bindTypes(connection, s, 3, types);
            s.setInt(6, limit);
        }, (row) -> new EngineStore.WaitingRun(Sessions.uuid(row, "run_id"), row.getBoolean("owned"),
                row.getBoolean("terminate"))));
    }

    /** What became of each, in their order. */
    List<EngineStore.Released> release(List<EngineStore.Release> runs, Instant now) {
        return this.sessions.transaction((connection) -> {
            List<UUID> ids = runs.stream().map(EngineStore.Release::runId).toList();
            Set<UUID> released = new HashSet<>(Sessions.query(connection, this.release, (s) -> {
                bindOwned(connection, s, runs);
                s.setArray(4,
                        Sessions.longs(connection, runs.stream().map((r) -> Sessions.micros(r.dueAt())).toList()));
                s.setArray(5, Sessions.ints(connection, runs.stream().map(EngineStore.Release::crashes).toList()));
                s.setArray(6, Sessions.texts(connection, runs.stream().map(EngineStore.Release::problem).toList()));
            }, (row) -> Sessions.uuid(row, "run_id")));
            Set<UUID> held = (released.size() == runs.size()) ? Set.of() : new HashSet<>(Sessions.query(connection,
                    this.owned, (s) -> bindOwned(connection, s, runs), (row) -> Sessions.uuid(row, "run_id")));
            // A later statement: whoever put a message in while the rows were ours is
            // seen now.
            Sessions.update(connection, this.dueForInbox, (s) -> {
                s.setObject(1, Sessions.time(now));
                s.setArray(2, Sessions.uuids(connection, ids));
                s.setObject(3, Sessions.time(now));
            });
            return ids.stream().map((id) -> {
                EngineStore.Released left = held.contains(id) ? EngineStore.Released.HELD : EngineStore.Released.LOST;
                return released.contains(id) ? EngineStore.Released.DONE : left;
            }).toList();
        });
    }

    private static void bindOwned(Connection connection, java.sql.PreparedStatement statement,
            List<EngineStore.Release> runs) throws SQLException {
        statement.setArray(1, Sessions.uuids(connection, runs.stream().map(EngineStore.Release::runId).toList()));
        statement.setArray(2, Sessions.longs(connection, runs.stream().map(EngineStore.Release::owner).toList()));
        statement.setArray(3, Sessions.ints(connection, runs.stream().map(EngineStore.Release::token).toList()));
    }

    void releaseStray(UUID runId, long owner, Instant now) {
        this.sessions.update(this.sessions.sql("""
                with l as (select run_id from @workflow_task where run_id = ? and owner = ? for update skip locked)
                update @workflow_task t
                set owner = null, token = t.token + 1, due_at = least(t.due_at, ?), problem = null
                from l where t.run_id = any(array[l.run_id])"""), (s) -> {
            s.setObject(1, runId);
            s.setLong(2, owner);
            s.setObject(3, Sessions.time(now));
        });
    }

    /** No key is touched, so that it passes by those who hold the row's key. */
    void announceEnd(UUID runId, long owner, int token, Duration moment) {
        this.sessions.update(this.sessions.sql("""
                update @workflow_task set ending_until = clock_timestamp() + ? * interval '1 millisecond'
                where run_id = any(array(select run_id from @workflow_task
                                         where run_id = ? and owner = ? and token = ?
                                         for no key update skip locked))"""), (s) -> {
            s.setLong(1, moment.toMillis());
            s.setObject(2, runId);
            s.setLong(3, owner);
            s.setInt(4, token);
        });
    }

    void noteProblem(UUID runId, long owner, int token, @Nullable String problem) {
        this.sessions.update(
                this.sessions.sql("update @workflow_task set problem = ? where run_id = ? and owner = ? and token = ?"),
                (s) -> {
                    s.setString(1, problem);
                    s.setObject(2, runId);
                    s.setLong(3, owner);
                    s.setInt(4, token);
                });
    }

    /**
     * A run that nodes died with is looked at again after a pause, whatever it waits for:
     * until then its problem keeps messages from waking it, too. Any other problem of a
     * run that was owned was noted while its code kept a thread, and ended with that.
     */
    int releaseDead(long nodeId, Instant now, int batch, BooleanSupplier goOn) {
        String sql = this.sessions.sql("""
                with l as (select run_id from @workflow_task where owner = ? and run_id > ? order by run_id limit ?
                           for update skip locked)
                update @workflow_task t
                set owner = null, token = t.token + 1,
                    due_at = case when t.crashes > 1
                             then ? + least(300, power(2, least(t.crashes, 9))) * interval '1 second'
                             else t.due_at end,
                    problem = case when t.crashes > 1
                              then 'It was claimed ' || t.crashes || ' times by nodes that died before it got on'
                              end
                from l where t.run_id = any(array[l.run_id])
                returning t.run_id""");
        return inBatches(batch, goOn, (after) -> this.sessions.query(sql, (s) -> {
            s.setLong(1, nodeId);
            s.setObject(2, after);
            s.setInt(3, batch);
            s.setObject(4, Sessions.time(now));
        }, (row) -> row.getObject(1, UUID.class)));
    }

    /**
     * Each batch begins where the last one ended: there is no index on the owner, which
     * every start would have to pay for, and each would pass all runs again.
     */
    private static int inBatches(int batch, BooleanSupplier goOn, Function<UUID, List<UUID>> release) {
        int total = 0;
        UUID after = new UUID(0, 0);
        List<UUID> released;
        do {
            released = release.apply(after);
            total += released.size();
            // In the database's order, which is not that of UUID in Java.
            after = released.stream().max(Comparator.comparing(UUID::toString)).orElse(after);
        }
        while (goOn.getAsBoolean() && released.size() == batch);
        return total;
    }

    boolean nothingOwned(Connection connection, long nodeId) throws SQLException {
        return Sessions
            .query(connection, this.sessions.sql("select 1 from @workflow_task where owner = ? limit 1"),
                    (s) -> s.setLong(1, nodeId), (row) -> row.getInt(1))
            .isEmpty();
    }

    int sweep(Instant now) {
        String sql = this.sessions.sql("""
                with l as (select t.run_id from @workflow_task t
                           where t.owner is not null and t.run_id > ?
                             and t.owner <> all (coalesce((select array_agg(n.id) from @workflow_node n), '{}'))
                           order by t.run_id limit ? for update of t skip locked)
                update @workflow_task t
                set owner = null, token = t.token + 1, due_at = least(t.due_at, ?), problem = null
                from l where t.run_id = any(array[l.run_id])
                returning t.run_id""");
        return inBatches(SWEEP, () -> true, (after) -> this.sessions.query(sql, (s) -> {
            s.setObject(1, after);
            s.setInt(2, SWEEP);
            s.setObject(3, Sessions.time(now));
        }, (row) -> row.getObject(1, UUID.class)));
    }

    /** One pass over each table; what was seized is its run's to end. */
    EngineStore.Ownership ownership(long owner) {
        return this.sessions.query(this.sessions.sql("""
                select r.own as runs, a.own as activities, r.strays or a.strays as strays from
                  (select count(*) filter (where owner = ?) as own,
                     coalesce(bool_or(owner <> all(array(select id from @workflow_node))), false) as strays
                   from @workflow_task where owner is not null) r,
                  (select count(*) filter (where owner = ?) as own,
                     coalesce(bool_or(owner <> all(array(select id from @workflow_node))), false) as strays
                   from @workflow_activity_task where owner is not null and owner <> ?) a"""), (s) -> {
            s.setLong(1, owner);
            s.setLong(2, owner);
            s.setLong(3, ActivityTable.SEIZED);
        }, (row) -> new EngineStore.Ownership(row.getLong("runs"), row.getLong("activities"), row.getBoolean("strays")))
            .getFirst();
    }

    List<UUID> owned(long owner) {
        return this.sessions.query(this.sessions.sql("select run_id from @workflow_task where owner = ?"),
                (s) -> s.setLong(1, owner), (row) -> Sessions.uuid(row, "run_id"));
    }

    List<EngineStore.ServedType> unknownTypes(Collection<String> taskQueues, Collection<String> knownTypes) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.sessions.sql("""
                with recursive k as (
                  (select task_queue, route, workflow_type from @workflow_task where owner is null
                   order by task_queue, route, workflow_type limit 1)
                  union all
                  select n.* from k cross join lateral (
                    select t.task_queue, t.route, t.workflow_type from @workflow_task t
                    where t.owner is null
                      and (t.task_queue, t.route, t.workflow_type) > (k.task_queue, k.route, k.workflow_type)
                    order by t.task_queue, t.route, t.workflow_type limit 1) n)
                select distinct workflow_type, task_queue from k
                where task_queue = any(?) and workflow_type <> all(?)"""), (s) -> {
            s.setArray(1, Sessions.texts(connection, List.copyOf(taskQueues)));
            s.setArray(2, Sessions.texts(connection, List.copyOf(knownTypes)));
        }, (row) -> new EngineStore.ServedType(row.getString("workflow_type"), row.getString("task_queue"))));
    }

    Optional<Instant> nextDue(Collection<EngineStore.ServedType> types, List<EngineStore.SlotRequest> slots) {
        List<Optional<Instant>> next = this.sessions
            .single((connection) -> Sessions.query(connection, this.sessions.sql("""
                    select least((select min(t.due_at) from unnest(?::text[], ?::text[], ?::text[]) as k(ty, q, b)
                                  join @workflow_task t on t.workflow_type = k.ty and t.task_queue = k.q
                                    and t.route = k.b
                                  where t.owner is null),
                                 (select min(a.due_at) from unnest(?::text[], ?::text[]) as k(ty, q)
                                  join @workflow_activity_task a on a.activity_type = k.ty and a.task_queue = k.q
                                  where a.owner is null)) as next"""), (s) -> {
                bindTypes(connection, s, 1, types);
                bindActivities(connection, s, 4, slots);
            }, (row) -> Optional.ofNullable(Sessions.instant(row, "next"))));
        return next.getFirst();
    }

    boolean hasWork(Collection<EngineStore.ServedType> types, List<EngineStore.SlotRequest> slots, Instant now) {
        return this.sessions.single((connection) -> Sessions.query(connection, this.sessions.sql("""
                with runs as (select t.* from unnest(?::text[], ?::text[], ?::text[]) as k(ty, q, b)
                              join @workflow_task t on t.workflow_type = k.ty and t.task_queue = k.q
                                and t.route = k.b)
                select exists (select 1 from runs where owner is null and due_at <= ?)
                    or exists (select 1 from unnest(?::text[], ?::text[]) as k(ty, q)
                               join @workflow_activity_task a on a.activity_type = k.ty and a.task_queue = k.q
                               where a.owner is null and a.due_at <= ?)
                    or exists (select 1 from @workflow_message m join runs on runs.run_id = m.run_id
                               where m.kind = 'TERMINATE' or m.kind <> 'REPLY' and runs.problem is null
                                 and (runs.admitted and (runs.last_event > 1 or runs.token > 0) or runs.due_at <= ?
                                      or not runs.admitted and runs.last_event = 1 and m.kind = 'CANCEL'))"""), (s) -> {
            bindTypes(connection, s, 1, types);
            s.setObject(4, Sessions.time(now));
            bindActivities(connection, s, 5, slots);
            s.setObject(7, Sessions.time(now));
            s.setObject(8, Sessions.time(now));
        }, (row) -> row.getBoolean(1))).getFirst();
    }

    boolean mayHaveWork(Collection<EngineStore.ServedType> types, List<EngineStore.SlotRequest> slots, Instant now,
            boolean withKeys) {
        String sql = withKeys ? this.mayHaveWorkWithKeys : this.mayHaveWork;
        return this.sessions.single((connection) -> Sessions.query(connection, sql, (s) -> {
            bindTypes(connection, s, 1, types);
            s.setObject(4, Sessions.time(now));
            bindActivities(connection, s, 5, slots);
            s.setObject(7, Sessions.time(now));
        }, (row) -> row.getBoolean(1))).getFirst();
    }

    private static void bindActivities(Connection connection, java.sql.PreparedStatement statement, int first,
            List<EngineStore.SlotRequest> slots) throws SQLException {
        List<String> types = new ArrayList<>();
        List<String> queues = new ArrayList<>();
        for (EngineStore.SlotRequest slot : slots) {
            types.addAll(slot.types());
            slot.types().forEach((type) -> queues.add(slot.taskQueue()));
        }
        statement.setArray(first, Sessions.texts(connection, types));
        statement.setArray(first + 1, Sessions.texts(connection, queues));
    }

    List<EngineStore.Backlog> backlogs(Instant now) {
        List<EngineStore.Backlog> backlogs = new ArrayList<>();
        for (String table : List.of("@workflow_task", "@workflow_activity_task")) {
            backlogs.addAll(this.sessions.query(this.sessions.sql("""
                    select task_queue, count(*) as waiting, min(due_at) as oldest from %s
                    where owner is null and due_at <= ? group by task_queue""".formatted(table)),
                    (s) -> s.setObject(1, Sessions.time(now)),
                    (row) -> new EngineStore.Backlog(row.getString("task_queue"), row.getLong("waiting"),
                            Sessions.requiredInstant(row, "oldest"))));
        }
        return backlogs;
    }

}
