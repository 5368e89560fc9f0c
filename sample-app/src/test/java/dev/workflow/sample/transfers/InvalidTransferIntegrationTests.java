package dev.workflow.sample.transfers;

import java.util.stream.Stream;

import dev.workflow.client.WorkflowHandle;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.sample.SampleTests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** Transfers that no retry could help fail for good, and book nothing. */
class InvalidTransferIntegrationTests extends SampleTests {

    private static final String LONG = "x".repeat(3_000);

    static Stream<Arguments> invalidTransfers() {
        return Stream.of(argumentSet("no payer", new Transfer(null, "A02", 5), "from:"),
                argumentSet("nobody to pay", new Transfer("A01", " ", 5), "to:"),
                argumentSet("NUL in the payer", new Transfer("A\0", "A02", 5), "from:"),
                argumentSet("NUL in who is paid", new Transfer("A01", "A\0", 5), "to:"),
                argumentSet("half a character", new Transfer("A01", "A\udc00", 5), "to:"),
                argumentSet("a long name", new Transfer("A01", LONG, 5), "to:"),
                argumentSet("nothing to pay", new Transfer("A01", "A02", 0), "amountCents:"),
                argumentSet("a negative amount", new Transfer("A01", "A02", -5), "amountCents:"),
                argumentSet("one account", new Transfer("A01", "A01", 5), "A01"));
    }

    @ParameterizedTest
    @MethodSource("invalidTransfers")
    void invalidTransferFailsForGoodBeforeAnythingIsBooked(Transfer transfer, String reason) {
        WorkflowHandle<Object, Object> handle = startOverRest("TransferWorkflow", "invalid-" + anyId(), transfer);
        ApplicationFailure failure = failureOf(handle);
        assertThat(failure.type()).isEqualTo("InvalidTransfer");
        assertThat(failure.isNonRetryable()).isTrue();
        assertThat(failure).hasMessageContaining(reason);
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted", "WorkflowExecutionFailed");
    }

    @Test
    void transferThatIsNullFails() {
        ApplicationFailure failure = failureOf(startOverRest("TransferWorkflow", anyId(), (Object) null));
        assertThat(failure.type()).isEqualTo("InvalidTransfer");
    }

    @Test
    void unknownAccountsFailAndNothingIsLost() {
        long before = sum();
        ApplicationFailure payer = bookingFailureOf(
                startOverRest("TransferWorkflow", anyId(), new Transfer("nobody", "A02", 5)));
        assertThat(payer.type()).isEqualTo("NotCovered");
        String id = anyId();
        ApplicationFailure paid = bookingFailureOf(
                startOverRest("TransferWorkflow", id, new Transfer("A01", "nobody", 5)));
        assertThat(paid.type()).isEqualTo("UnknownAccount");
        assertThat(paid.isNonRetryable()).isTrue();
        assertThat(sum()).isEqualTo(before);
        assertThat(bookings(id)).isZero();
        ApplicationFailure tooMuch = bookingFailureOf(
                startOverRest("TransferWorkflow", anyId(), new Transfer("A01", "A02", Long.MAX_VALUE)));
        assertThat(tooMuch.type()).isEqualTo("NotCovered");
    }

    /** The ledger knows a transfer by its id, so the same id cannot be booked again. */
    @Test
    void transferWhoseIdIsInTheLedgerFailsAndWhatWasBookedStays() {
        String id = anyId();
        assertThat(startOverRest("TransferWorkflow", id, new Transfer("A01", "A02", 5)).result(PATIENCE))
            .isEqualTo("DONE");
        step();
        long before = sum();
        ApplicationFailure failure = bookingFailureOf(
                startOverRest("TransferWorkflow", id, new Transfer("A01", "A03", 7)));
        assertThat(failure.type()).isEqualTo("AlreadyBooked");
        assertThat(failure.isNonRetryable()).isTrue();
        assertThat(sum()).isEqualTo(before);
        assertThat(bookings(id)).isEqualTo(2);
    }

    private static ApplicationFailure bookingFailureOf(WorkflowHandle<?, ?> handle) {
        WorkflowFailure failure = catchThrowableOfType(WorkflowFailure.class, () -> handle.result(PATIENCE));
        assertThat(failure).isNotNull();
        assertThat(failure.getCause()).isInstanceOf(ActivityFailure.class);
        return (ApplicationFailure) failure.getCause().getCause();
    }

    private long sum() {
        return this.jdbc.sql("select sum(balance_cents) from account").query(Long.class).single();
    }

    private int bookings(String id) {
        return this.jdbc.sql("select count(*) from ledger where transfer_id = ?")
            .param(id)
            .query(Integer.class)
            .single();
    }

}
