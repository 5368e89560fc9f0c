package dev.workflow.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.workflow.Constraints;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.BatchRequest.Operation;
import dev.workflow.batch.Batches;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;

/**
 * Batches on the engine.
 *
 * @param calls makes calls
 * @param batches what begins them
 * @param query which runs
 * @param pace how many in a second
 */
record EngineBatchOperations(ClientCalls calls, Batches batches, String query, double pace) implements BatchOperations {

    private static final long LOOK_MILLIS = 100;

    @Override
    public BatchOperations rate(double workflowsPerSecond) {
        return new EngineBatchOperations(this.calls, this.batches, this.query, workflowsPerSecond);
    }

    @Override
    public BatchHandle signal(String name, @Nullable Object... args) {
        Json input = this.calls.encode(args);
        return begin(new BatchRequest(this.query, Operation.SIGNAL, name, input, null, ResetPoint.last(), true, null,
                this.pace));
    }

    @Override
    public BatchHandle cancel(String reason) {
        return begin(request(Operation.CANCEL, ResetPoint.last(), null, ResetOptions.defaults().reason(reason)));
    }

    @Override
    public BatchHandle terminate(String reason) {
        return begin(request(Operation.TERMINATE, ResetPoint.last(), null, ResetOptions.defaults().reason(reason)));
    }

    @Override
    public BatchHandle reset(ResetPoint point) {
        return reset(point, ResetOptions.defaults());
    }

    @Override
    public BatchHandle reset(ResetPoint point, ResetOptions options) {
        return begin(request(Operation.RESET, point, null, options));
    }

    @Override
    public BatchHandle fork(ResetPoint point, String idSuffix) {
        return fork(point, idSuffix, ResetOptions.defaults());
    }

    @Override
    public BatchHandle fork(ResetPoint point, String idSuffix, ResetOptions options) {
        return begin(request(Operation.FORK, point, idSuffix, options));
    }

    private BatchRequest request(Operation operation, ResetPoint point, @Nullable String idSuffix,
            ResetOptions options) {
        return new BatchRequest(this.query, operation, null, Json.EMPTY_ARRAY, options.reason(), point,
                options.keepSignals(), idSuffix, this.pace);
    }

    private BatchHandle begin(BatchRequest request) {
        return this.calls.call("batch", () -> new Handle(this.batches, this.batches.begin(request)), this.query,
                request.operation().name());
    }

    /**
     * A batch.
     *
     * @param batches knows how far it is
     * @param batchId its id
     */
    record Handle(Batches batches, String batchId) implements BatchHandle {

        Handle {
            Constraints.id("batchId", batchId);
        }

        @Override
        public BatchDescription describe() {
            return this.batches.describe(this.batchId);
        }

        @Override
        public BatchDescription await(Duration timeout) {
            this.batches.requireCommitted(this.batchId);
            long end = System.nanoTime() + ClientCalls.bounded(timeout).toNanos();
            BatchDescription batch = describe();
            while (batch.endTime() == null && System.nanoTime() < end) {
                pause(Math.min(LOOK_MILLIS, Math.max(1, (end - System.nanoTime()) / 1_000_000)));
                batch = describe();
            }
            return batch;
        }

        private static void pause(long millis) {
            try {
                TimeUnit.MILLISECONDS.sleep(millis);
            }
            catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted; the batch goes on", ex);
            }
        }

        @Override
        public void stop() {
            this.batches.stop(this.batchId);
        }

    }

}
