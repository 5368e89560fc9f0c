package dev.workflow.engine;

import java.time.Duration;

/**
 * What a caller asked for was not durable in time. Whether it will be is not known: what
 * was sent may yet be written.
 */
public class NotDurableException extends StoreException {

    NotDurableException(Duration waited) {
        super(Kind.TRANSIENT,
                "Not durable after " + waited
                        + "; whether it will be is not known. Repeated with the same request id it happens once.",
                null);
    }

}
