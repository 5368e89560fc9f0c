package dev.workflow.cookbook.approval;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.cookbook.approval.ExpenseWorkflow.Decision;
import dev.workflow.cookbook.approval.ExpenseWorkflow.Expense;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ApprovalTests extends CookbookTests {

    @Autowired
    private Mail mail;

    @Test
    void managerDecidesAndIsAskedEveryDayUntilThen() {
        WorkflowHandle<ExpenseWorkflow, Decision> handle = submit();
        advance(Duration.ofDays(1));
        assertThat(this.client.count("Approver = 'grace' AND WorkflowId = '" + handle.workflowId() + "'")).isEqualTo(1);
        decide(handle, new Decision(true, "grace", "fine"));
        assertThat(handle.result(PATIENCE)).isEqualTo(new Decision(true, "grace", "fine"));
        assertThat(mailsOf(handle)).containsExactly("grace", "grace");
    }

    @Test
    void fromTheFourthDayOnTheDirectorDecides() {
        WorkflowHandle<ExpenseWorkflow, Decision> handle = submit();
        advance(Duration.ofDays(3));
        String approver = handle.query((w) -> w.approver());
        assertThat(approver).isEqualTo("ada");
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> decide(handle, new Decision(true, "grace", "fine")))
            .withMessageContaining("The decision is up to ada");
        decide(handle, new Decision(false, "ada", "too much tea"));
        assertThat(handle.result(PATIENCE)).isEqualTo(new Decision(false, "ada", "too much tea"));
    }

    @Test
    void nobodyWaitsForEver() {
        WorkflowHandle<ExpenseWorkflow, Decision> handle = submit();
        advance(Duration.ofDays(10));
        assertThat(handle.result(PATIENCE).approved()).isFalse();
        assertThat(mailsOf(handle)).containsExactlyElementsOf(
                Stream.concat(Collections.nCopies(3, "grace").stream(), Collections.nCopies(7, "ada").stream())
                    .toList());
    }

    private WorkflowHandle<ExpenseWorkflow, Decision> submit() {
        return this.client.start(ExpenseWorkflow.class, (w) -> w.approve(new Expense("tea", 900, "grace", "ada")),
                anyId());
    }

    private static void decide(WorkflowHandle<ExpenseWorkflow, ?> handle, Decision decision) {
        handle.update((w) -> {
            w.decide(decision);
        });
    }

    private List<String> mailsOf(WorkflowHandle<?, ?> handle) {
        return this.mail.sent()
            .stream()
            .filter((sent) -> sent.startsWith(handle.workflowId()))
            .map((sent) -> sent.substring(sent.indexOf(' ') + 1))
            .toList();
    }

}
