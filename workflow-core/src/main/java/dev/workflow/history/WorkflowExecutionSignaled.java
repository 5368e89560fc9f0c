package dev.workflow.history;

import java.time.Instant;
import java.util.Map;

import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * A signal arrived.
 *
 * @param eventId its place in the history, from 1
 * @param eventTime when
 * @param signalName its name
 * @param input the arguments, a JSON array
 * @param requestId the id that repeated requests share; where the sender gave none and
 * the signal went from one node's memory through the inbox, or to a run that a reset
 * began, one that the engine made up
 * @param header propagated context
 * @param beforeFirstStep whether it was handled before the workflow method, which would
 * have ended in its first step
 * @param identity in whose name it was sent, where somebody was named: the user of a
 * request, the principal, or whoever began the batch
 */
public record WorkflowExecutionSignaled(long eventId, Instant eventTime, String signalName, Json input,
        @Nullable String requestId, Map<String, String> header, boolean beforeFirstStep,
        @Nullable String identity) implements InputEvent {

    /** A signal that is handled once the code has blocked. */
    public WorkflowExecutionSignaled(long eventId, Instant eventTime, String signalName, Json input,
            @Nullable String requestId, Map<String, String> header) {
        this(eventId, eventTime, signalName, input, requestId, header, false, null);
    }

}
