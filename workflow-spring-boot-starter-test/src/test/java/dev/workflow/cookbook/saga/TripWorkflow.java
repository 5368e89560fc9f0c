package dev.workflow.cookbook.saga;

import dev.workflow.Saga;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.WorkflowException;

/** Books all three, or none. */
@Workflow
public class TripWorkflow {

    private final Travel travel;

    TripWorkflow(Travel travel) {
        this.travel = travel;
    }

    @WorkflowMethod
    public void book(Trip trip) {
        String tripId = Workflows.info().workflowId();
        Saga saga = new Saga().continueOnFailure(true);
        try {
            book(saga, "hotel", tripId, trip.hotel());
            book(saga, "flight", tripId, trip.flight());
            book(saga, "car", tripId, trip.car());
        }
        catch (WorkflowException failure) {
            saga.compensate();
            throw failure;
        }
    }

    /** First the compensation: an attempt that failed may have booked all the same. */
    private void book(Saga saga, String what, String tripId, String which) {
        saga.addCompensation(() -> this.travel.cancel(what, tripId));
        this.travel.book(what, tripId, which);
    }

    public record Trip(String hotel, String flight, String car) {
    }

}
