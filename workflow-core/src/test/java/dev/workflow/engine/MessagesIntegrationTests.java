package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.workflow.ActivityOptions;
import dev.workflow.Workflows;
import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.WorkflowAlreadyStartedException;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.RetryPolicy;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What was acknowledged is taken, once, and in the order of the acknowledgements. */
class MessagesIntegrationTests {

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final TestNode node = this.nodes.node()
        .activity("Echo", (arguments) -> arguments.get(0, String.class))
        .workflow("Listens", MessagesIntegrationTests::listen);

    private static Object listen(dev.workflow.Arguments arguments) {
        int enough = arguments.get(0, Integer.class);
        List<Integer> heard = new ArrayList<>();
        Workflows.onSignal("say", (said) -> heard.add(said.get(0, Integer.class)));
        Workflows.onUpdate("add", (said) -> {
            int number = said.get(0, Integer.class);
            if (number < 0) {
                throw ApplicationFailure.of("negative", "Negative");
            }
            heard.add(number);
            return heard.size();
        });
        Workflows.onQuery("heard", (nothing) -> heard.size());
        Workflows.await(() -> heard.size() >= enough);
        return heard;
    }

    private WorkflowRef listening(String id, int enough) {
        this.node.begin("Listens", id, enough);
        return new WorkflowRef(id, null);
    }

    private static UUID run(StartResult started) {
        return UUID.fromString(started.runId());
    }

    private EngineStore.Delivered store(UUID run, int number, String requestId) {
        return this.node.engine()
            .patiently(() -> this.node.store.deliver(run,
                    new Transition.NewMessage(Message.Kind.SIGNAL, "say", requestId, "[" + number + "]"),
                    this.node.clock.instant()));
    }

    private List<Integer> signals(String id) {
        return TestNodes.soundHistory(this.node.service(), id)
            .stream()
            .filter(WorkflowExecutionSignaled.class::isInstance)
            .map((e) -> Integer.valueOf(((WorkflowExecutionSignaled) e).input().text().replaceAll("\\D", "")))
            .toList();
    }

    private StartedUpdate addWithStart(TestNode from, StartRequest request, int number) {
        return from.service()
            .updateWithStart(request, null, new HandlerCall("add", this.node.json(number), Map.of()),
                    Duration.ofSeconds(20));
    }

    private StartRequest useExisting(String id, int enough) {
        StartRequest request = this.node.request("Listens", id, enough);
        return new StartRequest(request.workflowType(), id, TestNode.QUEUE, request.input(), null,
                request.idReusePolicy(), IdConflictPolicy.USE_EXISTING, null, null, null, null, null, request.memo(),
                request.searchAttributes(), 3, null, null);
    }

    @Test
    void anUpdateWithAStartIsTakenBeforeAnythingElseHappens() {
        this.node.workflow("Hurries", (arguments) -> {
            List<String> seen = new ArrayList<>();
            Workflows.onUpdate("add", (said) -> seen.add("update"));
            seen.add(Workflows.activity("Echo", String.class, ActivityOptions.defaults(), "activity"));
            return seen;
        }).start();
        for (int i = 0; i < 50; i++) {
            StartRequest request = this.node.request("Hurries", "hurry-" + i);
            StartedUpdate sent = addWithStart(this.node, request, 1);
            assertThat(sent.run().started()).isTrue();
            assertThat(sent.update().stage()).isNotEqualTo(UpdateOutcome.Stage.REJECTED);
            assertThat(this.node.result("hurry-" + i).result()).isEqualTo(new Json("[\"update\",\"activity\"]"));
        }
    }

    @Test
    void anUpdateWithAStartWhoseFirstStepFailsIsKeptUntilTheCodeIsMended() {
        AtomicBoolean mended = new AtomicBoolean();
        this.node.workflow("Broken", (arguments) -> {
            if (!mended.get()) {
                throw new IllegalStateException("a bug");
            }
            return listen(arguments);
        }).start();
        CompletableFuture<StartedUpdate> sent = CompletableFuture
            .supplyAsync(() -> addWithStart(this.node, this.node.request("Broken", "broken", 1), 7), this.threads);
        TestNode
            .await(() -> this.nodes.count("select count(*) from engine.workflow_task where problem is not null") == 1);
        assertThat(this.nodes.count("select count(*) from engine.workflow_message where kind = 'UPDATE'")).isEqualTo(1);
        mended.set(true);
        assertThat(this.node.result("broken").result()).isEqualTo(new Json("[7]"));
        assertThat(sent.join().update().stage()).isNotEqualTo(UpdateOutcome.Stage.REJECTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void anUpdateWithAStartWhoseFirstStepGoesOnInAnotherRunIsTakenThere(boolean continues) {
        AtomicInteger runs = new AtomicInteger();
        this.node.workflow("Restless", (arguments) -> {
            if (runs.incrementAndGet() > 2) {
                return listen(arguments);
            }
            if (continues) {
                Workflows.continueAsNew(arguments.get(0, Integer.class));
            }
            throw ApplicationFailure.of("again", "Again");
        }).start();
        RetryPolicy policy = new RetryPolicy(Duration.ofMillis(1), 1, Duration.ofMillis(1), 0, List.of());
        StartRequest request = new StartRequest("Restless", "restless", null, this.node.json(1), null,
                IdReusePolicy.ALLOW_DUPLICATE, IdConflictPolicy.FAIL, null, null, null, policy, null, Map.of(),
                Map.of(), 3, null, null);
        StartedUpdate sent = addWithStart(this.node, request, 7);
        assertThat(sent.run().started()).isTrue();
        assertThat(sent.update().stage()).isNotEqualTo(UpdateOutcome.Stage.REJECTED);
        assertThat(this.node.result("restless").result()).isEqualTo(new Json("[7]"));
        assertThat(runs).hasValue(3);
    }

    @Test
    void anUpdateWithAStartFromAnotherNodeIsTakenOrRejected() {
        TestNode elsewhere = this.nodes.node().settings((settings) -> settings.clientOnly()).start();
        this.node.workflow("Deaf", (arguments) -> {
            Workflows.await(() -> false);
            return "";
        }).start();
        StartedUpdate sent = addWithStart(elsewhere, useExisting("remote", 1), 7);
        assertThat(sent.run().started()).isTrue();
        assertThat(this.node.result("remote").result()).isEqualTo(new Json("[7]"));
        StartRequest deaf = new StartRequest("Deaf", "deaf", TestNode.QUEUE, new Json("[]"), null,
                IdReusePolicy.ALLOW_DUPLICATE, IdConflictPolicy.FAIL, null, null, null, null, null, Map.of(), Map.of(),
                3, null, null);
        StartedUpdate rejected = addWithStart(elsewhere, deaf, 7);
        assertThat(rejected.update().stage()).isEqualTo(UpdateOutcome.Stage.REJECTED);
        assertThat(String.valueOf(rejected.update().failure())).contains("There is no update 'add'");
        assertThat(this.nodes.count("select count(*) from engine.workflow_message")).isZero();
    }

    @Test
    void anUpdateWithAStartThatIsRepeatedIsTakenOnce() {
        this.node.start();
        StartRequest given = this.node.request("Listens", "repeated", 2);
        StartRequest request = new StartRequest(given.workflowType(), given.workflowId(), given.taskQueue(),
                given.input(), "request", given.idReusePolicy(), given.idConflictPolicy(), null, null, null, null, null,
                given.memo(), given.searchAttributes(), 3, null, null);
        StartedUpdate first = addWithStart(this.node, request, 7);
        StartedUpdate again = addWithStart(this.node, request, 7);
        assertThat(again.run().started()).isFalse();
        assertThat(again.update().updateId()).isEqualTo(first.update().updateId());
        assertThat(addWithStart(this.node, request, 8).update().updateId()).as("of another update")
            .isNotEqualTo(first.update().updateId());
        assertThat(this.node.result("repeated").result()).isEqualTo(new Json("[7,8]"));
        assertThat(addWithStart(this.node, request, 7).update().updateId()).isEqualTo(first.update().updateId());
        assertThat(TestNodes.soundHistory(this.node.service(), "repeated"))
            .filteredOn(WorkflowExecutionUpdateAccepted.class::isInstance)
            .hasSize(2);
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.node.service()
                .updateWithStart(request, "another", new HandlerCall("add", this.node.json(9), Map.of()),
                        Duration.ofSeconds(20)))
            .withMessageNotContaining("kept ending");
    }

    @Test
    void anUpdateWithAStartGoesToTheOpenRunOnlyWherePoliciesAllow() {
        this.node.start();
        WorkflowRef open = listening("open", 2);
        StartedUpdate sent = addWithStart(this.node, useExisting("open", 2), 1);
        assertThat(sent.run().started()).isFalse();
        assertThatExceptionOfType(WorkflowAlreadyStartedException.class)
            .isThrownBy(() -> addWithStart(this.node, this.node.request("Listens", "open", 2), 2));
        assertThat(this.node.service().query(open, "heard", new Json("[]"))).isEqualTo(new Json("1"));
        addWithStart(this.node, useExisting("open", 2), 3);
        assertThat(this.node.result("open").result()).isEqualTo(new Json("[1,3]"));
        StartedUpdate again = addWithStart(this.node, useExisting("open", 1), 4);
        assertThat(again.run().started()).isTrue();
        assertThat(this.node.result("open").result()).isEqualTo(new Json("[4]"));
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3 })
    void signalsThatRaceWithTheEndAreTakenInOrderUpToIt(long seed) throws Exception {
        this.node.start();
        Random random = new Random(seed);
        List<CompletableFuture<Void>> races = new ArrayList<>();
        AtomicInteger refused = new AtomicInteger();
        for (int i = 0; i < 25; i++) {
            String id = "race-" + i;
            UUID run = run(this.node.begin("Listens", id, 1 + random.nextInt(4)));
            boolean local = random.nextBoolean();
            races.add(CompletableFuture.runAsync(() -> {
                List<Integer> acknowledged = new ArrayList<>();
                for (int number = 0; number < 30; number++) {
                    try {
                        if (local && number % 2 == 0) {
                            this.node.service().signal(new WorkflowRef(id, null), "say", this.node.json(number), null);
                        }
                        else if (store(run, number, null) == null) {
                            break;
                        }
                        acknowledged.add(number);
                    }
                    catch (WorkflowNotFoundException ex) {
                        break;
                    }
                }
                refused.addAndGet((acknowledged.size() < 30) ? 1 : 0);
                assertThat(this.node.result(id).status()).isEqualTo(WorkflowStatus.COMPLETED);
                // What came after the end in the order of the inbox was turned away with
                // it.
                List<Integer> taken = signals(id);
                assertThat(taken).as(id + " with seed " + seed).isEqualTo(acknowledged.subList(0, taken.size()));
            }, this.threads));
        }
        CompletableFuture.allOf(races.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(refused).as("senders who were told").hasPositiveValue();
    }

    @Test
    void tableComesBeforeMailboxSoThatAcknowledgedOrderIsKept() {
        this.node.settings((s) -> s.poll(Duration.ofSeconds(5))).start();
        StartResult started = this.node.begin("Listens", "ordered", 60);
        for (int i = 0; i < 60; i += 2) {
            assertThat(store(run(started), i, null)).isNotNull();
            this.node.service().signal(new WorkflowRef("ordered", null), "say", this.node.json(i + 1), null);
        }
        assertThat(this.node.result("ordered").result().text())
            .isEqualTo(IntStream.range(0, 60).boxed().toList().toString().replace(" ", ""));
    }

    @Test
    void updateIsJudgedAfterWhatTheTableHas() {
        this.node.workflow("Ships", (arguments) -> {
            AtomicBoolean approved = new AtomicBoolean();
            Workflows.onSignal("approve", (said) -> approved.set(true));
            Workflows.onUpdate("ship", (given) -> "shipped", (given) -> {
                if (!approved.get()) {
                    throw new IllegalStateException("not approved");
                }
            });
            Workflows.await(() -> false);
            return null;
        }).settings((s) -> s.poll(Duration.ofSeconds(30))).start();
        UUID run = run(this.node.begin("Ships", "ships"));
        WorkflowRef ships = new WorkflowRef("ships", null);
        Supplier<UpdateOutcome> ship = () -> this.node.service()
            .update(ships, null, "ship", this.node.json(), true, Duration.ofSeconds(10));
        assertThat(ship.get().stage()).isEqualTo(UpdateOutcome.Stage.REJECTED);
        this.node.store.deliver(run, new Transition.NewMessage(Message.Kind.SIGNAL, "approve", null, "[]"),
                this.node.clock.instant());
        assertThat(ship.get().stage()).isEqualTo(UpdateOutcome.Stage.COMPLETED);
    }

    @Test
    void inboxThatIsProbablyEmptyIsNotReadForWhatComesThroughTheMailbox() {
        AtomicInteger read = new AtomicInteger();
        AtomicInteger looked = new AtomicInteger();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            read.addAndGet(method.getName().equals("inbox") ? 1 : 0);
            looked.addAndGet(method.getName().equals("claimDue") ? 1 : 0);
            return call.call();
        });
        this.node.settings((s) -> s.poll(Duration.ofSeconds(30))).start();
        // A node looks for messages as it starts, and would have the run read what
        // follows.
        TestNode.await(() -> looked.get() > 0);
        StartResult started = this.node.begin("Listens", "quiet", 6);
        WorkflowRef quiet = new WorkflowRef("quiet", null);
        this.node.service().signal(quiet, "say", this.node.json(0), null);
        this.node.service().signal(quiet, "say", this.node.json(1), null);
        assertThat(read).hasValue(0);
        store(run(started), 2, null);
        this.node.service().signal(quiet, "say", this.node.json(3), null);
        // Whoever has met something reads first for some time.
        assertThat(read).hasValue(1);
        this.node.service().signal(quiet, "say", this.node.json(4), null);
        assertThat(read).hasValue(2);
        this.node.service().signal(quiet, "say", this.node.json(5), null);
        assertThat(this.node.result("quiet").result()).isEqualTo(new Json("[0,1,2,3,4,5]"));
    }

    @Test
    void fullInboxComesBeforeTheMailboxToo() {
        this.node.settings((s) -> s.poll(Duration.ofSeconds(30))).start();
        StartResult started = this.node.begin("Listens", "full", 2_501);
        this.nodes.jdbc()
            .sql("""
                    insert into engine.workflow_message (run_id, kind, name, payload, created_at)
                    select ?, 'SIGNAL', 'say', '[' || n || ']', now() from generate_series(0, 2499) n order by n""")
            .param(run(started))
            .update();
        this.node.service().signal(new WorkflowRef("full", null), "say", this.node.json(2_500), null);
        assertThat(this.node.result("full").result().text())
            .isEqualTo(IntStream.range(0, 2_501).boxed().toList().toString().replace(" ", ""));
    }

    @Test
    void signalsDuringEvictionsAreTakenOnceAndInOrder() throws Exception {
        this.node.start();
        List<String> ids = IntStream.range(0, 8).mapToObj((i) -> "evicted-" + i).toList();
        ids.forEach((id) -> listening(id, 40));
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> evicting = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                this.node.engine().evictAll();
            }
        }, this.threads);
        List<CompletableFuture<Void>> senders = ids.stream().map((id) -> CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 40; i++) {
                this.node.service().signal(new WorkflowRef(id, null), "say", this.node.json(i), "r" + i);
            }
        }, this.threads)).toList();
        CompletableFuture.allOf(senders.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        done.set(true);
        evicting.get(10, TimeUnit.SECONDS);
        for (String id : ids) {
            assertThat(this.node.result(id).status()).isEqualTo(WorkflowStatus.COMPLETED);
            assertThat(signals(id)).as(id).isEqualTo(IntStream.range(0, 40).boxed().toList());
        }
    }

    @Test
    void repeatedRequestIsTakenOnceWhicheverWayItComesAndAfterEviction() {
        this.node.start();
        StartResult started = this.node.begin("Listens", "repeated", 2);
        WorkflowRef ref = new WorkflowRef("repeated", null);
        WorkflowService service = this.node.service();
        service.signal(ref, "say", this.node.json(1), "r");
        service.signal(ref, "say", this.node.json(1), "r");
        assertThat(store(run(started), 1, "r")).isNotNull();
        this.node.engine().evictAll();
        service.signal(ref, "say", this.node.json(1), "r");
        assertThat(store(run(started), 1, "r")).isNotNull();
        TestNode.await(() -> this.nodes.count("select count(*) from engine.workflow_message") == 0);
        assertThat(service.query(ref, "heard", this.node.json())).isEqualTo(new Json("1"));
        service.signal(ref, "say", this.node.json(2), null);
        assertThat(this.node.result("repeated").result()).isEqualTo(new Json("[1,2]"));
        assertThat(signals("repeated")).containsExactly(1, 2);
    }

    @Test
    void signalOfARepeatedStartIsTakenOnceByAWorkflowThatIsOpen() {
        this.node.start();
        listening("open", 3);
        WorkflowService service = this.node.service();
        assertThat(service.start(signaling("open", "r", 1)).started()).isFalse();
        service.start(signaling("open", "r", 1));
        this.node.engine().evictAll();
        service.start(signaling("open", "r", 1));
        service.start(signaling("open", "other", 2));
        service.start(signaling("open", null, 3));
        assertThat(this.node.result("open").result()).isEqualTo(new Json("[1,2,3]"));
        assertThat(signals("open")).containsExactly(1, 2, 3);
    }

    private StartRequest signaling(String id, @Nullable String requestId, int number) {
        StartRequest request = this.node.request("Listens", id, 3);
        return new StartRequest(request.workflowType(), id, TestNode.QUEUE, request.input(), requestId,
                request.idReusePolicy(), IdConflictPolicy.FAIL, null, null, null, null, null, request.memo(),
                request.searchAttributes(), 3, null, new StartRequest.Signal("say", this.node.json(number)));
    }

    @Test
    void repeatedUpdateIdHasTheSameOutcomeWhicheverWayItComesAndAfterEviction() {
        this.node.start();
        WorkflowRef ref = listening("updated", 3);
        WorkflowService service = this.node.service();
        UpdateOutcome first = update(service, ref, "u1", 7);
        assertThat(first.result()).isEqualTo(new Json("1"));
        assertThat(update(service, ref, "u1", 7)).isEqualTo(first);
        UpdateOutcome failed = update(service, ref, "u2", -1);
        assertThat(failed.stage()).isEqualTo(UpdateOutcome.Stage.FAILED);
        this.node.engine().evictAll();
        assertThat(update(service, ref, "u1", 7)).isEqualTo(first);
        assertThat(update(service, ref, "u2", -1).stage()).isEqualTo(UpdateOutcome.Stage.FAILED);
        assertThat(service.updateOutcome(ref, "u1", Duration.ofSeconds(5))).isEqualTo(first);
        assertThat(update(service, ref, "u3", 8).result()).isEqualTo(new Json("2"));
        assertThat(update(service, ref, "u4", 9).result()).isEqualTo(new Json("3"));
        assertThat(this.node.result("updated").result()).isEqualTo(new Json("[7,8,9]"));
        assertThat(update(service, ref, "u1", 7)).isEqualTo(first);
        assertThatExceptionOfType(WorkflowNotFoundException.class).isThrownBy(() -> update(service, ref, "u5", 7))
            .withMessageContaining("has ended");
    }

    private UpdateOutcome update(WorkflowService service, WorkflowRef ref, String id, int number) {
        return service.update(ref, id, "add", this.node.json(number), true, Duration.ofSeconds(10));
    }

    @Test
    void unknownUpdateIsRefusedTwiceThroughTheInboxAndTheRunGoesOn() {
        this.node.start();
        WorkflowRef ref = listening("refusing", 1);
        TestNode client = this.nodes.node().settings((s) -> s.clientOnly()).start();
        for (int i = 0; i < 3; i++) {
            // Whoever asked gave up before the answer came.
            UUID run = UUID.fromString(this.node.service().describe(ref).runId());
            this.node.store.deliver(run, new Transition.NewMessage(Message.Kind.UPDATE, "unknown", "same", "[]"),
                    this.node.clock.instant());
            TestNode.await(
                    () -> this.nodes.count("select count(*) from engine.workflow_message where kind = 'UPDATE'") == 0);
        }
        assertThat(
                client.service().update(ref, "same", "unknown", this.node.json(), true, Duration.ofSeconds(10)).stage())
            .isEqualTo(UpdateOutcome.Stage.REJECTED);
        assertThat(client.service().describe(ref).problem()).isNull();
        client.service().signal(ref, "say", this.node.json(1), null);
        assertThat(this.node.result("refusing").status()).isEqualTo(WorkflowStatus.COMPLETED);
    }

    @Test
    void withoutNotificationsEverythingArrivesByPolling() {
        this.node.settings((s) -> s.deaf()).start();
        TestNode other = this.nodes.node()
            .settings((s) -> s.clientOnly().deaf())
            .workflow("Listens", MessagesIntegrationTests::listen);
        other.start();
        WorkflowRef ref = new WorkflowRef("quiet", null);
        other.begin("Listens", "quiet", 3);
        other.service().signal(ref, "say", this.node.json(1), null);
        assertThat(update(other.service(), ref, "u", 2).result()).isEqualTo(new Json("2"));
        assertThat(other.service().query(ref, "heard", this.node.json())).isEqualTo(new Json("2"));
        other.service().signal(ref, "say", this.node.json(3), null);
        assertThat(other.result("quiet").result()).isEqualTo(new Json("[1,2,3]"));
    }

    @Test
    void waiterOnAnotherNodeHearsOfAnswersAndEndsWithoutPolling() {
        Duration never = Duration.ofMinutes(1);
        this.node.settings((s) -> s.poll(never)).start();
        TestNode other = this.nodes.node().settings((s) -> s.clientOnly().poll(never)).start();
        TestNode.await(() -> this.node.engine().gauges().liveNodes() == 2 && other.engine().gauges().liveNodes() == 2);
        for (int i = 0; i < 5; i++) {
            WorkflowRef ref = listening("heard-" + i, 2);
            CompletableFuture<WorkflowOutcome> ended = other.service().resultAsync(ref, true);
            assertThat(update(other.service(), ref, "u", 2).result()).isEqualTo(new Json("1"));
            other.service().signal(ref, "say", this.node.json(3), null);
            assertThat(ended).succeedsWithin(Duration.ofSeconds(5))
                .extracting(WorkflowOutcome::result)
                .isEqualTo(new Json("[2,3]"));
        }
    }

    @Test
    void runThatIsOwnedButNotHeldIsActivatedAgain() {
        this.node.start();
        StartResult started = this.node.begin("Listens", "stray", 2);
        this.node.engine().evictAll();
        // A claim whose answer was lost.
        assertThat(this.node.store.claim(this.node.engine().nodeId(),
                List.of(new EngineStore.ServedType("Listens", "q")), List.of(run(started))))
            .hasSize(1);
        store(run(started), 1, null);
        TestNode.await(() -> signals("stray").equals(List.of(1)));
        this.node.engine().evictAll();
        this.node.store.claim(this.node.engine().nodeId(), List.of(new EngineStore.ServedType("Listens", "q")),
                List.of(run(started)));
        // Without a message, a sweep finds it.
        this.node.engine().holdings().sweep();
        this.node.engine().holdings().sweep();
        TestNode.await(() -> this.node.engine().resident().get(run(started)) != null);
    }

    @Test
    void quietNodeAsksOneQuestionAndFindsWhatNobodyTellsItOf() {
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger questions = new AtomicInteger();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            switch (method.getName()) {
                case "runsWithMessages" -> looks.incrementAndGet();
                case "mayHaveWork" -> questions.incrementAndGet();
                default -> {
                    // Not of the poller.
                }
            }
            return call.call();
        });
        this.node.settings((s) -> s.poll(Duration.ofMillis(5))).start();
        StartResult started = this.node.begin("Listens", "quiet", 2);
        this.node.engine().evictAll();
        TestNode.awaitQuiet(List.of(this.node));
        TestNode.await(() -> {
            int before = looks.get();
            int asked = questions.get();
            TestNode.await(() -> questions.get() > asked + 5);
            return looks.get() == before;
        });
        store(run(started), 1, null);
        TestNode.await(() -> signals("quiet").equals(List.of(1)));
        this.node.engine().evictAll();
        this.nodes.jdbc().sql("update engine.workflow_task set due_at = now()").update();
        TestNode.await(() -> this.node.engine().resident().get(run(started)) != null);
    }

    @Test
    void whatIsHeldAndNotOwnedIsFoundThoughAsManyAreOwnedAndNotHeld() {
        // No sweep but those of the test.
        this.node.settings((s) -> s.heartbeat(Duration.ofSeconds(20))).start();
        TestNode other = this.nodes.node().settings((s) -> s.clientOnly()).start();
        StartResult stray = this.node.begin("Listens", "stray", 1);
        this.node.engine().evictAll();
        StartResult taken = this.node.begin("Listens", "taken", 1);
        TestNode.awaitQuiet(List.of(this.node));
        RunActor loser = Objects.requireNonNull(this.node.engine().resident().get(run(taken)));
        this.nodes.jdbc()
            .sql("update engine.workflow_task set owner = ?, token = token + 1 where run_id = ?")
            .params(other.engine().nodeId(), run(taken))
            .update();
        assertThat(this.node.store.claim(this.node.engine().nodeId(),
                List.of(new EngineStore.ServedType("Listens", "q")), List.of(run(stray)), null))
            .as("a claim whose answer was lost")
            .hasSize(1);
        for (int i = 0; i < 11; i++) {
            this.node.engine().holdings().sweep();
        }
        TestNode.await(() -> this.node.engine().resident().get(run(stray)) != null);
        TestNode.await(() -> this.node.engine().resident().get(run(taken)) != loser);
    }

    @Test
    void sweepsCompareRunByRunOnlyWhereTheNumbersDiffer() {
        AtomicInteger compared = new AtomicInteger();
        this.node.faults = FaultyStore.with((method, arguments, call) -> {
            if (method.getName().equals("owned")) {
                compared.incrementAndGet();
            }
            return call.call();
        });
        // No sweep but those of the test.
        this.node.settings((s) -> s.heartbeat(Duration.ofSeconds(20))).start();
        listening("first", 1);
        StartResult second = this.node.begin("Listens", "second", 1);
        TestNode.awaitQuiet(List.of(this.node));
        this.node.engine().holdings().sweep();
        assertThat(compared).as("both hold two").hasValue(0);
        // Taken by another node, and claimed by this one without an answer.
        this.nodes.jdbc()
            .sql("update engine.workflow_task set owner = 4711 where run_id = ?")
            .param(run(second))
            .update();
        this.node.engine().holdings().sweep();
        assertThat(compared).as("two and one").hasValue(1);
        assertThat(this.nodes.count("select count(*) from engine.workflow_task where owner = 4711")).as("no such node")
            .isZero();
        this.node.engine().evictAll();
        this.node.engine().poller().wake();
        this.node.service().signal(new WorkflowRef("second", null), "say", this.node.json(1), null);
        assertThat(this.node.result("second").result()).isEqualTo(new Json("[1]"));
        for (int i = 0; i < 10; i++) {
            this.node.engine().holdings().sweep();
        }
        assertThat(compared.get()).as("now and then all the same").isGreaterThan(1);
    }

    @Test
    void callWithoutANameIsRefusedAndTheHistoryCanBeRead() {
        this.node.start();
        WorkflowRef ref = listening("unnamed", 1);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> this.node.service().signal(ref, null, this.node.json(1), null));
        this.node.engine().evictAll();
        this.node.service().signal(ref, "say", this.node.json(2), null);
        assertThat(this.node.result("unnamed").result()).isEqualTo(new Json("[2]"));
        assertThat(signals("unnamed")).containsExactly(2);
    }

    @Test
    void signalToARunThatHasEndedIsRefused() {
        this.node.start();
        WorkflowRef ref = listening("ended", 0);
        this.node.result("ended");
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.node.service().signal(ref, "say", this.node.json(1), null));
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.node.service().cancel(ref, null));
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.node.service().terminate(ref, null));
    }

    @Test
    void cancellationOfARunThatHasEndedAndMayHaveIsNothing() {
        this.node.start();
        WorkflowRef ref = listening("over", 0);
        this.node.result("over");
        List<HistoryEvent> history = this.node.service().history(ref, 0, 100);
        this.node.service().cancelIfOpen(ref, null);
        this.node.service()
            .cancelIfOpen(new WorkflowRef("over", ((WorkflowExecutionStarted) history.getFirst()).runId()), null);
        assertThat(this.node.service().history(ref, 0, 100)).isEqualTo(history);
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.node.service().cancelIfOpen(new WorkflowRef("nobody", null), null));
        listening("open", 1);
        this.node.service().cancelIfOpen(new WorkflowRef("open", null), null);
        assertThat(this.node.result("open").status()).isEqualTo(WorkflowStatus.CANCELED);
    }

    @ParameterizedTest
    @ValueSource(longs = { 11, 12, 13 })
    void evictionsAtRandomMomentsChangeNothing(long seed) throws Exception {
        this.node.settings((s) -> s.cache(5)).workflow("Varied", (arguments) -> {
            StringBuilder seen = new StringBuilder();
            Workflows.onSignal("say", (said) -> seen.append(said.get(0, Integer.class)));
            Random order = new Random(arguments.get(0, Integer.class));
            for (int i = 0; i < 6; i++) {
                switch (order.nextInt(4)) {
                    case 0 -> seen.append(echo("e" + i));
                    case 1 -> Workflows.sleep(Duration.ofMillis(order.nextInt(15)));
                    case 2 -> seen.append(Stream.of("x", "y", "z")
                        .map((text) -> Workflows.async(() -> echo(text)))
                        .toList()
                        .stream()
                        .map((promise) -> promise.get())
                        .toList());
                    default -> seen.append(Workflows.sideEffect(String.class, () -> "s"))
                        .append(Workflows.randomUUID().version());
                }
            }
            Workflows.await(() -> seen.indexOf("777") >= 0);
            return seen.toString().replace("777", "");
        }).start();
        Random random = new Random(seed);
        List<String> ids = IntStream.range(0, 12).mapToObj((i) -> "varied-" + i).toList();
        for (int i = 0; i < ids.size(); i++) {
            this.node.begin("Varied", ids.get(i), i / 2);
        }
        CompletableFuture<Void> signals = CompletableFuture.runAsync(() -> ids
            .forEach((id) -> this.node.service().signal(new WorkflowRef(id, null), "say", this.node.json(777), null)),
                this.threads);
        while (!signals.isDone() || ids.stream()
            .anyMatch((id) -> this.node.service()
                .describe(new WorkflowRef(id, null))
                .status() == WorkflowStatus.RUNNING)) {
            this.node.engine()
                .resident()
                .all()
                .stream()
                .filter((actor) -> random.nextInt(3) == 0)
                .forEach(this.node.engine()::evict);
        }
        signals.get(10, TimeUnit.SECONDS);
        for (int i = 0; i < ids.size(); i += 2) {
            assertThat(this.node.result(ids.get(i)).status()).as("seed " + seed).isEqualTo(WorkflowStatus.COMPLETED);
            assertThat(this.node.result(ids.get(i)).result()).as("seed " + seed)
                .isEqualTo(this.node.result(ids.get(i + 1)).result());
            TestNodes.soundHistory(this.node.service(), ids.get(i));
        }
    }

    private static String echo(String text) {
        return Workflows.activity("Echo", String.class, ActivityOptions.defaults(), text);
    }

    @Test
    void eventsOfOneTurnSeeTimesThatNeverGoBack() {
        TestNodes.Time time = new TestNodes.Time();
        TestNode moving = this.nodes.node(time).workflow("Listens", MessagesIntegrationTests::listen).start();
        moving.begin("Listens", "backwards", 3);
        WorkflowRef ref = new WorkflowRef("backwards", null);
        for (int i = 0; i < 3; i++) {
            time.advance(Duration.ofMinutes((i % 2 == 0) ? -10 : 3));
            moving.service().signal(ref, "say", this.node.json(i), null);
        }
        moving.result("backwards");
        List<HistoryEvent> events = TestNodes.soundHistory(moving.service(), "backwards");
        assertThat(events).hasSize(5);
    }

}
