package dev.workflow.boot;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** What may be set, and the name of what may not. */
class WorkflowPropertiesTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withUserConfiguration(Application.class);

    @ParameterizedTest
    @ValueSource(strings = { "workflow.connections=3", "workflow.poll-interval=0s", "workflow.heartbeat-interval=-1s",
            "workflow.lease=1s", "workflow.startup-timeout=-1s", "workflow.shutdown-timeout=-1s",
            "workflow.schema=Engine", "workflow.worker.activity-slots=0", "workflow.worker.workflow-slots=-1",
            "workflow.worker.cache-size=0", "workflow.worker.committers=0", "workflow.worker.deadlock-timeout=0s",
            "workflow.worker.task-queues.orders.activity-slots=0",
            "workflow.worker.task-queues.orders.workflow-slots=0", "workflow.activity.start-to-close-timeout=0s",
            "workflow.activity.schedule-to-close-timeout=-1s", "workflow.activity.schedule-to-start-timeout=0s",
            "workflow.activity.heartbeat-timeout=0s", "workflow.activity.retry.initial-interval=0s",
            "workflow.activity.retry.backoff-coefficient=0.5", "workflow.activity.retry.maximum-interval=1ms",
            "workflow.activity.retry.maximum-attempts=-1", "workflow.payload.max-size=0B",
            "workflow.payload.max-size=3GB", "workflow.history.max-events=0", "workflow.history.warn-events=0",
            "workflow.fairness.weights.gold=0", "workflow.fairness.weights.gold=1001", "workflow.rest.base-path=api",
            "workflow.rest.base-path=/a b", "workflow.retention=90", "workflow.records.batches=30",
            "workflow.records.operator-actions=365" })
    void valueThatMakesNoSenseIsRefusedByTheNameOfItsProperty(String property) {
        this.runner.withPropertyValues(property)
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(property.substring(0, property.indexOf('=')) + " must "));
    }

    @ParameterizedTest
    @ValueSource(strings = { "workflow.node-id=", "workflow.node-id=  ", "workflow.node-id=${POD_NAME:}" })
    void nodeIdThatIsBlankIsNone(String property) {
        this.runner.withPropertyValues(property)
            .run((context) -> assertThat(context.getBean(WorkflowProperties.class).nodeId()).isNull());
    }

    @Test
    void nodeIdThatCannotBeKeptIsRefusedByName() {
        this.runner.withPropertyValues("workflow.node-id=" + "n".repeat(1_001))
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("workflow.node-id: expected"));
    }

    @Test
    void defaultsAndUsualValuesAreFine() {
        this.runner
            .withPropertyValues("workflow.rest.base-path=/", "workflow.worker.task-queues.orders.activity-slots=5",
                    "workflow.fairness.weights.gold=2.5", "workflow.fairness.weights[a.b/C d]=0.5",
                    "workflow.startup-timeout=0s", "workflow.determinism=fail",
                    "workflow.determinism-exclude=com.example.legacy.**,com.example.Other")
            .run((context) -> {
                WorkflowProperties properties = context.getBean(WorkflowProperties.class);
                assertThat(properties.lease()).isEqualTo(Duration.ofSeconds(10));
                assertThat(properties.worker().taskQueues()).containsOnlyKeys("orders");
                assertThat(properties.fairness().weights()).containsEntry("gold", 2.5).containsEntry("a.b/C d", 0.5);
                assertThat(properties.determinism()).isEqualTo(WorkflowProperties.Determinism.FAIL);
                assertThat(properties.determinismExclude()).containsExactly("com.example.legacy.**",
                        "com.example.Other");
            });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(WorkflowProperties.class)
    static class Application {

    }

}
