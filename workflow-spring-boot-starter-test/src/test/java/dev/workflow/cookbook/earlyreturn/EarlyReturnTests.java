package dev.workflow.cookbook.earlyreturn;

import java.time.Duration;

import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.cookbook.CookbookTests;
import dev.workflow.cookbook.earlyreturn.PaymentWorkflow.Payment;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EarlyReturnTests extends CookbookTests {

    @Autowired
    private Payments payments;

    @Test
    void callerIsAnsweredBeforeTheWorkflowEnds() {
        String id = anyId().id();
        assertThat(this.payments.pay(id, new Payment("ada", 500))).isEqualTo("authorized-ada");
        step();
        assertThat(this.client.workflow(id).describe().status()).isEqualTo(WorkflowStatus.RUNNING);
        assertThat(this.payments.pay(id, new Payment("ada", 500))).as("asked again").isEqualTo("authorized-ada");
        advance(Duration.ofHours(1));
        assertThat(this.client.workflow(id).describe().status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThatExceptionOfType(WorkflowAlreadyStartedException.class)
            .isThrownBy(() -> this.payments.pay(id, new Payment("ada", 500)));
        assertThat(this.client.count("WorkflowId = '" + id + "'")).isEqualTo(1);
    }

    @Test
    void callerIsToldWhatFailed() {
        String id = anyId().id();
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> this.payments.pay(id, new Payment("ada", -5)))
            .withStackTraceContaining("An amount of -5 cents is declined");
        step();
        assertThat(this.client.workflow(id).describe().status()).isEqualTo(WorkflowStatus.FAILED);
    }

}
