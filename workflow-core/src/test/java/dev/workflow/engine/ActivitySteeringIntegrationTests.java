package dev.workflow.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.Promise;
import dev.workflow.RetryOptions;
import dev.workflow.Workflows;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskFailed;
import dev.workflow.history.ActivityTaskOptions;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.RetryPolicy;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What people do to activities, from a node that runs none of them. */
class ActivitySteeringIntegrationTests {

    private static final WorkflowRef CALLS = new WorkflowRef("calls", null);

    private static final Operator ALICE = new Operator("alice", "the bank is back");

    private static final RetryOptions HOURLY = RetryOptions.defaults()
        .initialInterval(Duration.ofHours(1))
        .maximumInterval(Duration.ofHours(1));

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private final AtomicInteger attempts = new AtomicInteger();

    private final TestNode operator = this.nodes.node(this.time).settings(TestNode.Settings::clientOnly);

    private TestNode worker(ActivityOptions options, TestNode.Body body) {
        return this.nodes.node(this.time)
            .activity("Works", body)
            .workflow("Calls", (arguments) -> Workflows.activity("Works", Object.class, options));
    }

    private TestNode.Body failing(int times) {
        return (arguments) -> {
            if (this.attempts.incrementAndGet() <= times) {
                throw new IllegalStateException("not yet");
            }
            return "done";
        };
    }

    private void act(ActivityAction action) {
        String id = pending().activityId();
        this.operator.service().operator().activity(CALLS, id, action, ALICE);
    }

    private WorkflowDetails.PendingActivityTask pending() {
        return this.operator.service().describe(CALLS).pendingActivities().getFirst();
    }

    private void awaitState(String state) {
        TestNode.await(() -> pending().state().equals(state));
    }

    /** What was done, as the history has it; the whole of which can be replayed. */
    private List<String> actions(TestNode worker) {
        worker.service().query(CALLS, "__state", Json.EMPTY_ARRAY);
        return TestNodes.soundHistory(worker.service(), "calls")
            .stream()
            .filter(OperatorActionRecorded.class::isInstance)
            .map(OperatorActionRecorded.class::cast)
            .map((action) -> action.action() + " " + action.scheduledEventId() + " " + action.identity() + ": "
                    + action.reason())
            .toList();
    }

    @Test
    void attemptThatWouldBeDueLaterRunsNow() {
        this.operator.start();
        TestNode worker = worker(ActivityOptions.defaults().retry(HOURLY), failing(1)).start();
        worker.begin("Calls", "calls");
        awaitState("BACKING_OFF");
        assertThat(pending().nextAttemptTime()).isEqualTo(this.time.instant().plus(Duration.ofHours(1)));
        act(new ActivityAction.RunNow());
        assertThat(worker.result("calls").result()).isEqualTo(new Json("\"done\""));
        assertThat(actions(worker)).containsExactly("RunNowActivity 2 alice: the bank is back");
    }

    @Test
    void pausedActivityBeginsNoAttemptUntilItIsUnpaused() {
        this.operator.start();
        TestNode worker = worker(ActivityOptions.defaults().retry(HOURLY), failing(1)).start();
        worker.begin("Calls", "calls");
        awaitState("BACKING_OFF");
        act(new ActivityAction.Pause());
        act(new ActivityAction.Pause());
        assertThat(pending().state()).isEqualTo("PAUSED");
        assertThat(pending().nextAttemptTime()).isNull();
        assertThatExceptionOfType(ActionRefusedException.class).isThrownBy(() -> act(new ActivityAction.RunNow()))
            .withMessageContaining("paused");
        this.time.advance(Duration.ofHours(3));
        worker.engine().clockMoved();
        TestNode.await(() -> worker.engine().isQuiet());
        assertThat(this.attempts).hasValue(1);
        act(new ActivityAction.Unpause(false));
        assertThat(worker.result("calls").result()).isEqualTo(new Json("\"done\""));
        assertThat(actions(worker)).containsExactly("PauseActivity 2 alice: the bank is back",
                "UnpauseActivity 2 alice: the bank is back");
    }

    @Test
    void attemptThatRunsWhileItIsPausedMayEndAndIsNotFollowedByAnother() throws Exception {
        this.operator.start();
        CountDownLatch paused = new CountDownLatch(1);
        TestNode worker = worker(ActivityOptions.defaults(), (arguments) -> {
            if (this.attempts.incrementAndGet() == 1) {
                paused.await(10, TimeUnit.SECONDS);
                throw new IllegalStateException("not yet");
            }
            return "done";
        }).start();
        worker.begin("Calls", "calls");
        TestNode.await(() -> this.attempts.get() == 1);
        assertThatExceptionOfType(ActionRefusedException.class).isThrownBy(() -> act(new ActivityAction.RunNow()))
            .withMessageContaining("runs now");
        act(new ActivityAction.Pause());
        assertThat(pending().state()).isEqualTo("PAUSE_REQUESTED");
        paused.countDown();
        awaitState("PAUSED");
        this.time.advance(Duration.ofHours(1));
        worker.engine().clockMoved();
        TestNode.await(() -> worker.engine().isQuiet());
        assertThat(this.attempts).hasValue(1);
        act(new ActivityAction.Unpause(true));
        assertThat(worker.result("calls").result()).isEqualTo(new Json("\"done\""));
    }

    @Test
    void activityThatIsPausedStaysSoWhenItsNodeDies() throws Exception {
        this.operator.start();
        CountDownLatch never = new CountDownLatch(1);
        TestNode first = worker(ActivityOptions.defaults(), (arguments) -> {
            this.attempts.incrementAndGet();
            never.await(10, TimeUnit.SECONDS);
            return "late";
        }).settings((s) -> s.shutdown(Duration.ZERO)).start();
        first.begin("Calls", "calls");
        TestNode.await(() -> this.attempts.get() == 1);
        act(new ActivityAction.Pause());
        first.close();
        TestNode second = worker(ActivityOptions.defaults(), failing(0)).start();
        awaitState("PAUSED");
        TestNode.await(() -> second.engine().isQuiet());
        assertThat(this.attempts).hasValue(1);
        act(new ActivityAction.Unpause(false));
        assertThat(second.result("calls").result()).isEqualTo(new Json("\"done\""));
        assertThat(this.attempts).hasValue(2);
    }

    @Test
    void forgivenAttemptsCountNoMoreThoughTheirNumbersGoOn() {
        this.operator.start();
        CountDownLatch reset = new CountDownLatch(1);
        TestNode worker = worker(ActivityOptions.defaults()
            .retry(RetryOptions.defaults()
                .initialInterval(Duration.ZERO)
                .maximumInterval(Duration.ZERO)
                .maximumAttempts(2)), (arguments) -> {
                    if (this.attempts.incrementAndGet() == 2) {
                        reset.await(10, TimeUnit.SECONDS);
                    }
                    if (this.attempts.get() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    return "done";
                })
            .start();
        worker.begin("Calls", "calls");
        TestNode.await(() -> this.attempts.get() == 2);
        act(new ActivityAction.Reset());
        reset.countDown();
        assertThat(worker.result("calls").result()).isEqualTo(new Json("\"done\""));
        assertThat(TestNodes.soundHistory(worker.service(), "calls")
            .stream()
            .filter(ActivityTaskCompleted.class::isInstance)
            .map((event) -> ((ActivityTaskCompleted) event).attempt())).containsExactly(3);
    }

    @Test
    void optionsThatAreChangedWhileTheLastAttemptRunsLeadToAnother() {
        this.operator.start();
        CountDownLatch changed = new CountDownLatch(1);
        TestNode worker = worker(ActivityOptions.defaults().retry(RetryOptions.none()), (arguments) -> {
            if (this.attempts.incrementAndGet() == 1) {
                changed.await(10, TimeUnit.SECONDS);
                throw new IllegalStateException("not yet");
            }
            return dev.workflow.Activities.info().deadline().toString();
        }).start();
        worker.begin("Calls", "calls");
        TestNode.await(() -> this.attempts.get() == 1);
        assertThatExceptionOfType(IllegalArgumentException.class)
            .isThrownBy(() -> act(new ActivityAction.ChangeOptionsOf(ActivityOptions.defaults().taskQueue("other"))))
            .withMessageContaining("only time-outs and retry");
        act(new ActivityAction.ChangeOptionsOf(ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofMinutes(17))
            .retry(RetryOptions.defaults()
                .maximumAttempts(3)
                .initialInterval(Duration.ZERO)
                .maximumInterval(Duration.ZERO))));
        changed.countDown();
        assertThat(worker.result("calls").result())
            .isEqualTo(new Json("\"" + this.time.instant().plus(Duration.ofMinutes(17)) + "\""));
    }

    @Test
    void limitsOfRetriesCanBeLifted() {
        this.operator.start();
        RetryOptions limited = HOURLY.maximumAttempts(2).doNotRetry("Refused");
        TestNode worker = worker(ActivityOptions.defaults().retry(limited), failing(3)).start();
        worker.begin("Calls", "calls");
        awaitState("BACKING_OFF");
        act(new ActivityAction.ChangeOptionsOf(ActivityOptions.defaults()
            .retry(RetryOptions.defaults()
                .maximumAttempts(Integer.MAX_VALUE)
                .initialInterval(Duration.ZERO)
                .maximumInterval(Duration.ZERO)
                .doNotRetry(new String[0]))));
        TestNode.await(() -> actions(worker).size() == 1);
        assertThat(lastOptions(worker).retryPolicy())
            .isEqualTo(new RetryPolicy(Duration.ZERO, 2, Duration.ZERO, 0, List.of()));
        act(new ActivityAction.RunNow());
        assertThat(worker.result("calls").result()).isEqualTo(new Json("\"done\""));
        assertThat(this.attempts).hasValue(4);
    }

    @Test
    void ofTwoChangesAtTheSameTimeNoneIsLost() throws Exception {
        AtomicInteger steering = new AtomicInteger();
        this.operator.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("steer")) {
                steering.incrementAndGet();
            }
            return call.call();
        });
        this.operator.start();
        TestNode worker = worker(ActivityOptions.defaults().retry(HOURLY), failing(1)).start();
        worker.begin("Calls", "calls");
        awaitState("BACKING_OFF");
        List<Thread> changes = this.nodes.transaction().execute((status) -> {
            this.nodes.count("select count(*) from (select 1 from engine.workflow_activity_task for update) locked");
            List<Thread> begun = java.util.stream.Stream
                .of(ActivityOptions.defaults().startToCloseTimeout(Duration.ofMinutes(17)),
                        ActivityOptions.defaults().heartbeatTimeout(Duration.ofMinutes(3)))
                .map((options) -> Thread.ofPlatform().start(() -> act(new ActivityAction.ChangeOptionsOf(options))))
                .toList();
            TestNode.await(() -> steering.get() >= 2);
            return begun;
        });
        for (Thread change : changes) {
            change.join();
        }
        TestNode.await(() -> actions(worker).size() == 2);
        assertThat(lastOptions(worker)).returns(Duration.ofMinutes(17), ActivityTaskOptions::startToCloseTimeout)
            .returns(Duration.ofMinutes(3), ActivityTaskOptions::heartbeatTimeout);
    }

    private static ActivityTaskOptions lastOptions(TestNode worker) {
        return TestNodes.soundHistory(worker.service(), "calls")
            .stream()
            .filter(OperatorActionRecorded.class::isInstance)
            .map((action) -> ((OperatorActionRecorded) action).options())
            .toList()
            .getLast();
    }

    @Test
    void changedDeadlineOfTheWholeActivityIsKeptByTheNextOwnerOfItsRun() {
        this.operator.start();
        TestNode first = worker(ActivityOptions.defaults().retry(HOURLY), failing(9)).start();
        first.begin("Calls", "calls");
        awaitState("BACKING_OFF");
        act(new ActivityAction.ChangeOptionsOf(
                ActivityOptions.defaults().scheduleToCloseTimeout(Duration.ofMinutes(30))));
        TestNode.await(() -> actions(first).size() == 1);
        first.close();
        TestNode second = worker(ActivityOptions.defaults().retry(HOURLY), failing(9)).start();
        this.time.advance(Duration.ofMinutes(29));
        second.engine().clockMoved();
        TestNode.await(() -> second.engine().isQuiet());
        assertThat(pending().state()).isEqualTo("BACKING_OFF");
        this.time.advance(Duration.ofMinutes(2));
        second.engine().clockMoved();
        WorkflowOutcome outcome = second.result("calls");
        assertThat(outcome.status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(TestNode.types(second.service(), "calls")).contains("ActivityTaskTimedOut");
    }

    @Test
    void activityIsEndedByHandWhetherItRetriesOrHasNotBegun() {
        this.operator.start();
        TestNode worker = worker(ActivityOptions.defaults().retry(HOURLY), failing(9)).start();
        worker.begin("Calls", "calls");
        awaitState("BACKING_OFF");
        act(new ActivityAction.Complete(new Json("\"by hand\"")));
        assertThat(worker.result("calls").result()).isEqualTo(new Json("\"by hand\""));
        assertThat(actions(worker)).containsExactly("CompleteActivity 2 alice: the bank is back");

        worker.workflow("Elsewhere", (arguments) -> Workflows.activity("Works", Object.class,
                ActivityOptions.defaults().taskQueue("nobody")));
        worker.begin("Elsewhere", "calls");
        awaitState("SCHEDULED");
        act(new ActivityAction.Fail(FailureInfo.application("Declined", "no money", true)));
        assertThat(worker.result("calls").status()).isEqualTo(WorkflowStatus.FAILED);
        assertThat(TestNodes.soundHistory(worker.service(), "calls")
            .stream()
            .filter(ActivityTaskFailed.class::isInstance)
            .map((event) -> ((ActivityTaskFailed) event).failure().type())).containsExactly("Declined");
        assertThatExceptionOfType(dev.workflow.client.WorkflowNotFoundException.class).isThrownBy(
                () -> this.operator.service().operator().activity(CALLS, "2", new ActivityAction.Pause(), ALICE));
    }

    @Test
    void activityThatThereIsNotIsNamed() {
        this.operator.start();
        TestNode worker = worker(ActivityOptions.defaults().retry(HOURLY), failing(9)).start();
        worker.begin("Calls", "calls");
        awaitState("BACKING_OFF");
        for (String id : List.of("1", "99", "x")) {
            assertThatExceptionOfType(UnknownActivityException.class)
                .isThrownBy(
                        () -> this.operator.service().operator().activity(CALLS, id, new ActivityAction.Pause(), ALICE))
                .withMessageContaining("'" + id + "'");
        }
        assertThat(actions(worker)).isEmpty();
    }

    @Test
    void whateverIsDoneToActivitiesEachEndsOnceAndTheHistoryCanBeReplayed() throws Exception {
        long seed = System.nanoTime();
        System.out.println("ActivitySteeringIntegrationTests seed " + seed);
        this.operator.start();
        int number = 20;
        Map<Integer, AtomicInteger> tries = new ConcurrentHashMap<>();
        TestNode.Body body = (arguments) -> {
            int which = arguments.get(0, Integer.class);
            if (tries.computeIfAbsent(which, (w) -> new AtomicInteger()).incrementAndGet() < 6) {
                throw new IllegalStateException("not yet");
            }
            return which;
        };
        List<TestNode> workers = List.of(worker(ActivityOptions.defaults(), body),
                worker(ActivityOptions.defaults(), body));
        for (TestNode worker : workers) {
            worker.workflow("Many", (arguments) -> {
                List<Promise<Integer>> all = java.util.stream.IntStream.range(0, number)
                    .mapToObj((which) -> Workflows.async(() -> Workflows.activity("Works", Integer.class,
                            ActivityOptions.defaults().retry(RetryOptions.defaults().maximumAttempts(50)), which)))
                    .toList();
                all.forEach(Promise::get);
                return "all";
            }).start();
        }
        workers.getFirst().begin("Many", "calls");
        Random random = new Random(seed);
        OperatorService service = this.operator.service().operator();
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        for (int i = 0; i < 400 && System.nanoTime() < end; i++) {
            List<WorkflowDetails.PendingActivityTask> open = this.operator.service()
                .describe(CALLS)
                .pendingActivities();
            if (open.isEmpty()) {
                break;
            }
            ActivityAction action = switch (random.nextInt(8)) {
                case 0 -> new ActivityAction.Pause();
                case 1, 2 -> new ActivityAction.Unpause(random.nextBoolean());
                case 3 -> new ActivityAction.Reset();
                case 4 -> new ActivityAction.ChangeOptionsOf(
                        ActivityOptions.defaults().startToCloseTimeout(Duration.ofMinutes(1L + random.nextInt(9))));
                case 5 -> (i % 7 == 0) ? new ActivityAction.Complete(new Json("7")) : new ActivityAction.RunNow();
                default -> new ActivityAction.RunNow();
            };
            try {
                service.activity(CALLS, open.get(random.nextInt(open.size())).activityId(), action, ALICE);
            }
            catch (ActionRefusedException | UnknownActivityException
                    | dev.workflow.client.WorkflowNotFoundException ex) {
                // It ran, or had ended meanwhile.
                assertThat(ex).hasMessageNotContaining("null");
            }
            if (i % 10 == 0) {
                this.time.advance(Duration.ofMillis(200));
                workers.forEach((worker) -> worker.engine().clockMoved());
            }
        }
        TestNode.await(() -> {
            this.time.advance(Duration.ofMillis(500));
            workers.forEach((worker) -> worker.engine().clockMoved());
            WorkflowDetails run = this.operator.service().describe(CALLS);
            run.pendingActivities().forEach((open) -> {
                try {
                    service.activity(CALLS, open.activityId(), new ActivityAction.Unpause(true), ALICE);
                }
                catch (UnknownActivityException | dev.workflow.client.WorkflowNotFoundException
                        | ActionRefusedException ex) {
                    assertThat(ex).hasMessageNotContaining("null");
                }
            });
            return run.status() == WorkflowStatus.COMPLETED;
        }, Duration.ofSeconds(40));
        assertThat(TestNodes.soundHistory(workers.getFirst().service(), "calls")
            .stream()
            .filter(ActivityTaskCompleted.class::isInstance)
            .map((event) -> ((ActivityTaskCompleted) event).scheduledEventId())).doesNotHaveDuplicates()
            .hasSize(number);
        actions(workers.getLast());
    }

}
