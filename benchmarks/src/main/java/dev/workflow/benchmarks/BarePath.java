package dev.workflow.benchmarks;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.EngineSettings;
import dev.workflow.engine.Transition;
import dev.workflow.store.JdbcEngineStore;
import dev.workflow.store.SessionSettings;
import org.jspecify.annotations.Nullable;

/**
 * The bare persistence path: the statements that the engine's committers send for the
 * same runs, with no engine around them. The rows are those of a recorded run; nothing is
 * encoded, decoded or decided. It says what the database allows.
 */
final class BarePath implements Contender {

    static final String NAME = "bare-path";

    private static final long OWNER = 1;

    private static final int TOKEN = 1;

    private static final int STEPS = 3;

    private final RecordedRun recorded;

    BarePath(RecordedRun recorded) {
        this.recorded = recorded;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Session open(Database database) {
        int writers = EngineSettings.defaults().committers();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(writers);
        config.setConnectionInitSql(SessionSettings.sql());
        HikariDataSource connections = new HikariDataSource(config);
        return new BareSession(connections,
                new GroupCommit(new JdbcEngineStore(connections, connections, null, InstantSource.system()), writers));
    }

    @Override
    public void verify(Database database, long workflows) {
        database.requireCompleted(workflows);
    }

    @Override
    public void verifySteps(Database database, long workflows, long steps) {
        database.require("events", 2 * workflows + 2 * steps, "select count(*) from workflow_event");
    }

    private final class BareSession implements Session {

        private final HikariDataSource connections;

        private final GroupCommit commit;

        BareSession(HikariDataSource connections, GroupCommit commit) {
            this.connections = connections;
            this.commit = commit;
        }

        @Override
        public String run(String payload) {
            long time = System.currentTimeMillis() << 16 | 0x7000;
            UUID runId = new UUID(time, ThreadLocalRandom.current().nextLong() & Long.MAX_VALUE | Long.MIN_VALUE);
            for (int turn = 0; turn <= STEPS; turn++) {
                Transition.Result result = this.commit.write(transition(runId, turn, payload));
                if (!(result instanceof Transition.Result.Committed)) {
                    throw new IllegalStateException("The store answered " + result);
                }
            }
            return payload;
        }

        @Override
        public Commits commits() {
            return this.commit.commits();
        }

        @Override
        public void close() {
            this.commit.close();
            this.connections.close();
        }

    }

    /**
     * Turn 0 starts the run and orders the first step; the others take a step's result
     * and order the next one or, at last, end the run.
     */
    private Transition transition(UUID runId, int turn, String payload) {
        Instant now = Instant.now();
        long before = 2L * turn;
        boolean last = turn == STEPS;
        List<Transition.EventRow> events = List.of(event(before + 1, now), event(before + 2, now));
        List<Transition.ActivityRow> ordered = last ? List.of() : List
            .of(new Transition.ActivityRow(before + 2, this.recorded.activityType(), "benchmark", 3, true, now));
        return new Transition(runId, OWNER, TOKEN, before, before + 2, null, (turn == 0) ? start(runId, now) : null,
                events, ordered, (turn == 0) ? List.of() : List.of(before), List.of(), List.of(), Map.of(), null,
                last ? close(now, payload) : null, null);
    }

    private Transition.EventRow event(long eventId, Instant now) {
        RecordedRun.Event event = this.recorded.events().get((int) eventId - 1);
        return new Transition.EventRow(eventId, event.type(), now, event.attributes());
    }

    private static Transition.@Nullable NewExecution start(UUID runId, Instant now) {
        return new Transition.NewExecution(runId, runId.toString(), false, "ThreeSteps", "benchmark", 3, now, now,
                runId, null, IdReusePolicy.ALLOW_DUPLICATE, null, null, null, null, null);
    }

    private static Transition.Close close(Instant now, String payload) {
        return new Transition.Close(WorkflowStatus.COMPLETED, now, Payload.json(payload), null);
    }

}
