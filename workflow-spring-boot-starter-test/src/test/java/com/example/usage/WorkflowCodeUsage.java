package com.example.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;

import com.example.usage.Orders.Order;
import com.example.usage.Orders.OrderWorkflow;
import com.example.usage.Orders.Payments;
import com.example.usage.Orders.Receipt;
import com.example.usage.Orders.Shipping;
import dev.workflow.Action;
import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.CancellationScope;
import dev.workflow.CancellationType;
import dev.workflow.ChildHandle;
import dev.workflow.ChildOptions;
import dev.workflow.CompletablePromise;
import dev.workflow.ContinueAsNewOptions;
import dev.workflow.ExternalWorkflow;
import dev.workflow.LocalActivityOptions;
import dev.workflow.ParentClosePolicy;
import dev.workflow.Promise;
import dev.workflow.RetryOptions;
import dev.workflow.Saga;
import dev.workflow.Workflow;
import dev.workflow.WorkflowExecution;
import dev.workflow.WorkflowInfo;
import dev.workflow.WorkflowLocal;
import dev.workflow.WorkflowLock;
import dev.workflow.WorkflowMethod;
import dev.workflow.WorkflowQueue;
import dev.workflow.WorkflowSemaphore;
import dev.workflow.WorkflowThreadLocal;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.failure.ChildWorkflowFailure;
import dev.workflow.failure.TerminatedFailure;
import dev.workflow.failure.TimeoutFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.failure.WorkflowFailure;
import org.slf4j.Logger;

import org.springframework.core.ParameterizedTypeReference;

/** Everything that workflow code may use, used once as users write it. */
@Workflow("Usage")
class WorkflowCodeUsage {

    private final WorkflowQueue<String> queue = new WorkflowQueue<>();

    private final WorkflowQueue<String> bounded = new WorkflowQueue<>(10);

    private final WorkflowSemaphore semaphore = new WorkflowSemaphore(3);

    private final WorkflowLock lock = new WorkflowLock();

    private final Payments payments;

    WorkflowCodeUsage(Payments payments) {
        this.payments = payments;
    }

    @WorkflowMethod
    List<String> run(int steps) {
        return List.of("steps: " + steps);
    }

    Duration time() {
        Instant begin = Workflows.now();
        Workflows.sleep(Duration.ofMinutes(1));
        Promise<Void> timer = Workflows.timer(Duration.ofHours(1));
        timer.get();
        return Duration.between(begin, Workflows.now());
    }

    boolean waiting() {
        Workflows.await(() -> this.queue.size() > 0);
        return Workflows.await(Duration.ofDays(1), () -> this.bounded.size() > 0);
    }

    List<Object> concurrency() {
        Promise<Integer> one = Workflows.async(() -> 1);
        Callable<String> callable = () -> "two";
        Promise<String> two = Workflows.async(callable);
        Action action = () -> Workflows.sleep(Duration.ofSeconds(1));
        Promise<Void> three = Workflows.async(action);
        Promise<Void> four = Workflows.async(() -> Workflows.sleep(Duration.ofSeconds(1)));
        CompletablePromise<String> promise = Workflows.promise();
        boolean completed = promise.complete("value") || promise.completeExceptionally(new IllegalStateException("no"));
        Promise<String> text = one.thenApply((number) -> "number " + number);
        Promise<String> chained = two.thenCompose((word) -> Workflows.async(() -> word + "!"));
        Promise<String> handled = text.handle((value, failure) -> (failure == null) ? value : failure.getMessage());
        Promise<String> recovered = chained.exceptionally((failure) -> "instead of " + failure.getMessage());
        Promise<Void> all = Promise.allOf(one, two, three, four);
        Promise<List<String>> values = Promise.allOf(List.of(handled, recovered));
        Promise<Object> any = Promise.anyOf(one, two);
        Collection<Promise<String>> words = List.of(two, promise);
        Promise<String> first = Promise.anyOf(words);
        all.get();
        return List.of(values.get(Duration.ofSeconds(10)), any.get(), first.get(), completed, one.isCompleted());
    }

    String queues() {
        this.queue.put("a");
        boolean offered = this.queue.offer("b");
        String taken = this.queue.take();
        String polled = this.queue.poll(Duration.ofSeconds(1));
        return taken + polled + this.queue.poll() + this.queue.size() + offered;
    }

    void locks() {
        this.semaphore.acquire();
        this.semaphore.release();
        this.lock.lock();
        this.lock.unlock();
        if (this.lock.tryLock(Duration.ofSeconds(1))) {
            this.lock.unlock();
        }
    }

    List<Object> determinism() {
        UUID id = Workflows.randomUUID();
        RandomGenerator random = Workflows.random();
        String asked = Workflows.sideEffect(String.class, () -> System.getProperty("user.name"));
        int limit = Workflows.mutableSideEffect("limit", Integer.class, (before, now) -> !before.equals(now), () -> 5);
        int version = Workflows.version("change", 1, 2);
        Logger logger = Workflows.logger(WorkflowCodeUsage.class);
        logger.info("version {}, replaying: {}", version, Workflows.isReplaying());
        return List.of(id, random.nextInt(10), asked, limit, Workflows.patched("patch"));
    }

    List<Object> activities(Order order) {
        ActivityOptions options = ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofSeconds(10))
            .scheduleToStartTimeout(Duration.ofMinutes(1))
            .scheduleToCloseTimeout(Duration.ofMinutes(2))
            .heartbeatTimeout(Duration.ofSeconds(5))
            .retry(retry())
            .taskQueue("orders")
            .cancellationType(CancellationType.TRY_CANCEL)
            .summary("for people")
            .priority(1);
        String label = Workflows.activities(Shipping.class, options).label("here");
        String invoice = Workflows.withOptions(this.payments, options).invoice(order);
        String local = Workflows.localActivities(Shipping.class, localOptions()).label("near");
        String byName = Workflows.activity("PrintLabel", String.class, options, "there");
        List<String> generic = Workflows.activity("Elsewhere.list", new ParameterizedTypeReference<List<String>>() {
        }, options, 1, "two");
        return List.of(label, invoice, local, byName, generic);
    }

    static RetryOptions retry() {
        return RetryOptions.defaults()
            .initialInterval(Duration.ofSeconds(1))
            .backoffCoefficient(2)
            .maximumInterval(Duration.ofMinutes(1))
            .maximumAttempts(3)
            .doNotRetry("Expired", IllegalArgumentException.class.getName());
    }

    private static LocalActivityOptions localOptions() {
        return LocalActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofSeconds(1))
            .scheduleToCloseTimeout(Duration.ofSeconds(2))
            .retry(RetryOptions.none());
    }

    List<Object> children(Order order) {
        ChildOptions options = ChildOptions.withId("child")
            .taskQueue("orders")
            .parentClosePolicy(ParentClosePolicy.REQUEST_CANCEL)
            .cancellationType(CancellationType.ABANDON)
            .executionTimeout(Duration.ofDays(1))
            .runTimeout(Duration.ofHours(1))
            .retry(retry())
            .memo(Map.of("note", "x"))
            .searchAttributes(Map.of("CustomerId", "ada"));
        Receipt receipt = Workflows.child(OrderWorkflow.class, options).fulfil(order);
        Receipt byName = Workflows.child("OrderWorkflow", Receipt.class, ChildOptions.defaults(), order);
        ChildHandle<OrderWorkflow, Receipt> handle = Workflows.startChild(OrderWorkflow.class, (w) -> w.fulfil(order),
                options);
        ChildHandle<OrderWorkflow, Void> withoutResult = Workflows.startChild(OrderWorkflow.class, (w) -> {
            w.fulfil(order);
        }, options);
        ChildHandle<Object, Receipt> untyped = Workflows.startChild("OrderWorkflow", Receipt.class, options, order);
        WorkflowExecution started = handle.started().get();
        handle.signal((w) -> w.approve());
        untyped.signal("approve");
        withoutResult.cancel();
        ExternalWorkflow<OrderWorkflow> external = Workflows.external(OrderWorkflow.class, started.workflowId());
        external.signal((w) -> w.approve());
        external.signal("rename", "Bob");
        external.cancel();
        Workflows.external("order-1").signal("approve");
        return List.of(receipt, byName, handle.result().get(), started.runId());
    }

    void scopes() {
        CancellationScope scope = Workflows.cancellationScope(() -> this.payments.invoice(new Order("1", "")));
        Workflows.cancellationScope((CancellationScope own) -> own.cancel("not needed"));
        CancellationScope later = Workflows.cancellationScope();
        Promise<String> background = later.async(() -> this.payments.invoice(new Order("2", "")));
        later.run(() -> Workflows.sleep(Duration.ofSeconds(1)));
        later.cancel();
        scope.cancel("reason");
        Workflows.detachedScope(() -> this.payments.invoice(new Order("3", "")));
        if (!CancellationScope.current().isCancelRequested()) {
            background.get();
        }
    }

    void sagas() {
        Saga saga = new Saga().parallel(true).continueOnFailure(true);
        saga.addCompensation(() -> this.payments.invoice(new Order("1", "")));
        saga.compensate();
    }

    List<Object> self() {
        WorkflowInfo info = Workflows.info();
        Workflows.upsertSearchAttributes(
                Map.of("CustomerId", "ada", "Amount", 5, "Due", Workflows.now(), "Tags", List.of("a", "b")));
        Workflows.upsertMemo(Map.of("note", "x"));
        Workflows.currentDetails("**working**");
        Optional<Integer> last = Workflows.lastCompletionResult(Integer.class);
        if (info instanceof WorkflowInfo(String workflowId, String runId, String firstRunId, String type, String queue, int attempt, Instant startTime, Optional<WorkflowExecution> parent, Optional<String> continuedFrom, Optional<String> cron, long length, long size, boolean suggested, Map<String, Object> attributes, Map<String, Object> memo)) {
            return List.of(workflowId, runId, firstRunId, type, queue, attempt, startTime, parent, continuedFrom, cron,
                    length, size, suggested, attributes, memo, last);
        }
        return List.of(info.workflowId(), info.runId(), info.firstRunId(), info.workflowType(), info.taskQueue(),
                info.attempt(), info.startTime(), info.parent(), info.continuedFromRunId(), info.cron(),
                info.historyLength(), info.historySize(), info.continueAsNewSuggested(), info.searchAttributes(),
                info.memo());
    }

    Receipt continues(Order order, int how) {
        ContinueAsNewOptions options = ContinueAsNewOptions.defaults()
            .taskQueue("orders")
            .runTimeout(Duration.ofDays(1))
            .startDelay(Duration.ofMinutes(1))
            .memo(Map.of("note", "x"));
        return switch (how) {
            case 0 -> Workflows.continueAsNew(order);
            case 1 -> Workflows.continueAsNew(options, order);
            default -> Workflows.continueAsNew(OrderWorkflow.class, (w) -> w.fulfil(order));
        };
    }

    void continuesWithoutResult(Order order) {
        Workflows.continueAsNew(OrderWorkflow.class, (w) -> {
            w.fulfil(order);
        });
    }

    List<String> handlers() {
        List<String> words = new ArrayList<>();
        Workflows.onSignal("word", (arguments) -> words.add(arguments.get(0, String.class)));
        Workflows.onQuery("words", (Arguments arguments) -> words);
        Workflows.onUpdate("all", (arguments) -> {
            List<String> all = arguments.get(0, new ParameterizedTypeReference<List<String>>() {
            });
            words.addAll(all);
            return words.size() + arguments.size();
        });
        Workflows.onAnySignal((name, arguments) -> words.add(name + arguments.size()));
        Workflows.onAnyQuery((name, arguments) -> name + arguments.size());
        Workflows.onAnyUpdate((name, arguments) -> arguments.get(0, String.class));
        Workflows.await(Workflows::allHandlersFinished);
        return words;
    }

    private static final WorkflowLocal<List<String>> TRAIL = WorkflowLocal.withCachedInitial(ArrayList::new);

    private static final WorkflowThreadLocal<String> STEP = WorkflowThreadLocal.withInitial(() -> "none");

    List<String> locals() {
        STEP.set("locals");
        TRAIL.get().add(STEP.get());
        STEP.remove();
        WorkflowLocal<Integer> count = WorkflowLocal.withInitial(() -> 0);
        count.set(count.get() + 1);
        return TRAIL.get();
    }

    /** Exhaustive without a default: a failure type that is missing or new is noticed. */
    String failures(WorkflowException failure) {
        return switch (failure) {
            case ApplicationFailure application -> application.type() + application.isNonRetryable()
                    + application.detail(0, String.class).orElse("") + application.getMessage();
            case ActivityFailure activity -> activity.activityType() + activity.activityId();
            case ChildWorkflowFailure child -> child.workflowType() + child.workflowId();
            case TimeoutFailure timeout -> switch (timeout.kind()) {
                case START_TO_CLOSE, SCHEDULE_TO_START, SCHEDULE_TO_CLOSE, HEARTBEAT, EXECUTION, RUN, PROMISE ->
                    timeout.kind().name();
            };
            case CanceledFailure canceled -> String.valueOf(CanceledFailure.isCancellation(canceled));
            case TerminatedFailure terminated -> String.valueOf(terminated.getMessage());
            case WorkflowFailure workflow -> workflow.workflowId() + workflow.workflowType();
        };
    }

    ApplicationFailure newFailure(Throwable cause) {
        if (cause instanceof InterruptedException) {
            return ApplicationFailure.nonRetryable("never", "Fatal", 1, "two").causedBy(cause);
        }
        return ApplicationFailure.of("later", "Busy").nextRetryDelay(Duration.ofMinutes(5));
    }

}
