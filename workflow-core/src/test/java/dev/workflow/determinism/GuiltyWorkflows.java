package dev.workflow.determinism;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.DeterminismIgnored;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import jakarta.persistence.EntityManager;
import org.springframework.data.repository.CrudRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Async;
import org.springframework.transaction.annotation.Transactional;

/** Workflows that break one rule each. */
final class GuiltyWorkflows {

    private GuiltyWorkflows() {
    }

    @Workflow
    static class ReadsMilliseconds {

        @WorkflowMethod
        public long run() {
            return System.currentTimeMillis();
        }

    }

    @Workflow
    static class ReadsInstant {

        @WorkflowMethod
        public String run() {
            return Instant.now().toString();
        }

    }

    @Workflow
    static class ReadsDateOfClock {

        private final Clock clock;

        ReadsDateOfClock(Clock clock) {
            this.clock = clock;
        }

        @WorkflowMethod
        public String run() {
            return LocalDate.now(this.clock).toString();
        }

    }

    @Workflow
    static class MakesDate {

        @WorkflowMethod
        public long run() {
            return new Date().getTime();
        }

    }

    @Workflow
    static class MakesCalendar {

        @WorkflowMethod
        public long run() {
            return Calendar.getInstance().getTimeInMillis();
        }

    }

    @Workflow
    static class InitializesFieldByTime {

        private final long started = System.nanoTime();

        @WorkflowMethod
        public long run() {
            return this.started;
        }

    }

    @Workflow
    static class InitializesStaticFieldByTime {

        private static final Instant LOADED = Instant.now();

        @WorkflowMethod
        public String run() {
            return LOADED.toString();
        }

    }

    @Workflow
    static class ReadsTimeInInit {

        private long started;

        @WorkflowInit
        void init() {
            this.started = System.currentTimeMillis();
        }

        @WorkflowMethod
        public long run() {
            return this.started;
        }

    }

    @Workflow
    static class DrawsRandom {

        @WorkflowMethod
        public double run() {
            return Math.random();
        }

    }

    @Workflow
    static class MakesUnseededRandom {

        @WorkflowMethod
        public int run() {
            return new Random().nextInt();
        }

    }

    @Workflow
    static class DrawsSecurely {

        @WorkflowMethod
        public int run() {
            return new SecureRandom().nextInt();
        }

    }

    @Workflow
    static class DrawsOfThread {

        @WorkflowMethod
        public int run() {
            return ThreadLocalRandom.current().nextInt();
        }

    }

    @Workflow
    static class Shuffles {

        @WorkflowMethod
        public List<String> run(List<String> names) {
            Collections.shuffle(names);
            return names;
        }

    }

    @Workflow
    static class DrawsFromHelper {

        @WorkflowMethod
        public int run() {
            return Dice.roll();
        }

    }

    static final class Dice {

        private static final Random RANDOM = new Random();

        private Dice() {
        }

        static int roll() {
            return RANDOM.nextInt(6);
        }

    }

    @Workflow
    static class MakesUuid {

        @WorkflowMethod
        public String run() {
            return UUID.randomUUID().toString();
        }

    }

    @Workflow
    static class ReadsEnvironment {

        @WorkflowMethod
        public String run() {
            return System.getenv("REGION");
        }

    }

    @Workflow
    static class StartsThread {

        @WorkflowMethod
        public void run() {
            Thread.startVirtualThread(() -> {
            });
        }

    }

    @Workflow
    static class Submits {

        private final ExecutorService executor = null;

        @WorkflowMethod
        public void run() {
            this.executor.submit(() -> {
            });
        }

    }

    @Workflow
    static class MakesExecutor {

        @WorkflowMethod
        public void run() {
            Executors.newCachedThreadPool().close();
        }

    }

    @Workflow
    static class SuppliesAsync {

        @WorkflowMethod
        public void run() {
            CompletableFuture.supplyAsync(() -> 1);
        }

    }

    @Workflow
    static class CallsAsyncMethod {

        private final Notifier notifier;

        CallsAsyncMethod(Notifier notifier) {
            this.notifier = notifier;
        }

        @WorkflowMethod
        public void run() {
            this.notifier.tell();
        }

    }

    static class Notifier {

        @Async
        public void tell() {
            // Elsewhere.
        }

    }

    @Workflow
    static class StreamsInParallel {

        @WorkflowMethod
        public long run(List<String> names) {
            return names.parallelStream().count();
        }

    }

    @Workflow
    static class TurnsStreamParallel {

        @WorkflowMethod
        public long run(List<String> names) {
            return names.stream().parallel().count();
        }

    }

    @Workflow
    static class SleepsOnThread {

        @WorkflowMethod
        public void run() throws InterruptedException {
            Thread.sleep(10);
        }

    }

    @Workflow
    static class SleepsOnUnit {

        @WorkflowMethod
        public void run() throws InterruptedException {
            TimeUnit.SECONDS.sleep(1);
        }

    }

    @Workflow
    static class WaitsOnObject {

        @WorkflowMethod
        public synchronized void run() throws InterruptedException {
            wait();
        }

    }

    @Workflow
    static class TakesFromQueue {

        private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

        @WorkflowMethod
        public String run() throws InterruptedException {
            return this.queue.take();
        }

    }

    @Workflow
    static class Locks {

        private final ReentrantLock lock = new ReentrantLock();

        @WorkflowMethod
        public void run() {
            this.lock.lock();
            this.lock.unlock();
        }

    }

    @Workflow
    static class AwaitsLatch {

        @WorkflowMethod
        public void run() throws InterruptedException {
            new CountDownLatch(1).await();
        }

    }

    @Workflow
    static class ReadsFile {

        @WorkflowMethod
        public String run() throws IOException {
            return Files.readString(Path.of("x"));
        }

    }

    @Workflow
    static class UsesJdbc {

        private final Connection connection = null;

        @WorkflowMethod
        public void run() throws SQLException {
            this.connection.commit();
        }

    }

    @Workflow
    static class UsesTemplate {

        private final JdbcTemplate jdbc;

        UsesTemplate(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @WorkflowMethod
        public void run() {
            this.jdbc.execute("select 1");
        }

    }

    @Workflow
    static class UsesEntityManager {

        private final EntityManager entities;

        UsesEntityManager(EntityManager entities) {
            this.entities = entities;
        }

        @WorkflowMethod
        public void run() {
            this.entities.flush();
        }

    }

    interface Rows extends CrudRepository<String, Long> {

    }

    @Workflow
    static class UsesRepository {

        private final Rows rows;

        UsesRepository(Rows rows) {
            this.rows = rows;
        }

        @WorkflowMethod
        public long run() {
            return this.rows.count();
        }

    }

    @Workflow
    static class CallsTransactional {

        private final Ledger ledger;

        CallsTransactional(Ledger ledger) {
            this.ledger = ledger;
        }

        @WorkflowMethod
        public void run() {
            this.ledger.book();
        }

    }

    static class Ledger {

        @Transactional
        public void book() {
            // In its transaction.
        }

    }

    @Workflow
    static class IteratesSet {

        @WorkflowMethod
        public String run() {
            StringBuilder text = new StringBuilder();
            for (String name : Set.of("a", "b", "c")) {
                text.append(name);
            }
            return text.toString();
        }

    }

    @Workflow
    static class IteratesMapInVariable {

        @WorkflowMethod
        public String run(boolean more) {
            StringBuilder text = new StringBuilder();
            Map<String, Integer> map = more ? Map.of("a", 1, "b", 2) : Map.of("c", 3, "d", 4);
            if (more) {
                text.append('+');
            }
            for (Map.Entry<String, Integer> entry : map.entrySet()) {
                text.append(entry);
            }
            return text.toString();
        }

    }

    @Workflow
    static class StreamsField {

        private static final Set<String> NAMES = Set.of("a", "b", "c");

        @WorkflowMethod
        public List<String> run() {
            return NAMES.stream().filter((name) -> !name.isEmpty()).map(String::toUpperCase).toList();
        }

    }

    @Workflow
    static class CopiesSetIntoList {

        @WorkflowMethod
        public String run() {
            List<String> names = new ArrayList<>(Set.of("a", "b"));
            StringBuilder text = new StringBuilder();
            for (String name : names) {
                text.append(name);
            }
            return text.toString();
        }

    }

    @Workflow
    static class CopiesFieldIntoLinkedSet {

        private static final Set<String> NAMES = Set.of("a", "b");

        @WorkflowMethod
        public List<String> run() {
            return new LinkedHashSet<>(NAMES).stream().toList();
        }

    }

    @Workflow
    static class CopiesSetUnchanged {

        @WorkflowMethod
        public void run(List<String> names) {
            List.copyOf(Set.of("a", "b")).forEach(names::add);
        }

    }

    @Workflow
    static class JoinsSet {

        @WorkflowMethod
        public String run() {
            return String.join(",", Set.of("a", "b"));
        }

    }

    @Workflow
    static class GoesThroughCollected {

        @WorkflowMethod
        public String run(List<String> names) {
            StringBuilder text = new StringBuilder();
            names.stream().collect(Collectors.toUnmodifiableSet()).forEach(text::append);
            return text.toString();
        }

    }

    static class Declined extends Exception {

    }

    @Activity
    interface Payments {

        String charge(String order) throws Declined;

    }

    @Workflow
    static class CatchesWhatNeverArrives {

        private final Payments payments;

        CatchesWhatNeverArrives(Payments payments) {
            this.payments = payments;
        }

        @WorkflowMethod
        public String run(String order) {
            try {
                return this.payments.charge(order);
            }
            catch (Declined ex) {
                return "declined";
            }
        }

    }

    @Workflow
    static class WaitsInSynchronizedBlock {

        private final Object monitor = new Object();

        @WorkflowMethod
        public void run(boolean longer) {
            synchronized (this.monitor) {
                if (longer) {
                    pause();
                    return;
                }
            }
        }

        private void pause() {
            Workflows.sleep(Duration.ofDays(1));
        }

    }

    @Workflow
    static class CallsActivityInSynchronizedMethod {

        private final Payments payments;

        CallsActivityInSynchronizedMethod(Payments payments) {
            this.payments = payments;
        }

        @WorkflowMethod
        public synchronized String run(String order) throws Declined {
            return this.payments.charge(order);
        }

    }

    interface Unannotated {

        void send();

    }

    @Workflow
    static class CallsStubInSynchronized {

        private final Unannotated stub = Workflows.activities(Unannotated.class, ActivityOptions.defaults());

        @WorkflowMethod
        public void run() {
            synchronized (this) {
                this.stub.send();
            }
        }

    }

    @Workflow
    static class IgnoresWithoutReason {

        @WorkflowMethod
        @DeterminismIgnored(" ")
        public void run() {
            // Nothing wrong with it.
        }

    }

    @Workflow
    static class PublishesTimeInLambda {

        @WorkflowMethod
        public List<Long> run(List<String> names) {
            return names.stream().map((name) -> name.length() + System.currentTimeMillis()).toList();
        }

    }

    @Workflow
    static class RefersToMethod {

        @WorkflowMethod
        public List<UUID> run() {
            return Stream.generate(UUID::randomUUID).limit(2).toList();
        }

    }

}
