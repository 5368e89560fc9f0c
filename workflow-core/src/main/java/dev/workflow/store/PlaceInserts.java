package dev.workflow.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import dev.workflow.engine.Place;
import dev.workflow.engine.Transition.NewExecution;
import org.jspecify.annotations.Nullable;

/**
 * Writes those that are started, and whose types have a concurrency limit, into the line,
 * in the transaction of the start. Where the limit's row is free, which is never waited
 * for, and nobody is before it, a start has its place at once.
 */
final class PlaceInserts {

    /** Its start is delayed. */
    static final int DELAYED = 0;

    /** It waits for others of its key. */
    static final int BEHIND_KEY = 1;

    /** It is the next of its key, or has none, and waits for others of its type. */
    static final int BEHIND_TYPE = 2;

    /** It has a place. */
    static final int IN_PROGRESS = 3;

    /**
     * A chain keeps the place or the number that it has, unless it was that of another
     * type.
     */
    static final String KEEP = """
            on conflict (chain_id) do update
            set run_id = excluded.run_id, workflow_type = excluded.workflow_type,
                key = case when a.workflow_type = excluded.workflow_type then a.key else excluded.key end,
                state = case when a.workflow_type = excluded.workflow_type then a.state else excluded.state end,
                position = case when a.workflow_type = excluded.workflow_type then a.position
                                else excluded.position end,
                wanted_at = case when a.workflow_type = excluded.workflow_type then a.wanted_at
                                 else excluded.wanted_at end
            returning state""";

    private final String enter;

    private final String enterAgain;

    private final String lockFree;

    private final String passKeys;

    private final String pass;

    private final String take;

    private final String taken;

    private final String hold;

    PlaceInserts(Sessions sessions) {
        String into = """
                insert into @workflow_admission as a (chain_id, run_id, workflow_id, workflow_type, key, state, wanted_at)
                select c, r, w, ty, k, s, timestamptz 'epoch' + at * interval '1 microsecond'
                from unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::int[], ?::bigint[])
                     with ordinality as u(c, r, w, ty, k, s, at, n)
                order by n
                """;
        // A workflow that recurs, or goes on as another type, stands in line once more.
        this.enter = sessions.sql(into + """
                on conflict (chain_id) do update
                set run_id = excluded.run_id, workflow_type = excluded.workflow_type, key = excluded.key,
                    state = excluded.state, position = excluded.position, wanted_at = excluded.wanted_at""");
        this.enterAgain = sessions.sql(into + KEEP);
        this.lockFree = sessions.sql("""
                select name, max_open, max_open_per_key from @workflow_control
                where kind = 'WORKFLOW_TYPE' and name = any(?) order by name for update skip locked""");
        this.passKeys = sessions
            .sql("""
                    update @workflow_admission set state = 2 where chain_id = any(?) and workflow_type = ? and state = 1""");
        this.pass = sessions.sql("""
                update @workflow_admission a set state = 2 from (select p.chain_id %s) f
                where a.chain_id = f.chain_id and a.chain_id = any(?)""".formatted(FIRST_OF_KEYS.formatted("")));
        this.take = sessions.sql("""
                update @workflow_admission a set state = 3 from (
                  select chain_id from @workflow_admission where workflow_type = ? and state = 2
                  order by position limit %s) f
                where a.chain_id = f.chain_id and a.chain_id = any(?)""".formatted(ROOM));
        this.taken = sessions.sql("select run_id from @workflow_admission where chain_id = any(?) and state = 3");
        this.hold = sessions.sql("""
                update @workflow_task t
                set admitted = false, due_at = timestamptz 'epoch' + u.d * interval '1 microsecond'
                from unnest(?::uuid[], ?::bigint[]) as u(r, d) where t.run_id = any(array[u.r])""");
    }

    /**
     * The first of each key that have room; the parameters are the keys, the type twice,
     * and how many of a key there may be.
     */
    static final String FIRST_OF_KEYS = """
            from (select distinct u.key from unnest(?::text[]) as u(key)) k
            cross join lateral (
              select count(*) as taken from @workflow_admission h
              where h.workflow_type = ? and h.key = k.key and h.state >= 2) c
            cross join lateral (
              select a.chain_id from @workflow_admission a
              where a.workflow_type = ? and a.key = k.key and a.state = 1
              order by a.position limit greatest(0, ?::bigint - c.taken)%s) p""";

    /**
     * How many more have room; the parameters are how many there may be, and the type.
     */
    static final String ROOM = """
            greatest(0, ?::bigint - (select count(*) from @workflow_admission
                                     where workflow_type = ? and state = 3))""";

    /** Without a limit: more than can be. */
    private static final long ANY = Integer.MAX_VALUE;

    /**
     * What a limit's row says.
     *
     * @param max how many in all; null: any number
     * @param maxPerKey how many of one key; null: any number
     */
    record Limit(@Nullable Integer max, @Nullable Integer maxPerKey) {

        static final Limit NONE = new Limit(null, null);

        static Limit of(ResultSet row) throws SQLException {
            return new Limit(row.getObject("max_open", Integer.class),
                    row.getObject("max_open_per_key", Integer.class));
        }

        boolean isNone() {
            return this.max == null && this.maxPerKey == null;
        }

        long most() {
            return (this.max != null) ? this.max : ANY;
        }

    }

    /**
     * Takes a number for each, and a place where nobody is before it.
     * @param mayTake whether a place may be taken; not in a transaction that may be long
     * @return the runs that have to wait
     */
    Set<UUID> enter(Round round, List<NewExecution> runs, boolean mayTake) throws SQLException {
        round.update(this.enter, values(round, runs));
        Set<UUID> waiting = new HashSet<>();
        runs.forEach((run) -> waiting.add(run.runId()));
        if (!mayTake) {
            return waiting;
        }
        Map<String, Limit> free = new LinkedHashMap<>();
        List<String> types = runs.stream().map(NewExecution::workflowType).distinct().toList();
        round.fetch(this.lockFree, (row) -> free.put(row.getString("name"), Limit.of(row)), round.texts(types));
        List<UUID> chains = runs.stream().map(NewExecution::firstRunId).toList();
        for (Map.Entry<String, Limit> limit : free.entrySet()) {
            take(round, limit.getKey(), limit.getValue(), runs, chains);
            round.send();
        }
        if (!free.isEmpty()) {
            round.fetch(this.taken, (row) -> Sessions.uuid(row, "run_id"), round.uuids(chains))
                .forEach(waiting::remove);
        }
        return waiting;
    }

    private void take(Round round, String type, Limit limit, List<NewExecution> runs, List<UUID> chains)
            throws SQLException {
        List<String> keys = runs.stream()
            .filter((run) -> run.workflowType().equals(type))
            .map((run) -> place(run).key())
            .filter(Objects::nonNull)
            .toList();
        Integer maxPerKey = limit.maxPerKey();
        if (!keys.isEmpty() && maxPerKey == null) {
            round.update(this.passKeys, round.uuids(chains), type);
        }
        else if (!keys.isEmpty()) {
            round.update(this.pass, round.texts(keys), type, type, maxPerKey, round.uuids(chains));
        }
        round.update(this.take, type, limit.most(), type, round.uuids(chains));
    }

    /**
     * Takes a number for a run that takes the place of another one of its chain, or the
     * place that its chain has.
     * @return whether it has to wait
     */
    boolean enterAgain(Round round, NewExecution run) throws SQLException {
        Integer state = Sessions
            .first(round.fetch(this.enterAgain, (row) -> row.getInt("state"), values(round, List.of(run))));
        return state == null || state != IN_PROGRESS;
    }

    /** Keeps the code of those that wait from beginning. */
    void hold(Round round, List<NewExecution> runs) throws SQLException {
        if (!runs.isEmpty()) {
            round.update(this.hold, round.uuids(runs.stream().map(NewExecution::runId).toList()),
                    round.longs(runs.stream()
                        .map((run) -> Sessions.micros(isDelayed(run) ? run.dueAt() : place(run).expiresAt()))
                        .toList()));
        }
    }

    private static @Nullable Object[] values(Round round, List<NewExecution> runs) throws SQLException {
        List<@Nullable String> keys = new ArrayList<>();
        List<Integer> states = new ArrayList<>();
        for (NewExecution run : runs) {
            String key = place(run).key();
            keys.add(key);
            states.add(isDelayed(run) ? DELAYED : (key != null) ? BEHIND_KEY : BEHIND_TYPE);
        }
        return new Object[] { round.uuids(runs.stream().map(NewExecution::firstRunId).toList()),
                round.uuids(runs.stream().map(NewExecution::runId).toList()),
                round.texts(runs.stream().map(NewExecution::workflowId).toList()),
                round.texts(runs.stream().map(NewExecution::workflowType).toList()), round.texts(keys),
                round.ints(states), round.longs(runs.stream().map((run) -> Sessions.micros(run.dueAt())).toList()) };
    }

    private static boolean isDelayed(NewExecution run) {
        return run.dueAt().isAfter(run.startedAt());
    }

    private static Place place(NewExecution run) {
        return Objects.requireNonNull(run.place());
    }

}
