package dev.workflow.sample;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowFailure;
import dev.workflow.history.HistoryEvent;
import dev.workflow.test.Replayer;
import dev.workflow.test.WorkflowClock;
import dev.workflow.test.WorkflowTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The whole sample application on a database of its own. Each test runs with its runs in
 * memory and again with all of them evicted at every step; the histories that it leaves
 * are replayed.
 */
@WorkflowTest(properties = { "workflow.determinism=fail", "sample.orders.carrier-failure-rate=0",
        "sample.subscriptions.period=30d", "sample.subscriptions.periods-per-run=5" })
@AutoConfigureMockMvc
@ParameterizedClass(name = "evicted={0}")
@ValueSource(booleans = { false, true })
public abstract class SampleTests {

    protected static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Set<String> REPLAYED = new HashSet<>();

    @Parameter
    boolean evicted;

    @Autowired
    protected WorkflowClient client;

    @Autowired
    protected WorkflowClock clock;

    @Autowired
    protected JdbcClient jdbc;

    @Autowired
    private Replayer replayer;

    @Autowired
    private MockMvcTester http;

    /** Escapes, so that half a surrogate pair arrives as it is. */
    private final JsonMapper json = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** An id that no other test has. */
    protected static String anyId() {
        return UUID.randomUUID().toString();
    }

    /** Waits until nothing runs; then everything leaves memory, if it should. */
    protected void step() {
        this.clock.awaitIdle();
        if (this.evicted) {
            this.replayer.evictAll();
        }
    }

    /** Lets time pass, in steps. */
    protected void advance(Duration by) {
        step();
        this.clock.advance(by);
        step();
    }

    /** Posts JSON. */
    protected MvcTestResult post(String path, Object body) {
        return this.http.post()
            .uri(path)
            .contentType(MediaType.APPLICATION_JSON)
            .content(this.json.writeValueAsString(body))
            .exchange();
    }

    protected MvcTestResult get(String path) {
        return this.http.get().uri(path).exchange();
    }

    /** Starts a workflow over REST. */
    protected WorkflowHandle<Object, Object> startOverRest(String type, String id, Object... arguments) {
        assertThat(post("/api/v1/workflows", Map.of("workflowType", type, "workflowId", id, "args", arguments)))
            .hasStatus(201);
        return this.client.workflow(id);
    }

    /** Waits for the failure that the workflow's code threw. */
    protected static ApplicationFailure failureOf(WorkflowHandle<?, ?> handle) {
        WorkflowFailure failure = catchThrowableOfType(WorkflowFailure.class, () -> handle.result(PATIENCE));
        assertThat(failure).isNotNull();
        assertThat(failure.getCause()).isInstanceOf(ApplicationFailure.class);
        return (ApplicationFailure) failure.getCause();
    }

    /** Waits for a condition. */
    protected static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain for a condition").isLessThan(end);
            LockSupport.parkNanos(2_000_000);
        }
    }

    protected static List<String> eventTypes(WorkflowHandle<?, ?> handle) {
        return handle.history().stream().map(HistoryEvent::eventType).toList();
    }

    @AfterEach
    void replayWhatWasRecorded() {
        this.clock.awaitIdle();
        for (WorkflowDescription run : this.client.list("").toList()) {
            List<HistoryEvent> history = this.client.workflow(run.workflowId(), run.runId()).history();
            if (REPLAYED.add(run.runId() + "/" + history.size())) {
                this.replayer.replay(history);
            }
        }
    }

}
