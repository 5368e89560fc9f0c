package dev.workflow.determinism;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.ChildOptions;
import dev.workflow.DeterminismIgnored;
import dev.workflow.DynamicWorkflow;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowLock;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.annotation.Transactional;

/** Workflows that look like guilty ones, and are not. */
final class InnocentWorkflows {

    private InnocentWorkflows() {
    }

    @Workflow
    static class AsksTheEngine {

        private static final Logger logger = LoggerFactory.getLogger(AsksTheEngine.class);

        @WorkflowMethod
        public String run() throws Exception {
            Instant now = Workflows.now();
            Workflows.sleep(Duration.ofSeconds(1));
            logger.info("at {}", now);
            Promise<String> later = Workflows.async(() -> "x" + Workflows.random().nextInt());
            WorkflowLock lock = new WorkflowLock();
            lock.lock();
            return Workflows.randomUUID() + later.get();
        }

    }

    @Workflow
    static class CalculatesWithTime {

        @WorkflowMethod
        public String run(long millis) {
            Clock clock = Clock.fixed(Workflows.now(), ZoneOffset.UTC);
            LocalDate date = LocalDate.now(clock);
            return date.plusDays(1) + new Date(millis).toString() + Instant.ofEpochMilli(millis)
                    + TimeUnit.DAYS.toMillis(1);
        }

    }

    @Workflow
    static class SeedsRandom {

        @WorkflowMethod
        public List<Integer> run(List<Integer> numbers) {
            Random random = new Random(42);
            Collections.shuffle(numbers, random);
            return numbers;
        }

    }

    @Workflow
    static class RecordsSideEffects {

        @WorkflowMethod
        public String run() {
            Supplier<Instant> now = () -> Instant.now();
            return Workflows.sideEffect(UUID.class, UUID::randomUUID).toString()
                    + Workflows.sideEffect(Long.class, () -> System.currentTimeMillis() + nanos())
                    + Workflows.sideEffect(Instant.class, now)
                    + Workflows.mutableSideEffect("x", Double.class, (a, b) -> !a.equals(b), Math::random)
                    + Workflows.sideEffect(String.class, new Supplier<String>() {

                        @Override
                        public String get() {
                            return UUID.randomUUID().toString();
                        }

                    });
        }

        private static long nanos() {
            return System.nanoTime();
        }

    }

    @Activity
    static class Clocks {

        private final Map<String, Instant> times = new ConcurrentHashMap<>();

        public Instant read(String name) {
            return this.times.computeIfAbsent(name, (key) -> Instant.now());
        }

        @Transactional
        public void book() throws IOException {
            this.times.clear();
        }

    }

    @Workflow
    static class CallsActivities {

        private final Clocks clocks;

        CallsActivities(Clocks clocks) {
            this.clocks = clocks;
        }

        @WorkflowMethod
        public Instant run() throws IOException {
            this.clocks.book();
            Promise<Instant> later = Workflows.async(() -> this.clocks.read("a"));
            Promise<Void> other = Workflows.async(this.clocks::book);
            Clocks elsewhere = Workflows.activities(Clocks.class, ActivityOptions.defaults());
            other.get();
            return elsewhere.read("b").isAfter(later.get()) ? later.get() : Workflows.now();
        }

    }

    @Workflow
    static class StartsChildren {

        @WorkflowMethod
        public long run() {
            Workflows.startChild(GuiltyWorkflows.ReadsMilliseconds.class, (w) -> w.run(), ChildOptions.defaults());
            return Workflows.child(GuiltyWorkflows.ReadsMilliseconds.class, ChildOptions.defaults()).run();
        }

    }

    @Workflow
    static class AnswersWithTheClock {

        private final Instant started = Workflows.now();

        private final Clock clock;

        AnswersWithTheClock(Clock clock) {
            this.clock = clock;
        }

        @WorkflowMethod
        public void run() {
            Workflows.onQuery("id", (arguments) -> UUID.randomUUID());
            Workflows.await(() -> false);
        }

        @QueryMethod
        public Duration age() {
            return Duration.between(this.started, this.clock.instant());
        }

        @UpdateMethod
        public void change() {
            // Accepted.
        }

        @UpdateValidator("change")
        void validate() {
            if (Instant.now().isBefore(this.started)) {
                throw new IllegalArgumentException("too early");
            }
        }

    }

    @Workflow
    static class UsesSetsWithCare {

        private static final Set<String> KNOWN = Set.of("a", "b");

        private static final Map<String, Integer> PRICES = Map.of("a", 1, "b", 2);

        private Set<String> mixed = Set.of("a", "b");

        @SignalMethod
        public void add(String name) {
            this.mixed = new TreeSet<>(this.mixed);
            this.mixed.add(name);
        }

        @WorkflowMethod
        public int run(List<String> names) {
            int sum = 0;
            for (String name : Set.of("one")) {
                sum += name.length();
            }
            for (String name : this.mixed) {
                sum += name.length();
            }
            for (String name : new TreeSet<>(KNOWN)) {
                sum += PRICES.get(name);
            }
            Set<String> set = Set.of("a", "b");
            if (names.isEmpty()) {
                return set.contains("a") ? 1 : 2;
            }
            set = new HashSet<>(names);
            for (String name : set) {
                sum += KNOWN.contains(name) ? 1 : 0;
            }
            List<String> inOrder = new ArrayList<>(KNOWN);
            Collections.sort(inOrder);
            inOrder.forEach(names::add);
            List<String> byLength = new ArrayList<>(Set.of("a", "bb"));
            byLength.sort(Comparator.comparingInt(String::length));
            sum += String.join(",", byLength).length() + List.copyOf(KNOWN).stream().sorted().toList().size();
            for (String name : new ArrayList<>(names)) {
                sum += new ArrayList<>(KNOWN).contains(name) ? 1 : 0;
            }
            Map<String, Integer> counts = new HashMap<>(PRICES);
            counts.forEach((name, count) -> names.add(name));
            List<String> sorted = KNOWN.stream().sorted().toList();
            long matching = KNOWN.stream().filter(names::contains).count();
            Set<String> copied = KNOWN.stream().map(String::trim).collect(Collectors.toSet());
            return sum + sorted.size() + (int) matching + copied.size()
                    + (KNOWN.stream().anyMatch(names::contains) ? 1 : 0);
        }

    }

    @Workflow
    static class UsesOneVariableForSeveralThings {

        @WorkflowMethod
        public int run(boolean fixed, List<String> names) {
            int sum = 0;
            if (fixed) {
                Set<String> some = Set.of("a", "b");
                sum += some.size();
            }
            else {
                Set<String> others = new TreeSet<>(names);
                for (String name : others) {
                    sum += name.length();
                }
            }
            for (String name : names) {
                Set<String> again = fixed ? new TreeSet<>(names) : new HashSet<>(names);
                if (again.remove(name)) {
                    for (String left : again) {
                        sum += left.length();
                    }
                }
            }
            return sum;
        }

    }

    @Workflow
    static class UsesCollections {

        private final Queue<String> queue = new LinkedBlockingQueue<>();

        private final ReentrantLock lock = new ReentrantLock();

        @SignalMethod
        public void add(String name) {
            this.queue.add(name);
        }

        @WorkflowMethod
        public String run() throws IOException {
            Workflows.await(() -> !this.queue.isEmpty());
            Queue<String> other = new ArrayDeque<>();
            other.offer("x");
            byte[] bytes = new ByteArrayInputStream("text".getBytes()).readAllBytes();
            return this.queue.poll() + other.poll() + bytes.length + this.lock.isLocked();
        }

    }

    static class Refused extends Exception {

    }

    @Activity
    interface Payments {

        void charge() throws Refused;

        void refund();

    }

    @Workflow
    static class CatchesWhatArrives {

        private final Payments payments;

        CatchesWhatArrives(Payments payments) {
            this.payments = payments;
        }

        @WorkflowMethod
        public String run(String order) throws Exception {
            try {
                check(order);
                this.payments.charge();
            }
            catch (Refused ex) {
                return "refused here";
            }
            try {
                this.payments.charge();
            }
            catch (ActivityFailure ex) {
                this.payments.refund();
            }
            try {
                Callable<String> callable = () -> order;
                callable.call();
                this.payments.charge();
            }
            catch (Refused ex) {
                return "may come from the callable";
            }
            try {
                this.payments.charge();
                throw new Refused();
            }
            catch (Refused ex) {
                return "thrown here";
            }
        }

        private static void check(String order) throws Refused {
            if (order.isEmpty()) {
                throw new Refused();
            }
        }

    }

    @Workflow
    static class SynchronizesShortly {

        private final List<String> names = new ArrayList<>();

        private final Payments payments;

        SynchronizesShortly(Payments payments) {
            this.payments = payments;
        }

        @WorkflowMethod
        public int run() {
            synchronized (this.names) {
                this.names.add("a");
                Workflows.async(() -> this.payments.refund());
            }
            this.payments.refund();
            return size();
        }

        private synchronized int size() {
            return this.names.size();
        }

    }

    @Workflow
    static class Ignored {

        @WorkflowMethod
        public long run() {
            return elapsed() + new Stopwatch().elapsed();
        }

        @DeterminismIgnored("only goes into a log message")
        private static long elapsed() {
            return System.nanoTime();
        }

    }

    @DeterminismIgnored("measures, and nothing depends on it")
    static class Stopwatch {

        private final long started = System.nanoTime();

        long elapsed() {
            return System.nanoTime() - this.started;
        }

    }

    @Workflow
    static class RunsAnything implements DynamicWorkflow {

        @Override
        public Object execute(Arguments arguments) {
            return arguments.toString();
        }

    }

}
