package dev.workflow.store;

import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.Transition;
import dev.workflow.engine.Transition.Result;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of starts whose id or request was there before. */
class StartIntegrationTests {

    private static final DataSource DATABASE = TestPostgres.newDatabase("engine");

    @AutoClose
    private final TestConnections connections = new TestConnections(DATABASE, SessionSettings.sql());

    private final EngineStore store = new JdbcEngineStore(this.connections, DATABASE, "engine", Transitions::now);

    private final JdbcClient jdbc = JdbcClient.create(DATABASE);

    private final String id = UUID.randomUUID().toString();

    private Result start(UUID run, @org.jspecify.annotations.Nullable String request, IdReusePolicy policy) {
        return this.store.commit(List.of(Transitions.start(Transitions.execution(run, this.id, request, policy), 7)))
            .getFirst();
    }

    private UUID ended(WorkflowStatus status) {
        UUID run = UUID.randomUUID();
        start(run, null, IdReusePolicy.ALLOW_DUPLICATE);
        this.store.commit(List.of(Transitions.close(run, 7, 1, 1)));
        this.jdbc.sql("update engine.workflow_execution set status = ? where run_id = ?")
            .params(status.name(), run)
            .update();
        return run;
    }

    @ParameterizedTest
    @CsvSource({ "ALLOW_DUPLICATE, COMPLETED, true", "ALLOW_DUPLICATE, FAILED, true",
            "ALLOW_DUPLICATE_FAILED_ONLY, COMPLETED, false", "ALLOW_DUPLICATE_FAILED_ONLY, FAILED, true",
            "ALLOW_DUPLICATE_FAILED_ONLY, TERMINATED, true", "REJECT_DUPLICATE, COMPLETED, false",
            "REJECT_DUPLICATE, FAILED, false" })
    void reusePolicyDecidesWhatAClosedRunMeans(IdReusePolicy policy, WorkflowStatus status, boolean allowed) {
        UUID before = ended(status);
        UUID run = UUID.randomUUID();
        Result result = start(run, null, policy);
        if (allowed) {
            assertThat(result).isInstanceOf(Result.Committed.class);
        }
        else {
            assertThat(result).isEqualTo(new Result.StartRefused(before, false, false));
            for (String table : List.of("execution", "task", "event")) {
                assertThat(this.jdbc.sql("select count(*) from engine.workflow_" + table + " where run_id = ?")
                    .param(run)
                    .query(Long.class)
                    .single()).as("rows of the refused start in " + table).isZero();
            }
            assertThat(start(UUID.randomUUID(), null, IdReusePolicy.ALLOW_DUPLICATE))
                .as("the slot was withdrawn with the refusal")
                .isInstanceOf(Result.Committed.class);
        }
    }

    @Test
    void requestIdIsUniqueForGoodAndAcrossIds() {
        UUID run = UUID.randomUUID();
        String request = "request-" + this.id;
        assertThat(start(run, request, IdReusePolicy.ALLOW_DUPLICATE)).isInstanceOf(Result.Committed.class);
        assertThat(start(UUID.randomUUID(), request, IdReusePolicy.ALLOW_DUPLICATE))
            .isEqualTo(new Result.StartRefused(run, true, true));
        this.store.commit(List.of(Transitions.close(run, 7, 1, 1)));
        assertThat(start(UUID.randomUUID(), request, IdReusePolicy.ALLOW_DUPLICATE))
            .isEqualTo(new Result.StartRefused(run, true, false));
        UUID other = UUID.randomUUID();
        assertThat(this.store.commit(List.of(Transitions
            .start(Transitions.execution(other, "other-" + this.id, request, IdReusePolicy.ALLOW_DUPLICATE), 7))))
            .containsExactly(new Result.StartRefused(run, true, false));
    }

    @Test
    void oneOfTwoStartsInABatchIsToldOfTheOther() {
        UUID first = new UUID(1, UUID.randomUUID().getLeastSignificantBits());
        UUID second = new UUID(2, UUID.randomUUID().getLeastSignificantBits());
        assertThat(
                this.store.commit(List.of(Transitions.start(second, this.id, 7), Transitions.start(first, this.id, 7))))
            .containsExactly(new Result.StartRefused(first, false, true), new Result.Committed());
    }

    @Test
    void startBehindARefusedOneOfTheSameBatchIsNotToldThatItRuns() {
        ended(WorkflowStatus.COMPLETED);
        UUID strict = new UUID(1, UUID.randomUUID().getLeastSignificantBits());
        UUID second = new UUID(2, UUID.randomUUID().getLeastSignificantBits());
        Transition lenient = Transitions.start(second, this.id, 7);
        List<Result> results = this.store.commit(List.of(
                Transitions.start(Transitions.execution(strict, this.id, null, IdReusePolicy.REJECT_DUPLICATE), 7),
                lenient));
        assertThat(results.getFirst()).isInstanceOf(Result.StartRefused.class);
        assertThat(results.getLast()).as("worth trying again").isInstanceOf(Result.Locked.class);
        assertThat(this.store.commit(List.of(lenient))).containsExactly(new Result.Committed());
    }

}
