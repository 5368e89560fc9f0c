package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.QueryMethod;
import dev.workflow.RetryOptions;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.HistoryEvent;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every value of these scenarios has the same word in it. Triggers keep whatever any of
 * the engine's tables has ever held, and none of it may be that word.
 */
@WorkflowTest(
        classes = { Probe.class, BlockedTests.Release.class, EncryptionTests.Vault.class,
                EncryptionTests.Secretive.class, EncryptionTests.Leaky.class, EncryptionTests.Continuing.class,
                EncryptionTests.Outside.class },
        properties = { "workflow.payload.encryption.key=MDEyMzQ1Njc4OWFiY2RlZg==",
                "workflow.payload.encryption.key-id=k1", "workflow.payload.encode-memo=true" })
class EncryptionTests extends ScenarioTests {

    private static final String SECRET = "xyzzy";

    @Autowired
    Probe probe;

    @Autowired
    BlockedTests.Release release;

    @Autowired
    WorkflowService service;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    PlatformTransactionManager transactions;

    @BeforeEach
    void keepWhateverIsWritten() {
        this.release.number = 1;
        this.jdbc.sql("create table if not exists kept (tab text, content text)").update();
        this.jdbc.sql("""
                create or replace function keep() returns trigger language plpgsql as $$
                begin insert into kept values (tg_table_name, new::text); return null; end $$""").update();
        for (String table : this.jdbc.sql("select tablename from pg_tables where tablename like 'workflow\\_%'")
            .query(String.class)
            .list()) {
            this.jdbc
                .sql("create or replace trigger keep after insert or update on " + table
                        + " for each row execute function keep()")
                .update();
        }
    }

    @AfterEach
    void nothingOfItIsInClearText() {
        this.release.number = 2;
        assertThat(this.jdbc.sql("select distinct tab from kept").query(String.class).list())
            .contains("workflow_execution", "workflow_event", "workflow_task");
        assertThat(this.jdbc.sql("select tab || ': ' || content from kept where content ilike ?")
            .param("%" + SECRET + "%")
            .query(String.class)
            .list()).isEmpty();
    }

    @Test
    void argumentsResultsDetailsAndFailuresAreEncryptedAndWorkAsEver() {
        String key = anyId().id();
        WorkflowHandle<Secretive, List<String>> handle = this.client.start(Secretive.class,
                (w) -> w.run(key, SECRET + 1), WorkflowOptions.withId(key).memo(Map.of("note", SECRET)));
        advance(Duration.ofSeconds(30));
        handle.signal((w) -> w.say(SECRET + 2));
        step();
        String updated = handle.update((w) -> w.change(SECRET + 3));
        assertThat(updated).isEqualTo(SECRET + 3 + "!");
        step();
        assertThatExceptionOfType(UpdateFailedException.class).isThrownBy(() -> handle.update((w) -> w.change("fail")))
            .havingCause()
            .withMessageContaining(SECRET);
        step();
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> handle.update((w) -> w.change("refuse")))
            .withMessageContaining(SECRET);
        String said = handle.query((w) -> w.said());
        assertThat(said).isEqualTo(SECRET + 2);
        handle.signal((w) -> w.say(SECRET + 4));
        assertThat(resultOf(handle)).containsExactly(SECRET + 1 + "+", SECRET + " went wrong", SECRET + "side",
                "seen " + SECRET + " beat", SECRET + 2, SECRET + 4);
        WorkflowDescription described = handle.describe();
        assertThat(described.memo()).containsEntry("note", SECRET).containsEntry("later", SECRET + 5);
        assertThat(this.client.list("WorkflowId = '" + key + "'").toList().getFirst().memo()).containsEntry("note",
                SECRET);
        assertThat(handle.history()).extracting(HistoryEvent::attributes)
            .extracting(Object::toString)
            .anyMatch((attributes) -> attributes.contains("input=[" + key + ", " + SECRET + 1));
    }

    @Test
    void theFailureOfARunIsEncrypted() {
        String key = anyId().id();
        WorkflowHandle<Leaky, String> handle = this.client.start(Leaky.class, (w) -> w.run(SECRET, "fail"),
                WorkflowOptions.withId(key));
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .havingCause()
            .isInstanceOfSatisfying(ApplicationFailure.class, (failure) -> {
                assertThat(failure.getMessage()).isEqualTo("failed for " + SECRET);
                assertThat(failure.type()).isEqualTo("Leak");
                assertThat(failure.detail(0, String.class)).contains(SECRET);
                assertThat(failure.getStackTrace()).anyMatch((frame) -> frame.getMethodName().equals("run"));
                assertThat(failure.getCause()).hasMessage("because of " + SECRET);
            });
    }

    @Test
    void whatABlockedRunSaysOfItselfIsEncrypted() {
        String key = anyId().id();
        WorkflowHandle<Leaky, String> handle = this.client.start(Leaky.class, (w) -> w.run(SECRET, "bug"),
                WorkflowOptions.withId(key));
        step();
        assertThat(this.service.describe(new WorkflowRef(key, null)).problem()).contains("a bug with " + SECRET);
        handle.signal("unknown", SECRET);
        this.release.number = 2;
        advance(Duration.ofMinutes(10));
        assertThat(resultOf(handle)).isEqualTo(SECRET + " mended");
    }

    @Test
    void theSecretIsCarriedIntoTheNextRun() {
        WorkflowHandle<Continuing, String> handle = this.client.start(Continuing.class, (w) -> w.run(SECRET, 3),
                anyId().memo(Map.of("note", SECRET)));
        advance(Duration.ofDays(3));
        assertThat(resultOf(handle)).isEqualTo(SECRET + " of " + SECRET);
    }

    @Test
    void whatACallersTransactionAndTheInboxCarryIsEncrypted() {
        String key = anyId().id();
        new TransactionTemplate(this.transactions).executeWithoutResult((status) -> {
            WorkflowHandle<Secretive, List<String>> handle = this.client.start(Secretive.class,
                    (w) -> w.run(key, SECRET + 1), WorkflowOptions.withId(key));
            handle.signal((w) -> w.say(SECRET + 2));
            handle.signal((w) -> w.say(SECRET + 4));
        });
        advance(Duration.ofSeconds(30));
        WorkflowHandle<Secretive, Object> handle = this.client.workflow(Secretive.class, key);
        assertThat(String.valueOf(handle.result(List.class, PATIENCE))).contains(SECRET + 2, SECRET + 4);
    }

    @Test
    void aCompletionFromOutsideIsEncrypted() {
        for (boolean fails : new boolean[] { false, true }) {
            String key = anyId().id();
            WorkflowHandle<Outside, String> handle = this.client.start(Outside.class, (w) -> w.run(key, SECRET),
                    WorkflowOptions.withId(key));
            step();
            String token = (String) this.probe.notes(key).getFirst();
            this.client.heartbeatActivity(token, SECRET + " half");
            assertThat(String.valueOf(this.service.describe(new WorkflowRef(key, null))
                .pendingActivities()
                .getFirst()
                .heartbeatDetails())).contains(SECRET + " half");
            if (fails) {
                this.client.failActivity(token, ApplicationFailure.nonRetryable(SECRET, "Never"));
                step();
                assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
                    .havingRootCause()
                    .withMessage(SECRET);
            }
            else {
                this.client.completeActivity(token, SECRET + " done");
                step();
                assertThat(resultOf(handle)).isEqualTo(SECRET + " done");
            }
        }
    }

    @Activity
    static class Vault {

        private final Probe probe;

        Vault(Probe probe) {
            this.probe = probe;
        }

        public String add(String text) {
            return text + "+";
        }

        public String fail(String text) {
            throw ApplicationFailure.of(text + " went wrong", "Wrong", text)
                .causedBy(new IllegalStateException(text + " below"));
        }

        public String beat(String key) {
            if (this.probe.note(key + "/beat", "attempt") == 1) {
                Activities.heartbeat(SECRET + " beat");
                throw new IllegalStateException(SECRET + " stopped");
            }
            return "seen " + Activities.heartbeatDetails(String.class).orElse("nothing");
        }

        public String outside(String key, String text) {
            this.probe.note(key, Activities.completeLater());
            return text;
        }

    }

    @Workflow
    static class Secretive {

        private final Vault vault;

        private final List<String> said = new java.util.ArrayList<>();

        Secretive(Vault vault) {
            this.vault = vault;
        }

        @WorkflowMethod
        List<String> run(String key, String text) {
            List<String> result = new java.util.ArrayList<>();
            result.add(this.vault.add(text));
            ActivityOptions twice = ActivityOptions.defaults().retry(RetryOptions.defaults().maximumAttempts(2));
            try {
                Workflows.withOptions(this.vault, twice).fail(SECRET);
            }
            catch (ActivityFailure failure) {
                result.add(String.valueOf(failure.getCause().getMessage()));
            }
            String side = Workflows.sideEffect(String.class, () -> SECRET + "side");
            result.add(Workflows.mutableSideEffect("mutable", String.class, (a, b) -> !a.equals(b), () -> side));
            result.add(this.vault.beat(key));
            Workflows.upsertMemo(Map.of("later", SECRET + 5));
            Workflows.await(() -> this.said.size() == 2);
            result.addAll(this.said);
            return result;
        }

        @SignalMethod
        void say(String text) {
            this.said.add(text);
        }

        @QueryMethod
        String said() {
            return String.join(",", this.said);
        }

        @UpdateMethod
        String change(String text) {
            if (text.equals("fail")) {
                throw ApplicationFailure.of(SECRET + " cannot be changed", "Unchangeable");
            }
            return text + "!";
        }

        @UpdateValidator("change")
        void check(String text) {
            if (text.equals("refuse")) {
                throw new IllegalArgumentException(SECRET + " is refused");
            }
        }

    }

    @Workflow
    static class Leaky {

        private final BlockedTests.Release release;

        Leaky(BlockedTests.Release release) {
            this.release = release;
        }

        @WorkflowMethod
        String run(String text, String how) {
            if (how.equals("fail")) {
                throw ApplicationFailure.of("failed for " + text, "Leak", text)
                    .causedBy(new IllegalStateException("because of " + text));
            }
            if (this.release.number == 1) {
                throw new IllegalStateException("a bug with " + text);
            }
            return text + " mended";
        }

    }

    @Workflow
    static class Continuing {

        @WorkflowMethod
        String run(String text, int left) {
            if (left == 0) {
                return text + " of " + Workflows.info().memo().get("note");
            }
            Workflows.sleep(Duration.ofDays(1));
            return Workflows.continueAsNew(text, left - 1);
        }

    }

    @Workflow
    static class Outside {

        private final Vault vault;

        Outside(Vault vault) {
            this.vault = vault;
        }

        @WorkflowMethod
        String run(String key, String text) {
            ActivityOptions options = ActivityOptions.defaults().startToCloseTimeout(Duration.ofHours(1));
            return Workflows.withOptions(this.vault, options).outside(key, text);
        }

    }

}
