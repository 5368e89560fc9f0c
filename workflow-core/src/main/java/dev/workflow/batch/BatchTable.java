package dev.workflow.batch;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

import javax.sql.DataSource;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The batches. Whoever takes one up moves its step and its next time in one statement,
 * and what it has done is written only where the step is still the same: a node that
 * stood still meanwhile changes nothing any more. Times are the database's.
 */
final class BatchTable {

    /** For so long nobody else takes up a batch that somebody has. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private final JdbcClient jdbc;

    private final String table;

    BatchTable(DataSource dataSource, @Nullable String schema) {
        this.jdbc = JdbcClient.create(dataSource);
        this.table = ((schema != null) ? "\"" + schema.replace("\"", "\"\"") + "\"." : "") + "workflow_batch";
    }

    /** Whether the transaction that asks has begun it and not committed yet. */
    boolean isBegunHere(String id) {
        return this.jdbc
            .sql("select count(*) from %s where id = :id and xmin = pg_current_xact_id_if_assigned()::xid"
                .formatted(this.table))
            .param("id", id)
            .query(Long.class)
            .single() > 0;
    }

    void insert(Batch batch) {
        BatchRequest request = batch.request();
        this.jdbc.sql("""
                insert into %s (id, query, operation, signal_name, input, reason, reset_event, keep_signals, id_suffix,
                  rate, state, total, position_started_at, position_run_id, started_at, started_by, by_principal)
                values (:id, :query, :operation, :signal, :input, :reason, :event, :keep, :suffix, :rate, :state,
                  :total, :at, :run, :started, :author, :principal)""".formatted(this.table))
            .param("id", batch.id())
            .param("query", request.query())
            .param("operation", request.operation().name())
            .param("signal", request.signalName())
            .param("input", request.input().text())
            .param("reason", request.reason())
            .param("event", Batch.stored(request.point()))
            .param("keep", request.keepSignals())
            .param("suffix", request.idSuffix())
            .param("rate", request.rate())
            .param("state", batch.state().name())
            .param("total", batch.tally().total())
            .param("at", time(batch.position().startedAt()))
            .param("run", batch.position().runId())
            .param("started", time(batch.times().startedAt()))
            .param("author", batch.author().name())
            .param("principal", batch.author().principal())
            .update();
    }

    Optional<Batch> find(String id) {
        return this.jdbc.sql("select * from " + this.table + " where id = :id")
            .param("id", id)
            .query(BatchTable::batch)
            .optional();
    }

    /** The newest ones. */
    List<Batch> newest(int limit) {
        return this.jdbc.sql("select * from " + this.table + " order by started_at desc, id limit :limit")
            .param("limit", limit)
            .query(BatchTable::batch)
            .list();
    }

    /** Takes up one that is due. */
    Optional<Batch> claim() {
        return this.jdbc.sql("""
                with due as (
                  select id from %1$s where state = 'RUNNING' and next_at <= clock_timestamp()
                  order by next_at limit 1 for update skip locked)
                update %1$s b set step = b.step + 1, next_at = clock_timestamp() + :lease * interval '1 millisecond'
                from due where b.id = due.id returning b.*""".formatted(this.table))
            .param("lease", LEASE.toMillis())
            .query(BatchTable::batch)
            .optional();
    }

    /** Whether it is still ours, and not stopped. */
    boolean isHeld(Batch batch) {
        return this.jdbc.sql("select state = 'RUNNING' and step = :step from " + this.table + " where id = :id")
            .param("id", batch.id())
            .param("step", batch.step())
            .query(Boolean.class)
            .optional()
            .orElse(false);
    }

    /**
     * Writes how far it is; nothing where somebody else has taken it up.
     * @param tally what the step has added
     * @param pause how long until the next step
     * @param finished whether there is none
     */
    void advance(Batch batch, Batch.Position position, Batch.Tally tally, Duration pause, @Nullable Instant finished) {
        this.jdbc.sql("""
                update %s set position_started_at = :at, position_run_id = :run, done = done + :done,
                  failed = failed + :failed, failures = :failures,
                  next_at = clock_timestamp() + :pause * interval '1 millisecond',
                  state = case when state = 'RUNNING' and :finished then 'COMPLETED' else state end,
                  ended_at = coalesce(ended_at, case when :finished then :ended end)
                where id = :id and step = :step""".formatted(this.table))
            .param("at", time(position.startedAt()))
            .param("run", position.runId())
            .param("done", tally.done())
            .param("failed", tally.failed())
            .param("failures", tally.failures())
            .param("pause", pause.toMillis())
            .param("finished", finished != null)
            .param("ended", time((finished != null) ? finished : position.startedAt()))
            .param("id", batch.id())
            .param("step", batch.step())
            .update();
    }

    /** Stops one; what it deals with just then is dealt with. */
    void stop(String id, Instant now) {
        this.jdbc
            .sql("update " + this.table
                    + " set state = 'STOPPED', ended_at = :now where id = :id and state = 'RUNNING'")
            .param("id", id)
            .param("now", time(now))
            .update();
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return (time != null) ? time.toInstant() : null;
    }

    private static Batch batch(ResultSet row, int number) throws SQLException {
        BatchRequest request = new BatchRequest(row.getString("query"),
                BatchRequest.Operation.valueOf(row.getString("operation")), row.getString("signal_name"),
                new Json(row.getString("input")), row.getString("reason"),
                Batch.point(row.getObject("reset_event", Long.class)), row.getBoolean("keep_signals"),
                row.getString("id_suffix"), row.getDouble("rate"));
        return new Batch(row.getString("id"), request, Batch.State.valueOf(row.getString("state")),
                new Batch.Tally(row.getLong("total"), row.getLong("done"), row.getLong("failed"),
                        row.getString("failures")),
                new Batch.Position(Objects.requireNonNull(instant(row, "position_started_at")),
                        row.getObject("position_run_id", UUID.class)),
                row.getLong("step"),
                new Batch.Times(Objects.requireNonNull(instant(row, "started_at")), instant(row, "ended_at")),
                new Batch.Author(row.getString("started_by"), row.getBoolean("by_principal")));
    }

}
