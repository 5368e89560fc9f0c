package dev.workflow.cookbook.safemessages;

import java.util.Map;
import java.util.TreeMap;

import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowLock;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;

/** Sells the seats of a concert. Its handlers wait for activities in between. */
@Workflow
public class ConcertWorkflow {

    private final Cashier cashier;

    private final WorkflowLock lock = new WorkflowLock();

    private final Map<Integer, String> taken = new TreeMap<>();

    private int seats;

    private boolean closed;

    ConcertWorkflow(Cashier cashier) {
        this.cashier = cashier;
    }

    /** Before any handler, so that all of them find the seats. */
    @WorkflowInit
    void open(int seats) {
        this.seats = seats;
    }

    /** Returns who sits where, once no handler is under way any more. */
    @WorkflowMethod
    public Map<Integer, String> sell(int seats) {
        Workflows.await(() -> this.closed);
        Workflows.await(Workflows::allHandlersFinished);
        return this.taken;
    }

    /** Returns the receipt. */
    @UpdateMethod
    public String buy(int seat, String customer) {
        this.lock.lock();
        try {
            if (this.taken.containsKey(seat)) {
                throw ApplicationFailure.of("Seat " + seat + " is taken", "SeatTaken");
            }
            String receipt = this.cashier.charge(seat, customer); // others run meanwhile
            this.taken.put(seat, customer);
            return receipt;
        }
        finally {
            this.lock.unlock();
        }
    }

    /** Sees only what can be said at once; what it refuses leaves no trace. */
    @UpdateValidator("buy")
    void checkSeat(int seat, String customer) {
        if (this.closed) {
            throw new IllegalStateException("The box office is closed");
        }
        if (seat < 1 || seat > this.seats) {
            throw new IllegalArgumentException("There is no seat " + seat + ", only 1 to " + this.seats);
        }
    }

    @SignalMethod
    public void close() {
        this.closed = true;
    }

}
