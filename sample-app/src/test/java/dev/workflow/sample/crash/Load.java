package dev.workflow.sample.crash;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import dev.workflow.sample.orders.Order;
import dev.workflow.sample.subscriptions.Plan;
import dev.workflow.sample.subscriptions.Subscription;
import dev.workflow.sample.transfers.Transfer;

/**
 * Starts transfers, orders and sleeping workflows, signals them and cancels some, on
 * whichever nodes answer, and remembers whatever was acknowledged. Some subscriptions
 * live through all of it, from run to run.
 */
final class Load implements AutoCloseable {

    private static final int IN_FLIGHT = 60;

    private static final int SUBSCRIPTIONS = 10;

    private static final int EASE = 5;

    private final Rest rest;

    private final Random random;

    private final Duration pause;

    private final BooleanSupplier eased;

    private final Map<String, Transfer> transfers = new ConcurrentHashMap<>();

    private final Map<String, Order> orders = new ConcurrentHashMap<>();

    private final Map<String, Integer> sleepers = new ConcurrentHashMap<>();

    private final Set<String> canceled = ConcurrentHashMap.newKeySet();

    private final Set<String> subscriptions = ConcurrentHashMap.newKeySet();

    private final Queue<Throwable> violations = new ConcurrentLinkedQueue<>();

    private final AtomicInteger acknowledged = new AtomicInteger();

    private final Semaphore room = new Semaphore(IN_FLIGHT);

    private final ExecutorService scenarios = Executors.newVirtualThreadPerTaskExecutor();

    private final Thread thread = Thread.ofPlatform().name("load").daemon(true).unstarted(this::run);

    private volatile boolean running = true;

    /**
     * A load that has not begun.
     * @param pause from one start to the next
     * @param eased whether the pauses are longer at the moment
     */
    Load(Rest rest, long seed, Duration pause, BooleanSupplier eased) {
        this.rest = rest;
        this.random = new Random(seed);
        this.pause = pause;
        this.eased = eased;
    }

    Load start() {
        this.thread.start();
        return this;
    }

    private void run() {
        for (int i = 1; this.running; i++) {
            try {
                this.room.acquire();
                Runnable scenario = (i <= SUBSCRIPTIONS) ? subscription("subscription-" + i) : next(i);
                this.scenarios.submit(() -> play(scenario));
                TimeUnit.NANOSECONDS.sleep(this.pause.toNanos() * (this.eased.getAsBoolean() ? EASE : 1));
            }
            catch (InterruptedException ex) {
                return;
            }
        }
    }

    private void play(Runnable scenario) {
        try {
            scenario.run();
        }
        catch (Throwable ex) {
            this.violations.add(ex);
        }
        finally {
            this.room.release();
        }
    }

    private Runnable next(int number) {
        int kind = this.random.nextInt(10);
        if (kind < 5) {
            int from = this.random.nextInt(20);
            int to = (from + 1 + this.random.nextInt(19)) % 20;
            Transfer transfer = new Transfer(account(from), account(to), 1 + this.random.nextInt(1_000));
            return () -> transfer("transfer-" + number, transfer);
        }
        if (kind < 7) {
            long amount = this.random.nextBoolean() ? 5_000 : 150_000;
            Order order = new Order("crash-" + number, "customer-" + this.random.nextInt(50), amount,
                    List.of(new Order.Item("sku-" + this.random.nextInt(100), 1 + this.random.nextInt(3))), "a street");
            return () -> order(order);
        }
        if (kind == 7) {
            int sent = this.random.nextInt(3);
            return () -> canceled("canceled-" + number, sent);
        }
        int signals = 1 + this.random.nextInt(4);
        long sleep = this.random.nextInt(1_500);
        long nap = this.random.nextInt(800);
        return () -> sleeper("sleeper-" + number, signals, sleep, nap);
    }

    private Runnable subscription(String workflowId) {
        return () -> {
            this.rest.start("SubscriptionWorkflow", workflowId, new Subscription("ada", Plan.BASIC, null));
            this.subscriptions.add(workflowId);
            this.acknowledged.incrementAndGet();
            this.rest.signal(workflowId, "changePlan", "plan", Plan.PREMIUM);
        };
    }

    private static String account(int number) {
        return "A%02d".formatted(number + 1);
    }

    private void transfer(String workflowId, Transfer transfer) {
        this.rest.start("TransferWorkflow", workflowId, transfer);
        this.transfers.put(workflowId, transfer);
        this.acknowledged.incrementAndGet();
    }

    private void order(Order order) {
        this.rest.placeOrder(order);
        this.orders.put("order-" + order.orderId(), order);
        this.acknowledged.incrementAndGet();
        if (order.amountCents() > 100_000) {
            this.rest.signal("order-" + order.orderId(), "approve", "approval", "the test");
        }
    }

    private void sleeper(String workflowId, int signals, long sleep, long nap) {
        this.rest.start("SleepingWorkflow", workflowId, signals, sleep, nap);
        this.sleepers.put(workflowId, signals);
        this.acknowledged.incrementAndGet();
        for (int i = 0; i < signals; i++) {
            this.rest.signal(workflowId, "number", "number-" + i, i);
        }
    }

    /** One that waits for more numbers than it is sent, and is canceled then. */
    private void canceled(String workflowId, int signals) {
        this.rest.start("SleepingWorkflow", workflowId, signals + 1, 0, 0);
        this.canceled.add(workflowId);
        this.acknowledged.incrementAndGet();
        for (int i = 0; i < signals; i++) {
            this.rest.signal(workflowId, "number", "number-" + i, i);
        }
        this.rest.cancel(workflowId, "the test");
    }

    /** How many starts were acknowledged. */
    int acknowledged() {
        return this.acknowledged.get();
    }

    Map<String, Transfer> transfers() {
        return this.transfers;
    }

    Map<String, Order> orders() {
        return this.orders;
    }

    /** Workflow ids of sleepers, and how many numbers each was sent. */
    Map<String, Integer> sleepers() {
        return this.sleepers;
    }

    /** Workflow ids of those whose cancellation was acknowledged, or will be. */
    Set<String> canceled() {
        return this.canceled;
    }

    Set<String> subscriptions() {
        return this.subscriptions;
    }

    /** Answers that must not be. */
    List<Throwable> violations() {
        return List.copyOf(this.violations);
    }

    /**
     * Begins nothing new and cancels the subscriptions; returns when everything that was
     * begun is acknowledged.
     */
    void finish() throws InterruptedException {
        this.running = false;
        this.thread.join();
        this.scenarios.shutdown();
        if (!this.scenarios.awaitTermination(120, TimeUnit.SECONDS)) {
            this.violations.add(new AssertionError("Requests are still open"));
        }
        try {
            this.subscriptions.forEach((id) -> this.rest.signal(id, "cancelSubscription", "cancel"));
        }
        catch (AssertionError ex) {
            this.violations.add(ex);
        }
    }

    @Override
    public void close() {
        this.running = false;
        this.scenarios.shutdownNow();
    }

}
