package dev.workflow.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.workflow.Arguments;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionFailed;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionUpdateAccepted;
import dev.workflow.history.WorkflowExecutionUpdateCompleted;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.workflow.replay.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Signals, updates and queries. */
class HandlerTests {

    static class Basket {

        private final List<String> items = new ArrayList<>();

        private boolean closed;

        @WorkflowMethod
        List<String> run() {
            Workflows.await(() -> this.closed);
            return this.items;
        }

        @SignalMethod
        void add(String item) {
            this.items.add(item);
        }

        @SignalMethod
        void addChecked(String item) {
            this.items.add(call("Check", item));
        }

        @SignalMethod("close")
        void end() {
            this.closed = true;
        }

        @SignalMethod
        void refuse() {
            throw ApplicationFailure.of("refused", "Refused");
        }

        @SignalMethod
        void all(Arguments arguments) {
            for (int i = 0; i < arguments.size(); i++) {
                this.items.add(arguments.get(i, String.class));
            }
        }

        @QueryMethod
        int count(@Nullable String prefix) {
            return (int) this.items.stream().filter((item) -> prefix == null || item.startsWith(prefix)).count();
        }

        @QueryMethod
        String commanding() {
            return call("A");
        }

        @QueryMethod
        String waiting() {
            Workflows.await(() -> false);
            return "";
        }

        @QueryMethod
        String failing() {
            throw new IllegalStateException("oh no");
        }

        @QueryMethod
        String time() {
            return Workflows.now() + Workflows.info().workflowId();
        }

        @QueryMethod
        String random() {
            return Workflows.randomUUID().toString();
        }

        @UpdateMethod
        int replace(String from, String to) {
            if (!this.items.remove(from)) {
                throw ApplicationFailure.of("no " + from, "Missing");
            }
            this.items.add(call("Check", to));
            return this.items.size();
        }

        @UpdateValidator("replace")
        void check(String from, String to) {
            if (from.equals(to)) {
                throw new IllegalArgumentException("the same");
            }
        }

        @UpdateMethod
        int awaitItems(int count) {
            Workflows.await(() -> this.items.size() >= count);
            return this.items.size();
        }

        @UpdateMethod
        int buggy() {
            throw new IllegalStateException("a bug");
        }

    }

    /** Would end in its first step. */
    static class Hasty {

        private final List<String> words = new ArrayList<>();

        private boolean slow;

        @WorkflowInit
        void init() {
            this.words.add("init");
        }

        @WorkflowMethod
        List<String> run() {
            this.words.add("main");
            Workflows.await(() -> !this.slow);
            return this.words;
        }

        @SignalMethod
        void right(String word) {
            this.words.add("right " + word);
        }

        @SignalMethod
        void left(String word) {
            this.words.add("left " + word);
        }

        @SignalMethod
        void slow(String word) {
            this.slow = true;
            this.words.add("slow " + call("Check", word));
            this.slow = false;
        }

    }

    @Test
    void signalsAreHandledInOrderOfArrival() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            assertThat(run.signal("add", "a")).isEmpty();
            assertThat(run.signal("addChecked", "b")).containsExactly("4 ActivityTaskScheduled(Check)");
            run.signal("add", "c");
            assertThat(run.complete(4, "b!")).isEmpty();
            run.signal("all", "d", "e");
            assertThat(run.signal("close")).containsExactly("9 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo(List.of("a", "c", "b!", "d", "e"));
        }
    }

    @Test
    void signalWhoseArgumentsDoNotFitIsDropped() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            assertThat(run.signal("add", "a", "too", "many")).isEmpty();
            assertThat(run.signal("add", Map.of("not", "text"))).isEmpty();
            run.signal("close");
            assertThat(run.result()).isEqualTo(List.of());
        }
    }

    @Test
    void signalWhoseArgumentsDoNotFitWhatItsHandlerAsksForIsDropped() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            assertThat(run.signal("all", "a", Map.of("not", "text"), "b"))
                .containsExactly("3 MarkerRecorded(Version __unfit-signal-dropped)");
            run.signal("add", "c");
            run.signal("close");
            assertThat(run.result()).isEqualTo(List.of("a", "c"));
        }
    }

    @Test
    void signalIsDroppedWhateverItsHandlerHasOrderedBefore() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            List<String> words = new ArrayList<>();
            Workflows.onSignal("word", (arguments) -> {
                words.add(call("Check", ""));
                words.add(arguments.get(0, String.class));
            });
            Workflows.await(() -> words.size() == 4);
            Workflows.await(Workflows::allHandlersFinished);
            return words;
        }))) {
            run.start();
            assertThat(run.signal("word", Map.of())).containsExactly("3 ActivityTaskScheduled(Check)");
            assertThat(run.signal("word")).containsExactly("5 ActivityTaskScheduled(Check)");
            assertThat(run.complete(3, "first")).containsExactly("7 MarkerRecorded(Version __unfit-signal-dropped)");
            run.evict();
            assertThat(run.complete(5, "second")).isEmpty();
            run.signal("word", "w");
            run.complete(10, "third");
            assertThat(run.result()).isEqualTo(List.of("first", "second", "third", "w"));
        }
    }

    @Test
    void signalIsDroppedThoughSuchExceptionsFailTheRun() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class), TestRun.settings(true, 10_000))) {
            run.start();
            assertThat(run.signal("all", Map.of())).containsExactly("3 MarkerRecorded(Version __unfit-signal-dropped)");
            assertThat(run.signal("all", Map.of())).isEmpty();
            run.signal("close");
            assertThat(run.result()).isEqualTo(List.of());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void whatWasDroppedIsDroppedWhateverSuchExceptionsMeanNow(boolean failedRuns) {
        TestDefinition definition = TestDefinition.of(Basket.class);
        try (TestRun run = new TestRun(definition, TestRun.settings(failedRuns, 10_000))) {
            run.start();
            run.signal("all", Map.of());
            run.signal("add", "a");
            run.signal("close");
            try (WorkflowMachine again = new TestRun(definition, TestRun.settings(!failedRuns, 10_000))
                .replayed(definition, run.history())) {
                assertThat(again.isClosed()).isTrue();
            }
        }
    }

    @Test
    void updateThatFailedTheRunBeforeSuchWereAnsweredDoesSoAgain() {
        TestDefinition definition = TestDefinition.of(() -> {
            Workflows.onUpdate("word", (arguments) -> arguments.get(0, String.class));
            Workflows.await(() -> false);
            return "";
        });
        try (TestRun run = new TestRun(definition, TestRun.settings(true, 10_000))) {
            run.start();
            FailureInfo unfit = FailureInfo.application("java.lang.IllegalArgumentException", "unfit", false);
            List<HistoryEvent> old = List.of(run.history().getFirst(),
                    new WorkflowExecutionUpdateAccepted(2, TestRun.BEGIN, "u1", "word", new Json("[{}]"), Map.of()),
                    new WorkflowExecutionUpdateCompleted(3, TestRun.BEGIN, "u1", 2, null, unfit),
                    new WorkflowExecutionFailed(4, TestRun.BEGIN, unfit, null));
            try (WorkflowMachine again = run.replayed(definition, old)) {
                assertThat(again.isClosed()).isTrue();
            }
        }
    }

    @Test
    void signalThatFailedTheRunBeforeSuchWereDroppedDoesSoAgain() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class), TestRun.settings(true, 10_000))) {
            run.start();
            WorkflowExecutionFailed failed = new WorkflowExecutionFailed(3, TestRun.BEGIN.plusSeconds(1),
                    FailureInfo.application("java.lang.IllegalArgumentException", "unfit", false), null);
            List<HistoryEvent> old = List.of(run.history().getFirst(), new WorkflowExecutionSignaled(2,
                    TestRun.BEGIN.plusSeconds(1), "all", new Json("[{}]"), null, Map.of()), failed);
            try (WorkflowMachine again = run.replayed(TestDefinition.of(Basket.class), old)) {
                assertThat(again.isClosed()).isTrue();
            }
        }
    }

    @Test
    void exceptionOfASignalHandlerThatIsNotOfItsArgumentsFailsTheTask() {
        TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.onSignal("word", (arguments) -> Integer.parseInt(arguments.get(0, String.class)));
            Workflows.await(() -> false);
            return "";
        }));
        run.start();
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(() -> run.signal("word", "x"));
    }

    @Test
    void failureOfASignalHandlerFailsTheRun() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            assertThat(run.signal("refuse")).containsExactly("3 WorkflowExecutionFailed");
        }
    }

    @Test
    void signalsWithoutHandlerWaitForOne() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            call("A");
            List<Integer> numbers = new ArrayList<>();
            Workflows.onSignal("number", (arguments) -> numbers.add(arguments.get(0, Integer.class)));
            Workflows.await(() -> numbers.size() == 3);
            return numbers;
        }))) {
            run.start();
            run.signal("number", 1);
            run.signal("other", 9);
            run.signal("number", 2);
            run.complete(2, "a");
            run.signal("number", 3);
            assertThat(run.result()).isEqualTo(List.of(1, 2, 3));
        }
    }

    @Test
    void signalBeforeTheFirstTurnOfTheCodeIsNotLost() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            WorkflowExecutionSignaled signal = new WorkflowExecutionSignaled(2, TestRun.BEGIN, "add",
                    new Json("[\"a\"]"), null, Map.of());
            run.apply(signal);
            run.signal("close");
            assertThat(run.result()).isEqualTo(List.of("a"));
        }
    }

    @Test
    void signalsBeforeTheFirstStepAreHandledBeforeTheWorkflowMethodInTheOrderOfArrival() {
        try (TestRun run = new TestRun(TestDefinition.of(Hasty.class))) {
            assertThat(run.beginWithSignals("left a", "right b", "left c"))
                .containsExactly("5 WorkflowExecutionCompleted");
            assertThat(run.result()).isEqualTo(List.of("init", "left a", "right b", "left c", "main"));
        }
    }

    @Test
    void aHandlerThatBlocksBeforeTheFirstStepLetsTheWorkflowMethodBegin() {
        try (TestRun run = new TestRun(TestDefinition.of(Hasty.class))) {
            assertThat(run.beginWithSignals("slow a", "left b")).containsExactly("4 ActivityTaskScheduled(Check)");
            run.complete(4, "checked");
            assertThat(run.result()).isEqualTo(List.of("init", "left b", "main", "slow checked"));
        }
    }

    static class Impatient {

        private final String where;

        Impatient() {
            this.where = "";
        }

        @WorkflowInit
        void init(String where) {
            switch (where) {
                case "sleep" -> Workflows.sleep(Duration.ofSeconds(1));
                case "await" -> Workflows.await(() -> false);
                case "activity" -> call("A");
                default -> Workflows.async(() -> call("B"));
            }
        }

        @WorkflowMethod
        String run(String where) {
            Workflows.await(() -> !where.isEmpty());
            return where + this.where;
        }

    }

    @ParameterizedTest
    @ValueSource(strings = { "sleep", "await", "activity" })
    void initMustNotWait(String where) {
        TestRun run = new TestRun(TestDefinition.of(Impatient.class));
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(() -> run.start(where))
            .withStackTraceContaining("in a @WorkflowInit method");
    }

    @Test
    void initMayBeginWhatOthersWaitFor() {
        try (TestRun run = new TestRun(TestDefinition.of(Impatient.class))) {
            assertThat(run.start("nothing")).containsExactly("2 WorkflowExecutionCompleted");
        }
    }

    @Test
    void namesOfTheEngineCannotBeRegistered() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            assertThatIllegalArgumentException().isThrownBy(() -> Workflows.onQuery("__state", (arguments) -> ""));
            assertThatIllegalArgumentException().isThrownBy(() -> Workflows.onSignal("__x", (arguments) -> {
            }));
            assertThatIllegalArgumentException().isThrownBy(() -> Workflows.onUpdate(" ", (arguments) -> ""));
            return "";
        }))) {
            run.start();
            assertThat(run.result()).isEqualTo("");
        }
    }

    @Test
    void signalsBeforeTheFirstStepWaitForAHandlerThatTheCodeRegisters() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            List<String> words = new ArrayList<>();
            Workflows.onSignal("word", (arguments) -> words.add(arguments.get(0, String.class)));
            Workflows.await(Workflows::allHandlersFinished);
            return words;
        }))) {
            run.beginWithSignals("word a", "other b", "word c");
            assertThat(run.result()).isEqualTo(List.of("a", "c"));
        }
    }

    @Test
    void updateIsAnsweredWithItsResult() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            run.signal("add", "a");
            assertThat(run.update("u1", "replace", "a", "b")).containsExactly("4 ActivityTaskScheduled(Check)");
            assertThat(run.complete(4, "b!")).containsExactly("6 WorkflowExecutionUpdateCompleted(u1)");
            WorkflowExecutionUpdateCompleted answer = run.event(WorkflowExecutionUpdateCompleted.class);
            assertThat(answer.result()).isEqualTo(new Json("1"));
            assertThat(answer.acceptedEventId()).isEqualTo(3);
        }
    }

    @Test
    void updateIsAnsweredWithItsFailure() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            assertThat(run.update("u1", "replace", "a", "b")).containsExactly("3 WorkflowExecutionUpdateCompleted(u1)");
            assertThat(run.event(WorkflowExecutionUpdateCompleted.class).failure().type()).isEqualTo("Missing");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void updateWhoseArgumentsDoNotFitWhatItsHandlerAsksForIsAnswered(boolean failRunOnUnexpectedException) {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.onUpdate("word", (arguments) -> call("Check", "") + arguments.get(0, String.class));
            Workflows.await(() -> false);
            return "";
        }), TestRun.settings(failRunOnUnexpectedException, 10_000))) {
            run.start();
            run.update("u1", "word", Map.of());
            assertThat(run.complete(3, "")).containsExactly("5 MarkerRecorded(Version __unfit-update-answered)",
                    "6 WorkflowExecutionUpdateCompleted(u1)");
            FailureInfo failure = run.event(WorkflowExecutionUpdateCompleted.class).failure();
            assertThat(failure.type()).isEqualTo("InvalidArguments");
            assertThat(failure.nonRetryable()).isTrue();
            run.update("u2", "word");
            assertThat(run.complete(8, "")).containsExactly("10 WorkflowExecutionUpdateCompleted(u2)");
            assertThat(run.event(WorkflowExecutionUpdateCompleted.class).failure().message()).contains("word",
                    "There are 0 arguments");
        }
    }

    @Test
    void unexpectedExceptionInAnUpdateFailsTheTask() {
        TestRun run = new TestRun(TestDefinition.of(Basket.class));
        run.start();
        assertThatExceptionOfType(WorkflowTaskFailedException.class).isThrownBy(() -> run.update("u1", "buggy"));
    }

    @Test
    void updatesThatTheLastStepSatisfiesAreAnsweredBeforeTheEnd() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            int[] joined = { 0 };
            Workflows.onUpdate("join", (arguments) -> {
                joined[0]++;
                Workflows.await(() -> joined[0] == 2);
                return joined[0];
            });
            Workflows.await(() -> joined[0] == 2);
            return joined[0];
        }))) {
            run.start();
            run.update("u1", "join");
            assertThat(run.update("u2", "join")).containsExactly("4 WorkflowExecutionUpdateCompleted(u2)",
                    "5 WorkflowExecutionUpdateCompleted(u1)", "6 WorkflowExecutionCompleted");
        }
    }

    @Test
    void unfinishedUpdatesFailJustBeforeTheEnd() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            run.update("u1", "awaitItems", 5);
            run.update("u2", "awaitItems", 6);
            assertThat(run.signal("close")).containsExactly("5 WorkflowExecutionUpdateCompleted(u1)",
                    "6 WorkflowExecutionUpdateCompleted(u2)", "7 WorkflowExecutionCompleted");
            assertThat(run.event(WorkflowExecutionUpdateCompleted.class).failure().type()).isEqualTo("WorkflowEnded");
        }
    }

    /** Has an update whose handler catches what ends it. */
    private static TestDefinition stubborn() {
        return TestDefinition.of(() -> {
            boolean[] closed = { false };
            Workflows.onUpdate("stay", (arguments) -> {
                try {
                    Workflows.await(() -> false);
                    return "true at last";
                }
                catch (Throwable swallowed) {
                    return "late";
                }
            });
            Workflows.onSignal("close", (arguments) -> {
                closed[0] = true;
            });
            Workflows.await(() -> closed[0]);
            return "";
        });
    }

    @Test
    void aHandlerThatCatchesItsEndAnswersNothingAfterTheRunHasEnded() {
        try (TestRun run = new TestRun(stubborn())) {
            run.start();
            run.update("u1", "stay");
            assertThat(run.signal("close")).containsExactly("4 WorkflowExecutionUpdateCompleted(u1)",
                    "5 WorkflowExecutionCompleted");
        }
    }

    @Test
    void anAnswerThatAnEarlierVersionRecordedAfterTheEndIsReplayed() {
        try (TestRun run = new TestRun(stubborn())) {
            run.start();
            run.update("u1", "stay");
            run.signal("close");
            List<HistoryEvent> history = new ArrayList<>(run.history());
            history.add(new WorkflowExecutionUpdateCompleted(6, TestRun.BEGIN, "u1", 2, new Json("\"late\""), null));
            try (WorkflowMachine machine = run.replayed(stubborn(), history)) {
                assertThat(machine.isClosed()).isTrue();
            }
        }
    }

    @Test
    @Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
    void codeThatCatchesItsTerminationCompletesNothing() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Promise<String> other = Workflows.async(() -> {
                try {
                    return call("A");
                }
                catch (Throwable swallowed) {
                    return "swallowed";
                }
            });
            try {
                return other.get();
            }
            catch (Throwable swallowed) {
                return "swallowed, too";
            }
        }))) {
            run.start();
            assertThat(run.terminate()).isEmpty();
            assertThat(run.machine().isClosed()).isTrue();
        }
    }

    @Test
    void runCanWaitForItsHandlers() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.onSignal("go", (arguments) -> call("A"));
            Workflows.await(() -> Workflows.info().historyLength() > 3);
            Workflows.await(Workflows::allHandlersFinished);
            return "";
        }))) {
            run.start();
            run.signal("go");
            assertThat(run.signal("go")).containsExactly("5 ActivityTaskScheduled(A)");
            run.complete(3, "");
            assertThat(run.complete(5, "")).containsExactly("8 WorkflowExecutionCompleted");
        }
    }

    @Test
    void validatorDecides() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            assertThat(validate(run, "replace", "a", "b")).isNull();
            assertThat(validate(run, "replace", "a", "a").message()).isEqualTo("the same");
            assertThat(validate(run, "awaitItems", "text").type()).isEqualTo("InvalidArguments");
            assertThat(validate(run, "unknown").message()).contains("replace", "awaitItems");
            run.signal("close");
            assertThat(validate(run, "replace", "a", "b").type()).isEqualTo("WorkflowEnded");
        }
    }

    @Test
    void updateWhoseArgumentsDoNotFitWhatItsValidatorAsksForIsRefused() {
        try (TestRun run = new TestRun(TestDefinition.of(() -> {
            Workflows.onUpdate("word", (arguments) -> "", (arguments) -> {
                if (arguments.get(0, String.class).isEmpty()) {
                    throw new IllegalArgumentException("empty");
                }
            });
            Workflows.await(() -> false);
            return "";
        }))) {
            run.start();
            assertThat(validate(run, "word", "w")).isNull();
            assertThat(validate(run, "word", "").message()).isEqualTo("empty");
            assertThat(validate(run, "word").type()).isEqualTo("InvalidArguments");
            assertThat(validate(run, "word", Map.of()).type()).isEqualTo("InvalidArguments");
        }
    }

    @Test
    void handlerTakesThePlaceOfTheValidatorTooOfTheOneBefore() {
        try (TestRun run = new TestRun(TestDefinition.of(Replacing.class))) {
            run.start();
            assertThat(validate(run, "set", 0)).as("of the method").isNotNull();
            assertThat(validate(run, "other", 0)).as("of the handler before").isNotNull();
            run.signal("replace");
            assertThat(validate(run, "set", 0)).isNull();
            assertThat(validate(run, "other", 0)).isNull();
            run.signal("restore");
            assertThat(validate(run, "set", 0).message()).isEqualTo("again");
        }
    }

    static class Replacing {

        @WorkflowMethod
        void run() {
            Workflows.onUpdate("other", (arguments) -> "", (arguments) -> refuse("other"));
            Workflows.await(() -> false);
        }

        @UpdateMethod
        int set(int number) {
            return number;
        }

        @UpdateValidator("set")
        void check(int number) {
            refuse("set");
        }

        @SignalMethod
        void replace() {
            Workflows.onUpdate("set", (arguments) -> "");
            Workflows.onUpdate("other", (arguments) -> "");
        }

        @SignalMethod
        void restore() {
            Workflows.onUpdate("set", (arguments) -> "", (arguments) -> refuse("again"));
        }

        private static void refuse(String why) {
            throw new IllegalArgumentException(why);
        }

    }

    private static @Nullable FailureInfo validate(TestRun run, String name, Object... arguments) {
        return run.machine().validateUpdate(name, TestRun.PAYLOADS.encodeArguments(arguments));
    }

    @Test
    void queriesReadTheState() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            run.signal("all", "apple", "pear", "ananas");
            assertThat(run.query("count")).isEqualTo(3);
            assertThat(run.query("count", "a")).isEqualTo(2);
            assertThat(run.query("time")).isEqualTo("2026-11-24T10:00:01Zorder-42");
            run.signal("close");
            assertThat(run.query("count", "p")).isEqualTo(1);
        }
    }

    /** A question that the run's version does not allow is no failure of the run. */
    @Test
    void questionOfAnotherVersionFailsAlone() {
        TestDefinition code = TestDefinition.of(() -> {
            int[] signals = { 0 };
            Workflows.version("change", Workflows.DEFAULT_VERSION, 2);
            Workflows.onQuery("newer", (given) -> Workflows.version("change", 3, 4));
            Workflows.onUpdate("newer", (given) -> "done", (given) -> Workflows.version("change", 3, 4));
            Workflows.onSignal("go", (given) -> signals[0]++);
            Workflows.await(() -> signals[0] == 1);
            return signals[0];
        });
        try (TestRun run = new TestRun(code)) {
            run.start();
            assertThatExceptionOfType(QueryRejected.class).isThrownBy(() -> run.query("newer"))
                .withMessageContaining("WF-ND03");
            assertThat(Objects.requireNonNull(validate(run, "newer")).message()).contains("WF-ND03");
            run.signal("go");
            assertThat(run.result()).isEqualTo(1);
        }
    }

    @Test
    void queriesOnlyRead() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            run.start();
            for (String name : List.of("commanding", "waiting", "random")) {
                assertThatExceptionOfType(QueryRejected.class).isThrownBy(() -> run.query(name))
                    .withMessageContaining("is not possible in a query");
            }
            assertThatExceptionOfType(QueryRejected.class).isThrownBy(() -> run.query("failing"))
                .withMessageContaining("oh no");
            assertThatExceptionOfType(QueryRejected.class).isThrownBy(() -> run.query("count", 1, 2))
                .withMessageContaining("count");
            assertThatExceptionOfType(QueryRejected.class).isThrownBy(() -> run.query("unknown"))
                .withMessageContaining("count");
            assertThat(run.machine().lastEventId()).isEqualTo(1);
        }
    }

    @Test
    void everyRunShowsItsStateAndItsStacks() {
        try (TestRun run = new TestRun(TestDefinition.of(Basket.class))) {
            assertThat(run.query("__state")).isEqualTo(Map.of());
            run.start();
            run.signal("add", "a");
            run.signal("addChecked", "b");
            assertThat(run.query("__state")).isEqualTo(Map.of("items", List.of("a"), "closed", false));
            assertThat(run.query("__stack_trace")).asString()
                .startsWith("main\n    at dev.workflow.Workflows.await(")
                .contains("signal addChecked\n    at ");
        }
    }

    static class Odd {

        private final Object lambda = (Runnable) () -> {
        };

        private final Thread thread = Thread.currentThread();

        private @Nullable String empty;

        @WorkflowMethod
        void run() {
            Workflows.await(() -> this.empty != null);
        }

    }

    @Test
    void fieldsThatAreNoDataDoNotSpoilTheState() {
        TestRun run = new TestRun(TestDefinition.of(Odd.class));
        run.start();
        assertThat(run.query("__state")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
            .containsEntry("empty", null)
            .doesNotContainKey("lambda");
        run.machine().close();
    }

}
