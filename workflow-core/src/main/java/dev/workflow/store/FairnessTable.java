package dev.workflow.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.workflow.client.OperatorAction;
import dev.workflow.engine.EngineStore.ClaimedActivity;
import dev.workflow.engine.EngineStore.ClaimedRun;
import dev.workflow.engine.EngineStore.SlotRequest;
import dev.workflow.engine.FairnessStore;
import dev.workflow.engine.FairnessWeight;
import org.jspecify.annotations.Nullable;

/**
 * What waits by fairness key. A row with a key is stored with a priority of 11 to 15: so
 * claims of what has no key never meet it in their index, and cost what they cost without
 * keys. Rows with keys have an index of their own beside, in which the next key is one
 * step away however much of the one before waits.
 */
final class FairnessTable implements FairnessStore {

    private static final int KEYED = 10;

    /** How many of what is due the longest are looked at for their keys. */
    private static final int OLDEST = 10;

    static final String ALL_PRIORITIES = "unnest(array[1, 2, 3, 4, 5, 11, 12, 13, 14, 15])";

    private final Sessions sessions;

    private final RunTable runs;

    private final ActivityTable activities;

    private final OperatorActionTable actions;

    private final String waitingRuns;

    private final String waitingActivities;

    FairnessTable(Sessions sessions, RunTable runs, ActivityTable activities, OperatorActionTable actions) {
        this.actions = actions;
        this.sessions = sessions;
        this.runs = runs;
        this.activities = activities;
        this.waitingRuns = sessions.sql(waitingRunsSql());
        this.waitingActivities = sessions.sql(waitingActivitiesSql());
    }

    static String waitingRunsSql() {
        return waiting("@workflow_task", "t.task_queue = l.q and t.route = l.b and t.workflow_type = l.ty");
    }

    static String waitingActivitiesSql() {
        return waiting("@workflow_activity_task", "t.task_queue = l.q and l.b = '' and t.activity_type = l.ty");
    }

    /** The priority as it is stored. */
    static int lane(int priority, @Nullable String key) {
        return (key != null) ? priority + KEYED : priority;
    }

    /** The priority as it is meant. */
    static int priority(int stored) {
        return (stored > KEYED) ? stored - KEYED : stored;
    }

    /** The same in SQL. */
    static String priority(String alias) {
        return alias + ".priority % " + KEYED;
    }

    /**
     * Locks and picks the oldest of each grant, of whichever of its types it is.
     * @param table a table as t
     * @param columns what identifies its rows
     * @param which the range of a type, but for priority and key
     * @param more how the arrays go on after the grants'
     * @param extra what else of them is wanted
     */
    static String picked(String table, String columns, String which, String more, String extra) {
        String range = """
                  select k.g, k.n, %s p.* from k
                  cross join lateral (
                    select %s, t.due_at from %s
                    where %s and t.owner is null and t.due_at <= ? and %s
                    order by %s t.due_at limit k.n
                    for update skip locked) p
                """;
        String unkeyed = range.formatted(extra, columns, table, which, "t.priority = k.pr and k.key = ''", "");
        String keyed = range.formatted(extra, columns, table, which,
                "t.priority = k.pr + " + KEYED + " and t.fairness_key = k.key", "t.fairness_key,");
        return """
                k as materialized (
                  select * from unnest(?::int[], ?::text[], ?::text[], ?::int[], ?::text[], ?::int[]%s)),
                unkeyed as materialized (
                %s),
                keyed as materialized (
                %s),
                picked as materialized (
                  select * from (
                    select l.*, row_number() over (partition by l.g order by l.due_at) as place
                    from (select * from unkeyed union all select * from keyed) l) ranked
                  where place <= n)""".formatted(more, unkeyed, keyed);
    }

    /** Binds what begins the parameters of {@link #picked}: the first six. */
    static void bindGrants(Connection connection, PreparedStatement statement, List<Grant> grants) throws SQLException {
        List<Integer> places = new ArrayList<>();
        List<String> queues = new ArrayList<>();
        List<String> types = new ArrayList<>();
        List<Integer> priorities = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < grants.size(); i++) {
            Grant grant = grants.get(i);
            for (String type : grant.request().types()) {
                places.add(i);
                queues.add(grant.request().taskQueue());
                types.add(type);
                priorities.add(grant.priority());
                keys.add(grant.key());
                numbers.add(grant.slots());
            }
        }
        statement.setArray(1, Sessions.ints(connection, places));
        statement.setArray(2, Sessions.texts(connection, queues));
        statement.setArray(3, Sessions.texts(connection, types));
        statement.setArray(4, Sessions.ints(connection, priorities));
        statement.setArray(5, Sessions.texts(connection, keys));
        statement.setArray(6, Sessions.ints(connection, numbers));
    }

    /** From key to key, not from row to row: one key may have very many. */
    private static String waiting(String table, String which) {
        return """
                with recursive lanes as materialized (
                  select * from unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::int[], ?::text[])
                    as l(i, q, b, ty, pr, after)),
                keys as (
                  select l.i, l.q, l.b, l.ty, l.pr, f.fairness_key, f.due_at, 1 as n
                  from lanes l cross join lateral (
                    select t.fairness_key, t.due_at from %1$s t
                    where %2$s and t.priority = l.pr + %3$d and t.owner is null and t.fairness_key > l.after
                    order by t.fairness_key, t.due_at limit 1) f
                  union all
                  select l.i, l.q, l.b, l.ty, l.pr, f.fairness_key, f.due_at, l.n + 1
                  from keys l cross join lateral (
                    select t.fairness_key, t.due_at from %1$s t
                    where %2$s and t.priority = l.pr + %3$d and t.owner is null and t.fairness_key > l.fairness_key
                    order by t.fairness_key, t.due_at limit 1) f
                  where l.n < ?)
                select i, fairness_key, due_at, true as in_turn from keys
                union all
                select l.i, o.fairness_key, o.due_at, false from lanes l cross join lateral (
                  select t.fairness_key, t.due_at from %1$s t
                  where %2$s and t.priority = l.pr + %3$d and t.owner is null and t.due_at <= ?
                  order by t.due_at limit %4$d) o
                union all
                select l.i, '', o.due_at, false from lanes l cross join lateral (
                  select t.due_at from %1$s t
                  where %2$s and t.priority = l.pr and t.owner is null and t.due_at <= ?
                  order by t.due_at limit 1) o""".formatted(table, which, KEYED, OLDEST);
    }

    private List<Waiting> waiting(String sql, List<Lane> lanes, int limit, Instant now) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < lanes.size(); i++) {
            places.add(i);
        }
        return this.sessions.single((connection) -> Sessions.query(connection, sql, (s) -> {
            s.setArray(1, Sessions.ints(connection, places));
            s.setArray(2, Sessions.texts(connection, lanes.stream().map(Lane::taskQueue).toList()));
            s.setArray(3, Sessions.texts(connection, lanes.stream().map(Lane::route).toList()));
            s.setArray(4, Sessions.texts(connection, lanes.stream().map(Lane::type).toList()));
            s.setArray(5, Sessions.ints(connection, lanes.stream().map(Lane::priority).toList()));
            s.setArray(6, Sessions.texts(connection, lanes.stream().map(Lane::after).toList()));
            s.setInt(7, limit);
            s.setObject(8, Sessions.time(now));
            s.setObject(9, Sessions.time(now));
        }, (row) -> new Waiting(row.getInt("i"), row.getString("fairness_key"), Sessions.requiredInstant(row, "due_at"),
                row.getBoolean("in_turn"))));
    }

    @Override
    public List<Waiting> waitingRuns(List<Lane> lanes, int keys, Instant now) {
        return waiting(this.waitingRuns, lanes, keys, now);
    }

    @Override
    public List<Waiting> waitingActivities(List<Lane> lanes, int keys, Instant now) {
        return waiting(this.waitingActivities, lanes, keys, now);
    }

    @Override
    public List<ClaimedRun> claimRuns(long owner, List<SlotRequest> slots, Instant now, @Nullable String build) {
        return this.runs.claimDue(owner, slots, now, build, true);
    }

    @Override
    public List<ClaimedActivity> claimActivities(long owner, List<SlotRequest> slots, Instant now) {
        return this.activities.claim(owner, slots, now, true);
    }

    @Override
    public List<Granted<ClaimedRun>> claimRunsOf(long owner, List<Grant> grants, Instant now, @Nullable String build) {
        return this.runs.claimGranted(owner, grants, now, build);
    }

    @Override
    public List<Granted<ClaimedActivity>> claimActivitiesOf(long owner, List<Grant> grants, Instant now) {
        return this.activities.claimGranted(owner, grants, now);
    }

    // Weights

    /**
     * Rows that wait with a key say that keys are used, too: an earlier start may have
     * named one before anybody looked for it.
     */
    @Override
    public @Nullable List<FairnessWeight> weights() {
        record Row(String key, @Nullable Double weight, @Nullable Instant changedAt, @Nullable String changedBy) {
        }
        List<Row> rows = this.sessions.query(this.sessions.sql("""
                select fairness_key, weight, changed_at, changed_by from @workflow_fairness_key
                union all
                select '', null, null, null
                where exists (select 1 from @workflow_task where owner is null and fairness_key is not null)
                  or exists (select 1 from @workflow_activity_task where owner is null and fairness_key is not null)
                order by 1"""), (s) -> {
        }, (row) -> new Row(row.getString("fairness_key"), row.getObject("weight", Double.class),
                Sessions.instant(row, "changed_at"), row.getString("changed_by")));
        if (rows.isEmpty()) {
            return null;
        }
        List<FairnessWeight> weights = new ArrayList<>();
        for (Row row : rows) {
            if (row.weight() != null && row.changedAt() != null) {
                weights.add(new FairnessWeight(row.key(), row.weight(), row.changedAt(), row.changedBy()));
            }
        }
        return weights;
    }

    @Override
    public void use(Instant now) {
        this.sessions.update(this.sessions.sql("""
                insert into @workflow_fairness_key (fairness_key, changed_at) values ('', ?) on conflict do nothing"""),
                (s) -> s.setObject(1, Sessions.time(now)));
    }

    @Override
    public void weigh(String key, @Nullable Double weight, OperatorAction action) {
        this.actions.recorded(action, (connection) -> Sessions.update(connection, this.sessions.sql("""
                insert into @workflow_fairness_key (fairness_key, weight, changed_at, changed_by) values (?, ?, ?, ?)
                on conflict (fairness_key) do update
                set weight = excluded.weight, changed_at = excluded.changed_at, changed_by = excluded.changed_by"""),
                (s) -> {
                    s.setString(1, key);
                    s.setObject(2, weight, Types.DOUBLE);
                    s.setObject(3, Sessions.time(action.time()));
                    s.setString(4, action.identity());
                }));
    }

}
