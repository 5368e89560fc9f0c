package dev.workflow.batch;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.OpenTransactions;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The batches. Whoever takes one up moves its step and its next time in one statement,
 * and what it does and has done is written only where the step is still the same: a node
 * that stood still meanwhile changes nothing any more. Times are the database's.
 */
final class BatchTable {

    /** For so long nobody else takes up a batch that somebody has. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private final DataSource dataSource;

    /** In the transaction of whoever calls. */
    private final JdbcClient joining;

    private final JdbcClient committing;

    private final String prefix;

    BatchTable(DataSource dataSource, @Nullable String schema) {
        this.dataSource = dataSource;
        this.joining = JdbcClient.create(dataSource);
        this.committing = JdbcClient.create(new CommittingDataSource(dataSource));
        this.prefix = (schema != null) ? "\"" + schema.replace("\"", "\"\"") + "\"." : "";
    }

    private JdbcClient.StatementSpec sql(String statement) {
        JdbcClient client = OpenTransactions.isIn(this.dataSource) ? this.joining : this.committing;
        return client.sql(statement.replace("@workflow_", this.prefix + "workflow_"));
    }

    /** Whether the transaction that asks has begun it and not committed yet. */
    boolean isBegunHere(String id) {
        return sql(
                "select count(*) from @workflow_batch where id = :id and xmin = pg_current_xact_id_if_assigned()::xid")
            .param("id", id)
            .query(Long.class)
            .single() > 0;
    }

    void insert(Batch batch) {
        StoredAction action = batch.wish().action();
        sql("""
                with begun as (insert into @workflow_batch (id, query, operation, signal_name, input, reason, reset_event, keep_signals,
                  id_suffix, settings, rate, state, total, position_started_at, position_run_id, started_at, started_by,
                  by_principal)
                values (:id, :query, :operation, :signal, :input, :reason, :event, :keep, :suffix, :settings, :rate,
                  :state, :total, :at, :run, :started, :author, :principal) returning id)
                insert into @workflow_operator_action (acted_at, identity, action, subject, name, reason, detail)
                select cast(:started as timestamptz), cast(:author as text), 'BeginBatch', 'BATCH', id,
                  cast(:reason as text), cast(:detail as text) from begun""")
            .param("detail", action.operation() + " " + batch.wish().query())
            .param("id", batch.id())
            .param("query", batch.wish().query())
            .param("operation", action.operation())
            .param("signal", action.signalName())
            .param("input", action.input())
            .param("reason", batch.wish().reason())
            .param("event", action.resetEvent())
            .param("keep", action.keepSignals())
            .param("suffix", action.idSuffix())
            .param("settings", action.settings())
            .param("rate", batch.wish().rate())
            .param("state", batch.state().name())
            .param("total", batch.tally().total())
            .param("at", time(batch.progress().position().startedAt()))
            .param("run", batch.progress().position().runId())
            .param("started", time(batch.times().startedAt()))
            .param("author", batch.author().name())
            .param("principal", batch.author().principal())
            .update();
    }

    Optional<Batch> find(String id) {
        return sql("select * from @workflow_batch where id = :id").param("id", id).query(BatchTable::batch).optional();
    }

    /** The newest ones. */
    List<Batch> newest(int limit) {
        return sql("select * from @workflow_batch order by started_at desc, id limit :limit").param("limit", limit)
            .query(BatchTable::batch)
            .list();
    }

    /** How many there are in each state. */
    Map<String, Long> countByState() {
        Map<String, Long> counts = new HashMap<>();
        sql("select state, count(*) as batches from @workflow_batch group by state").query((row) -> {
            counts.put(row.getString("state"), row.getLong("batches"));
        });
        return counts;
    }

    /**
     * Takes up one that is due. That it was taken up counts as an attempt until something
     * is written about it: so one that ends its process has not for ever.
     */
    Optional<Batch> claim() {
        return sql("""
                with due as (
                  select id from @workflow_batch where state = 'RUNNING' and next_at <= clock_timestamp()
                  order by next_at limit 1 for update skip locked)
                update @workflow_batch b set step = b.step + 1, attempts = b.attempts + 1,
                  next_at = clock_timestamp() + :lease * interval '1 millisecond'
                from due where b.id = due.id returning b.*""").param("lease", LEASE.toMillis())
            .query(BatchTable::batch)
            .optional();
    }

    /**
     * Writes what is dealt with next, and what became of what was before; false where
     * somebody else has taken the batch up, or it is to go on no more.
     * @param position behind which run it goes on after these
     * @param tally what was added since the last time
     */
    boolean begin(Batch batch, Collection<UUID> underWay, Batch.Position position, Batch.Tally tally) {
        return sql("""
                update @workflow_batch set under_way = :runs, position_started_at = :at, position_run_id = :run,
                  done = done + :done, failed = failed + :failed, failures = :failures
                where id = :id and step = :step and state = 'RUNNING'""").param("runs", ids(underWay))
            .param("at", time(position.startedAt()))
            .param("run", position.runId())
            .param("done", tally.done())
            .param("failed", tally.failed())
            .param("failures", tally.failures())
            .param("id", batch.id())
            .param("step", batch.progress().step())
            .update() > 0;
    }

    /**
     * Ends a step; nothing where somebody else has taken the batch up.
     * @param underWay what the next step begins with
     * @param tally what was added since the last time
     * @param pause how long until the next step
     * @param finished when it has ended; null: there is a next step
     */
    void advance(Batch batch, Collection<UUID> underWay, Batch.Tally tally, Duration pause,
            @Nullable Instant finished) {
        sql("""
                update @workflow_batch set under_way = :runs, done = done + :done, failed = failed + :failed,
                  failures = :failures, next_at = clock_timestamp() + :pause * interval '1 millisecond',
                  attempts = 0, problem = null,
                  state = case when state = 'RUNNING' and :finished then 'COMPLETED' else state end,
                  ended_at = case when state = 'RUNNING' and :finished then :ended else ended_at end
                where id = :id and step = :step""").param("runs", ids(underWay))
            .param("done", tally.done())
            .param("failed", tally.failed())
            .param("failures", tally.failures())
            .param("pause", pause.toMillis())
            .param("finished", finished != null)
            .param("ended", time((finished != null) ? finished : batch.times().startedAt()))
            .param("id", batch.id())
            .param("step", batch.progress().step())
            .update();
    }

    /**
     * Writes why a step led to nothing.
     * @param counts whether it counts as an attempt
     * @param ended when the batch has failed by that; null: it is tried again
     */
    void fail(Batch batch, String problem, boolean counts, Duration pause, @Nullable Instant ended) {
        sql("""
                update @workflow_batch set problem = :problem,
                  attempts = case when :counts then attempts else greatest(attempts - 1, 0) end,
                  next_at = clock_timestamp() + :pause * interval '1 millisecond',
                  state = case when state in ('RUNNING', 'PAUSED') and :over then 'FAILED' else state end,
                  ended_at = case when state in ('RUNNING', 'PAUSED') and :over then :ended else ended_at end
                where id = :id and step = :step""").param("problem", problem)
            .param("counts", counts)
            .param("pause", pause.toMillis())
            .param("over", ended != null)
            .param("ended", time((ended != null) ? ended : batch.times().startedAt()))
            .param("id", batch.id())
            .param("step", batch.progress().step())
            .update();
    }

    /** Stops one; what it deals with just then is dealt with. */
    void stop(String id, String identity, Instant now) {
        change(id, new Change("StopBatch", List.of(Batch.State.RUNNING, Batch.State.PAUSED), Batch.State.STOPPED),
                identity, now);
    }

    /** Pauses one that runs. */
    void pause(String id, String identity, Instant now) {
        change(id, new Change("PauseBatch", List.of(Batch.State.RUNNING), Batch.State.PAUSED), identity, now);
    }

    /** Lets one go on that is paused. */
    void resume(String id, String identity, Instant now) {
        change(id, new Change("ResumeBatch", List.of(Batch.State.PAUSED), Batch.State.RUNNING), identity, now);
    }

    private record Change(String title, List<Batch.State> from, Batch.State to) {
    }

    private void change(String id, Change change, String identity, Instant now) {
        sql("""
                with changed as (
                  update @workflow_batch set state = :to, ended_at = case when :over then cast(:now as timestamptz) end
                  where id = :id and state in (:from) returning id)
                insert into @workflow_operator_action (acted_at, identity, action, subject, name)
                select cast(:now as timestamptz), cast(:identity as text), cast(:title as text), 'BATCH', id
                from changed""").param("id", id)
            .param("title", change.title())
            .param("from", change.from().stream().map(Batch.State::name).toList())
            .param("to", change.to().name())
            .param("over", change.to() == Batch.State.STOPPED)
            .param("identity", identity)
            .param("now", time(now))
            .update();
    }

    /** Runs as they are now, in the order of their ids; also those that are gone. */
    List<Batch.Run> inDoubt(List<UUID> runs) {
        Map<UUID, Batch.Run> found = sql(
                """
                        select run_id, workflow_id, status, started_at from @workflow_execution where run_id = any(cast(:runs as uuid[]))""")
            .param("runs", ids(runs))
            .query((row, number) -> new Batch.Run(row.getObject("run_id", UUID.class), row.getString("workflow_id"),
                    WorkflowStatus.valueOf(row.getString("status")), instant(row, "started_at"), true))
            .list()
            .stream()
            .collect(Collectors.toMap(Batch.Run::runId, (run) -> run));
        return runs.stream().map((id) -> found.getOrDefault(id, new Batch.Run(id, null, null, null, true))).toList();
    }

    /**
     * Those of the runs that the batch has made itself. By the clock of another node they
     * may have started before it began.
     */
    Set<UUID> madeBy(Batch batch, List<UUID> runs) {
        return new HashSet<>(sql("""
                select run_id from @workflow_execution
                where run_id = any(cast(:runs as uuid[])) and starts_with(request_id, :batch)""")
            .param("runs", ids(runs))
            .param("batch", BatchDeed.requestPrefix(batch))
            .query(UUID.class)
            .list());
    }

    /** As PostgreSQL reads an array. */
    private static String ids(Collection<UUID> runs) {
        return runs.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return (time != null) ? time.toInstant() : null;
    }

    private static Batch batch(ResultSet row, int number) throws SQLException {
        StoredAction action = new StoredAction(row.getString("operation"), row.getString("signal_name"),
                row.getString("input"), row.getObject("reset_event", Long.class), row.getBoolean("keep_signals"),
                row.getString("id_suffix"), row.getString("settings"));
        Batch.Position position = new Batch.Position(Objects.requireNonNull(instant(row, "position_started_at")),
                row.getObject("position_run_id", UUID.class));
        return new Batch(row.getString("id"),
                new Batch.Wish(row.getString("query"), action, row.getString("reason"), row.getDouble("rate")),
                Batch.State.valueOf(row.getString("state")),
                new Batch.Tally(row.getLong("total"), row.getLong("done"), row.getLong("failed"),
                        row.getString("failures")),
                new Batch.Progress(position, underWay(row), row.getLong("step"), row.getInt("attempts"),
                        row.getString("problem")),
                new Batch.Times(Objects.requireNonNull(instant(row, "started_at")), instant(row, "ended_at")),
                new Batch.Author(row.getString("started_by"), row.getBoolean("by_principal")));
    }

    private static List<UUID> underWay(ResultSet row) throws SQLException {
        String ids = row.getString("under_way").replaceAll("[{}]", "");
        return ids.isEmpty() ? List.of() : Stream.of(ids.split(",")).map(UUID::fromString).toList();
    }

}
