package dev.workflow.batch;

/** There is no batch of that id. */
public final class UnknownBatchException extends IllegalArgumentException {

    UnknownBatchException(String batchId) {
        super("There is no batch '" + batchId + "'");
    }

}
