package dev.workflow.determinism;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.determinism.other.Library;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** The determinism check: what it finds, how it gets there, and what it leaves alone. */
class DeterminismCheckTests {

    @ParameterizedTest
    @MethodSource
    void findsWhatAReplayWouldNotRepeat(Class<?> workflow, Rule rule, String what) {
        assertThat(check(workflow)).singleElement().satisfies((finding) -> {
            assertThat(finding.rule()).isEqualTo(rule);
            assertThat(finding.what()).isEqualTo(what);
            assertThat(finding.workflow()).isEqualTo(workflow);
            assertThat(finding.place().sourceFile()).isEqualTo("GuiltyWorkflows.java");
            assertThat(finding.place().line()).isPositive();
        });
    }

    static Stream<Arguments> findsWhatAReplayWouldNotRepeat() {
        return Stream.of(arguments(GuiltyWorkflows.ReadsMilliseconds.class, Rule.CLOCK, "System.currentTimeMillis()"),
                arguments(GuiltyWorkflows.ReadsInstant.class, Rule.CLOCK, "Instant.now()"),
                arguments(GuiltyWorkflows.ReadsDateOfClock.class, Rule.CLOCK, "LocalDate.now(..)"),
                arguments(GuiltyWorkflows.MakesDate.class, Rule.CLOCK, "new Date()"),
                arguments(GuiltyWorkflows.MakesCalendar.class, Rule.CLOCK, "Calendar.getInstance()"),
                arguments(GuiltyWorkflows.InitializesFieldByTime.class, Rule.CLOCK, "System.nanoTime()"),
                arguments(GuiltyWorkflows.InitializesStaticFieldByTime.class, Rule.CLOCK, "Instant.now()"),
                arguments(GuiltyWorkflows.ReadsTimeInInit.class, Rule.CLOCK, "System.currentTimeMillis()"),
                arguments(GuiltyWorkflows.PublishesTimeInLambda.class, Rule.CLOCK, "System.currentTimeMillis()"),
                arguments(GuiltyWorkflows.DrawsRandom.class, Rule.RANDOM, "Math.random()"),
                arguments(GuiltyWorkflows.MakesUnseededRandom.class, Rule.RANDOM, "new Random()"),
                arguments(GuiltyWorkflows.DrawsSecurely.class, Rule.RANDOM, "new SecureRandom()"),
                arguments(GuiltyWorkflows.DrawsOfThread.class, Rule.RANDOM, "ThreadLocalRandom.current()"),
                arguments(GuiltyWorkflows.Shuffles.class, Rule.RANDOM, "Collections.shuffle(..)"),
                arguments(GuiltyWorkflows.DrawsFromHelper.class, Rule.RANDOM, "Random.nextInt(..)"),
                arguments(GuiltyWorkflows.MakesUuid.class, Rule.UUID, "UUID.randomUUID()"),
                arguments(GuiltyWorkflows.RefersToMethod.class, Rule.UUID, "UUID.randomUUID()"),
                arguments(GuiltyWorkflows.ReadsEnvironment.class, Rule.ENVIRONMENT, "System.getenv(..)"),
                arguments(GuiltyWorkflows.StartsThread.class, Rule.THREADS, "Thread.startVirtualThread(..)"),
                arguments(GuiltyWorkflows.Submits.class, Rule.THREADS, "ExecutorService.submit(..)"),
                arguments(GuiltyWorkflows.MakesExecutor.class, Rule.THREADS, "Executors.newCachedThreadPool()"),
                arguments(GuiltyWorkflows.SuppliesAsync.class, Rule.THREADS, "CompletableFuture.supplyAsync(..)"),
                arguments(GuiltyWorkflows.CallsAsyncMethod.class, Rule.THREADS, "GuiltyWorkflows.Notifier.tell()"),
                arguments(GuiltyWorkflows.StreamsInParallel.class, Rule.PARALLEL_STREAM, "List.parallelStream()"),
                arguments(GuiltyWorkflows.TurnsStreamParallel.class, Rule.PARALLEL_STREAM, "Stream.parallel()"),
                arguments(GuiltyWorkflows.SleepsOnThread.class, Rule.BLOCKING, "Thread.sleep(..)"),
                arguments(GuiltyWorkflows.SleepsOnUnit.class, Rule.BLOCKING, "TimeUnit.sleep(..)"),
                arguments(GuiltyWorkflows.WaitsOnObject.class, Rule.BLOCKING, "Object.wait()"),
                arguments(GuiltyWorkflows.TakesFromQueue.class, Rule.BLOCKING, "BlockingQueue.take()"),
                arguments(GuiltyWorkflows.Locks.class, Rule.BLOCKING, "ReentrantLock.lock()"),
                arguments(GuiltyWorkflows.AwaitsLatch.class, Rule.BLOCKING, "CountDownLatch.await()"),
                arguments(GuiltyWorkflows.ReadsFile.class, Rule.IO, "Files.readString(..)"),
                arguments(GuiltyWorkflows.UsesJdbc.class, Rule.DATABASE, "Connection.commit()"),
                arguments(GuiltyWorkflows.UsesTemplate.class, Rule.DATABASE, "JdbcTemplate.execute(..)"),
                arguments(GuiltyWorkflows.UsesEntityManager.class, Rule.DATABASE, "EntityManager.flush()"),
                arguments(GuiltyWorkflows.UsesRepository.class, Rule.DATABASE, "GuiltyWorkflows.Rows.count()"),
                arguments(GuiltyWorkflows.CallsTransactional.class, Rule.TRANSACTION, "GuiltyWorkflows.Ledger.book()"),
                arguments(GuiltyWorkflows.IteratesSet.class, Rule.UNORDERED, "Set.of(..), by iterator()"),
                arguments(GuiltyWorkflows.IteratesMapInVariable.class, Rule.UNORDERED, "Map.of(..), by iterator()"),
                arguments(GuiltyWorkflows.StreamsField.class, Rule.UNORDERED, "Set.of(..), by toList()"),
                arguments(GuiltyWorkflows.CopiesSetIntoList.class, Rule.UNORDERED, "Set.of(..), by iterator()"),
                arguments(GuiltyWorkflows.CopiesFieldIntoLinkedSet.class, Rule.UNORDERED, "Set.of(..), by toList()"),
                arguments(GuiltyWorkflows.CopiesSetUnchanged.class, Rule.UNORDERED, "Set.of(..), by forEach()"),
                arguments(GuiltyWorkflows.JoinsSet.class, Rule.UNORDERED, "Set.of(..), by join()"),
                arguments(GuiltyWorkflows.GoesThroughCollected.class, Rule.UNORDERED,
                        "Collectors.toUnmodifiable..(..), by forEach()"),
                arguments(GuiltyWorkflows.CatchesWhatNeverArrives.class, Rule.UNREACHABLE_CATCH,
                        "GuiltyWorkflows.Declined of GuiltyWorkflows.Payments.charge(..)"),
                arguments(GuiltyWorkflows.WaitsInSynchronizedBlock.class, Rule.PINNED, "Workflows.sleep(..)"),
                arguments(GuiltyWorkflows.CallsActivityInSynchronizedMethod.class, Rule.PINNED,
                        "GuiltyWorkflows.Payments.charge(..)"),
                arguments(GuiltyWorkflows.CallsStubInSynchronized.class, Rule.PINNED,
                        "GuiltyWorkflows.Unannotated.send()"),
                arguments(GuiltyWorkflows.IgnoresWithoutReason.class, Rule.IGNORED_WITHOUT_REASON,
                        "@DeterminismIgnored"));
    }

    @Test
    void everyGuiltyWorkflowAndEveryRuleIsTested() {
        assertThat(findsWhatAReplayWouldNotRepeat().map((arguments) -> arguments.get()[0]))
            .containsExactlyInAnyOrderElementsOf(workflows(GuiltyWorkflows.class));
        assertThat(findsWhatAReplayWouldNotRepeat().map((arguments) -> arguments.get()[1]).distinct())
            .containsExactlyInAnyOrder((Object[]) Rule.values());
    }

    @ParameterizedTest
    @MethodSource
    void leavesAloneWhatOnlyLooksGuilty(Class<?> workflow) {
        assertThat(check(workflow)).isEmpty();
    }

    static List<Class<?>> leavesAloneWhatOnlyLooksGuilty() {
        return workflows(InnocentWorkflows.class);
    }

    @Test
    void waitingInSynchronizedIsFineFromJdk24On() {
        assertThat(DeterminismCheck.of(GuiltyWorkflows.WaitsInSynchronizedBlock.class).jdk(24).findings()).isEmpty();
    }

    @Workflow
    static class Deep {

        @WorkflowMethod
        public String run(int depth) {
            return First.of(this).again(depth);
        }

        @SignalMethod
        public void harmless() {
            // Nothing.
        }

    }

    static class First {

        static First of(Object source) {
            return new Second();
        }

        String again(int depth) {
            return (depth == 0) ? "" : again(depth - 1) + Instant.EPOCH;
        }

    }

    static final class Second extends First {

        @Override
        String again(int depth) {
            List<String> names = List.of("b", "a");
            return names.stream().sorted(new ByTime()).toList().toString();
        }

    }

    static final class ByTime implements Comparator<String> {

        @Override
        public int compare(String one, String other) {
            return (int) (System.nanoTime() % 3) - 1;
        }

    }

    @Test
    void goesThroughHelpersRecursionOverridesAndCallbacksAndTellsTheWay() {
        assertThat(check(Deep.class)).singleElement().satisfies((finding) -> {
            assertThat(finding.place().method()).isEqualTo("compare");
            assertThat(finding.path()).extracting(CodePlace::method).containsExactly("run", "again");
            assertThat(finding.toString().lines()).satisfiesExactly(
                    (line) -> assertThat(line).matches("DeterminismCheckTests.ByTime.compare "
                            + "\\(DeterminismCheckTests.java:\\d+\\) reads the clock of this machine: "
                            + "System.nanoTime\\(\\)"),
                    (line) -> assertThat(line).matches("    called by DeterminismCheckTests.Deep.run "
                            + "\\(DeterminismCheckTests.java:\\d+\\) -> DeterminismCheckTests.Second.again "
                            + "\\(DeterminismCheckTests.java:\\d+\\)"),
                    (line) -> assertThat(line).isEqualTo("    Use Workflows.now()."));
        });
    }

    interface Steps {

        default Instant first() {
            return Instant.now();
        }

    }

    abstract static class Base implements Steps {

        @WorkflowMethod
        public String run() {
            return step() + first();
        }

        String step() {
            return "" + System.nanoTime();
        }

    }

    @Workflow
    static class Inheriting extends Base {

    }

    @Workflow
    static class Overriding extends Base {

        @Override
        String step() {
            return "always the same";
        }

        @Override
        public Instant first() {
            return Workflows.now();
        }

    }

    @Test
    void looksAtWhatIsInheritedButNotAtWhatIsOverridden() {
        assertThat(check(Inheriting.class)).extracting(Finding::what)
            .containsExactlyInAnyOrder("System.nanoTime()", "Instant.now()");
        assertThat(check(Overriding.class)).isEmpty();
    }

    interface Prices {

        long of(String name);

    }

    static final class LivePrices implements Prices {

        @Override
        public long of(String name) {
            return System.nanoTime();
        }

    }

    @Workflow
    static class Pricing {

        private final Prices prices;

        Pricing(Prices prices) {
            this.prices = prices;
        }

        @WorkflowMethod
        public long run() {
            return this.prices.of("lamp");
        }

    }

    @Test
    void looksIntoBeansBehindInterfaces() {
        assertThat(check(Pricing.class)).isEmpty();
        DeterminismCheck check = DeterminismCheck.of(Pricing.class)
            .implementations((type) -> (type == Prices.class) ? List.of(LivePrices.class) : List.of());
        assertThat(check.findings()).singleElement()
            .satisfies((finding) -> assertThat(finding.place().className()).endsWith("LivePrices"));
    }

    @Workflow
    static class UsesLibrary {

        @WorkflowMethod
        public Instant run() {
            return Library.now().isAfter(Library.Part.now()) ? Instant.EPOCH : Instant.MAX;
        }

    }

    @Test
    void looksIntoPackagesOfTheApplicationAndNotIntoWhatIsExcluded() {
        DeterminismCheck check = DeterminismCheck.of(UsesLibrary.class);
        assertThat(check.findings()).hasSize(2);
        assertThat(check.exclude("dev.workflow.determinism.other.**").findings()).isEmpty();
        assertThat(check.exclude("dev.workflow.*.other.Lib*").findings()).isEmpty();
        assertThat(check.exclude("**.Library$Part").findings()).hasSize(1);
        assertThat(check.exclude("dev.workflow.determinism").findings()).hasSize(2);
    }

    @Test
    void verifyingTellsEverythingAtOnce() {
        assertThatNoException().isThrownBy(() -> DeterminismCheck.of(Overriding.class).verify());
        assertThatExceptionOfType(DeterminismException.class)
            .isThrownBy(() -> DeterminismCheck.of(GuiltyWorkflows.MakesUuid.class, Inheriting.class).verify())
            .withMessageContaining("The code of the workflow dev.workflow.determinism.GuiltyWorkflows$MakesUuid")
            .withMessageContaining("  1. GuiltyWorkflows.MakesUuid.run (GuiltyWorkflows.java:")
            .withMessageContaining("  2. ")
            .withMessageContaining("Use Workflows.randomUUID().")
            .satisfies((failure) -> assertThat(failure.findings()).hasSize(3));
    }

    @Test
    void classFileThatCannotBeReadIsReportedAndNothingMore() throws Exception {
        Class<?> workflow = new BrokenHelper().loadClass(UsesLibrary.class.getName());
        DeterminismCheck.Report report = DeterminismCheck.of(workflow).report();
        assertThat(report.findings()).singleElement()
            .satisfies((finding) -> assertThat(finding.place().className()).endsWith("Library$Part"));
        assertThat(report.unreadable()).containsOnlyKeys(Library.class.getName());
    }

    private static List<Finding> check(Class<?> workflow) {
        return DeterminismCheck.of(workflow).jdk(21).findings();
    }

    private static List<Class<?>> workflows(Class<?> enclosing) {
        return Arrays.stream(enclosing.getDeclaredClasses())
            .filter((type) -> type.isAnnotationPresent(Workflow.class))
            .toList();
    }

    /** Defines the workflow itself, and gives its helper as a file from the future. */
    private static final class BrokenHelper extends ClassLoader {

        private BrokenHelper() {
            super(DeterminismCheckTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(UsesLibrary.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            byte[] file = bytes(name.replace('.', '/') + ".class");
            return (known != null) ? known : defineClass(name, file, 0, file.length);
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            byte[] file = bytes(name);
            if (name.endsWith("/Library.class")) {
                Arrays.fill(file, 10, 60, (byte) 99);
            }
            return new ByteArrayInputStream(file);
        }

        private byte[] bytes(String name) {
            try (InputStream file = getParent().getResourceAsStream(name)) {
                return file.readAllBytes();
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

    }

}
