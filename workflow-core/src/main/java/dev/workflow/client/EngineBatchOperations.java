package dev.workflow.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.workflow.ActivityOptions;
import dev.workflow.Constraints;
import dev.workflow.batch.BatchAction;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.Batches;
import dev.workflow.engine.ActivityAction;
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
        return begin(new BatchAction.Signal(name, this.calls.encode(args)), null);
    }

    @Override
    public BatchHandle cancel(String reason) {
        return begin(new BatchAction.Cancel(), reason);
    }

    @Override
    public BatchHandle terminate(String reason) {
        return begin(new BatchAction.Terminate(), reason);
    }

    @Override
    public BatchHandle reset(ResetPoint point) {
        return reset(point, ResetOptions.defaults());
    }

    @Override
    public BatchHandle reset(ResetPoint point, ResetOptions options) {
        return begin(new BatchAction.Reset(point, options.keepSignals()), options.reason());
    }

    @Override
    public BatchHandle fork(ResetPoint point, String idSuffix) {
        return fork(point, idSuffix, ResetOptions.defaults());
    }

    @Override
    public BatchHandle fork(ResetPoint point, String idSuffix, ResetOptions options) {
        return begin(new BatchAction.Fork(point, options.keepSignals(), idSuffix), options.reason());
    }

    @Override
    public BatchHandle delete(String reason) {
        return begin(new BatchAction.Delete(false), reason);
    }

    @Override
    public BatchHandle terminateAndDelete(String reason) {
        return begin(new BatchAction.Delete(true), reason);
    }

    @Override
    public BatchActivityOperations activities() {
        return new OnActivities(this, null);
    }

    @Override
    public BatchActivityOperations activities(String activityType) {
        return new OnActivities(this, Constraints.id("activityType", activityType));
    }

    private BatchHandle begin(BatchAction action, @Nullable String reason) {
        BatchRequest request = new BatchRequest(this.query, action,
                (reason != null) ? Constraints.text("reason", reason) : null, this.pace);
        return this.calls.call("batch", () -> new Handle(this.calls, this.batches, this.batches.begin(request)),
                this.query, action.operation().name());
    }

    /**
     * Batches on activities.
     *
     * @param of begins them
     * @param activityType of which type; null: all
     */
    record OnActivities(EngineBatchOperations of, @Nullable String activityType) implements BatchActivityOperations {

        @Override
        public BatchHandle runNow() {
            return begin(new ActivityAction.RunNow(), null);
        }

        @Override
        public BatchHandle pause(String reason) {
            return begin(new ActivityAction.Pause(), reason);
        }

        @Override
        public BatchHandle unpause() {
            return unpause(false);
        }

        @Override
        public BatchHandle unpause(boolean resetAttempts) {
            return begin(new ActivityAction.Unpause(resetAttempts), null);
        }

        @Override
        public BatchHandle reset() {
            return begin(new ActivityAction.Reset(), null);
        }

        @Override
        public BatchHandle updateOptions(ActivityOptions options) {
            return begin(new ActivityAction.ChangeOptionsOf(options), null);
        }

        private BatchHandle begin(ActivityAction action, @Nullable String reason) {
            return this.of.begin(new BatchAction.OnActivities(this.activityType, action), reason);
        }

    }

    /**
     * A batch.
     *
     * @param calls what every call of the client needs
     * @param batches knows how far it is
     * @param batchId its id
     */
    record Handle(ClientCalls calls, Batches batches, String batchId) implements BatchHandle {

        Handle {
            Constraints.id("batchId", batchId);
        }

        @Override
        public BatchDescription describe() {
            return this.calls.call("describeBatch", () -> this.batches.describe(this.batchId), this.batchId);
        }

        @Override
        public BatchDescription await(Duration timeout) {
            long nanos = ClientCalls.bounded(timeout).toNanos();
            return this.calls.call("awaitBatch", () -> awaitEnd(nanos), this.batchId, timeout);
        }

        private BatchDescription awaitEnd(long nanos) {
            this.batches.requireCommitted(this.batchId);
            long end = System.nanoTime() + nanos;
            BatchDescription batch = this.batches.describe(this.batchId);
            while (batch.endTime() == null && System.nanoTime() < end) {
                pause(Math.min(LOOK_MILLIS, Math.max(1, (end - System.nanoTime()) / 1_000_000)));
                batch = this.batches.describe(this.batchId);
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
            this.calls.run("stopBatch", () -> this.batches.stop(this.batchId), this.batchId);
        }

        @Override
        public void pause() {
            this.calls.run("pauseBatch", () -> this.batches.pause(this.batchId), this.batchId);
        }

        @Override
        public void resume() {
            this.calls.run("resumeBatch", () -> this.batches.resume(this.batchId), this.batchId);
        }

    }

}
