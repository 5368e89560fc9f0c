package dev.workflow.replay;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import dev.workflow.CancellationType;
import dev.workflow.ChildOptions;
import dev.workflow.Constraints;
import dev.workflow.ParentClosePolicy;
import dev.workflow.RetryOptions;
import dev.workflow.WorkflowExecution;
import dev.workflow.history.RetryPolicy;
import dev.workflow.history.StartChildWorkflowExecutionInitiated;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.visibility.SearchAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The child workflows of a run. One is ordered; then it has started or could not be; then
 * it ends, or its scope is canceled: the code goes on at once, except with
 * {@code WAIT_CANCELLATION_COMPLETED}, and what arrives of it later is ignored.
 */
final class ChildCalls {

    private final Run run;

    private final Map<Long, ChildCall<?>> pending = new HashMap<>();

    ChildCalls(Run run) {
        this.run = run;
    }

    /**
     * Orders a child in the scope of the current thread.
     * @param declaredQueue the queue that its class declares, as far as this run's code
     * can see
     * @param header what travels with it
     */
    <R> ChildCall<R> order(String workflowType, @Nullable String declaredQueue, Type resultType, ChildOptions options,
            Map<String, String> header, @Nullable Object... arguments) {
        RunScope scope = this.run.threads().requireCommandable("child workflow " + workflowType).scope();
        if (scope.isCancelRequested()) {
            ChildCall<R> call = new ChildCall<>(null, workflowType, resultType, scope);
            call.failWith(FailureInfo.canceled(scope.effectiveReason()));
            return call;
        }
        Constraints.notNull("workflowType", workflowType);
        requireFindable(options.searchAttributes());
        Map<String, ?> fields = options.searchAttributes();
        Map<String, Object> attributes = (fields != null) ? SearchAttributes.merge(Map.of(), fields) : Map.of();
        CommandKey<StartChildWorkflowExecutionInitiated> key = new CommandKey<>(
                StartChildWorkflowExecutionInitiated.class, workflowType);
        // What cannot be recorded is refused here, in every replay, and not by the maker.
        Json input = this.run.encodeArguments(key, StartChildWorkflowExecutionInitiated::input, arguments);
        Map<String, ?> notes = options.memo();
        Map<String, Json> memo = (notes != null) ? this.run.log()
            .encoded(key, StartChildWorkflowExecutionInitiated::memo, this.run.settings().payloads(),
                    (payloads) -> RunAttributes.encode(payloads, notes))
                : Map.of();
        StartChildWorkflowExecutionInitiated event = this.run.log()
            .issue(key, (id, time) -> event(id, time, workflowType, declaredQueue, input, options, memo, attributes,
                    header));
        ChildCall<R> call = new ChildCall<>(event, workflowType, resultType, scope);
        this.pending.put(event.eventId(), call);
        scope.add(call);
        return call;
    }

    private void requireFindable(@Nullable Map<String, ?> attributes) {
        if (attributes != null) {
            StartChildWorkflowExecutionInitiated recorded = this.run.log()
                .nextCommand(StartChildWorkflowExecutionInitiated.class);
            SearchAttributes.requireFindable(attributes, (recorded != null) ? recorded.searchAttributes() : Map.of());
        }
    }

    private StartChildWorkflowExecutionInitiated event(long id, Instant time, String workflowType,
            @Nullable String declaredQueue, Json input, ChildOptions options, Map<String, Json> memo,
            Map<String, Object> attributes, Map<String, String> header) {
        WorkflowExecutionStarted parent = this.run.log().started();
        RetryPolicy retry = (options.retry() != null) ? RetryPolicy.of(options.retry(), RetryOptions.defaults()) : null;
        Duration execution = options.executionTimeout();
        return new StartChildWorkflowExecutionInitiated(id, time,
                Objects.requireNonNullElseGet(options.id(),
                        () -> StartChildWorkflowExecutionInitiated.derivedId(parent.runId(), id)),
                this.run.childRunId(id), workflowType,
                (options.taskQueue() != null) ? options.taskQueue() : declaredQueue, input, execution,
                options.runTimeout(), retry,
                Objects.requireNonNullElse(options.parentClosePolicy(), ParentClosePolicy.TERMINATE),
                Objects.requireNonNullElse(options.cancellationType(), CancellationType.WAIT_CANCELLATION_COMPLETED),
                memo, attributes, header);
    }

    void started(long initiatedEventId, WorkflowExecution execution) {
        ChildCall<?> call = this.pending.get(initiatedEventId);
        if (call != null) {
            call.started.completeWith(() -> execution);
        }
    }

    void notStarted(long initiatedEventId, String cause) {
        ChildCall<?> call = this.pending.get(initiatedEventId);
        if (call != null) {
            call.fail(FailureInfo.application("WorkflowExecutionAlreadyStarted",
                    "Workflow " + call.workflowId() + " is open already: " + cause, true));
        }
    }

    void completed(long initiatedEventId, Json result) {
        ChildCall<?> call = this.pending.get(initiatedEventId);
        if (call != null) {
            call.complete(result);
        }
    }

    void failed(long initiatedEventId, FailureInfo failure) {
        ChildCall<?> call = this.pending.get(initiatedEventId);
        if (call != null) {
            call.fail(failure);
        }
    }

    /** One child. */
    final class ChildCall<R> implements Cancelable {

        private final @Nullable StartChildWorkflowExecutionInitiated event;

        private final String workflowType;

        private final Type resultType;

        private final RunScope scope;

        private final RunPromise<WorkflowExecution> started = ChildCalls.this.run.promises().open();

        private final RunPromise<R> result = ChildCalls.this.run.promises().open();

        private boolean ended;

        ChildCall(@Nullable StartChildWorkflowExecutionInitiated event, String workflowType, Type resultType,
                RunScope scope) {
            this.event = event;
            this.workflowType = workflowType;
            this.resultType = resultType;
            this.scope = scope;
        }

        RunPromise<WorkflowExecution> started() {
            return this.started;
        }

        RunPromise<R> result() {
            return this.result;
        }

        String workflowId() {
            return (this.event != null) ? this.event.workflowId() : "";
        }

        /** The child as the target of signals. */
        ExternalCalls.Target target() {
            return new ExternalCalls.Target(workflowId(), (this.event != null) ? this.event.runId() : null, true);
        }

        /** Requests its cancellation; how it ends is its own matter. */
        void cancel() {
            ChildCalls.this.run.threads().requireCommandable("ChildHandle.cancel");
            if (!this.ended) {
                requestCancel(null);
            }
        }

        @SuppressWarnings("unchecked")
        void complete(Json value) {
            end();
            this.result
                .completeWith(() -> (R) ChildCalls.this.run.settings().payloads().decode(value, this.resultType));
        }

        void fail(FailureInfo cause) {
            end();
            failWith(cause);
        }

        void failWith(FailureInfo cause) {
            this.ended = true;
            this.started.failWith(() -> failure(cause));
            this.result.failWith(() -> failure(cause));
        }

        private RuntimeException failure(FailureInfo cause) {
            return ChildCalls.this.run.failures().child(this.workflowType, workflowId(), cause);
        }

        private void end() {
            this.ended = true;
            if (this.event != null) {
                ChildCalls.this.pending.remove(this.event.eventId());
            }
            this.scope.remove(this);
        }

        // The recorded type counts: it is what the engine goes by, whatever the code says
        // today.
        @Override
        public void scopeCanceled(@Nullable String reason) {
            CancellationType type = (this.event != null) ? this.event.cancellationType() : CancellationType.ABANDON;
            if (type == CancellationType.WAIT_CANCELLATION_COMPLETED) {
                this.scope.remove(this);
                requestCancel(reason);
                return;
            }
            end();
            if (type == CancellationType.TRY_CANCEL) {
                requestCancel(reason);
            }
            failWith(FailureInfo.canceled(reason));
        }

        private void requestCancel(@Nullable String reason) {
            ChildCalls.this.run.externals().requestCancel(target(), reason);
        }

    }

}
