package dev.workflow.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

import javax.sql.DataSource;

import dev.workflow.CancellationType;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.EngineStore.ServedType;
import dev.workflow.engine.EngineStore.SlotRequest;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.EventCodec;
import dev.workflow.history.RetryPolicy;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/** The one question of a quiet node never misses what its claims would find. */
class LookForWorkIntegrationTests {

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    private static final List<ServedType> TYPES = List.of(new ServedType("One", "q"),
            new ServedType("One", "q", "v2", false), new ServedType("Two", "r"));

    private static final List<SlotRequest> RUNS = List.of(new SlotRequest("q", List.of("One"), 5),
            new SlotRequest("q", List.of("One"), 5, "v2", Set.of()), new SlotRequest("r", List.of("Two"), 5));

    private static final List<SlotRequest> ACTIVITIES = List.of(new SlotRequest("q", List.of("Act", "Other"), 5),
            new SlotRequest("r", List.of("Act"), 5));

    private static final ActivityTaskScheduled ORDER = new ActivityTaskScheduled(2, Transitions.now(), "2", "Act", "q",
            new Json("[]"), null, null, Duration.ofMinutes(1), null,
            new RetryPolicy(Duration.ofMillis(10), 2, Duration.ofSeconds(1), 0, List.of()), CancellationType.TRY_CANCEL,
            null, 3, Map.of());

    @AutoClose
    private final TestConnections connections = new TestConnections(DATABASE, SessionSettings.sql());

    private final EngineStore store = new JdbcEngineStore(this.connections, DATABASE, "engine", Transitions::now);

    private final JdbcClient jdbc = JdbcClient.create(DATABASE);

    private boolean mayHaveWork(boolean withKeys) {
        return this.store.mayHaveWork(TYPES, ACTIVITIES, Transitions.now(), withKeys);
    }

    private void empty() {
        this.jdbc
            .sql("truncate engine.workflow_execution, engine.workflow_event, engine.workflow_task, "
                    + "engine.workflow_activity_task, engine.workflow_message")
            .update();
    }

    private static String one(Random random, String... of) {
        return of[random.nextInt(of.length)];
    }

    private UUID run(Random random) {
        UUID run = UUID.randomUUID();
        // Claims read them, too.
        this.jdbc.sql("""
                insert into engine.workflow_execution
                  (run_id, workflow_id, workflow_type, task_queue, status, started_at, first_run_id)
                values (:run, :run::text, 'One', 'q', 'RUNNING', now(), :run)""").param("run", run).update();
        this.jdbc.sql("""
                insert into engine.workflow_event (run_id, event_id, event_type, event_time, format, attributes)
                values (:run, 2, 'ActivityTaskScheduled', now(), 1, :event)""")
            .param("run", run)
            .param("event", EventCodec.encode(ORDER))
            .update();
        this.jdbc.sql("""
                insert into engine.workflow_task (run_id, workflow_type, task_queue, route, priority, due_at, owner,
                  last_event, problem)
                values (:run, :type, :queue, :route, :priority, now() + :due::int * interval '1 minute', :owner::bigint,
                  2, :problem)""")
            .param("run", run)
            .param("type", one(random, "One", "Two", "Strange"))
            .param("queue", one(random, "q", "r", "s"))
            .param("route", one(random, "", "v2", "v3"))
            .param("priority", 1 + random.nextInt(5))
            .param("due", one(random, "-1", "-1", "1"))
            .param("owner", random.nextBoolean() ? 7 : null)
            .param("problem", random.nextInt(4) == 0 ? "a problem" : null)
            .update();
        return run;
    }

    private void activity(UUID run, Random random) {
        this.jdbc.sql("""
                insert into engine.workflow_activity_task (run_id, scheduled_event_id, activity_type, task_queue,
                  priority, attempt, due_at, scheduled_at, owner, completes_later)
                values (:run, 2, :type, :queue, :priority, 1, now() + :due::int * interval '1 minute', now(),
                  :owner::bigint, :later)""")
            .param("run", run)
            .param("type", one(random, "Act", "Other", "Strange"))
            .param("queue", one(random, "q", "r", "s"))
            .param("priority", 1 + random.nextInt(5))
            .param("due", one(random, "-1", "-1", "1"))
            .param("owner", random.nextBoolean() ? 7 : null)
            .param("later", random.nextBoolean())
            .update();
    }

    private void message(UUID run, Random random) {
        this.jdbc
            .sql("insert into engine.workflow_message (run_id, kind, payload, created_at) values (?, ?, '{}', now())")
            .param(run)
            .param(one(random, "SIGNAL", "CANCEL", "REPLY"))
            .update();
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3, 4 })
    void whatAClaimFindsIsNeverMissed(long seed) {
        int found = 0;
        for (int i = 0; i < 60; i++) {
            Random random = new Random(1_000 * seed + i);
            empty();
            UUID run = run(random);
            for (int k = random.nextInt(2); k > 0; k--) {
                run = run(random);
            }
            if (random.nextInt(3) == 0) {
                activity(run, random);
            }
            if (random.nextInt(5) == 0) {
                message(run, random);
            }
            boolean may = mayHaveWork(false);
            assertThat(mayHaveWork(true)).as("with keys, seed %d, case %d", seed, i).isEqualTo(may);
            Instant now = Transitions.now();
            boolean there = !this.store.runsWithMessages(7, TYPES, 10).isEmpty();
            there |= !this.store.claimDue(8, RUNS, now).isEmpty();
            there |= !this.store.claimActivities(8, ACTIVITIES, now).isEmpty();
            if (there) {
                found++;
                assertThat(may).as("seed %d, case %d", seed, i).isTrue();
            }
        }
        assertThat(found).as("cases with work of seed %d", seed).isBetween(5, 55);
    }

    @Test
    void whatIsNotDueOrIsSomebodysIsNoWork() {
        empty();
        String rows = """
                insert into engine.workflow_task (run_id, workflow_type, task_queue, priority, due_at, owner, last_event,
                  fairness_key)
                values (gen_random_uuid(), 'One', 'q', %s, 2, %s)""";
        this.jdbc.sql(rows.formatted("3, now() + interval '1 minute', null", "null")).update();
        this.jdbc.sql(rows.formatted("3, now(), 7", "null")).update();
        assertThat(mayHaveWork(true)).isFalse();
        this.jdbc.sql(rows.formatted("13, now(), null", "'key'")).update();
        assertThat(mayHaveWork(true)).as("of a lane of keys").isTrue();
        assertThat(mayHaveWork(false)).as("which claims do not look at while no key is used").isFalse();
    }

}
