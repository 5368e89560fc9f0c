package dev.workflow.test.scenarios;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.workflow.Activities;
import dev.workflow.Activity;
import dev.workflow.Retry;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@WorkflowTest(
        classes = { Probe.class, TransactionTests.Ledger.class, TransactionTests.Book.class,
                TransactionTests.Waiting.class, TransactionTests.Hasty.class, TransactionTests.Listener.class },
        properties = { "spring.sql.init.mode=always",
                "spring.sql.init.schema-locations=classpath:dev/workflow/test/scenarios/ledger.sql" })
class TransactionTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Autowired
    JdbcClient jdbc;

    @Autowired
    PlatformTransactionManager transactionManager;

    @Autowired
    ApplicationEventPublisher events;

    // Transactional activities

    @Test
    void aTransactionalActivityCommitsWithItsResult() {
        String key = anyId().id();
        WorkflowHandle<Book, String> handle = startBook(key, "none");
        step();
        assertThat(resultOf(handle)).isEqualTo("booked by attempt 1");
        assertThat(bookings(key)).isEqualTo(1);
    }

    @Test
    void aCommitThatFailsLeavesNothingAndIsRepeated() {
        for (String fault : new String[] { "exception", "checked", "beforeCommit", "constraint" }) {
            String key = anyId().id();
            WorkflowHandle<Book, String> handle = startBook(key, fault);
            advance(Duration.ofMinutes(1));
            assertThat(resultOf(handle)).as(fault).isEqualTo("booked by attempt 3");
            assertThat(bookings(key)).as(fault).isEqualTo(1);
            assertThat(this.probe.notes(key)).as(fault).hasSize(3);
        }
    }

    @Test
    void aFaultAfterTheCommitDoesNotRepeatTheWork() {
        String key = anyId().id();
        WorkflowHandle<Book, String> handle = startBook(key, "afterCommit");
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("booked by attempt 1");
        assertThat(bookings(key)).isEqualTo(1);
        assertThat(this.probe.notes(key)).hasSize(1);
    }

    @Test
    void anAttemptThatTimesOutLeavesNothing() {
        String key = anyId().id();
        WorkflowHandle<Book, String> handle = startBook(key, "hang");
        this.probe.awaitReached(key);
        evict();
        this.clock.skip(Duration.ofSeconds(10));
        advance(Duration.ofMinutes(1));
        assertThat(resultOf(handle)).isEqualTo("booked by attempt 2");
        assertThat(bookings(key)).isEqualTo(1);
    }

    // The caller's transaction

    @Test
    void aStartThatIsRolledBackDidNotHappen() {
        String key = anyId().id();
        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> transaction().executeWithoutResult((status) -> {
                insert(key);
                this.client.start(Waiting.class, (w) -> w.run(key), WorkflowOptions.withId(key));
                throw new IllegalStateException("roll back");
            }))
            .withMessage("roll back");
        step();
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.client.workflow(key).describe());
        assertThat(bookings(key)).isZero();
        assertThat(this.probe.notes(key)).isEmpty();
    }

    @Test
    void aStartRunsAtOnceAfterTheCommit() {
        String key = anyId().id();
        WorkflowHandle<Waiting, String> handle = transaction().execute((status) -> {
            insert(key);
            WorkflowHandle<Waiting, String> started = this.client.start(Waiting.class, (w) -> w.run(key),
                    WorkflowOptions.withId(key));
            this.clock.awaitIdle();
            assertThat(this.probe.notes(key)).as("what ran before the commit").isEmpty();
            return started;
        });
        await(() -> this.probe.notes(key).contains("began"));
        evict();
        handle.signal((w) -> w.goOn("x"));
        assertThat(resultOf(handle)).isEqualTo("x");
        assertThat(bookings(key)).isEqualTo(1);
    }

    @Test
    void aSignalHappensWithTheCommitOnly() {
        String key = anyId().id();
        WorkflowHandle<Waiting, String> handle = startWaiting(key);
        transaction().executeWithoutResult((status) -> {
            handle.signal((w) -> w.goOn("rolled back"));
            status.setRollbackOnly();
        });
        step();
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        assertThat(eventTypes(handle)).doesNotContain("WorkflowExecutionSignaled");
        transaction().executeWithoutResult((status) -> {
            handle.signal((w) -> w.goOn("committed"));
            this.clock.awaitIdle();
            assertThat(eventTypes(handle)).doesNotContain("WorkflowExecutionSignaled");
        });
        assertThat(resultOf(handle)).isEqualTo("committed");
    }

    @Test
    void aCancellationHappensWithTheCommitOnly() {
        String key = anyId().id();
        WorkflowHandle<Waiting, String> handle = startWaiting(key);
        transaction().executeWithoutResult((status) -> {
            handle.cancel();
            status.setRollbackOnly();
        });
        step();
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        transaction().executeWithoutResult((status) -> handle.cancel());
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .withCauseInstanceOf(CanceledFailure.class);
    }

    @Test
    void aTerminationHappensWithTheCommitOnly() {
        String key = anyId().id();
        WorkflowHandle<Waiting, String> handle = startWaiting(key);
        transaction().executeWithoutResult((status) -> {
            handle.terminate("rolled back");
            status.setRollbackOnly();
        });
        step();
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        transaction().executeWithoutResult((status) -> handle.terminate("committed"));
        await(() -> handle.describe().status() == WorkflowStatus.TERMINATED);
    }

    @Test
    void startAndSignalInOneTransactionArriveTogether() {
        String key = anyId().id();
        WorkflowHandle<Waiting, String> handle = transaction().execute((status) -> {
            WorkflowHandle<Waiting, String> started = this.client.start(Waiting.class, (w) -> w.run(key),
                    WorkflowOptions.withId(key));
            started.signal((w) -> w.goOn("together"));
            return started;
        });
        assertThat(resultOf(handle)).isEqualTo("together");
        String other = anyId().id();
        WorkflowHandle<Waiting, String> second = transaction()
            .execute((status) -> this.client.signalWithStart(Waiting.class, (w) -> w.goOn("with start"),
                    (w) -> w.run(other), WorkflowOptions.withId(other)));
        assertThat(resultOf(second)).isEqualTo("with start");
    }

    @Test
    void signalsBeforeTheFirstStepReachARunThatEndsAtOnce() {
        WorkflowHandle<Hasty, List<String>> handle = transaction().execute((status) -> {
            WorkflowHandle<Hasty, List<String>> started = this.client.start(Hasty.class, (w) -> w.run(), anyId());
            started.signal((w) -> w.left("1"));
            started.signal((w) -> w.right("2"));
            started.signal((w) -> w.left("3"));
            return started;
        });
        step();
        assertThat(resultOf(handle)).containsExactly("left 1", "right 2", "left 3");
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted", "WorkflowExecutionSignaled",
                "WorkflowExecutionSignaled", "WorkflowExecutionSignaled", "WorkflowExecutionCompleted");
    }

    @Test
    void waitingForWhatOnlyTheCommitMakesVisibleIsRefusedAtOnce() {
        String key = anyId().id();
        transaction().executeWithoutResult((status) -> {
            WorkflowHandle<Waiting, String> handle = this.client.start(Waiting.class, (w) -> w.run(key),
                    WorkflowOptions.withId(key));
            assertThatThrownBy(() -> handle.result(PATIENCE)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("commit");
            assertThatThrownBy(() -> handle.update("anything", String.class)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("commit");
            status.setRollbackOnly();
        });
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.client.workflow(key).describe());
    }

    @Test
    void whatStartsAndWaitsIsRefusedInATransactionBeforeAnythingIsStarted() {
        String key = anyId().id();
        transaction().executeWithoutResult((status) -> {
            assertThatIllegalStateException()
                .isThrownBy(() -> this.client.execute(Waiting.class, (w) -> w.run(key), WorkflowOptions.withId(key)))
                .withMessageContaining("execute")
                .withMessageContaining("commit");
            assertThatIllegalStateException()
                .isThrownBy(() -> this.client.updateWithStart(Waiting.class, (w) -> w.change("x"), (w) -> {
                    w.run(key);
                }, WorkflowOptions.withId(key)))
                .withMessageContaining("updateWithStart")
                .withMessageContaining("commit");
            insert(key);
        });
        assertThat(bookings(key)).isEqualTo(1);
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.client.workflow(key).describe());
    }

    @Test
    void aReadOnlyTransactionIsRefused() {
        TransactionTemplate readOnly = transaction();
        readOnly.setReadOnly(true);
        String key = anyId().id();
        assertThatThrownBy(() -> readOnly.executeWithoutResult(
                (status) -> this.client.start(Waiting.class, (w) -> w.run(key), WorkflowOptions.withId(key))))
            .hasMessageContaining("read-only");
    }

    @Test
    void anIdConflictDoesNotSpoilTheTransaction() {
        String key = anyId().id();
        WorkflowHandle<Waiting, String> handle = startWaiting(key);
        transaction().executeWithoutResult((status) -> {
            assertThatExceptionOfType(WorkflowAlreadyStartedException.class)
                .isThrownBy(() -> this.client.start(Waiting.class, (w) -> w.run(key), WorkflowOptions.withId(key)));
            insert(key);
        });
        assertThat(bookings(key)).isEqualTo(1);
        handle.signal((w) -> w.goOn("done"));
        assertThat(resultOf(handle)).isEqualTo("done");
    }

    @Test
    void anActivityIsCompletedInTheCallersTransaction() {
        String key = anyId().id();
        WorkflowHandle<Book, String> handle = startBook(key, "later");
        step();
        String token = (String) this.probe.notes(key).getFirst();
        transaction().executeWithoutResult((status) -> {
            this.client.completeActivity(token, "rolled back");
            status.setRollbackOnly();
        });
        step();
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        transaction().executeWithoutResult((status) -> {
            insert(key);
            this.client.completeActivity(token, "committed");
        });
        assertThat(resultOf(handle)).isEqualTo("committed");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void whatAListenerStartsAndSignalsAfterTheEndHappens(boolean commits) {
        String key = anyId().id();
        WorkflowHandle<Waiting, String> handle = startWaiting(key);
        transaction().executeWithoutResult((status) -> {
            this.events.publishEvent(new Ended(key));
            if (!commits) {
                status.setRollbackOnly();
            }
        });
        assertThat(this.probe.notes(key)).contains("heard");
        assertThat(resultOf(handle)).isEqualTo("late");
        assertThat(this.client.workflow(key + "-late").result(String.class, PATIENCE)).isEqualTo("late");
        transaction().executeWithoutResult((status) -> assertThat(resultOf(handle)).isEqualTo("late"));
    }

    @Test
    void whatIsStartedRightAfterTheCommitIsThereAtOnce() {
        String key = anyId().id();
        transaction().executeWithoutResult((status) -> {
            insert(key);
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

                @Override
                public void afterCommit() {
                    WorkflowHandle<Waiting, String> handle = startWaiting(key);
                    handle.signal((w) -> w.goOn("late"));
                    assertThat(resultOf(handle)).isEqualTo("late");
                    TransactionTests.this.probe.note(key, "ended");
                }

            });
        });
        assertThat(this.probe.notes(key)).contains("ended");
        assertThat(bookings(key)).isEqualTo(1);
    }

    private TransactionTemplate transaction() {
        return new TransactionTemplate(this.transactionManager);
    }

    private WorkflowHandle<Book, String> startBook(String key, String fault) {
        return this.client.start(Book.class, (w) -> w.book(key, fault), WorkflowOptions.withId(key));
    }

    private WorkflowHandle<Waiting, String> startWaiting(String key) {
        WorkflowHandle<Waiting, String> handle = this.client.start(Waiting.class, (w) -> w.run(key),
                WorkflowOptions.withId(key));
        step();
        return handle;
    }

    private void insert(String key) {
        this.jdbc.sql("insert into booking (key, slot) values (?, ?)").params(key, key).update();
    }

    private long bookings(String key) {
        return this.jdbc.sql("select count(*) from booking where key = ?").param(key).query(Long.class).single();
    }

    @Activity(startToCloseTimeout = "10s", retry = @Retry(initialInterval = "1s"))
    static class Ledger {

        private final Probe probe;

        private final JdbcClient jdbc;

        Ledger(Probe probe, JdbcClient jdbc) {
            this.probe = probe;
            this.jdbc = jdbc;
        }

        @Transactional
        public String book(String key, String fault) throws IOException {
            int attempt = Activities.info().attempt();
            this.probe.note(key, "attempt " + attempt);
            insert(key, key + attempt);
            if (attempt < 3) {
                fail(key, fault, attempt);
            }
            return "booked by attempt " + attempt;
        }

        @Transactional
        public String bookLater(String key) {
            this.probe.note(key, Activities.completeLater());
            return "ignored";
        }

        private void fail(String key, String fault, int attempt) throws IOException {
            switch (fault) {
                case "exception" -> throw new IllegalStateException("before the commit");
                case "checked" -> throw new IOException("before the commit");
                case "constraint" -> insert(key, key + attempt);
                case "beforeCommit", "afterCommit" ->
                    TransactionSynchronizationManager.registerSynchronization(new Fault(fault));
                case "hang" -> {
                    if (attempt == 1) {
                        this.probe.pass(key);
                    }
                }
                default -> {
                }
            }
        }

        private void insert(String key, String slot) {
            this.jdbc.sql("insert into booking (key, slot) values (?, ?)").params(key, slot).update();
        }

    }

    /** Says that a transaction has ended, once it has. */
    record Ended(String key) {
    }

    /** Starts a workflow and signals another when a transaction has ended. */
    static class Listener {

        private final WorkflowClient client;

        private final Probe probe;

        Listener(WorkflowClient client, Probe probe) {
            this.client = client;
            this.probe = probe;
        }

        @TransactionalEventListener
        void committed(Ended event) {
            hear(event.key());
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
        void rolledBack(Ended event) {
            hear(event.key());
        }

        private void hear(String key) {
            String late = key + "-late";
            this.client.start(Waiting.class, (w) -> w.run(late), WorkflowOptions.withId(late))
                .signal((w) -> w.goOn("late"));
            this.client.workflow(Waiting.class, key).signal((w) -> w.goOn("late"));
            this.probe.note(key, "heard");
        }

    }

    /** Lets a commit fail, or seem to. */
    record Fault(String where) implements TransactionSynchronization {

        @Override
        public void beforeCommit(boolean readOnly) {
            if (this.where.equals("beforeCommit")) {
                throw new DataIntegrityViolationException("before the commit");
            }
        }

        @Override
        public void afterCommit() {
            if (this.where.equals("afterCommit")) {
                throw new IllegalStateException("after the commit");
            }
        }

    }

    @Workflow
    static class Book {

        private final Ledger ledger;

        Book(Ledger ledger) {
            this.ledger = ledger;
        }

        @WorkflowMethod
        String book(String key, String fault) throws IOException {
            return fault.equals("later") ? this.ledger.bookLater(key) : this.ledger.book(key, fault);
        }

    }

    @Workflow
    static class Waiting {

        private final Probe probe;

        private final AtomicReference<String> word = new AtomicReference<>();

        Waiting(Probe probe) {
            this.probe = probe;
        }

        @WorkflowMethod
        String run(String key) {
            this.probe.note(key, "began");
            Workflows.await(() -> this.word.get() != null);
            return this.word.get();
        }

        @SignalMethod
        void goOn(String word) {
            this.word.set(word);
        }

        @UpdateMethod
        String change(String word) {
            this.word.set(word);
            return word;
        }

    }

    /** Ends in its first step. */
    @Workflow
    static class Hasty {

        private final List<String> words = new ArrayList<>();

        @WorkflowMethod
        List<String> run() {
            return this.words;
        }

        @SignalMethod
        void left(String word) {
            this.words.add("left " + word);
        }

        @SignalMethod
        void right(String word) {
            this.words.add("right " + word);
        }

    }

}
