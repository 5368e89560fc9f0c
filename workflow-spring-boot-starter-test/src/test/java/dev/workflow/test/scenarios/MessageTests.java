package dev.workflow.test.scenarios;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import dev.workflow.Activity;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.WorkflowQueue;
import dev.workflow.Workflows;
import dev.workflow.client.QueryFailedException;
import dev.workflow.client.UpdateFailedException;
import dev.workflow.client.UpdateHandle;
import dev.workflow.client.UpdateOptions;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.ParameterizedTypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

@WorkflowTest(classes = { Probe.class, MessageTests.Work.class, MessageTests.Collector.class,
        MessageTests.BusyCollector.class, MessageTests.SleepingCollector.class, MessageTests.QueueReader.class,
        MessageTests.Counter.class, MessageTests.Hasty.class, MessageTests.Handlers.class,
        MessageTests.Initialized.class })
class MessageTests extends ScenarioTests {

    @Autowired
    Probe probe;

    @Test
    void signalsAreDeliveredOnceAndInOrder() {
        WorkflowHandle<Collector, List<String>> handle = this.client.start(Collector.class, (w) -> w.collect(4),
                anyId());
        for (String word : List.of("a", "b", "a")) {
            handle.signal((w) -> w.add(word));
            step();
        }
        handle.signal("add", "c");
        step();
        assertThat(resultOf(handle)).containsExactly("a", "b", "a", "c");
    }

    @Test
    void signalsBeforeTheFirstStepWaitForTheEndOfTheStartDelay() {
        WorkflowHandle<Collector, List<String>> handle = this.client.start(Collector.class, (w) -> w.collect(3),
                anyId().startDelay(Duration.ofHours(1)));
        step();
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted");
        handle.signal((w) -> w.add("1"));
        handle.signal((w) -> w.add("2"));
        handle.signal((w) -> w.add("3"));
        step();
        assertThat(eventTypes(handle)).containsExactly("WorkflowExecutionStarted");
        advance(Duration.ofHours(1));
        assertThat(resultOf(handle)).containsExactly("1", "2", "3");
    }

    @Test
    void aSignalWithTheStartReachesARunThatEndsAtOnce() {
        WorkflowHandle<Hasty, List<String>> handle = this.client.signalWithStart(Hasty.class, (w) -> w.add("x"),
                (w) -> w.run(), anyId());
        assertThat(resultOf(handle)).containsExactly("x");
    }

    @Test
    void signalWithStartStartsOrOnlySignals() {
        WorkflowOptions options = anyId();
        WorkflowHandle<Collector, List<String>> first = this.client.signalWithStart(Collector.class, (w) -> w.add("x"),
                (w) -> w.collect(2), options);
        step();
        WorkflowHandle<Collector, List<String>> second = this.client.signalWithStart(Collector.class, (w) -> w.add("y"),
                (w) -> w.collect(2), options);
        step();
        assertThat(second.runId()).isEqualTo(first.runId());
        assertThat(resultOf(second)).containsExactly("x", "y");
    }

    @Test
    void signalsDuringAStepAreDeliveredOnceAndInOrder() {
        WorkflowOptions options = anyId();
        String gate = options.id();
        WorkflowHandle<BusyCollector, List<String>> handle = this.client.start(BusyCollector.class,
                (w) -> w.work(gate, 20), options);
        this.probe.awaitReached(gate);
        List<String> sent = words(20);
        for (String word : sent) {
            handle.signal((w) -> w.add(word));
            if (word.endsWith("7")) {
                evict();
            }
        }
        evict();
        this.probe.open(gate);
        assertThat(resultOf(handle)).containsExactlyElementsOf(sent);
    }

    @Test
    void signalsWhileNobodyWaitsAreDeliveredOnceAndInOrder() {
        WorkflowHandle<SleepingCollector, List<String>> handle = this.client.start(SleepingCollector.class,
                (w) -> w.sleepAndCollect(), anyId());
        List<String> sent = words(10);
        for (String word : sent) {
            advance(Duration.ofMinutes(1));
            handle.signal((w) -> w.add(word));
        }
        advance(Duration.ofDays(1));
        assertThat(resultOf(handle)).containsExactlyElementsOf(sent);
    }

    @Test
    void aThousandSignalsAreDeliveredOnceAndInOrder() {
        WorkflowHandle<Collector, List<String>> handle = this.client.start(Collector.class, (w) -> w.collect(1_000),
                anyId());
        List<String> sent = words(1_000);
        for (int i = 0; i < sent.size(); i++) {
            handle.signal("add", sent.get(i));
            if (i % 100 == 0) {
                evict();
            }
        }
        assertThat(resultOf(handle)).containsExactlyElementsOf(sent);
    }

    @Test
    void aThousandSignalsAtOnceAreEachDeliveredOnce() {
        WorkflowHandle<Collector, List<String>> handle = this.client.start(Collector.class, (w) -> w.collect(1_000),
                anyId());
        List<String> sent = words(1_000);
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            sent.forEach((word) -> senders.submit(() -> handle.signal("add", word)));
            evict();
        }
        assertThat(resultOf(handle)).containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void signalsFillAQueueThatTheWorkflowReads() {
        WorkflowHandle<QueueReader, String> handle = this.client.start(QueueReader.class, (w) -> w.read(), anyId());
        step();
        handle.signal((w) -> w.put("a"));
        handle.signal((w) -> w.put("b"));
        step();
        handle.signal((w) -> w.put("end"));
        step();
        assertThat(resultOf(handle)).isEqualTo("ab");
    }

    @Test
    void signalsToNobodyAndToClosedRunsAreRefused() {
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> this.client.workflow("nobody").signal("add", "x"));
        WorkflowHandle<Collector, List<String>> handle = this.client.start(Collector.class, (w) -> w.collect(0),
                anyId());
        resultOf(handle);
        assertThatExceptionOfType(WorkflowNotFoundException.class)
            .isThrownBy(() -> handle.signal((w) -> w.add("late")));
    }

    @Test
    void queriesAnswerWhileRunningAndAfterwardsAndLeaveNoHistory() {
        WorkflowHandle<Counter, Integer> handle = this.client.start(Counter.class, (w) -> w.run(2), anyId());
        step();
        handle.signal((w) -> w.increment());
        step();
        int events = handle.history().size();
        Integer running = handle.query((w) -> w.count());
        List<Integer> typed = handle.query("plus", new ParameterizedTypeReference<List<Integer>>() {
        }, List.of(10, 20));
        step();
        assertThat(running).isEqualTo(1);
        assertThat(typed).containsExactly(11, 21);
        assertThat(handle.history()).hasSize(events);
        handle.signal((w) -> w.increment());
        step();
        assertThat(resultOf(handle)).isEqualTo(2);
        Integer closed = handle.query((w) -> w.count());
        assertThat(closed).isEqualTo(2);
    }

    @Test
    void queriesThatCannotBeAnsweredSayWhy() {
        WorkflowHandle<Counter, Integer> handle = this.client.start(Counter.class, (w) -> w.run(1), anyId());
        step();
        assertThatExceptionOfType(QueryFailedException.class).isThrownBy(() -> handle.query("nonsense", String.class))
            .withMessageContaining("nonsense");
        assertThatExceptionOfType(QueryFailedException.class).isThrownBy(() -> handle.query((w) -> w.broken()))
            .withMessageContaining("broken query");
        assertThatExceptionOfType(QueryFailedException.class).isThrownBy(() -> handle.query((w) -> w.sleeping()));
        String stack = handle.query("__stack_trace", String.class);
        assertThat(stack).contains("Counter.run");
        handle.signal((w) -> w.increment());
        step();
        assertThat(resultOf(handle)).isEqualTo(1);
    }

    @Test
    void updatesAnswerWithWhatTheyChanged() {
        WorkflowHandle<Counter, Integer> handle = this.client.start(Counter.class, (w) -> w.run(10), anyId());
        step();
        Integer after = handle.update((w) -> w.add(3));
        assertThat(after).isEqualTo(3);
        step();
        after = handle.update("add", Integer.class, 4);
        assertThat(after).isEqualTo(7);
        step();
        handle.update((w) -> {
            w.reset(10);
        });
        step();
        assertThat(resultOf(handle)).isEqualTo(10);
        assertThat(eventTypes(handle)).contains("WorkflowExecutionUpdateAccepted", "WorkflowExecutionUpdateCompleted");
    }

    @Test
    void rejectedUpdatesLeaveNoHistory() {
        WorkflowHandle<Counter, Integer> handle = this.client.start(Counter.class, (w) -> w.run(1), anyId());
        step();
        int events = handle.history().size();
        assertThatExceptionOfType(UpdateFailedException.class).isThrownBy(() -> handle.update((w) -> w.add(-1)))
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue())
            .withMessageContaining("only upwards");
        step();
        assertThatExceptionOfType(UpdateFailedException.class).isThrownBy(() -> handle.update("nonsense", String.class))
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue());
        assertThatExceptionOfType(UpdateFailedException.class)
            .isThrownBy(() -> handle.update("add", Integer.class, "no number"))
            .satisfies((ex) -> assertThat(ex.isRejected()).isTrue());
        step();
        assertThat(handle.history()).hasSize(events);
        handle.signal((w) -> w.increment());
        step();
        assertThat(resultOf(handle)).isEqualTo(1);
    }

    @Test
    void updatesThatFailTellTheirFailure() {
        WorkflowHandle<Counter, Integer> handle = this.client.start(Counter.class, (w) -> w.run(1), anyId());
        step();
        assertThatExceptionOfType(UpdateFailedException.class).isThrownBy(() -> handle.update((w) -> w.add(13)))
            .satisfies((ex) -> assertThat(ex.isRejected()).isFalse())
            .havingCause()
            .asInstanceOf(type(ApplicationFailure.class))
            .satisfies((failure) -> {
                assertThat(failure.type()).isEqualTo("Unlucky");
                assertThat(failure.getMessage()).isEqualTo("thirteen");
                assertThat(failure.detail(0, Integer.class)).contains(13);
            });
        handle.signal((w) -> w.increment());
        step();
        assertThat(resultOf(handle)).isEqualTo(1);
    }

    @Test
    void updatesMayWaitForTimersAndActivities() {
        WorkflowHandle<Counter, Integer> handle = this.client.start(Counter.class, (w) -> w.run(5), anyId());
        step();
        UpdateHandle<Integer> update = handle.startUpdate((w) -> w.addSlowly(5), UpdateOptions.withId("slow"));
        assertThat(update.updateId()).isEqualTo("slow");
        advance(Duration.ofMinutes(1));
        assertThat(update.result(PATIENCE)).isEqualTo(5);
        assertThat(resultOf(handle)).isEqualTo(5);
    }

    @Test
    void anUpdateIdIsTakenOnce() {
        WorkflowHandle<Counter, Integer> handle = this.client.start(Counter.class, (w) -> w.run(10), anyId());
        step();
        UpdateHandle<Integer> first = handle.startUpdate((w) -> w.add(2), UpdateOptions.withId("once"));
        step();
        UpdateHandle<Integer> second = handle.startUpdate((w) -> w.add(2), UpdateOptions.withId("once"));
        assertThat(first.result(PATIENCE)).isEqualTo(2);
        assertThat(second.result(PATIENCE)).isEqualTo(2);
        step();
        Integer count = handle.query((w) -> w.count());
        assertThat(count).isEqualTo(2);
        handle.update((w) -> {
            w.reset(10);
        });
        assertThat(resultOf(handle)).isEqualTo(10);
    }

    @Test
    void updateWithStartStartsAndUpdates() {
        WorkflowOptions options = anyId();
        UpdateHandle<Integer> first = this.client.updateWithStart(Counter.class, (w) -> w.add(2), (w) -> {
            w.run(5);
        }, options);
        assertThat(first.result(PATIENCE)).isEqualTo(2);
        step();
        UpdateHandle<Integer> second = this.client.updateWithStart(Counter.class, (w) -> w.add(3), (w) -> {
            w.run(5);
        }, options);
        assertThat(second.result(PATIENCE)).isEqualTo(5);
        assertThat(second.execution().runId()).isEqualTo(first.execution().runId());
        step();
        assertThat(this.client.workflow(Counter.class, options.id()).result(Integer.class, PATIENCE)).isEqualTo(5);
    }

    @Test
    void handlersMayBeRegisteredByCode() {
        WorkflowHandle<Handlers, List<String>> handle = this.client.signalWithStart(Handlers.class,
                (w) -> w.known("early"), (w) -> w.run(), anyId());
        step();
        handle.signal("word", "a", 1);
        step();
        String answer = handle.query("joined", String.class, "-");
        assertThat(answer).isEqualTo("known:early-word:a1");
        step();
        Integer size = handle.update("size", Integer.class);
        assertThat(size).isEqualTo(2);
        handle.signal("end");
        step();
        assertThat(resultOf(handle)).containsExactly("known:early", "word:a1");
    }

    @Test
    void initRunsBeforeAnyHandler() {
        WorkflowHandle<Initialized, String> handle = this.client.signalWithStart(Initialized.class,
                (w) -> w.append("!"), (w) -> w.run("Hello"), anyId());
        step();
        assertThat(resultOf(handle)).isEqualTo("Hello!");
    }

    @Test
    void resultAsyncCompletesWithTheRun() {
        WorkflowHandle<Collector, List<String>> handle = this.client.start(Collector.class, (w) -> w.collect(1),
                anyId());
        CompletableFuture<List<String>> result = handle.resultAsync();
        step();
        assertThat(result).isNotDone();
        handle.signal((w) -> w.add("x"));
        assertThat(result).succeedsWithin(PATIENCE).isEqualTo(List.of("x"));
    }

    private static List<String> words(int n) {
        return IntStream.range(0, n).mapToObj((i) -> "word" + i).toList();
    }

    @Activity
    static class Work {

        private final Probe probe;

        Work(Probe probe) {
            this.probe = probe;
        }

        public void waitAt(String gate) {
            this.probe.pass(gate);
        }

        public int increment(int value) {
            return value + 1;
        }

    }

    @Workflow
    static class Collector {

        private final List<String> words = new ArrayList<>();

        @WorkflowMethod
        List<String> collect(int count) {
            Workflows.await(() -> this.words.size() >= count);
            return this.words;
        }

        @SignalMethod
        void add(String word) {
            this.words.add(word);
        }

    }

    /** Ends in its first step. */
    @Workflow
    static class Hasty {

        private final List<String> words = new ArrayList<>();

        @WorkflowMethod
        List<String> run() {
            return this.words;
        }

        @SignalMethod
        void add(String word) {
            this.words.add(word);
        }

    }

    @Workflow
    static class BusyCollector {

        private final Work work;

        private final List<String> words = new ArrayList<>();

        BusyCollector(Work work) {
            this.work = work;
        }

        @WorkflowMethod
        List<String> work(String gate, int count) {
            this.work.waitAt(gate);
            Workflows.await(() -> this.words.size() >= count);
            return this.words;
        }

        @SignalMethod
        void add(String word) {
            this.words.add(word);
        }

    }

    @Workflow
    static class SleepingCollector {

        private final List<String> words = new ArrayList<>();

        @WorkflowMethod
        List<String> sleepAndCollect() {
            Workflows.sleep(Duration.ofDays(1));
            return this.words;
        }

        @SignalMethod
        void add(String word) {
            this.words.add(word);
        }

    }

    @Workflow
    static class QueueReader {

        private final WorkflowQueue<String> queue = new WorkflowQueue<>();

        @WorkflowMethod
        String read() {
            StringBuilder all = new StringBuilder();
            String next = this.queue.take();
            while (!next.equals("end")) {
                all.append(next);
                next = this.queue.take();
            }
            return all.toString();
        }

        @SignalMethod
        void put(String word) {
            this.queue.put(word);
        }

    }

    @Workflow
    static class Counter {

        private final Work work;

        private int count;

        Counter(Work work) {
            this.work = work;
        }

        @WorkflowMethod
        int run(int until) {
            Workflows.await(() -> this.count >= until && Workflows.allHandlersFinished());
            return this.count;
        }

        @SignalMethod
        void increment() {
            this.count++;
        }

        @QueryMethod
        int count() {
            return this.count;
        }

        @QueryMethod
        List<Integer> plus(List<Integer> values) {
            return values.stream().map((value) -> value + this.count).toList();
        }

        @QueryMethod
        int broken() {
            throw new IllegalStateException("broken query");
        }

        @QueryMethod
        int sleeping() {
            Workflows.sleep(Duration.ofSeconds(1));
            return 1;
        }

        @UpdateMethod
        int add(int value) {
            if (value == 13) {
                throw ApplicationFailure.of("thirteen", "Unlucky", 13);
            }
            this.count += value;
            return this.count;
        }

        @UpdateValidator("add")
        void checkAdd(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("only upwards");
            }
        }

        @UpdateMethod
        int addSlowly(int value) {
            for (int i = 0; i < value; i++) {
                Workflows.sleep(Duration.ofSeconds(10));
                this.count = this.work.increment(this.count);
            }
            return this.count;
        }

        @UpdateMethod
        void reset(int value) {
            this.count = value;
        }

    }

    @Workflow
    static class Handlers {

        private final List<String> words = new ArrayList<>();

        private boolean ended;

        @WorkflowMethod
        List<String> run() {
            Workflows.onSignal("word", (arguments) -> this.words
                .add("word:" + arguments.get(0, String.class) + arguments.get(1, Long.class)));
            Workflows.onSignal("end", (arguments) -> this.ended = true);
            Workflows.onQuery("joined", (arguments) -> String.join(arguments.get(0, String.class), this.words));
            Workflows.onUpdate("size", (arguments) -> this.words.size());
            Workflows.await(() -> this.ended);
            return this.words;
        }

        @SignalMethod
        void known(String word) {
            this.words.add("known:" + word);
        }

    }

    @Workflow
    static class Initialized {

        private String text;

        @WorkflowInit
        void init(String text) {
            this.text = text;
        }

        @WorkflowMethod
        String run(String text) {
            Workflows.await(() -> this.text.length() > text.length());
            return this.text;
        }

        @SignalMethod
        void append(String suffix) {
            this.text += suffix;
        }

    }

}
