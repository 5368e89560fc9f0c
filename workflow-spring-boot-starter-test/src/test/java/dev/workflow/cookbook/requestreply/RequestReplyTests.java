package dev.workflow.cookbook.requestreply;

import java.time.Duration;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.cookbook.requestreply.CreditBureau.Reply;
import dev.workflow.cookbook.requestreply.CreditBureau.Request;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RequestReplyTests extends CookbookTests {

    @Autowired
    private FakeCreditBureau bureau;

    @Autowired
    private CreditReplies replies;

    @Test
    void replyOfTheNextDayGoesToItsWorkflow() {
        WorkflowHandle<LoanWorkflow, String> handle = apply("ada");
        step();
        Request request = this.bureau.requests().remove();
        assertThat(request.customer()).isEqualTo("ada");
        advance(Duration.ofDays(1));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        this.replies.onReply(new Reply(request.requestId(), true));
        assertThat(handle.result(PATIENCE)).isEqualTo("granted");
        this.replies.onReply(new Reply(request.requestId(), false));
    }

    @Test
    void nextAttemptAsksAgainWithTheSameId() {
        WorkflowHandle<LoanWorkflow, String> handle = apply("grace");
        step();
        Request first = this.bureau.requests().remove();
        advance(Duration.ofDays(2).plusMinutes(1));
        Request second = this.bureau.requests().remove();
        assertThat(second).isEqualTo(first);
        this.replies.onReply(new Reply(first.requestId(), false));
        assertThat(handle.result(PATIENCE)).isEqualTo("refused");
    }

    @Test
    void replyThatIsFasterThanTheActivityCounts() {
        assertThat(apply("known").result(PATIENCE)).isEqualTo("granted");
    }

    @Test
    void replyAfterTheLastAttemptIsRefusedAndItsRequestStays() {
        WorkflowHandle<LoanWorkflow, String> handle = apply("joan");
        advance(Duration.ofDays(7));
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.FAILED);
        Request request = this.bureau.requests().remove();
        this.bureau.requests().clear();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> this.replies.onReply(new Reply(request.requestId(), true)));
        assertThat(this.jdbc.sql("select count(*) from credit_request where request_id = ?")
            .param(request.requestId())
            .query(Integer.class)
            .single()).isEqualTo(1);
    }

    private WorkflowHandle<LoanWorkflow, String> apply(String customer) {
        return this.client.start(LoanWorkflow.class, (w) -> w.apply(customer), anyId());
    }

}
