package dev.workflow.boot.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.boot.TestPostgres;
import dev.workflow.boot.actuate.WorkflowHealthIndicator;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A queue that really fills up: over REST it is said to come back later, health says what
 * to do, and nothing that was accepted is lost.
 */
class OverloadIntegrationTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withPropertyValues(TestPostgres.newDataSource())
        .withPropertyValues("spring.liquibase.enabled=false", "spring.flyway.enabled=false", "workflow.determinism=off",
                "workflow.rest.allow-anonymous=true", "workflow.back-pressure.backlog=20");

    @Test
    void startsAndSignalsAreRefusedUntilTheBacklogIsGoneAndNoneThatWasAcceptedIsLost() {
        this.runner.run((context) -> {
            MockMvcTester mvc = MockMvcTester.from(context);
            WorkflowClient client = context.getBean(WorkflowClient.class);
            client.start("Collects", WorkflowOptions.withId("collects"));
            assertThat(add(mvc)).hasStatus(202);
            assertThat(post(mvc, "/task-queues/default/pause", "{}")).hasStatus(202);
            AtomicInteger accepted = new AtomicInteger();
            MvcTestResult refusal = untilRefused(() -> start(mvc), accepted);
            assertRefused(refusal);
            assertRefused(add(mvc));
            assertThat(accepted.get()).isGreaterThanOrEqualTo(20);
            assertThat(
                    context.getBean(MeterRegistry.class).get("workflow.backpressure.refused").functionCounter().count())
                .isPositive();
            assertThat(post(mvc, "/task-queues/default/unpause", "{}")).hasStatus(202);
            await(() -> start(mvc).getResponse().getStatus() == 201);
            accepted.incrementAndGet();
            await(() -> add(mvc).getResponse().getStatus() == 202);
            await(() -> post(mvc, "/workflows/collects/signals/end", "{}").getResponse().getStatus() == 202);
            assertThat(client.workflow("collects").result(Integer.class, PATIENCE)).isEqualTo(2);
            await(() -> client.count("WorkflowType = 'Ends' AND Status = 'COMPLETED'") == accepted.get());
            assertThat(client.count("WorkflowType = 'Ends'")).isEqualTo(accepted.get());
        });
    }

    /** One that nobody has the code for waits longer than it may. */
    @Test
    void healthTurnsWithTheAgeOfTheBacklogAndBack() {
        this.runner.withPropertyValues("workflow.health.backlog-age=1s").run((context) -> {
            WorkflowHealthIndicator health = context.getBean(WorkflowHealthIndicator.class);
            WorkflowClient client = context.getBean(WorkflowClient.class);
            assertThat(health.health().getStatus()).isEqualTo(Status.UP);
            client.start("Unheard", WorkflowOptions.withId("unheard").taskQueue("default"));
            await(() -> health.health().getStatus().equals(WorkflowHealthIndicator.DEGRADED));
            Map<String, Object> details = health.health().getDetails();
            assertThat(details).extractingByKey("reason")
                .asString()
                .contains("'default'", "workflow.health.backlog-age (PT1S)");
            assertThat(details).extractingByKey("whatToDo").asString().contains("one of its types is known to no node");
            assertThat(context.getBean(MeterRegistry.class)
                .get("workflow.backlog.age")
                .tag("queue", "default")
                .timeGauge()
                .value()).isPositive();
            client.workflow("unheard").terminate("room");
            await(() -> health.health().getStatus().equals(Status.UP));
        });
    }

    private static void assertRefused(MvcTestResult refusal) {
        assertThat(refusal).hasStatus(429).bodyText().contains("urn:workflow:problem:too-many-requests");
        assertThat(Integer.parseInt(String.valueOf(refusal.getResponse().getHeader("Retry-After")))).isPositive();
    }

    /** Every answer is one of the two. */
    private static MvcTestResult untilRefused(Supplier<MvcTestResult> call, AtomicInteger accepted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            assertThat(System.nanoTime()).as("nothing was refused").isLessThan(end);
            MvcTestResult reply = call.get();
            if (reply.getResponse().getStatus() == 429) {
                return reply;
            }
            assertThat(reply).hasStatus2xxSuccessful();
            accepted.incrementAndGet();
        }
    }

    private static MvcTestResult add(MockMvcTester mvc) {
        return post(mvc, "/workflows/collects/signals/add", "{\"args\":[1]}");
    }

    private static MvcTestResult start(MockMvcTester mvc) {
        return post(mvc, "/workflows", "{\"workflowType\":\"Ends\"}");
    }

    private static MvcTestResult post(MockMvcTester mvc, String uri, String body) {
        return mvc.post().uri("/api/v1" + uri).contentType(MediaType.APPLICATION_JSON).content(body).exchange();
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain for a condition").isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** Ends. */
    @Workflow
    public static class Ends {

        @WorkflowMethod
        public String run() {
            return "ended";
        }

    }

    /** Adds up what it is sent. */
    @Workflow
    public static class Collects {

        private int sum;

        private boolean over;

        @WorkflowMethod
        public int run() {
            Workflows.await(() -> this.over);
            return this.sum;
        }

        @SignalMethod
        public void add(int number) {
            this.sum += number;
        }

        @SignalMethod
        public void end() {
            this.over = true;
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({ Ends.class, Collects.class })
    static class Application {

    }

}
