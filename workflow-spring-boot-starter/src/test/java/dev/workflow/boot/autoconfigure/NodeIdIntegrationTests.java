package dev.workflow.boot.autoconfigure;

import java.time.Duration;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.boot.TestPostgres;
import dev.workflow.boot.actuate.WorkflowHealthIndicator;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.engine.NodeDirectory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/** Applications on one database, and what their node ids make of them. */
class NodeIdIntegrationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withPropertyValues(TestPostgres.newDataSource())
        .withPropertyValues("spring.liquibase.enabled=false", "spring.flyway.enabled=false",
                "workflow.heartbeat-interval=200ms", "workflow.lease=5s");

    @Test
    void olderOfTwoWithOneIdIsDownUntilTheNewerHasStopped() {
        ApplicationContextRunner named = this.runner.withPropertyValues("workflow.node-id=one");
        named.run((older) -> {
            named.run((newer) -> {
                awaitStatus(older, Status.DOWN);
                assertThat(status(newer)).isEqualTo(Status.UP);
                greet(newer, "first");
            });
            awaitStatus(older, Status.UP);
            greet(older, "second");
        });
    }

    @Test
    void blankIdIsNotShared() {
        ApplicationContextRunner blank = this.runner.withPropertyValues("workflow.node-id=");
        blank.run((first) -> blank.run((second) -> {
            assertThat(second.getBean(NodeDirectory.class).nodes()).hasSize(2)
                .allSatisfy((node) -> assertThat(node.state()).isEqualTo("LIVE"))
                .extracting(NodeDirectory.NodeStatus::name)
                .doesNotHaveDuplicates();
            assertThat(status(first)).isEqualTo(Status.UP);
        }));
    }

    private static void greet(ApplicationContext context, String id) {
        assertThat(context.getBean(WorkflowClient.class)
            .start(GreetingWorkflow.class, (w) -> w.greet(id), WorkflowOptions.withId(id))
            .result(Duration.ofSeconds(20))).isEqualTo("Hello, " + id + "!");
    }

    private static void awaitStatus(ApplicationContext context, Status expected) {
        Awaitility.await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(() -> assertThat(status(context)).isEqualTo(expected));
    }

    private static Status status(ApplicationContext context) {
        return context.getBean(WorkflowHealthIndicator.class).health().getStatus();
    }

    /** Greets. */
    @Workflow
    public static class GreetingWorkflow {

        @WorkflowMethod
        public String greet(String name) {
            return "Hello, " + name + "!";
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(GreetingWorkflow.class)
    static class Application {

    }

}
