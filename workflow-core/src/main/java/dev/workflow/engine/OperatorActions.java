package dev.workflow.engine;

import java.time.Instant;

import dev.workflow.history.EventCodec;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.StoredEvents;

/** What somebody did from outside, as the message that takes it to the history. */
final class OperatorActions {

    private final StoredEvents events;

    OperatorActions(StoredEvents events) {
        this.events = events;
    }

    Transition.NewMessage message(OperatorActionRecorded action) {
        return new Transition.NewMessage(Message.Kind.OPERATOR, action.action(), null, this.events.encode(action));
    }

    /** Without a place in the history yet. */
    OperatorActionRecorded read(String payload) {
        return (OperatorActionRecorded) this.events.decode(1, Instant.EPOCH, "OperatorActionRecorded",
                EventCodec.FORMAT, payload);
    }

}
