package dev.workflow.test.scenarios;

import java.util.List;

import dev.workflow.Activity;
import dev.workflow.Retry;
import dev.workflow.Saga;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@WorkflowTest(classes = { Probe.class, SagaTests.Trip.class, SagaTests.BookTrip.class })
class SagaTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Test
    void nothingIsUndoneWhenAllGoesWell() {
        String key = anyId().id();
        WorkflowHandle<BookTrip, String> handle = start(key, new Plan(false, true, "none", "none"));
        step();
        assertThat(resultOf(handle)).isEqualTo("booked");
        assertThat(this.probe.notes(key)).containsExactly("book car", "book hotel", "book flight");
    }

    @Test
    void whatWasDoneIsUndoneNewestFirst() {
        String key = anyId().id();
        WorkflowHandle<BookTrip, String> handle = start(key, new Plan(false, true, "flight", "none"));
        step();
        assertFailedWith(handle, "no flight");
        assertThat(this.probe.notes(key)).containsExactly("book car", "book hotel", "undo hotel", "undo car");
    }

    @Test
    void compensationsMayRunInParallel() {
        String key = anyId().id();
        WorkflowHandle<BookTrip, String> handle = start(key, new Plan(true, true, "flight", "none"));
        step();
        assertFailedWith(handle, "no flight");
        assertThat(this.probe.notes(key)).containsExactlyInAnyOrder("book car", "book hotel", "undo hotel", "undo car");
        List<String> types = eventTypes(handle);
        int first = types.lastIndexOf("ActivityTaskScheduled");
        assertThat(types.get(first - 1)).isEqualTo("ActivityTaskScheduled");
    }

    @Test
    void aFailedCompensationDoesNotKeepTheOthersFromRunning() {
        String key = anyId().id();
        WorkflowHandle<BookTrip, String> handle = start(key, new Plan(false, true, "flight", "hotel"));
        step();
        assertFailedWith(handle, "cannot undo hotel");
        assertThat(this.probe.notes(key)).containsExactly("book car", "book hotel", "undo car");
    }

    @Test
    void aFailedCompensationEndsTheSagaIfItSaysSo() {
        String key = anyId().id();
        WorkflowHandle<BookTrip, String> handle = start(key, new Plan(false, false, "flight", "hotel"));
        step();
        assertFailedWith(handle, "cannot undo hotel");
        assertThat(this.probe.notes(key)).containsExactly("book car", "book hotel");
    }

    @Test
    void aCanceledSagaIsUndone() {
        String key = anyId().id();
        WorkflowHandle<BookTrip, String> handle = start(key, new Plan(false, true, "wait", "none"));
        step();
        handle.cancel();
        step();
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> resultOf(handle))
            .withCauseInstanceOf(CanceledFailure.class);
        assertThat(handle.describe().status()).isEqualTo(WorkflowStatus.CANCELED);
        assertThat(this.probe.notes(key)).containsExactly("book car", "book hotel", "undo hotel", "undo car");
    }

    private WorkflowHandle<BookTrip, String> start(String key, Plan plan) {
        return this.client.start(BookTrip.class, (w) -> w.book(key, plan), WorkflowOptions.withId(key));
    }

    private static void assertFailedWith(WorkflowHandle<?, ?> handle, String message) {
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> handle.result(PATIENCE))
            .withCauseInstanceOf(ActivityFailure.class)
            .havingRootCause()
            .withMessage(message);
    }

    /**
     * A plan.
     *
     * @param parallel whether compensations run in parallel
     * @param continueOnFailure whether they go on when one fails
     * @param failing what cannot be booked
     * @param stuck what cannot be undone
     */
    record Plan(boolean parallel, boolean continueOnFailure, String failing, String stuck) {
    }

    @Activity(retry = @Retry(maximumAttempts = 1))
    static class Trip {

        private final Probe probe;

        Trip(Probe probe) {
            this.probe = probe;
        }

        public void book(String key, String what, String failing) {
            if (what.equals(failing)) {
                throw ApplicationFailure.nonRetryable("no " + what, "Unavailable");
            }
            this.probe.note(key, "book " + what);
        }

        public void undo(String key, String what, String stuck) {
            if (what.equals(stuck)) {
                throw ApplicationFailure.nonRetryable("cannot undo " + what, "Stuck");
            }
            this.probe.note(key, "undo " + what);
        }

    }

    @Workflow
    static class BookTrip {

        private final Trip trip;

        private boolean confirmed;

        BookTrip(Trip trip) {
            this.trip = trip;
        }

        @WorkflowMethod
        String book(String key, Plan plan) {
            Saga saga = new Saga().parallel(plan.parallel()).continueOnFailure(plan.continueOnFailure());
            try {
                for (String what : List.of("car", "hotel")) {
                    this.trip.book(key, what, plan.failing());
                    saga.addCompensation(() -> this.trip.undo(key, what, plan.stuck()));
                }
                if (plan.failing().equals("wait")) {
                    Workflows.await(() -> this.confirmed);
                }
                this.trip.book(key, "flight", plan.failing());
                return "booked";
            }
            catch (WorkflowException failure) {
                saga.compensate();
                throw failure;
            }
        }

        @SignalMethod
        void confirm() {
            this.confirmed = true;
        }

    }

}
