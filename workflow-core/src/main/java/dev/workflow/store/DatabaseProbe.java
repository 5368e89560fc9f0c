package dev.workflow.store;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.workflow.engine.DatabaseSample;
import dev.workflow.visibility.WorkflowLists;

/** Looks at what makes the database slow, by one query. */
final class DatabaseProbe {

    private static final List<String> TABLES = List.of("workflow_execution", "workflow_event", "workflow_task",
            "workflow_activity_task", "workflow_message", "workflow_node", "workflow_control", "workflow_admission");

    private final Sessions sessions;

    private final String look;

    DatabaseProbe(Sessions sessions) {
        this.sessions = sessions;
        String regclasses = TABLES.stream()
            .map((table) -> "'@" + table + "'::regclass")
            .collect(Collectors.joining(", "));
        this.look = sessions
            .sql("""
                    with backends as materialized (
                      select coalesce(extract(epoch from max(clock_timestamp() - xact_start)), 0) as oldest,
                             coalesce(max(greatest(age(backend_xmin), age(backend_xid))), 0) as xmin_age
                      from pg_stat_activity
                      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'),
                    prepared as materialized (
                      select coalesce(extract(epoch from max(clock_timestamp() - prepared)), 0) as oldest,
                             coalesce(max(age(transaction)), 0) as xid_age
                      from pg_prepared_xacts where database = current_database()),
                    slots as materialized (
                      select coalesce(max(age(xmin)), 0) as xmin_age from pg_replication_slots),
                    stuck as materialized (
                      select count(*) filter (where resume_at is null) as blocked,
                             count(*) filter (where resume_at is null and crashes >= %d) as quarantined,
                             count(*) filter (where resume_at is not null) as paused
                      from @workflow_task where problem is not null)
                    select greatest(b.oldest, p.oldest) as oldest,
                           greatest(b.xmin_age, p.xid_age, s.xmin_age) as xmin_age, k.blocked, k.quarantined, k.paused, c.relname,
                           pg_total_relation_size(c.oid) as bytes, coalesce(pg_stat_get_live_tuples(c.oid), 0) as live,
                           coalesce(pg_stat_get_dead_tuples(c.oid), 0) as dead
                    from pg_class c cross join backends b cross join prepared p cross join slots s cross join stuck k
                    where c.oid = any(array[%s]::oid[])"""
                .formatted(WorkflowLists.QUARANTINE_AFTER, regclasses));
    }

    DatabaseSample look() {
        Map<String, DatabaseSample.Table> tables = new LinkedHashMap<>();
        return this.sessions.query(this.look, (s) -> {
        }, (row) -> {
            tables.put(row.getString("relname"),
                    new DatabaseSample.Table(row.getLong("bytes"), row.getLong("live"), row.getLong("dead")));
            return new DatabaseSample(Duration.ofMillis((long) (1_000 * row.getDouble("oldest"))),
                    row.getLong("xmin_age"), row.getLong("blocked"), row.getLong("quarantined"), row.getLong("paused"),
                    tables);
        }).getLast();
    }

}
