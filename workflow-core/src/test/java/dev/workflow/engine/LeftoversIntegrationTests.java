package dev.workflow.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.workflow.ActivityOptions;
import dev.workflow.Arguments;
import dev.workflow.ContinueAsNewOptions;
import dev.workflow.Promise;
import dev.workflow.RetryOptions;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import dev.workflow.client.ResultTimeoutException;
import dev.workflow.client.WorkflowNotFoundException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs that end in every way, are evicted at every moment and are waited for by people
 * who give up: afterwards a node holds nothing of them, and no thread.
 */
class LeftoversIntegrationTests {

    private static final int RUNS = 40;

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    @AutoClose
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** Threads of workflow code that have begun and not ended. */
    private final AtomicInteger alive = new AtomicInteger();

    private TestNode node() {
        return this.nodes.node().settings((s) -> s.slots(5).cache(10)).activity("Fails", (arguments) -> {
            if (arguments.get(0, Integer.class) % 3 == 0) {
                throw new IllegalStateException("always");
            }
            return "done";
        }).workflow("Varied", (arguments) -> alive(() -> varied(arguments)));
    }

    private <T> T alive(Callable<T> body) {
        this.alive.incrementAndGet();
        try {
            return body.call();
        }
        catch (RuntimeException ex) {
            throw ex;
        }
        catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
        finally {
            this.alive.decrementAndGet();
        }
    }

    private <T> Promise<T> async(Callable<T> body) {
        return Workflows.async(() -> alive(body));
    }

    /** Has threads that wait for all that there is to wait for. */
    private @Nullable Object varied(Arguments arguments) {
        int number = arguments.get(0, Integer.class);
        List<String> said = new ArrayList<>();
        Workflows.onSignal("say", (word) -> said.add(word.get(0, String.class)));
        Workflows.onUpdate("add", (word) -> {
            Workflows.sleep(Duration.ofMillis(5));
            return said.size();
        });
        List<Promise<String>> calls = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int call = i;
            calls.add(async(() -> Workflows.activity("Fails", String.class,
                    ActivityOptions.defaults().retry(RetryOptions.defaults().maximumAttempts(2)), call + number)));
        }
        async(() -> {
            Workflows.await(() -> said.size() > 1_000);
            return null;
        });
        async(() -> {
            Workflows.sleep(Duration.ofDays(10));
            return null;
        });
        Workflows.await(Duration.ofDays(1), () -> said.contains("end"));
        return switch (number % 4) {
            case 0 -> calls.getFirst().get();
            case 1 -> {
                if (!said.contains("again")) {
                    Workflows.continueAsNew(number + 2);
                }
                yield "again";
            }
            case 2 -> calls.get(2).get();
            default -> "at once";
        };
    }

    private void play(TestNode node, String id, int number, Random random) {
        WorkflowService service = node.service();
        WorkflowRef ref = new WorkflowRef(id, null);
        node.begin("Varied", id, number);
        CompletableFuture<WorkflowOutcome> result = service.resultAsync(ref, true);
        service.result(ref, true, Duration.ofMillis(random.nextInt(5)));
        try {
            for (int i = 0; i < 3; i++) {
                service.signal(ref, "say", node.json("word"), null);
                try {
                    service.update(ref, null, random.nextBoolean() ? "add" : "unknown", node.json("x"), true,
                            Duration.ofMillis(random.nextInt(20)));
                }
                catch (ResultTimeoutException ex) {
                    // Whoever asked did not wait for the answer.
                }
            }
            switch (random.nextInt(4)) {
                case 0 -> service.cancel(ref, "enough");
                case 1 -> service.terminate(ref, "enough");
                default -> service.signal(ref, "say", node.json("end"), null);
            }
            service.signal(ref, "say", node.json("end"), null);
        }
        catch (WorkflowNotFoundException ex) {
            // It has ended.
        }
        if (random.nextBoolean()) {
            result.cancel(false);
        }
    }

    private long open() {
        return this.nodes.count("select count(*) from engine.workflow_execution where status = 'RUNNING'");
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, 2, 3 })
    void nodesHoldNothingOfRunsThatHaveEnded(long seed) throws Exception {
        List<TestNode> both = List.of(node(), node());
        both.forEach(TestNode::start);
        Random random = new Random(seed);
        List<CompletableFuture<Void>> stories = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            String id = "varied-" + i;
            int number = i;
            Random own = new Random(seed * 1_000 + i);
            stories
                .add(CompletableFuture.runAsync(() -> play(both.get(own.nextInt(2)), id, number, own), this.threads));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(stories.toArray(CompletableFuture[]::new));
        boolean threadsSeen = false;
        while (!all.isDone() || open() > 0) {
            for (TestNode node : both) {
                node.engine()
                    .resident()
                    .all()
                    .stream()
                    .filter((actor) -> random.nextInt(4) == 0)
                    .forEach(node.engine()::evict);
            }
            threadsSeen |= this.alive.get() > RUNS;
            if (all.isDone()) {
                // Runs that continued as new wait for their end once more.
                for (int i = 0; i < RUNS; i++) {
                    say(both.getFirst(), "varied-" + i, "again");
                    say(both.getFirst(), "varied-" + i, "end");
                }
            }
        }
        all.get(30, TimeUnit.SECONDS);
        assertThat(threadsSeen).isTrue();
        for (TestNode node : both) {
            WorkflowEngine engine = node.engine();
            TestNode.await(() -> engine.resident().size() == 0 && engine.activities().isIdle());
            TestNode.await(() -> engine.timers().size() == 0 && engine.results().size() == 0);
            TestNode.await(() -> engine.updates().size() == 0);
            TestNode.await(() -> engine.slots().free(List.of(TestNode.QUEUE)) == 200);
            TestNode.await(() -> engine.gauges().activitySlotsUsed(TestNode.QUEUE) == 0);
            TestNode.await(engine::isQuiet);
        }
        TestNode.await(() -> this.alive.get() == 0);
        assertThat(this.nodes.count("select count(*) from engine.workflow_task")).isZero();
        both.getFirst().store.clean(both.getFirst().clock.instant().plus(Duration.ofDays(2)));
        for (String table : List.of("activity_task", "message")) {
            assertThat(this.nodes.count("select count(*) from engine.workflow_" + table)).as(table).isZero();
        }
    }

    @Test
    void whoeverGivesUpWaitingForAChainIsForgottenAlsoOnceItWentOn() {
        TestNode node = this.nodes.node().workflow("Rolls", (arguments) -> {
            List<String> said = new ArrayList<>();
            Workflows.onSignal("say", (signal) -> said.add(signal.get(0, String.class)));
            Workflows.await(() -> !said.isEmpty());
            return WorkflowContext.current().continueAsNew("Rolls", ContinueAsNewOptions.defaults());
        }).start();
        String first = node.begin("Rolls", "rolls").runId();
        CompletableFuture<WorkflowOutcome> result = node.service().resultAsync(new WorkflowRef("rolls", first), true);
        say(node, "rolls", "on");
        TestNode.await(() -> !node.service().describe(new WorkflowRef("rolls", null)).runId().equals(first));
        assertThat(result).isNotDone();
        result.cancel(false);
        TestNode.await(() -> node.engine().results().size() == 0);
        node.service().terminate(new WorkflowRef("rolls", null), "enough");
    }

    private static void say(TestNode node, String id, String word) {
        try {
            node.service().signal(new WorkflowRef(id, null), "say", node.json(word), null);
        }
        catch (WorkflowNotFoundException ex) {
            // It has ended.
        }
    }

}
