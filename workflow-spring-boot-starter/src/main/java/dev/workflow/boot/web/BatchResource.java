package dev.workflow.boot.web;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

import dev.workflow.Constraints;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.Batches;
import dev.workflow.batch.UnknownBatchException;
import dev.workflow.client.BatchDescription;
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
                Endpoint.get("/batches/{id}", this::describe), Endpoint.post("/batches/{id}/stop", this::stop));
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

    private Reply stop(RestCall call) {
        BatchDescription batch = known(call);
        this.batches.stop(batch.batchId());
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
            @Nullable Boolean keepSignals, @Nullable String idSuffix, @Nullable Double rate) {

        BatchRequest toRequest(RestCall call) {
            if (this.query == null) {
                throw new IllegalArgumentException("query: expected a list query, which may be empty, given none");
            }
            return new BatchRequest(this.query, toOperation(), this.signalName, call.arguments("args", this.args),
                    (this.reason != null) ? Constraints.text("reason", this.reason) : null,
                    ResetResource.point(this.eventId, this.point), Objects.requireNonNullElse(this.keepSignals, true),
                    this.idSuffix, Objects.requireNonNullElse(this.rate, BatchRequest.DEFAULT_RATE));
        }

        private BatchRequest.Operation toOperation() {
            try {
                return BatchRequest.Operation.valueOf(String.valueOf(this.operation).toUpperCase(Locale.ROOT));
            }
            catch (IllegalArgumentException ex) {
                throw new IllegalArgumentException(
                        "operation: expected signal, cancel, terminate, reset or fork, given " + this.operation, ex);
            }
        }

    }

}
