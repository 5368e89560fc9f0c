package dev.workflow.cookbook.saga;

/** Somebody else's system; both calls are idempotent by the trip's id. */
interface TravelAgency {

    boolean book(String what, String tripId, String which);

    void cancel(String what, String tripId);

}
