package dev.workflow.engine;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.RetryOptions;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.FailureInfo;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.NoRollbackRuleAttribute;
import org.springframework.transaction.interceptor.RollbackRuleAttribute;
import org.springframework.transaction.interceptor.RuleBasedTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;

import static org.assertj.core.api.Assertions.assertThat;

/** What an attempt throws, and what becomes of its transaction. */
class TransactionalAttemptIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final JdbcClient business = this.nodes.jdbc();

    private final AtomicInteger attempts = new AtomicInteger();

    private WorkflowOutcome outcome;

    @BeforeEach
    void createTable() {
        this.business.sql("create table booking (attempt int)").update();
    }

    @Test
    void attemptsThatThrowLeaveNothingWhateverTheRulesOfTheTransactionSay() {
        RuleBasedTransactionAttribute keeps = new RuleBasedTransactionAttribute();
        keeps.setRollbackRules(List.of(new NoRollbackRuleAttribute(Throwable.class)));
        book(keeps, () -> {
            switch (this.attempts.get()) {
                case 1 -> throw new IOException("not yet");
                case 2 -> throw new IllegalStateException("not yet");
                default -> {
                    // It has booked.
                }
            }
        });
        assertThat(this.outcome.status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(this.business.sql("select attempt from booking").query(Integer.class).list()).containsExactly(3);
    }

    @Test
    void checkedExceptionThatSpringWouldCommitLeavesNothing() {
        book(new DefaultTransactionAttribute(), () -> {
            if (this.attempts.get() < 3) {
                throw new IOException("not yet");
            }
        });
        assertThat(this.outcome.status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(this.business.sql("select attempt from booking").query(Integer.class).list()).containsExactly(3);
    }

    @Test
    void checkedExceptionThatRollsBackIsTheFailureAsItWasThrown() {
        RuleBasedTransactionAttribute rules = new RuleBasedTransactionAttribute();
        rules.setRollbackRules(List.of(new RollbackRuleAttribute(Exception.class)));
        book(rules, () -> {
            throw new FileNotFoundException("no file");
        });
        assertThatItFailedOfTheFile();
    }

    @Test
    void rollbackThatAnInnerTransactionAskedForDoesNotHideTheException() {
        book(new DefaultTransactionAttribute(), () -> {
            this.nodes.transaction().executeWithoutResult((status) -> status.setRollbackOnly());
            throw new FileNotFoundException("no file");
        });
        assertThatItFailedOfTheFile();
    }

    @Test
    void rollbackThatFailsDoesNotHideTheException() {
        RuleBasedTransactionAttribute rules = new RuleBasedTransactionAttribute();
        rules.setRollbackRules(List.of(new RollbackRuleAttribute(Exception.class)));
        book(rules, () -> {
            try {
                this.business.sql("select pg_terminate_backend(pg_backend_pid())").query().singleValue();
            }
            catch (RuntimeException ex) {
                throw new FileNotFoundException("no file");
            }
        });
        assertThatItFailedOfTheFile();
    }

    /**
     * Runs an activity that books and ends like this, and is not retried after a file.
     */
    private void book(TransactionAttribute transaction, Ending ending) {
        ActivityOptions options = ActivityOptions.defaults()
            .retry(RetryOptions.defaults()
                .initialInterval(Duration.ofMillis(20))
                .maximumAttempts(4)
                .doNotRetry(FileNotFoundException.class.getName()));
        TestNode node = this.nodes.node().activity("Book", transaction, (arguments) -> {
            int attempt = this.attempts.incrementAndGet();
            this.business.sql("insert into booking values (?)").param(attempt).update();
            ending.end();
            return "booked";
        }).workflow("Books", (arguments) -> Workflows.activity("Book", String.class, options)).start();
        node.begin("Books", "books");
        this.outcome = node.result("books");
    }

    private void assertThatItFailedOfTheFile() {
        assertThat(this.outcome.status()).isEqualTo(WorkflowStatus.FAILED);
        FailureInfo failure = this.outcome.failure().cause();
        assertThat(failure.type()).isEqualTo(FileNotFoundException.class.getName());
        assertThat(failure.message()).isEqualTo("no file");
        assertThat(failure.cause()).isNull();
        assertThat(this.attempts).hasValue(1);
        assertThat(this.nodes.count("select count(*) from booking")).isZero();
    }

    /** How an attempt ends that has booked. */
    private interface Ending {

        void end() throws IOException;

    }

}
