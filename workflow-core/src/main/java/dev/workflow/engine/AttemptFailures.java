package dev.workflow.engine;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.workflow.payload.FailureConverter;
import dev.workflow.payload.FailureInfo;

/**
 * Describes why attempts failed. One without a description would have no end, and its
 * activity would wait for its time-out, or for ever.
 */
final class AttemptFailures {

    private static final Logger logger = LoggerFactory.getLogger(AttemptFailures.class);

    private final FailureConverter converter;

    AttemptFailures(FailureConverter converter) {
        this.converter = converter;
    }

    FailureInfo encode(Throwable failure) {
        try {
            return this.converter.encode(failure);
        }
        catch (RuntimeException | StackOverflowError ex) {
            String type = failure.getClass().getName();
            logger.warn("A failure of type {} could not be described", type, ex);
            return FailureInfo.application(type, "It could not be described: " + ex.getClass().getName(), false);
        }
    }

}
