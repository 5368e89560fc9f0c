package com.example.usage;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import com.example.usage.Orders.Order;
import com.example.usage.Orders.OrderWorkflow;
import com.example.usage.Orders.Receipt;
import com.example.usage.Orders.Status;
import dev.workflow.Call;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowExecution;
import dev.workflow.client.BatchDescription;
import dev.workflow.client.BatchHandle;
import dev.workflow.client.BatchOperations;
import dev.workflow.client.CalendarSpec;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.PendingActivity;
import dev.workflow.client.QueryFailedException;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.ResultTimeoutException;
import dev.workflow.client.ScheduleClient;
import dev.workflow.client.ScheduleDescription;
import dev.workflow.client.ScheduleHandle;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.UpdateHandle;
import dev.workflow.client.UpdateOptions;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.HistoryEvent;

import org.springframework.core.ParameterizedTypeReference;

/** Everything that callers may use, used once as users write it. */
class ClientCodeUsage {

    private final WorkflowClient client;

    ClientCodeUsage(WorkflowClient client) {
        this.client = client;
    }

    static WorkflowOptions options(String id) {
        return WorkflowOptions.withId(id)
            .taskQueue("orders")
            .idReusePolicy(IdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)
            .idConflictPolicy(IdConflictPolicy.FAIL)
            .requestId("request-1")
            .executionTimeout(Duration.ofDays(7))
            .runTimeout(Duration.ofDays(1))
            .retry(WorkflowCodeUsage.retry())
            .startDelay(Duration.ofMinutes(1))
            .cron("0 12 * * MON")
            .memo(Map.of("note", "x"))
            .searchAttributes(Map.of("CustomerId", "ada"))
            .priority(2)
            .fairnessKey("ada");
    }

    Receipt starts(Order order) {
        WorkflowHandle<OrderWorkflow, Receipt> handle = this.client.start(OrderWorkflow.class, (w) -> w.fulfil(order),
                options("order-42"));
        Call<OrderWorkflow, Receipt> call = (workflow) -> workflow.fulfil(order);
        VoidCall<OrderWorkflow> approve = (workflow) -> workflow.approve();
        WorkflowHandle<OrderWorkflow, Void> withoutResult = this.client.start(OrderWorkflow.class, (w) -> {
            w.fulfil(order);
        }, WorkflowOptions.defaults());
        WorkflowHandle<Object, Object> byName = this.client.start("OrderWorkflow", options("order-43"), order);
        this.client.execute(OrderWorkflow.class, (w) -> {
            w.fulfil(order);
        }, options("order-44"));
        WorkflowHandle<OrderWorkflow, Receipt> signaled = this.client.signalWithStart(OrderWorkflow.class, approve,
                call, options("order-45"));
        WorkflowHandle<OrderWorkflow, Void> signaledWithoutResult = this.client.signalWithStart(OrderWorkflow.class,
                (w) -> w.approve(), (w) -> {
                    w.fulfil(order);
                }, options("order-46"));
        UpdateHandle<String> updated = this.client.updateWithStart(OrderWorkflow.class, (w) -> w.changeAddress("there"),
                (w) -> w.fulfil(order), options("order-47"));
        UpdateHandle<Void> reset = this.client.updateWithStart(OrderWorkflow.class, (w) -> {
            w.restored();
        }, (w) -> w.fulfil(order), options("order-48"));
        List.of(withoutResult, byName, signaled, signaledWithoutResult, updated, reset)
            .forEach(Objects::requireNonNull);
        return this.client.execute(OrderWorkflow.class, (w) -> w.fulfil(order), options(handle.workflowId()));
    }

    Receipt handles(WorkflowHandle<OrderWorkflow, Receipt> handle) {
        handle.signal((w) -> w.approve());
        handle.signal("rename", "Bob");
        Status status = handle.query((w) -> w.status());
        String address = handle.query("address", String.class);
        List<String> list = handle.query("list", new ParameterizedTypeReference<List<String>>() {
        }, 1, 2);
        String changed = handle.update((w) -> w.changeAddress("there"));
        handle.update((w) -> {
            w.restored();
        });
        changed += handle.update("changeAddress", String.class, "there");
        list = handle.update("changeAll", new ParameterizedTypeReference<List<String>>() {
        }, "there");
        UpdateHandle<String> update = handle.startUpdate((w) -> w.changeAddress("there"), UpdateOptions.withId("once"));
        UpdateHandle<Void> restored = handle.startUpdate((w) -> {
            w.restored();
        }, UpdateOptions.withId("twice"));
        WorkflowExecution execution = update.execution();
        String answer = update.updateId() + update.result() + update.result(Duration.ofSeconds(1)) + restored.updateId()
                + execution.workflowId() + status + address + list + changed;
        handle.cancel();
        handle.terminate(answer);
        WorkflowHandle<OrderWorkflow, Receipt> again = handle.reset(ResetPoint.last());
        Receipt typed = again.result(Receipt.class, Duration.ofSeconds(1));
        Map<String, String> map = again.result(new ParameterizedTypeReference<Map<String, String>>() {
        }, Duration.ofSeconds(1));
        CompletableFuture<Receipt> future = again.resultAsync();
        return map.isEmpty() ? typed : future.isDone() ? again.result() : again.result(Duration.ofSeconds(30));
    }

    String finds() {
        WorkflowHandle<Object, Object> open = this.client.workflow("order-42");
        WorkflowHandle<Object, Object> run = this.client.workflow("order-42", open.runId());
        WorkflowHandle<OrderWorkflow, Object> typed = this.client.workflow(OrderWorkflow.class, "order-42");
        typed.signal((w) -> w.approve());
        try (Stream<WorkflowDescription> list = this.client.list("WorkflowType = 'OrderWorkflow'")) {
            list.map(this::describe).forEach(Objects::requireNonNull);
        }
        for (HistoryEvent event : run.history()) {
            Map<String, Object> attributes = event.attributes();
            String line = event.eventId() + event.eventType() + event.eventTime() + attributes;
            line.lines().forEach(Objects::requireNonNull);
        }
        Map<String, Long> counts = this.client.count("Status = 'RUNNING'", "WorkflowType");
        return describe(run.describe()) + this.client.count("") + counts;
    }

    private String describe(WorkflowDescription description) {
        if (description instanceof WorkflowDescription(String workflowId, String runId, String type, String queue, WorkflowStatus status, Instant start, Optional<Instant> close, long length, List<PendingActivity> activities, Map<String, Object> memo, Map<String, Object> attributes, Optional<String> parent)) {
            return workflowId + runId + type + queue + describe(status) + start + close + length
                    + activities.stream().map(ClientCodeUsage::describe).toList() + memo + attributes + parent;
        }
        return description.workflowId() + description.runId() + description.workflowType() + description.taskQueue()
                + description.status() + description.startTime() + description.closeTime() + description.historyLength()
                + description.pendingActivities() + description.memo() + description.searchAttributes()
                + description.parentWorkflowId();
    }

    private static String describe(WorkflowStatus status) {
        return switch (status) {
            case RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, CONTINUED_AS_NEW, TIMED_OUT -> status.name();
        };
    }

    private static String describe(PendingActivity activity) {
        return activity.activityId() + activity.activityType() + activity.attempt() + activity.lastFailure().orElse("")
                + activity.nextAttemptTime().map(Instant::toString).orElse("");
    }

    void completesActivities(String token) {
        this.client.completeActivity("order-42", "5", "result");
        this.client.failActivity("order-42", "5", new IllegalStateException("broken"));
        this.client.completeActivity(token, "result");
        this.client.failActivity(token, new IllegalStateException("broken"));
        this.client.heartbeatActivity(token, 50);
    }

    String schedules(Order order) {
        ScheduleClient schedules = this.client.schedules();
        ScheduleSpec spec = ScheduleSpec.cron("0 12 * * *", "@daily")
            .skip(new CalendarSpec("0", "*", "*", "1,15", "*", "MON-FRI", "2027"))
            .timeZone(ZoneId.of("Europe/Berlin"))
            .jitter(Duration.ofMinutes(5))
            .startAt(Instant.EPOCH)
            .endAt(Instant.MAX);
        ScheduleOptions options = ScheduleOptions.defaults()
            .overlap(OverlapPolicy.BUFFER_ONE)
            .catchUpWindow(Duration.ofHours(1))
            .pauseOnFailure(true)
            .remainingActions(10)
            .paused(false)
            .note("nightly");
        ScheduleHandle handle = schedules.create("nightly", spec, OrderWorkflow.class, (w) -> w.fulfil(order),
                WorkflowOptions.defaults(), options);
        handle.update(ScheduleSpec.every(Duration.ofHours(1)), options);
        handle.update(ScheduleSpec.every(Duration.ofHours(1), Duration.ofMinutes(5)), options);
        handle.update(ScheduleSpec.calendar(new CalendarSpec("0", "0", "12", "*", "*", "*", "*")), options);
        handle.pause("holiday");
        handle.unpause("back");
        handle.trigger();
        handle.trigger(OverlapPolicy.ALLOW_ALL);
        handle.backfill(Instant.EPOCH, Instant.now(), OverlapPolicy.SKIP);
        ScheduleDescription description = schedules.schedule(handle.scheduleId()).describe();
        handle.delete();
        try (Stream<ScheduleDescription> all = schedules.list()) {
            return description.scheduleId() + description.workflowType() + description.paused() + description.note()
                    + description.nextRuns() + description.recentRuns() + description.actionCount() + all.count();
        }
    }

    static String fields(CalendarSpec calendar) {
        return String.join(" ", calendar.second(), calendar.minute(), calendar.hour(), calendar.dayOfMonth(),
                calendar.month(), calendar.dayOfWeek(), calendar.year());
    }

    static String overlap(OverlapPolicy policy) {
        return switch (policy) {
            case SKIP, BUFFER_ONE, BUFFER_ALL, CANCEL_OTHER, TERMINATE_OTHER, ALLOW_ALL -> policy.name();
        };
    }

    static String policies(IdReusePolicy reuse, IdConflictPolicy conflict) {
        String first = switch (reuse) {
            case ALLOW_DUPLICATE, ALLOW_DUPLICATE_FAILED_ONLY, REJECT_DUPLICATE -> reuse.name();
        };
        return first + switch (conflict) {
            case FAIL, USE_EXISTING, TERMINATE_EXISTING -> conflict.name();
        };
    }

    BatchDescription batches() {
        BatchOperations batch = this.client.batch("Status = 'RUNNING'");
        batch.signal("approve");
        batch.cancel("holiday");
        batch.terminate("enough");
        BatchHandle handle = batch.reset(ResetPoint.event(5));
        BatchDescription description = handle.describe();
        String line = handle.batchId() + description.batchId() + description.state() + description.total()
                + description.done() + description.failed();
        return line.isEmpty() ? description : handle.await(Duration.ofMinutes(1));
    }

    static String point(ResetPoint point) {
        return switch (point) {
            case ResetPoint.First first -> String.valueOf(first.equals(ResetPoint.first()));
            case ResetPoint.Last last -> last.toString();
            case ResetPoint.Event event -> String.valueOf(event.eventId());
        };
    }

    String exceptions(Runnable call) {
        try {
            call.run();
            return "";
        }
        catch (WorkflowAlreadyStartedException ex) {
            return ex.workflowId() + ex.runId();
        }
        catch (UpdateFailedException ex) {
            return String.valueOf(ex.isRejected());
        }
        catch (WorkflowNotFoundException | QueryFailedException | ResultTimeoutException ex) {
            return String.valueOf(ex.getMessage());
        }
    }

}
