package dev.workflow.boot.autoconfigure;

import java.util.Map;
import java.util.stream.Stream;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.boot.TestPostgres;
import dev.workflow.boot.actuate.EngineMeterBinder;
import dev.workflow.boot.actuate.MicrometerEngineMetrics;
import dev.workflow.boot.actuate.WorkflowHealthIndicator;
import dev.workflow.boot.actuate.WorkflowFairnessEndpoint;
import dev.workflow.boot.actuate.WorkflowConcurrencyEndpoint;
import dev.workflow.boot.actuate.WorkflowsEndpoint;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.client.OperatorAction;
import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.boot.web.WorkflowRest;
import dev.workflow.engine.EngineMetrics;
import dev.workflow.engine.FairnessWeight;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;

/** A whole application with everything that is on its class path, as a user has it. */
class WebApplicationIntegrationTests {

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withPropertyValues(TestPostgres.newDataSource())
        .withPropertyValues("spring.liquibase.enabled=false", "spring.flyway.enabled=false",
                "management.endpoints.web.exposure.include=*");

    @Test
    void hasRestHealthEndpointAndMeters() {
        this.runner.run((context) -> {
            assertThat(context).hasSingleBean(WorkflowRest.class)
                .hasSingleBean(WorkflowHealthIndicator.class)
                .hasSingleBean(MicrometerEngineMetrics.class)
                .hasSingleBean(EngineMeterBinder.class);
            WorkflowsEndpoint endpoint = context.getBean(WorkflowsEndpoint.class);
            int configured = context.getBean(EngineGauges.class).activitySlots("default");
            endpoint.slots(SecurityContext.NONE, "default", 7, null, "more memory");
            assertThat(context.getBean(EngineGauges.class).activitySlots("default")).isEqualTo(7);
            WorkflowFairnessEndpoint fairness = context.getBean(WorkflowFairnessEndpoint.class);
            fairness.weigh(SecurityContext.NONE, "gold", 5.0, null);
            fairness.weigh(SecurityContext.NONE, null, 2.0, null);
            assertThat(fairness.weights().weights()).extracting(FairnessWeight::weight).containsExactly(2.0, 5.0);
            MeterRegistry meters = context.getBean(MeterRegistry.class);
            assertThat(meters.get("hikaricp.connections.pending").tag("pool", "workflow").gauge().value()).isZero();
            assertThat(meters.get("workflow.batches").tag("state", "failed").gauge().value()).isZero();
            assertThat(meters.get("workflow.batches.runs").tag("outcome", "done").functionCounter().count()).isZero();
            assertThat(MockMvcTester.from(context).get().uri("/actuator/workflows")).hasStatusOk()
                .bodyText()
                .contains("operatorActions", "\"problem\":null");
            MockMvcTester mvc = MockMvcTester.from(context);
            Map.of("workflows/default", "{\"activitySlots\":0}", "workflowfairness", "{\"weight\":-1}",
                    "workflowconcurrency/OrderWorkflow", "{\"max\":-1}")
                .forEach((path, body) -> Stream.of(body, "{}", "{\"reason\":\"nothing\"}")
                    .forEach((content) -> assertThat(mvc.post()
                        .uri("/actuator/" + path)
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(content)).as(path + content).hasStatus(HttpStatus.BAD_REQUEST)));
            assertThat(mvc.delete().uri("/actuator/workflowfairness?fairnessKey=gold&reason=over"))
                .hasStatus(HttpStatus.NO_CONTENT);
            assertThat(fairness.weights().weights()).extracting(FairnessWeight::weight).containsExactly(2.0);
            var description = endpoint.workflows();
            assertThat(description.counts()).isEqualTo(Map.of());
            assertThat(description.nodes()).hasSize(1);
            assertThat(description.operatorActions()).hasSize(4)
                .last()
                .returns("SetTaskQueueSlots", OperatorAction::action)
                .returns("more memory", OperatorAction::reason)
                .returns(context.getBean(WorkflowEngine.class).identity(), OperatorAction::identity);
            assertThat(mvc.delete().uri("/actuator/workflows/default")).hasStatus(HttpStatus.NO_CONTENT);
            assertThat(context.getBean(EngineGauges.class).activitySlots("default")).isEqualTo(configured);
        });
    }

    @Test
    void taskQueueShowsItsPollersAndTheLimitOfTheNodeThatAnswers() {
        this.runner.withPropertyValues("workflow.worker.task-queues.mail.rate-limit=2.5")
            .run((context) -> assertThat(MockMvcTester.from(context).get().uri("/api/v1/task-queues/mail")).bodyJson()
                .isLenientlyEqualTo("{\"name\":\"mail\",\"pollers\":1,\"activitiesPerSecondOnThisNode\":2.5}"));
    }

    @Test
    void metersOfItsPoolGoToOneOfTwoRegistries() {
        this.runner.withUserConfiguration(TwoRegistries.class)
            .run((context) -> assertThat(context).hasNotFailed()
                .getBeans(MeterRegistry.class)
                .values()
                .filteredOn((registry) -> !registry.find("hikaricp.connections.pending")
                    .tag("pool", "workflow")
                    .gauges()
                    .isEmpty())
                .hasSize(1));
    }

    @Test
    void concurrencyIsConfiguredAndLimitedThroughTheActuator() {
        this.runner.withPropertyValues("workflow.concurrency.OrderWorkflow.max=5").run((context) -> {
            WorkflowConcurrencyEndpoint endpoint = context.getBean(WorkflowConcurrencyEndpoint.class);
            assertThat(endpoint.limits()).containsOnlyKeys("OrderWorkflow");
            assertThat(endpoint.limit("OrderWorkflow").limit()).isEqualTo(ConcurrencyLimit.of(5));
            endpoint.setLimit(SecurityContext.NONE, "OrderWorkflow", null, 1, null, null);
            assertThat(endpoint.limit("OrderWorkflow").limit()).isEqualTo(ConcurrencyLimit.perKey(1));
            assertThat(endpoint.limit("OrderWorkflow").limitedBy()).isNotNull();
            endpoint.setLimit(SecurityContext.NONE, "OrderWorkflow", null, null, true, "a sale");
            assertThat(endpoint.limits()).isEmpty();
            endpoint.reset(SecurityContext.NONE, "OrderWorkflow", null);
            assertThat(endpoint.limit("OrderWorkflow").limit()).isEqualTo(ConcurrencyLimit.of(5));
        });
        this.runner.withPropertyValues("workflow.concurrency.OrderWorkflow.max-per-key=0")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .hasMessageContaining("workflow.concurrency.OrderWorkflow.max-per-key must be at least 1, but is 0"));
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void limitOfATypeThatIsNearlyThereIsToldAbout(CapturedOutput output) {
        this.runner.withUserConfiguration(OrderWorkflow.class)
            .withPropertyValues("workflow.concurrency.orderworkflow.max=5", "workflow.concurrency.Elsewhere.max=5")
            .run((context) -> assertThat(context).hasNotFailed());
        assertThat(output)
            .contains("workflow.concurrency.orderworkflow limits no workflow of this node: did you mean OrderWorkflow?")
            .doesNotContain("workflow.concurrency.Elsewhere");
    }

    @Test
    void hasNoRestWhenThatIsDisabledOrTheApplicationIsNoWebApplication() {
        this.runner.withPropertyValues("workflow.rest.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(WorkflowRest.class));
        new ApplicationContextRunner().withUserConfiguration(Application.class)
            .withPropertyValues(TestPostgres.newDataSource())
            .withPropertyValues("spring.liquibase.enabled=false", "spring.flyway.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(WorkflowRest.class));
    }

    @Test
    void hasNoHealthOrEndpointWhenThoseAreDisabled() {
        this.runner
            .withPropertyValues("management.health.workflow.enabled=false", "management.endpoint.workflows.access=NONE")
            .run((context) -> assertThat(context).doesNotHaveBean(WorkflowHealthIndicator.class)
                .doesNotHaveBean(WorkflowsEndpoint.class));
    }

    @Test
    void givesWayToHealthAndMetricsOfTheApplication() {
        this.runner
            .withBean("workflowHealthIndicator", HealthIndicator.class,
                    () -> () -> org.springframework.boot.health.contributor.Health.up().build())
            .withBean(EngineMetrics.class, () -> EngineMetrics.NONE)
            .run((context) -> assertThat(context).doesNotHaveBean(WorkflowHealthIndicator.class)
                .doesNotHaveBean(MicrometerEngineMetrics.class));
    }

    @Test
    void changesNoSettingOfTheApplication() {
        this.runner.run((context) -> {
            assertThat(context).doesNotHaveBean(ResponseEntityExceptionHandler.class);
            var environment = context.getEnvironment();
            assertThat(environment.getProperty("spring.threads.virtual.enabled")).isNull();
            assertThat(environment.getProperty("spring.mvc.problemdetails.enabled")).isNull();
            assertThat(environment.getProperty("spring.jpa.open-in-view")).isNull();
            assertThat(context.getBeanNamesForType(jakarta.servlet.Filter.class))
                .noneMatch((name) -> name.toLowerCase(java.util.Locale.ROOT).contains("workflow"));
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoRegistries {

        @Bean
        @Primary
        MeterRegistry first() {
            return new SimpleMeterRegistry();
        }

        @Bean
        MeterRegistry second() {
            return new SimpleMeterRegistry();
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

    }

    @Workflow
    static class OrderWorkflow {

        @WorkflowMethod
        void run() {
        }

    }

}
