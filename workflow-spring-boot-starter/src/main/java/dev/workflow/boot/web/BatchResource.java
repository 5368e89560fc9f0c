package dev.workflow.boot.web;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.workflow.ActivityOptions;
import dev.workflow.Constraints;
import dev.workflow.batch.BatchAction;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.Batches;
import dev.workflow.batch.UnknownBatchException;
import dev.workflow.client.BatchDescription;
import dev.workflow.engine.ActivityAction;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Operations on all workflows that a query finds. */
final class BatchResource {

    private static final int PAGE = 100;

    private static final int MAX_PAGE = 1_000;

    private final Batches batches;

    BatchResource(Batches batches) {
        this.batches = batches;
    }

    List<Endpoint> endpoints() {
        return List.of(Endpoint.post("/batches", this::begin), Endpoint.get("/batches", this::list),
                Endpoint.get("/batches/{id}", this::describe),
                Endpoint.post("/batches/{id}/stop", (call) -> change(call, this.batches::stop)),
                Endpoint.post("/batches/{id}/pause", (call) -> change(call, this.batches::pause)),
                Endpoint.post("/batches/{id}/resume", (call) -> change(call, this.batches::resume)));
    }

    private Reply begin(RestCall call) {
        String id = this.batches.begin(call.body(Body.class).toRequest(call));
        return Reply.json(HttpStatus.ACCEPTED, this.batches.describe(id))
            .header("Location", call.locationOf("batches", id));
    }

    private Reply list(RestCall call) {
        return Reply.ok(new Listed(this.batches.newest(call.number("pageSize", PAGE, MAX_PAGE))));
    }

    private Reply describe(RestCall call) {
        return Reply.ok(known(call));
    }

    private Reply change(RestCall call, Consumer<String> change) {
        BatchDescription batch = known(call);
        change.accept(batch.batchId());
        return Reply.json(HttpStatus.ACCEPTED, this.batches.describe(batch.batchId()));
    }

    private BatchDescription known(RestCall call) {
        try {
            return this.batches.describe(call.variable("id"));
        }
        catch (UnknownBatchException ex) {
            throw ProblemType.UNKNOWN_BATCH.because(String.valueOf(ex.getMessage()));
        }
    }

    /** The newest ones. */
    private record Listed(List<BatchDescription> batches) {
    }

    /** The request. */
    private record Body(@Nullable String query, @Nullable String operation, @Nullable String signalName,
            @Nullable Json args, @Nullable String reason, @Nullable Long eventId, ResetResource.@Nullable Point point,
            @Nullable Boolean keepSignals, @Nullable String idSuffix, @Nullable Double rate,
            @Nullable Boolean terminate, @Nullable String activityType, @Nullable Boolean resetAttempts,
            PendingActivityResource.@Nullable Options options) {

        private static final String EXPECTED = Stream.of(BatchAction.Operation.values())
            .map((operation) -> operation.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .collect(Collectors.joining(", "));

        BatchRequest toRequest(RestCall call) {
            if (this.query == null) {
                throw new IllegalArgumentException("query: expected a list query, which may be empty, given none");
            }
            return new BatchRequest(this.query, toAction(call),
                    (this.reason != null) ? Constraints.text("reason", this.reason) : null,
                    Objects.requireNonNullElse(this.rate, BatchRequest.DEFAULT_RATE));
        }

        private BatchAction toAction(RestCall call) {
            boolean keep = Objects.requireNonNullElse(this.keepSignals, true);
            return switch (toOperation()) {
                case SIGNAL -> new BatchAction.Signal(Constraints.id("signalName", this.signalName),
                        call.arguments("args", this.args));
                case CANCEL -> new BatchAction.Cancel();
                case TERMINATE -> new BatchAction.Terminate();
                case RESET -> new BatchAction.Reset(ResetResource.point(this.eventId, this.point), keep);
                case FORK -> new BatchAction.Fork(ResetResource.point(this.eventId, this.point), keep,
                        Constraints.id("idSuffix", this.idSuffix));
                case DELETE -> new BatchAction.Delete(Boolean.TRUE.equals(this.terminate));
                case RUN_ACTIVITIES_NOW -> on(new ActivityAction.RunNow());
                case PAUSE_ACTIVITIES -> on(new ActivityAction.Pause());
                case UNPAUSE_ACTIVITIES -> on(new ActivityAction.Unpause(Boolean.TRUE.equals(this.resetAttempts)));
                case RESET_ACTIVITIES -> on(new ActivityAction.Reset());
                case UPDATE_ACTIVITY_OPTIONS -> on(new ActivityAction.ChangeOptionsOf(toOptions()));
            };
        }

        private BatchAction on(ActivityAction action) {
            return new BatchAction.OnActivities(this.activityType, action);
        }

        private ActivityOptions toOptions() {
            if (this.options == null) {
                throw new IllegalArgumentException("options: expected time-outs or retry, given none");
            }
            return this.options.toOptions();
        }

        private BatchAction.Operation toOperation() {
            try {
                return BatchAction.Operation
                    .valueOf(String.valueOf(this.operation).toUpperCase(Locale.ROOT).replace('-', '_'));
            }
            catch (IllegalArgumentException ex) {
                throw new IllegalArgumentException(
                        "operation: expected one of " + EXPECTED + ", given " + this.operation, ex);
            }
        }

    }

}
