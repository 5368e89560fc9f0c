package dev.workflow.engine;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.Workflows;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.util.Assert;

import static org.assertj.core.api.Assertions.assertThat;

/** What an actor does with what it takes, however much it is and however it ends. */
class RunActorIntegrationTests {

    private static final int LAST = 99;

    private static final int HOLD = 50;

    private static final int GO = 60;

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNode node = this.nodes.node()
        .settings((s) -> s.poll(Duration.ofSeconds(30)))
        .workflow("Hears", RunActorIntegrationTests::hear);

    private final TestNodes.Time time = new TestNodes.Time();

    private final TestNode timed = this.nodes.node(this.time);

    /** Ends with LAST, unless it was told to HOLD: then it waits for GO. */
    private static @Nullable Object hear(Arguments arguments) {
        List<Integer> heard = new ArrayList<>();
        Workflows.onSignal("say", (said) -> heard.add(said.get(0, Integer.class)));
        Workflows.onUpdate("add", (said) -> heard.add(said.get(0, Integer.class)));
        Workflows.onUpdate("addOnHold", (said) -> heard.add(said.get(0, Integer.class)),
                (said) -> Assert.state(heard.contains(HOLD), "Not on hold"));
        Workflows.await(() -> heard.contains(LAST) && (!heard.contains(HOLD) || heard.contains(GO)));
        return heard;
    }

    private StartResult hearing() {
        return this.node.begin("Hears", "hears");
    }

    private RunActor actor(StartResult run) {
        return java.util.Objects.requireNonNull(this.node.engine().resident().get(UUID.fromString(run.runId())));
    }

    private Delivery.Signal signal(int number) {
        return new Delivery.Signal(new HandlerCall("say", this.node.json(number), Map.of()), null, null,
                new CompletableFuture<>());
    }

    private void message(StartResult run, int number) {
        assertThat(this.node.store.deliver(UUID.fromString(run.runId()),
                new Transition.NewMessage(Message.Kind.SIGNAL, "say", null, this.node.json(number).text()),
                this.node.clock.instant()))
            .isNotNull();
    }

    private static List<Transition> batch(Object[] arguments) {
        return ((List<?>) arguments[0]).stream().map(Transition.class::cast).toList();
    }

    @Test
    void nobodyIsToldOfAnEndBeforeItIsDurable() {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch offered = new CountDownLatch(1);
        AtomicBoolean refused = new AtomicBoolean();
        AtomicReference<StartResult> run = new AtomicReference<>();
        Delivery.Signal last = signal(LAST);
        Delivery.Signal late = signal(7);
        Delivery.Cancel cancel = new Delivery.Cancel(new Request("late, too", null), null, new CompletableFuture<>());
        Map<String, Boolean> told = new ConcurrentHashMap<>();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("commit") && batch(arguments).stream().anyMatch((t) -> t.start() == null)) {
                first.countDown();
                offered.await();
                if (batch(arguments).stream().anyMatch((t) -> t.close() != null) && !refused.getAndSet(true)) {
                    told.put("last", last.acknowledged().isDone());
                    told.put("late", late.acknowledged().isDone());
                    told.put("cancel", cancel.acknowledged().isDone());
                    // The end is refused for this, and there is no end then.
                    message(run.get(), HOLD);
                }
            }
            return call.call();
        });
        this.node.start();
        run.set(hearing());
        RunActor actor = actor(run.get());
        Delivery.Signal before = signal(1);
        assertThat(actor.offer(before)).isTrue();
        await(first);
        assertThat(actor.offer(last)).isTrue();
        assertThat(actor.offer(late)).isTrue();
        assertThat(actor.offer(cancel)).isTrue();
        offered.countDown();
        await(late.acknowledged());
        await(cancel.acknowledged());
        assertThat(refused).isTrue();
        assertThat(told).isEqualTo(Map.of("last", false, "late", false, "cancel", false));
        // The wait of a canceled run ends with its cancellation.
        assertThat(this.node.result("hears").status()).isEqualTo(WorkflowStatus.CANCELED);
        assertThat(TestNode.types(this.node.service(), "hears")).containsExactly("WorkflowExecutionStarted",
                "WorkflowExecutionSignaled", "WorkflowExecutionSignaled", "WorkflowExecutionSignaled",
                "WorkflowExecutionSignaled", "WorkflowExecutionCancelRequested", "WorkflowExecutionCanceled");
    }

    @Test
    void nobodyIsToldOfARejectionThatIsTakenBack() {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch offered = new CountDownLatch(1);
        AtomicReference<StartResult> run = new AtomicReference<>();
        AtomicReference<Boolean> told = new AtomicReference<>();
        UpdateWaiters.Waiting[] waiting = new UpdateWaiters.Waiting[1];
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("commit") && batch(arguments).stream().anyMatch((t) -> t.start() == null)) {
                first.countDown();
                offered.await();
                if (batch(arguments).stream().anyMatch((t) -> t.close() != null)
                        && told.compareAndSet(null, waiting[0].stage(true).isDone())) {
                    // The end is refused for this, with which the update is welcome.
                    message(run.get(), HOLD);
                }
            }
            return call.call();
        });
        this.node.start();
        run.set(hearing());
        RunActor actor = actor(run.get());
        waiting[0] = this.node.engine().updates().await(UUID.fromString(run.get().runId()), "u", 0);
        assertThat(actor.offer(signal(1))).isTrue();
        await(first);
        assertThat(
                actor.offer(new Delivery.Update("u", new HandlerCall("addOnHold", this.node.json(5), Map.of()), null)))
            .isTrue();
        assertThat(actor.offer(signal(LAST))).isTrue();
        offered.countDown();
        await(waiting[0].stage(true));
        assertThat(told).hasValue(false);
        assertThat(waiting[0].stage(true).join().stage()).isEqualTo(UpdateOutcome.Stage.COMPLETED);
        assertThat(TestNode.types(this.node.service(), "hears")).contains("WorkflowExecutionUpdateCompleted");
    }

    private static void await(CompletableFuture<?> acknowledged) {
        acknowledged.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static void await(CountDownLatch latch) {
        TestNode.await(() -> latch.getCount() == 0);
    }

    @Test
    void secondCancellationIsAcknowledgedWithTheFirst() {
        CountDownLatch offered = new CountDownLatch(1);
        CountDownLatch first = new CountDownLatch(1);
        Delivery.Cancel one = new Delivery.Cancel(new Request("one", null), null, new CompletableFuture<>());
        Delivery.Cancel two = new Delivery.Cancel(new Request("two", null), null, new CompletableFuture<>());
        List<Boolean> told = new CopyOnWriteArrayList<>();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("commit") && batch(arguments).stream().anyMatch((t) -> t.start() == null)) {
                first.countDown();
                offered.await();
                told.add(one.acknowledged().isDone() || two.acknowledged().isDone());
            }
            return call.call();
        });
        this.node.workflow("Cleans", (arguments) -> {
            List<Integer> heard = new ArrayList<>();
            Workflows.onSignal("say", (said) -> heard.add(said.get(0, Integer.class)));
            Workflows.detachedScope(() -> Workflows.await(() -> heard.contains(LAST)));
            return heard;
        }).start();
        RunActor actor = actor(this.node.begin("Cleans", "cleans"));
        actor.offer(signal(1));
        await(first);
        actor.offer(one);
        actor.offer(two);
        offered.countDown();
        await(one.acknowledged());
        await(two.acknowledged());
        assertThat(told).containsExactly(false, false);
    }

    @Test
    void messagesBehindTheOneThatEndsTheRunAreTurnedAwayHoweverManyTheyAre() {
        this.node.start();
        StartResult run = hearing();
        RunActor actor = actor(run);
        // All at once: the node may look for messages at any moment.
        this.nodes.jdbc()
            // The last one is of an activity that the run does not know.
            .sql("""
                    with behind as (
                      insert into engine.workflow_message (run_id, kind, name, dedup_key, payload, created_at)
                      select ?::uuid, case when n % 500 = 7 then 'UPDATE' else 'SIGNAL' end, 'say',
                        case when n % 500 = 7 then 'u' || n end, '[' || case when n = 999 then ? else n end || ']', now()
                      from generate_series(999, 5000) n order by n returning run_id)
                    insert into engine.workflow_message (run_id, kind, name, dedup_key, payload, created_at)
                    select distinct run_id, 'ACTIVITY', '77', '77', '{}', now() from behind""")
            .param(run.runId())
            .param(LAST)
            .update();
        actor.offer(new Delivery.InboxHint());
        assertThat(this.node.result("hears").result()).isEqualTo(new Json("[99]"));
        assertThat(this.nodes.count("select count(*) from engine.workflow_message where kind <> 'REPLY'")).isZero();
        assertThat(this.nodes.count("select count(*) from engine.workflow_message where kind = 'REPLY'")).isEqualTo(8);
    }

    @Test
    void signalsBeforeTheFirstStepReachARunThatEndsInItHoweverManyTheyAre() {
        TestNode client = this.nodes.node().settings((s) -> s.clientOnly()).workflow("AtOnce", (arguments) -> null);
        client.start();
        StartResult run = client.begin("AtOnce", "at-once");
        this.nodes.jdbc()
            .sql("""
                    insert into engine.workflow_message (run_id, kind, name, payload, created_at)
                    select ?::uuid, 'SIGNAL', 'say', '[' || n || ']', now() from generate_series(1, 2500) n order by n""")
            .param(run.runId())
            .update();
        this.node.workflow("AtOnce", (arguments) -> "done").start();
        assertThat(this.node.result("at-once").result()).isEqualTo(new Json("\"done\""));
        assertThat(TestNodes.soundHistory(this.node.service(), "at-once")).hasSize(2_502);
    }

    @Test
    void muchIsTakenInTurnsThatStaySmall() {
        List<Long> written = new CopyOnWriteArrayList<>();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("commit")) {
                batch(arguments).forEach((t) -> written
                    .add(t.events().stream().mapToLong((event) -> event.attributes().length()).sum()));
            }
            return call.call();
        });
        this.node.workflow("Measures", (arguments) -> {
            List<Integer> heard = new ArrayList<>();
            Workflows.onSignal("say", (said) -> heard.add(said.get(0, String.class).length()));
            Workflows.await(() -> heard.size() == 44);
            return heard.stream().mapToLong(Integer::longValue).sum();
        }).start();
        StartResult run = this.node.begin("Measures", "measures");
        this.nodes.jdbc().sql("""
                insert into engine.workflow_message (run_id, kind, name, payload, created_at)
                select ?::uuid, 'SIGNAL', 'say', '["' || repeat('x', 500000) || '"]', now()
                from generate_series(1, 30) n order by n""").param(run.runId()).update();
        List<CompletableFuture<Void>> acknowledged = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
            Delivery.Signal signal = new Delivery.Signal(
                    new HandlerCall("say", this.node.json("x".repeat(500_000)), Map.of()), null, null,
                    new CompletableFuture<>());
            acknowledged.add(signal.acknowledged());
            assertThat(actor(run).offer(signal)).isTrue();
        }
        assertThat(this.node.result("measures").result()).isEqualTo(new Json("22000000"));
        acknowledged.forEach(RunActorIntegrationTests::await);
        assertThat(written).allSatisfy((characters) -> assertThat(characters).isLessThan(5_100_000));
    }

    @Test
    void runsThatAreGivenAwayLeaveNothingBehind() {
        this.node.settings((s) -> s.poll(Duration.ofMillis(20))).workflow("Sleeps", (arguments) -> {
            List<Integer> heard = new ArrayList<>();
            Workflows.onSignal("say", (said) -> heard.add(said.get(0, Integer.class)));
            Workflows.await(Duration.ofDays(30), () -> heard.contains(LAST));
            return heard;
        }).start();
        StartResult run = this.node.begin("Sleeps", "sleeps");
        WorkflowRef ref = new WorkflowRef("sleeps", null);
        for (int i = 0; i < 10; i++) {
            this.node.engine().evictAll();
            this.node.service().signal(ref, "say", this.node.json(i), null);
            TestNode.await(() -> this.node.engine().resident().get(UUID.fromString(run.runId())) != null
                    && this.node.engine().isQuiet());
        }
        assertThat(this.node.engine().timers().size()).as("the run's own timer").isEqualTo(1);
        this.node.engine().evictAll();
        TestNode.await(() -> this.node.engine().timers().size() == 0);
    }

    @Test
    void startsWithADelayLeaveNothingBehind() {
        this.node.start();
        for (int i = 0; i < 5; i++) {
            StartRequest plain = this.node.request("Hears", "delayed-" + i);
            this.node.service()
                .start(new StartRequest(plain.workflowType(), plain.workflowId(), null, plain.input(), null,
                        plain.idReusePolicy(), plain.idConflictPolicy(), null, null, Duration.ofDays(30), null, null,
                        Map.of(), Map.of(), 3, null, null));
        }
        assertThat(this.node.engine().timers().size()).isZero();
    }

    @Test
    void firstPauseOfARunThatHadGotOnIsShort() {
        AtomicBoolean broken = new AtomicBoolean(true);
        this.node.settings((s) -> s.poll(Duration.ofMillis(20)))
            .activity("Echo", (arguments) -> "said")
            .workflow("Breaks", (arguments) -> {
                List<Integer> heard = new ArrayList<>();
                Workflows.onSignal("say", (said) -> heard.add(said.get(0, Integer.class)));
                Workflows.await(() -> heard.size() == 1);
                Workflows.activity("Echo", String.class, ActivityOptions.defaults());
                Workflows.await(() -> heard.size() == 2);
                if (broken.get()) {
                    throw new IllegalStateException("a bug");
                }
                return heard;
            })
            .start();
        this.node.begin("Breaks", "breaks");
        this.node.engine().evictAll();
        // As if nodes had died with it, or its code had been broken, before.
        this.nodes.jdbc().sql("update engine.workflow_task set crashes = 9").update();
        WorkflowRef ref = new WorkflowRef("breaks", null);
        this.node.service().signal(ref, "say", this.node.json(1), null);
        TestNode.await(() -> TestNode.types(this.node.service(), "breaks").contains("ActivityTaskCompleted"));
        this.node.service().signal(ref, "say", this.node.json(2), null);
        TestNode.await(() -> this.node.service().describe(ref).problem() != null);
        assertThat(this.node.service().describe(ref).problem()).contains("a bug").doesNotContain("quarantined");
        broken.set(false);
        assertThat(this.node.result("breaks").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    private StartResult breaking(AtomicBoolean broken) {
        this.timed.workflow("Breaks", (arguments) -> {
            if (broken.get()) {
                throw new IllegalStateException("a bug");
            }
            Workflows.onSignal("say", (said) -> {
                throw new IllegalStateException("another bug");
            });
            Workflows.await(() -> false);
            return null;
        }).start();
        return this.timed.service()
            .start(new StartRequest("Breaks", "breaks", null, Json.EMPTY_ARRAY, null, IdReusePolicy.ALLOW_DUPLICATE,
                    IdConflictPolicy.FAIL, null, Duration.ofMinutes(3), null, null, null, Map.of(), Map.of(), 3, null,
                    null));
    }

    private void assertTimesOut() {
        TestNode.await(() -> this.timed.service().describe(new WorkflowRef("breaks", null)).problem() != null);
        // Time passes by, however often the code is asked in vain.
        for (int minute = 0; minute < 4; minute++) {
            this.time.advance(Duration.ofMinutes(1));
            this.timed.engine().clockMoved();
        }
        assertThat(this.timed.result("breaks").status()).isEqualTo(WorkflowStatus.TIMED_OUT);
        assertThat(this.nodes.jdbc().sql("select count(*) from engine.workflow_message").query(Long.class).single())
            .isZero();
    }

    @Test
    void runWhoseCodeNeverBeginsIsOutOfTimeAllTheSame() {
        breaking(new AtomicBoolean(true));
        assertTimesOut();
        assertThat(TestNode.types(this.timed.service(), "breaks")).containsExactly("WorkflowExecutionStarted",
                "WorkflowExecutionTimedOut");
    }

    @Test
    void timerThatFiresWhileItIsCanceledLeavesNoOther() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        this.timed.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("commit") && arguments[0] instanceof List<?> batch
                    && batch.stream()
                        .anyMatch((t) -> ((Transition) t).events()
                            .stream()
                            .anyMatch((event) -> event.type().equals("WorkflowExecutionSignaled")))
                    && held.getCount() > 0) {
                held.countDown();
                goOn.await(20, TimeUnit.SECONDS);
            }
            return call.call();
        });
        this.timed.workflow("Waits", (arguments) -> {
            List<Integer> heard = new ArrayList<>();
            Workflows.onSignal("say", (said) -> heard.add(said.get(0, Integer.class)));
            Workflows.await(Duration.ofSeconds(10), () -> !heard.isEmpty());
            Workflows.await(() -> heard.contains(LAST));
            return null;
        }).start();
        StartRequest request = this.timed.request("Waits", "waits");
        this.timed.service()
            .start(new StartRequest(request.workflowType(), "waits", null, request.input(), null,
                    request.idReusePolicy(), request.idConflictPolicy(), Duration.ofDays(30), null, null, null, null,
                    Map.of(), Map.of(), 3, null, null));
        Thread sender = Thread.ofVirtual()
            .start(() -> this.timed.service().signal(new WorkflowRef("waits", null), "say", this.timed.json(1), null));
        assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();
        this.time.advance(Duration.ofSeconds(10));
        this.timed.engine().clockMoved();
        TestNode.await(() -> this.timed.engine().timers().isIdle());
        goOn.countDown();
        sender.join();
        TestNode.awaitQuiet(List.of(this.timed));
        assertThat(this.timed.engine().timers().size()).isEqualTo(1);
        this.timed.service().signal(new WorkflowRef("waits", null), "say", this.timed.json(LAST), null);
        this.timed.result("waits");
        TestNode.await(() -> this.timed.engine().timers().size() == 0);
    }

    @Test
    void runWhoseCodeCannotBeReplayedIsOutOfTimeAllTheSame() {
        AtomicBoolean broken = new AtomicBoolean();
        breaking(broken);
        this.timed.engine().evictAll();
        broken.set(true);
        this.timed.service().signal(new WorkflowRef("breaks", null), "say", this.timed.json(1), null);
        assertTimesOut();
        assertThat(TestNode.types(this.timed.service(), "breaks")).containsExactly("WorkflowExecutionStarted",
                "WorkflowExecutionTimedOut");
    }

    @Test
    void runThatCannotTakeASignalIsOutOfTimeAllTheSame() {
        StartResult run = breaking(new AtomicBoolean());
        message(run, 1);
        this.timed.engine().evictAll();
        assertTimesOut();
    }

    @Test
    void runThatIsOutOfTimeAndCannotBeReadIsLookedAtNoMoreOftenForThat() {
        breaking(new AtomicBoolean());
        for (int i = 0; i < 3; i++) {
            this.timed.service().signal(new WorkflowRef("breaks", null), "other", this.timed.json(i), null);
        }
        this.timed.engine().evictAll();
        this.nodes.jdbc().sql("delete from engine.workflow_event where event_id = 3").update();
        this.time.advance(Duration.ofMinutes(4));
        this.timed.engine().clockMoved();
        TestNode.await(() -> this.timed.service().describe(new WorkflowRef("breaks", null)).problem() != null);
        assertThat(this.nodes.jdbc()
            .sql("select due_at from engine.workflow_task where owner is null")
            .query(OffsetDateTime.class)
            .single()
            .toInstant()).isAfter(this.timed.clock.instant());
    }

}
