package dev.workflow.client;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import dev.workflow.QueryMethod;
import dev.workflow.RetryOptions;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.engine.StartRequest;
import dev.workflow.engine.UpdateOutcome;
import dev.workflow.engine.UpdateOutcome.Stage;
import dev.workflow.engine.WorkflowDetails;
import dev.workflow.engine.WorkflowOutcome;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.TerminatedFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.RetryPolicy;
import dev.workflow.history.TimerFired;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.interceptor.ClientInterceptor;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.JacksonFailureConverter;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.Json;
import dev.workflow.visibility.WorkflowLists;
import dev.workflow.worker.CallRecorder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.datasource.AbstractDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the client and its handles ask of the engine, and what callers get to see of the
 * answers.
 */
class EngineWorkflowClientTests {

    private static final WorkflowOptions ORDER = WorkflowOptions.withId("order-1");

    private final RecordingService service = new RecordingService();

    private final List<ClientInterceptor> interceptors = new ArrayList<>();

    @Test
    void startPassesOnTheRecordedCallAndTheOptions() {
        WorkflowHandle<OrderWorkflow, Receipt> handle = client().start(OrderWorkflow.class,
                (w) -> w.fulfil("x", List.of(1, 2)),
                ORDER.taskQueue("fast")
                    .requestId("r")
                    .idReusePolicy(IdReusePolicy.REJECT_DUPLICATE)
                    .executionTimeout(Duration.ofDays(7))
                    .retry(RetryOptions.defaults().maximumAttempts(3))
                    .memo(Map.of("note", List.of(1)))
                    .searchAttributes(Map.of("Amount", 5))
                    .priority(1));
        StartRequest request = this.service.starts.getFirst();
        assertThat(request.workflowType()).isEqualTo("OrderWorkflow");
        assertThat(request.input()).isEqualTo(new Json("[\"x\",[1,2]]"));
        assertThat(request.taskQueue()).isEqualTo("fast");
        assertThat(request.idReusePolicy()).isEqualTo(IdReusePolicy.REJECT_DUPLICATE);
        assertThat(request.idConflictPolicy()).isEqualTo(IdConflictPolicy.FAIL);
        assertThat(request.executionTimeout()).isEqualTo(Duration.ofDays(7));
        assertThat(request.retryPolicy())
            .isEqualTo(new RetryPolicy(Duration.ofSeconds(1), 2, Duration.ofSeconds(100), 3, List.of()));
        assertThat(request.memo()).isEqualTo(Map.of("note", new Json("[1]")));
        assertThat(request.searchAttributes()).isEqualTo(Map.of("Amount", 5L));
        assertThat(request.priority()).isEqualTo(1);
        assertThat(handle.workflowId()).isEqualTo("order-1");
        assertThat(handle.runId()).isEqualTo("run-1");
    }

    @Test
    void attributeThatQueriesTakeForAStateIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> client().start(OrderWorkflow.class,
                (w) -> w.fulfil("x", List.of()), ORDER.searchAttributes(Map.of("Problem", "damaged"))))
            .withMessageContaining("'Problem'");
        assertThat(this.service.starts).isEmpty();
    }

    @Test
    void startWithoutOptionsLeavesTheRestToTheEngine() {
        client().start(OrderWorkflow.class, (w) -> w.fulfil(null, null), WorkflowOptions.defaults());
        StartRequest request = this.service.starts.getFirst();
        assertThat(request.workflowId()).isNull();
        assertThat(request.taskQueue()).isNull();
        assertThat(request.retryPolicy()).isNull();
        assertThat(request.idReusePolicy()).isEqualTo(IdReusePolicy.ALLOW_DUPLICATE);
        assertThat(request.priority()).isEqualTo(3);
        assertThat(request.input()).isEqualTo(new Json("[null,null]"));
    }

    @Test
    void weightsOfFairnessKeysAreSetAndTakenAway() {
        client().fairnessWeights().set("gold", 5);
        client().fairnessWeights().set("", 0.5);
        client().fairnessWeights().reset("gold");
        assertThat(this.service.calls).containsExactly("weigh gold 5.0", "weigh  0.5", "weigh gold null");
        assertThat(client().fairnessWeights().all()).containsExactly(Map.entry("gold", 5.0));
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> client().fairnessWeights().set("gold", 0));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> ORDER.fairnessKey("k".repeat(201)))
            .withMessageContaining("at most 200");
    }

    @Test
    void untypedStartPassesOnItsArguments() {
        client().start("Elsewhere", ORDER.taskQueue("other"), 1, "x", null);
        assertThat(this.service.starts.getFirst().input()).isEqualTo(new Json("[1,\"x\",null]"));
    }

    @Test
    void callOfAnotherKindIsRefused() {
        WorkflowClient client = client();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> client.start(OrderWorkflow.class, (w) -> w.changeAddress("x"), ORDER));
        WorkflowHandle<OrderWorkflow, Object> handle = client.workflow(OrderWorkflow.class, "order-1");
        assertThatIllegalArgumentException().isThrownBy(() -> handle.signal((w) -> w.status()));
        assertThatIllegalArgumentException().isThrownBy(() -> handle.query((w) -> w.changeAddress("x")));
        assertThatIllegalArgumentException().isThrownBy(() -> handle.update((w) -> w.status()));
        assertThatIllegalArgumentException().isThrownBy(() -> handle.signal((w) -> {
        }));
        assertThat(this.service.starts).isEmpty();
        assertThat(this.service.calls).isEmpty();
    }

    @Test
    void whatStartsAndWaitsIsRefusedInATransactionBeforeItStarts() {
        WorkflowClient client = client();
        this.service.inTransaction = true;
        assertThatIllegalStateException()
            .isThrownBy(() -> client.execute(OrderWorkflow.class, (w) -> w.fulfil("x", List.of()), ORDER))
            .withMessageContaining("'execute' waits")
            .withMessageContaining("nothing was started");
        assertThatIllegalStateException()
            .isThrownBy(() -> client.updateWithStart(OrderWorkflow.class, (w) -> w.changeAddress("x"), (w) -> {
                w.fulfil("x", List.of());
            }, ORDER))
            .withMessageContaining("'updateWithStart' waits");
        assertThat(this.service.starts).isEmpty();
        client.start(OrderWorkflow.class, (w) -> w.fulfil("x", List.of()), ORDER);
        assertThat(this.service.starts).hasSize(1);
    }

    @Test
    void typedCallOnAHandleWithoutClassIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> client().workflow("order-1").signal(Object::notifyAll))
            .withMessageContaining("client.workflow(Class, workflowId)");
    }

    @Test
    void startedHandleSendsToTheOpenRunAndWaitsForItsOwnChain() {
        WorkflowHandle<OrderWorkflow, Receipt> handle = start();
        completed(new Json("{\"total\":7}"));
        handle.signal((w) -> w.approve("Ann"));
        handle.cancel();
        handle.terminate("broken");
        assertThat(handle.result()).isEqualTo(new Receipt(7));
        assertThat(this.service.calls).containsExactly("signal order-1/null approve [\"Ann\"]",
                "cancelIfOpen order-1/null", "terminate order-1/null broken", "result order-1/run-1 true");
    }

    @Test
    void handleOfOneRunMeansThatRunOnly() {
        WorkflowHandle<Object, Object> handle = client().workflow("order-1", "run-9");
        completed(Json.NULL);
        handle.signal("approve", "Ann");
        assertThat(handle.result()).isNull();
        assertThat(handle.runId()).isEqualTo("run-9");
        assertThat(this.service.calls).containsExactly("signal order-1/run-9 approve [\"Ann\"]",
                "result order-1/run-9 false");
    }

    @Test
    void longestPauseThatIsNotSetCutsNoFirstPause() {
        RetryOptions patient = RetryOptions.defaults().initialInterval(Duration.ofMinutes(10));
        for (RetryOptions retry : List.of(patient, patient.maximumInterval(Duration.ofSeconds(1)))) {
            client().start(OrderWorkflow.class, (w) -> w.fulfil("x", List.of()), ORDER.retry(retry));
        }
        assertThat(this.service.starts).extracting((start) -> start.retryPolicy().intervalAfter(1))
            .containsExactly(Duration.ofMinutes(10), Duration.ofSeconds(1));
    }

    @Test
    void handleOfAnIdMeansTheRunThatThereIs() {
        this.service.details = details(FailureInfo.application("OutOfStock", "no stock", false));
        WorkflowHandle<Object, Object> handle = client().workflow("order-1");
        assertThat(handle.runId()).isEqualTo("run-7");
        completed(new Json("[1]"));
        assertThat(handle.result()).isEqualTo(List.of(1));
        assertThat(this.service.calls).containsExactly("describe order-1/null", "result order-1/null true");
    }

    @Test
    void resultsAreOfTheDeclaredTypes() {
        this.service.answer = new Json("{\"a\":{\"total\":1}}");
        WorkflowHandle<OrderWorkflow, Object> handle = client().workflow(OrderWorkflow.class, "order-1");
        Map<String, Receipt> receipts = handle.query((w) -> w.receipts());
        assertThat(receipts).containsEntry("a", new Receipt(1));
        completed(new Json("{\"total\":7}"));
        assertThat(handle.result()).isEqualTo(new Receipt(7));
        assertThat(handle.result(Map.class, Duration.ZERO)).isEqualTo(Map.of("total", 7));
        Map<String, Integer> map = handle.result(new ParameterizedTypeReference<>() {
        }, Duration.ZERO);
        assertThat(map).containsEntry("total", 7);
    }

    @Test
    void typeVariablesOfAnInterfaceAreResolved() {
        this.service.answer = new Json("{\"total\":1}");
        Receipt last = client().workflow(TypedWorkflow.class, "w").query((w) -> w.last());
        assertThat(last).isEqualTo(new Receipt(1));
    }

    @Test
    void untypedQueryIsReadAsAsked() {
        this.service.answer = new Json("[1,2]");
        WorkflowHandle<Object, Object> handle = client().workflow("order-1");
        List<Long> numbers = handle.query("numbers", new ParameterizedTypeReference<>() {
        }, "x");
        assertThat(numbers).containsExactly(1L, 2L);
        assertThat(handle.query("numbers", Json.class)).isEqualTo(new Json("[1,2]"));
        assertThat(this.service.calls).contains("query order-1/null numbers [\"x\"]");
    }

    @Test
    void executeStartsAndWaits() {
        completed(new Json("{\"total\":7}"));
        Receipt receipt = client().execute(OrderWorkflow.class, (w) -> w.fulfil("x", List.of()), ORDER);
        assertThat(receipt).isEqualTo(new Receipt(7));
    }

    @Test
    void failedRunThrowsWithItsCause() {
        ended(WorkflowStatus.FAILED, FailureInfo.application("Declined", "no money", true), null);
        assertThatExceptionOfType(WorkflowFailure.class).isThrownBy(() -> start().result()).satisfies((failure) -> {
            assertThat(failure.workflowId()).isEqualTo("order-1");
            assertThat(failure.workflowType()).isEqualTo("OrderWorkflow");
            assertThat(failure.getCause()).isInstanceOfSatisfying(ApplicationFailure.class,
                    (cause) -> assertThat(cause.type()).isEqualTo("Declined"));
        });
    }

    @ParameterizedTest
    @EnumSource(value = WorkflowStatus.class, names = { "CANCELED", "TERMINATED", "TIMED_OUT", "CONTINUED_AS_NEW" })
    void runThatDidNotCompleteThrowsWhatFitsItsStatus(WorkflowStatus status) {
        Class<?> cause = switch (status) {
            case CANCELED -> CanceledFailure.class;
            case TERMINATED -> TerminatedFailure.class;
            case TIMED_OUT -> TimeoutFailure.class;
            default -> ApplicationFailure.class;
        };
        ended(status, null, "run-2");
        assertThatExceptionOfType(WorkflowFailure.class)
            .isThrownBy(() -> client().workflow("order-1", "run-1").result())
            .havingCause()
            .isInstanceOf(cause);
    }

    @Test
    void resultThatIsNotThereInTimeThrows() {
        assertThatExceptionOfType(ResultTimeoutException.class).isThrownBy(() -> start().result(Duration.ofMillis(1)))
            .satisfies((ex) -> assertThat(ex.workflowId()).isEqualTo("order-1"));
        assertThatIllegalArgumentException().isThrownBy(() -> start().result(Duration.ofSeconds(-1)));
        assertThatExceptionOfType(ResultTimeoutException.class)
            .isThrownBy(() -> start().result(Duration.ofSeconds(Long.MAX_VALUE)));
    }

    @Test
    void futureOfTheResultCompletesOrFails() throws Exception {
        var result = start().resultAsync();
        assertThat(result).isNotDone();
        completed(new Json("{\"total\":7}"));
        assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(new Receipt(7));
    }

    @Test
    void futureOfAFailedRunFails() {
        var result = start().resultAsync();
        ended(WorkflowStatus.TERMINATED, null, null);
        assertThatThrownBy(() -> result.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(WorkflowFailure.class)
            .hasCauseInstanceOf(TerminatedFailure.class);
    }

    @Test
    void futureThatIsCanceledEndsTheWaiting() {
        var result = start().resultAsync();
        result.cancel(false);
        assertThat(this.service.outcome).isCancelled();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { " ", "say\0", "\ud800" })
    void nameThatNoHandlerCanHaveIsRefused(@Nullable String name) {
        WorkflowHandle<Object, Object> handle = client().workflow("order-1");
        assertThatIllegalArgumentException().isThrownBy(() -> handle.signal(name))
            .withMessageStartingWith("signalName: ");
        assertThatIllegalArgumentException().isThrownBy(() -> handle.query(name, String.class))
            .withMessageStartingWith("queryName: ");
        assertThatIllegalArgumentException().isThrownBy(() -> handle.update(name, String.class))
            .withMessageStartingWith("updateName: ");
        assertThat(this.service.calls).isEmpty();
    }

    @Test
    void updateReturnsWhatItsHandlerReturned() {
        this.service.updates.add(update(Stage.COMPLETED, new Json("\"Main St\""), null));
        String before = start().update((w) -> w.changeAddress("x"));
        assertThat(before).isEqualTo("Main St");
        assertThat(this.service.calls).containsExactly("update order-1/null null changeAddress [\"x\"] true");
    }

    @Test
    void refusedAndFailedUpdatesAreToldApart() {
        FailureInfo failure = FailureInfo.application("Shipped", "too late", false);
        this.service.updates.add(update(Stage.REJECTED, null, failure));
        this.service.updates.add(update(Stage.FAILED, null, failure));
        WorkflowHandle<OrderWorkflow, Receipt> handle = start();
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> handle.update((w) -> w.changeAddress("x")))
            .withMessageContaining("too late")
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue())
            .withCauseInstanceOf(ApplicationFailure.class);
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> handle.update("changeAddress", String.class, "x"))
            .satisfies((ex) -> assertThat(ex.isRejected()).isFalse());
    }

    @Test
    void startedUpdateIsFollowedByItsId() {
        this.service.updates.add(update(Stage.ACCEPTED, null, null));
        this.service.updates.add(update(Stage.COMPLETED, new Json("\"Main St\""), null));
        UpdateHandle<String> handle = start().startUpdate((w) -> w.changeAddress("x"), UpdateOptions.withId("u-1"));
        assertThat(handle.updateId()).isEqualTo("u-1");
        assertThat(handle.execution().runId()).isEqualTo("run-1");
        assertThat(handle.result()).isEqualTo("Main St");
        assertThat(handle.result(Duration.ZERO)).isEqualTo("Main St");
        assertThat(this.service.calls).containsExactly("update order-1/null u-1 changeAddress [\"x\"] false",
                "updateOutcome order-1/run-1 u-1");
    }

    @Test
    void startedUpdateThatIsRefusedThrowsAtOnce() {
        this.service.updates.add(update(Stage.REJECTED, null, null));
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> start().startUpdate((w) -> w.changeAddress("x"), UpdateOptions.defaults()));
    }

    @Test
    void signalWithStartUsesTheOpenRun() {
        client().signalWithStart(OrderWorkflow.class, (w) -> w.approve("Ann"), (w) -> w.fulfil("x", List.of()), ORDER);
        StartRequest request = this.service.starts.getFirst();
        assertThat(request.signal()).isEqualTo(new StartRequest.Signal("approve", new Json("[\"Ann\"]")));
        assertThat(request.idConflictPolicy()).isEqualTo(IdConflictPolicy.USE_EXISTING);
    }

    @Test
    void updateWithStartUsesTheOpenRun() {
        this.service.updates.add(update(Stage.COMPLETED, new Json("\"Main St\""), null));
        UpdateHandle<String> handle = client().updateWithStart(OrderWorkflow.class, (w) -> w.changeAddress("x"),
                (w) -> w.fulfil("x", List.of()), ORDER);
        assertThat(handle.result()).isEqualTo("Main St");
        assertThat(this.service.starts.getFirst().idConflictPolicy()).isEqualTo(IdConflictPolicy.USE_EXISTING);
        assertThat(this.service.calls).containsExactly("updateWithStart null changeAddress [\"x\"]");
    }

    @Test
    void updateWithStartThatIsRejectedSaysWhy() {
        this.service.updates
            .add(update(Stage.REJECTED, null, FailureInfo.application("Empty", "The address is empty", true)));
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> client().updateWithStart(OrderWorkflow.class, (w) -> w.changeAddress(""), (w) -> {
                w.fulfil("x", List.of());
            }, ORDER))
            .withMessageContaining("The address is empty")
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue());
    }

    @Test
    void descriptionShowsWhatIsPending() {
        this.service.details = details(FailureInfo.application("OutOfStock", "no stock", false));
        WorkflowDescription description = client().workflow("order-1").describe();
        assertThat(description.memo()).isEqualTo(Map.of("note", List.of(1)));
        assertThat(description.closeTime()).isEmpty();
        assertThat(description.pendingActivities()).containsExactly(
                new PendingActivity("2", "Stock.reserve", 3, Optional.of("no stock"), Optional.of(Instant.EPOCH)));
    }

    @Test
    void failureWithoutAMessageIsDescribedByWhatItIs() {
        JacksonFailureConverter converter = new JacksonFailureConverter(new JacksonPayloadConverter());
        Map<FailureInfo, String> described = Map.of(converter.encode(new NullPointerException()),
                "java.lang.NullPointerException", converter.encode(new IllegalStateException("")),
                "java.lang.IllegalStateException", FailureInfo.canceled(null), "CANCELED");
        described.forEach((failure, text) -> {
            this.service.details = details(failure);
            assertThat(client().workflow("order-1").describe().pendingActivities())
                .extracting(PendingActivity::lastFailure)
                .containsExactly(Optional.of(text));
        });
    }

    @Test
    void historyIsReadPageByPageOfOneRun() {
        this.service.events.add(new WorkflowExecutionStarted(1, Instant.EPOCH, "order-1", "run-7", "OrderWorkflow",
                "orders", Json.EMPTY_ARRAY, "run-7", null, 1, null, null, null, null, null, Map.of(), Map.of(), null, 3,
                null, null, Map.of(), null, null, null));
        for (long id = 2; id <= 1_500; id++) {
            this.service.events.add(new TimerFired(id, Instant.EPOCH, 1));
        }
        assertThat(start().history()).hasSize(1_500);
        assertThat(this.service.calls).containsExactly("history order-1/null 0", "history order-1/run-7 1000",
                "history order-1/run-7 1500");
    }

    @Test
    void activitiesAreCompletedFromOutside() {
        WorkflowClient client = client();
        client.completeActivity("token", new Receipt(7));
        client.completeActivity("order-1", "2", null);
        client.failActivity("token", new IllegalStateException("no money"));
        client.failActivity("order-1", "2", new IllegalStateException("no money"));
        client.heartbeatActivity("token", 50);
        assertThat(this.service.calls).containsExactly("complete token {\"total\":7}", "complete order-1 2 null",
                "fail token java.lang.IllegalStateException: no money",
                "fail order-1 2 java.lang.IllegalStateException: no money", "heartbeat token 50");
        this.service.cancelRequested = true;
        assertThatExceptionOfType(CanceledFailure.class).isThrownBy(() -> client.heartbeatActivity("token", null));
    }

    @Test
    void interceptorsAreAroundEachCallInTheirOrder() {
        List<String> seen = new ArrayList<>();
        this.interceptors.add((call) -> {
            seen.add("outer " + call.name() + call.arguments());
            return call.proceed();
        });
        this.interceptors.add((call) -> {
            seen.add("inner " + call.name());
            return call.name().equals("query") ? "intercepted" : call.proceed();
        });
        WorkflowHandle<OrderWorkflow, Receipt> handle = start();
        handle.signal((w) -> w.approve(null));
        String status = handle.query((w) -> w.status());
        assertThat(status).isEqualTo("intercepted");
        assertThat(seen).containsExactly("outer start[OrderWorkflow, x, []]", "inner start",
                "outer signal[order-1, approve, null]", "inner signal", "outer query[order-1, status]", "inner query");
        assertThat(this.service.calls).containsExactly("signal order-1/null approve [null]");
    }

    @Test
    void whatAnInterceptorThrowsReachesTheCaller() {
        this.interceptors.add((call) -> {
            throw new IllegalStateException("not allowed");
        });
        for (Runnable call : List.<Runnable>of(this::start, () -> client().workerVersions().setCurrent("q", "v2"),
                () -> client().workerVersions().describe("q"))) {
            assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class).hasMessage("not allowed");
        }
        assertThat(this.service.starts).isEmpty();
    }

    @Test
    void laterCapabilitiesSayThatTheyAreNotThere() {
        for (Runnable call : Arrays.<Runnable>asList(() -> client().batch(""))) {
            assertThatThrownBy(call::run).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("not part of this version");
        }
    }

    @Test
    void handleOfAResetIsThatOfTheNewRun() {
        WorkflowHandle<OrderWorkflow, Receipt> reset = start().reset(ResetPoint.event(7),
                ResetOptions.defaults().keepSignals(false));
        assertThat(reset.workflowId()).isEqualTo("order-1");
        assertThat(reset.runId()).isEqualTo("run-2");
        WorkflowHandle<OrderWorkflow, Receipt> fork = reset.fork(ResetPoint.last(), "order-1b");
        assertThat(fork.workflowId()).isEqualTo("order-1b");
        fork.signal((w) -> w.approve(null));
        fork.delete();
        fork.terminateAndDelete();
        assertThat(this.service.calls).containsExactly(
                "reset order-1/null Event[eventId=7] ResetOptions{keepSignals=false}",
                "fork order-1/null Last[] order-1b ResetOptions{}", "signal order-1b/null approve [null]",
                "delete order-1b/null false", "delete order-1b/null true");
    }

    private WorkflowHandle<OrderWorkflow, Receipt> start() {
        return client().start(OrderWorkflow.class, (w) -> w.fulfil("x", List.of()), ORDER);
    }

    private WorkflowClient client() {
        return new EngineWorkflowClient(this.service, new CallRecorder(new DefaultListableBeanFactory()),
                new JacksonPayloadConverter(), new JacksonFailureConverter(new JacksonPayloadConverter()),
                new WorkflowLists(new NoDatabase(), null), this.interceptors);
    }

    private void completed(Json result) {
        this.service.outcome.complete(
                new WorkflowOutcome("order-1", "run-1", "OrderWorkflow", WorkflowStatus.COMPLETED, result, null, null));
    }

    private void ended(WorkflowStatus status, @Nullable FailureInfo failure, @Nullable String continued) {
        this.service.outcome
            .complete(new WorkflowOutcome("order-1", "run-1", "OrderWorkflow", status, null, failure, continued));
    }

    private static UpdateOutcome update(Stage stage, @Nullable Json result, @Nullable FailureInfo failure) {
        return new UpdateOutcome("u-1", "run-1", stage, result, failure);
    }

    private static WorkflowDetails details(FailureInfo lastFailure) {
        return new WorkflowDetails("order-1", "run-7", "run-7", "OrderWorkflow", "orders", WorkflowStatus.RUNNING,
                Instant.EPOCH, null, 4,
                List.of(new WorkflowDetails.PendingActivityTask("2", "Stock.reserve", "orders", 3, "BACKING_OFF",
                        lastFailure, Instant.EPOCH, null)),
                List.of(), List.of(), Map.of("note", new Json("[1]")), Map.of(), null, null, null, null, null);
    }

    record Receipt(int total) {
    }

    /** A workflow as its class. */
    @Workflow
    static class OrderWorkflow {

        @WorkflowMethod
        public Receipt fulfil(String order, List<Integer> items) {
            throw new UnsupportedOperationException();
        }

        @SignalMethod
        public void approve(String by) {
            throw new UnsupportedOperationException();
        }

        @QueryMethod
        public String status() {
            throw new UnsupportedOperationException();
        }

        @QueryMethod
        public Map<String, Receipt> receipts() {
            throw new UnsupportedOperationException();
        }

        @UpdateMethod
        public String changeAddress(String to) {
            throw new UnsupportedOperationException();
        }

    }

    /** A workflow whose types are said by a subtype. */
    interface GenericWorkflow<T> {

        @WorkflowMethod
        T run();

        @QueryMethod
        T last();

    }

    /** A workflow as an interface. */
    @Workflow
    interface TypedWorkflow extends GenericWorkflow<Receipt> {

    }

    /** Lists are not tried here. */
    private static final class NoDatabase extends AbstractDataSource {

        @Override
        public Connection getConnection() throws SQLException {
            throw new SQLException("no database here");
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            return getConnection();
        }

    }

}
