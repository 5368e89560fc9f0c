package dev.workflow.engine;

import java.time.Duration;

/**
 * What a caller asked for was not durable in time. Whether it will be is not known: what
 * was sent may yet be written.
 */
public class NotDurableException extends StoreException {

    /**
     * A failure to wait any longer.
     * @param waited for how long the caller waited
     */
    public NotDurableException(Duration waited) {
        super(Kind.TRANSIENT,
                "Not durable after " + waited
                        + "; whether it will be is not known. Repeated with the same request id it happens once.",
                null);
    }

}
