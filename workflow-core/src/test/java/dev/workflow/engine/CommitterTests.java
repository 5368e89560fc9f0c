package dev.workflow.engine;

import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import dev.workflow.engine.Transition.Result;
import dev.workflow.store.Transitions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Batches form by themselves, are bounded, and no member harms another. */
class CommitterTests {

    private final List<List<Transition>> batches = new CopyOnWriteArrayList<>();

    private final Set<UUID> written = Collections.synchronizedSet(new java.util.HashSet<>());

    private volatile Function<List<Transition>, List<Result>> database = this::write;

    private final EngineStore store = (EngineStore) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] { EngineStore.class }, (proxy, method, arguments) -> {
                if (method.getName().equals("wasCommitted")) {
                    return this.written.contains(((Transition) arguments[0]).runId());
                }
                @SuppressWarnings("unchecked")
                List<Transition> batch = List.copyOf((List<Transition>) arguments[0]);
                this.batches.add(batch);
                return this.database.apply(batch);
            });

    private volatile IntConsumer counter = (transitions) -> {
    };

    private final Committer committer = new Committer(this.store, new EngineMetrics() {

        @Override
        public void commit(int transitions, Duration duration) {
            CommitterTests.this.counter.accept(transitions);
        }

    }, 1);

    private final CountDownLatch open = new CountDownLatch(1);

    @AfterEach
    void stop() {
        this.open.countDown();
        this.committer.stop(Duration.ofSeconds(1));
    }

    private List<Result> write(List<Transition> batch) {
        batch.forEach((t) -> this.written.add(t.runId()));
        return batch.stream().<Result>map((t) -> new Result.Committed()).toList();
    }

    private static StoreException failure(StoreException.Kind kind) {
        return new StoreException(kind, "a reason", new IllegalStateException());
    }

    /** The first batch waits until the others have gathered behind it. */
    private List<CompletableFuture<Result>> gathered(List<Transition> transitions,
            Function<List<Transition>, List<Result>> then) throws InterruptedException {
        CountDownLatch first = new CountDownLatch(1);
        this.database = (batch) -> {
            first.countDown();
            awaitOpen();
            this.database = then;
            return write(batch);
        };
        this.committer.start();
        this.committer.submit(Transitions.advance(UUID.randomUUID(), 7, 1, 1, 1));
        assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
        List<CompletableFuture<Result>> results = new ArrayList<>();
        transitions.forEach((t) -> results.add(this.committer.submit(t)));
        this.open.countDown();
        return results;
    }

    private void awaitOpen() {
        try {
            this.open.await(10, TimeUnit.SECONDS);
        }
        catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static List<Result> await(List<CompletableFuture<Result>> results) throws Exception {
        CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
        return new ArrayList<>(results.stream().map(CompletableFuture::join).toList());
    }

    private static List<Transition> advances(int count, int events) {
        List<Transition> transitions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            transitions.add(Transitions.advance(UUID.randomUUID(), 7, 1, 1, events));
        }
        return transitions;
    }

    @Test
    void commitIsCountedBeforeAnybodyHearsOfIt() throws Exception {
        List<CompletableFuture<Result>> results = new CopyOnWriteArrayList<>();
        List<Boolean> known = new CopyOnWriteArrayList<>();
        this.counter = (transitions) -> {
            awaitOpen();
            known.add(results.getFirst().isDone());
        };
        this.committer.start();
        results.add(this.committer.submit(Transitions.advance(UUID.randomUUID(), 7, 1, 1, 1)));
        this.open.countDown();
        await(results);
        assertThat(known).containsExactly(false);
    }

    @Test
    void counterThatFailsTakesNothingBack() throws Exception {
        this.counter = (transitions) -> {
            throw new IllegalStateException("no such counter");
        };
        assertThat(await(gathered(advances(3, 1), this::write))).containsOnly(new Result.Committed());
        assertThat(this.batches).hasSize(2);
    }

    @Test
    void batchIsBoundedInTransitions() throws Exception {
        await(gathered(advances(1_200, 1), this::write));
        assertThat(this.batches).extracting(List::size).containsExactly(1, 500, 500, 200);
    }

    @Test
    void batchIsBoundedInRows() throws Exception {
        await(gathered(advances(10, 1_500), this::write));
        assertThat(this.batches.subList(1, this.batches.size())).extracting(List::size).containsOnly(2);
    }

    @Test
    void batchIsBoundedInBytesButTakesOneThatIsLarger() throws Exception {
        String large = "x".repeat(3 * 1024 * 1024);
        String huge = "x".repeat(9 * 1024 * 1024);
        List<Transition> transitions = new ArrayList<>();
        for (String payload : List.of(large, large, large, huge, large)) {
            transitions.add(new Transition(UUID.randomUUID(), 7, 1, 1, 2, null, null,
                    List.of(new Transition.EventRow(2, "WorkflowExecutionSignaled", Instant.EPOCH, payload)), List.of(),
                    List.of(), List.of(), List.of(), Map.of(), null, null, null));
        }
        await(gathered(transitions, this::write));
        assertThat(this.batches.subList(1, this.batches.size())).extracting(List::size).containsExactly(2, 1, 1, 1);
    }

    @Test
    void transitionThatNoServerWouldTakeIsCondemnedUnsent() throws Exception {
        Transition.EventRow large = new Transition.EventRow(2, "WorkflowExecutionSignaled", Instant.EPOCH,
                "x".repeat(2 * 1024 * 1024));
        Transition huge = new Transition(UUID.randomUUID(), 7, 1, 1, 66, null, null,
                java.util.Collections.nCopies(65, large), List.of(), List.of(), List.of(), List.of(), Map.of(), null,
                null, null);
        Transition neighbour = Transitions.advance(UUID.randomUUID(), 7, 1, 1, 1);
        this.committer.start();
        List<Result> results = await(List.of(this.committer.submit(huge), this.committer.submit(neighbour)));
        assertThat(results.get(0)).isInstanceOf(Result.Condemned.class);
        assertThat(results.get(1)).isInstanceOf(Result.Committed.class);
        assertThat(this.batches).containsExactly(List.of(neighbour));
    }

    @Test
    void rejectedTransitionIsCondemnedAloneAndItsNeighboursCommit() throws Exception {
        List<Transition> transitions = advances(50, 1);
        UUID bad = transitions.get(20).runId();
        List<Result> results = await(gathered(transitions, (batch) -> {
            if (batch.stream().anyMatch((t) -> t.runId().equals(bad))) {
                throw failure(StoreException.Kind.REJECTED);
            }
            return write(batch);
        }));
        for (int i = 0; i < 50; i++) {
            assertThat(results.get(i)).isInstanceOf((i == 20) ? Result.Condemned.class : Result.Committed.class);
        }
    }

    @Test
    void lockedTransitionIsTheOnlyOneThatIsToldSo() throws Exception {
        List<Transition> transitions = advances(10, 1);
        UUID locked = transitions.get(3).runId();
        List<Result> results = await(gathered(transitions, (batch) -> {
            if (batch.stream().anyMatch((t) -> t.runId().equals(locked))) {
                throw failure(StoreException.Kind.LOCKED);
            }
            return write(batch);
        }));
        assertThat(results.stream().filter(Result.Committed.class::isInstance)).hasSize(9);
        assertThat(results.get(3)).isInstanceOf(Result.Locked.class);
    }

    @Test
    void lostConnectionIsRecoveredForAWholeBatchWithoutAPauseForEach() throws Exception {
        List<Transition> transitions = advances(400, 1);
        long begin = System.nanoTime();
        List<Result> results = await(gathered(transitions, (batch) -> {
            this.database = this::write;
            throw failure(StoreException.Kind.TRANSIENT);
        }));
        assertThat(results).hasOnlyElementsOfType(Result.Committed.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void batchThatTakesTooLongIsPartedAndWhatTakesTooLongAloneIsGivenUp() throws Exception {
        List<Transition> transitions = advances(20, 1);
        UUID slow = transitions.get(7).runId();
        List<Result> results = await(gathered(transitions, (batch) -> answerUnless(slow, batch)));
        assertThat(results.remove(7)).isInstanceOf(Result.Condemned.class);
        assertThat(results).hasOnlyElementsOfType(Result.Committed.class);
    }

    @Test
    void batchThatTakesTooLongAfterALostConnectionIsPartedToo() throws Exception {
        List<Transition> transitions = advances(20, 1);
        UUID slow = transitions.get(7).runId();
        List<Result> results = await(gathered(transitions, (batch) -> {
            this.database = (again) -> answerUnless(slow, again);
            throw failure(StoreException.Kind.TRANSIENT);
        }));
        assertThat(results.remove(7)).isInstanceOf(Result.Condemned.class);
        assertThat(results).hasOnlyElementsOfType(Result.Committed.class);
    }

    @Test
    void whatWasWrittenIsKnownToBeAlthoughTheAnswerCouldNotBeRead() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        List<Result> results = await(gathered(advances(20, 1), (batch) -> {
            this.database = (again) -> {
                tries.incrementAndGet();
                return write(again);
            };
            write(batch);
            throw new OutOfMemoryError("reading the answer");
        }));
        assertThat(results).hasOnlyElementsOfType(Result.Committed.class);
        assertThat(tries).hasPositiveValue();
    }

    @Test
    void whatCannotBeSentIsGivenUpAloneAndItsNeighboursCommit() throws Exception {
        List<Transition> transitions = advances(20, 1);
        UUID bad = transitions.get(7).runId();
        List<Result> results = await(gathered(transitions, (batch) -> {
            this.database = (again) -> {
                assertFit(bad, again);
                return write(again);
            };
            assertFit(bad, batch);
            return write(batch);
        }));
        assertThat(results.remove(7)).isInstanceOf(Result.Condemned.class);
        assertThat(results).hasOnlyElementsOfType(Result.Committed.class);
    }

    private static void assertFit(UUID bad, List<Transition> batch) {
        if (batch.stream().anyMatch((t) -> t.runId().equals(bad))) {
            throw new IllegalStateException("cannot be written down");
        }
    }

    /** What is set before goes on answering. */
    private List<Result> answerUnless(UUID slow, List<Transition> batch) {
        this.database = (again) -> answerUnless(slow, again);
        if (batch.stream().anyMatch((t) -> t.runId().equals(slow))) {
            throw new StoreException(StoreException.Kind.TRANSIENT, "it took too long",
                    new SQLException("canceling statement due to statement timeout", "57014"));
        }
        return write(batch);
    }

    @Test
    void rowThatIsHeldAfterALostConnectionMayBeHeldByTheTransitionItself() throws Exception {
        List<Result> results = await(gathered(advances(2, 1), (batch) -> {
            this.database = (again) -> List.of(new Result.Committed(), new Result.Locked());
            throw failure(StoreException.Kind.TRANSIENT);
        }));
        assertThat(results).containsExactly(new Result.Committed(), new Result.Locked(true));
    }

    @Test
    void startsWithAChosenIdHaveALaneOfTheirOwn() throws Exception {
        this.database = (batch) -> {
            if (batch.getFirst().start() != null) {
                awaitOpen();
            }
            return write(batch);
        };
        this.committer.start();
        UUID run = UUID.randomUUID();
        CompletableFuture<Result> stuck = this.committer.submit(Transitions.start(run, "chosen", 7));
        assertThat(await(advances(100, 1).stream().map(this.committer::submit).toList()))
            .hasOnlyElementsOfType(Result.Committed.class);
        assertThat(stuck).isNotDone();
        this.open.countDown();
        assertThat(stuck.get(10, TimeUnit.SECONDS)).isInstanceOf(Result.Committed.class);
    }

    @Test
    void startsThatMeetSomebodyHoldUpHardlyAnyOther() throws Exception {
        List<Transition> met = IntStream.range(0, 6)
            .mapToObj((i) -> Transitions.start(UUID.randomUUID(), "met-" + i, 7))
            .toList();
        this.database = (batch) -> {
            if (batch.stream().noneMatch(met::contains)) {
                return write(batch);
            }
            if (Thread.currentThread().getName().equals("workflow-blocked-starter")) {
                awaitOpen();
            }
            throw failure(StoreException.Kind.LOCKED);
        };
        List<CompletableFuture<Result>> results = met.stream().map(this.committer::submit).toList();
        CompletableFuture<Result> beside = this.committer.submit(Transitions.start(UUID.randomUUID(), "beside", 7));
        this.committer.start();
        assertThat(await(results.subList(0, 5))).hasOnlyElementsOfType(Result.Locked.class);
        assertThat(this.committer.submit(Transitions.start(UUID.randomUUID(), "later", 7)).get(10, TimeUnit.SECONDS))
            .isInstanceOf(Result.Committed.class);
        assertThat(results.getLast()).isNotDone();
        this.open.countDown();
        assertThat(results.getLast().get(10, TimeUnit.SECONDS)).isInstanceOf(Result.Locked.class);
        assertThat(beside.get(10, TimeUnit.SECONDS)).isInstanceOf(Result.Committed.class);
    }

    @Test
    void startThatIsTriedAgainHoldsUpNoOther() throws Exception {
        this.database = (batch) -> {
            awaitOpen();
            return write(batch);
        };
        this.committer.start();
        CompletableFuture<Result> again = this.committer.submitAgain(Transitions.start(UUID.randomUUID(), "met", 7));
        TestNode.await(() -> !this.batches.isEmpty());
        this.database = this::write;
        assertThat(this.committer.submit(Transitions.start(UUID.randomUUID(), "other", 7)).get(10, TimeUnit.SECONDS))
            .isInstanceOf(Result.Committed.class);
        assertThat(again).isNotDone();
        this.open.countDown();
        assertThat(again.get(10, TimeUnit.SECONDS)).isInstanceOf(Result.Committed.class);
    }

    @Test
    void stoppedCommitterRefusesWhatItCannotWrite() throws Exception {
        this.database = (batch) -> {
            throw failure(StoreException.Kind.TRANSIENT);
        };
        this.committer.start();
        List<CompletableFuture<Result>> results = advances(5, 1).stream().map(this.committer::submit).toList();
        this.committer.stop(Duration.ofMillis(100));
        assertThat(await(results)).hasOnlyElementsOfType(Result.Refused.class);
        assertThat(await(advances(1, 1).stream().map(this.committer::submit).toList())).as("late")
            .hasOnlyElementsOfType(Result.Refused.class);
    }

}
