package dev.workflow.boot.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import com.jayway.jsonpath.JsonPath;
import dev.workflow.UpdateMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.ActivityOptions;
import dev.workflow.batch.Batches;
import dev.workflow.boot.TestPostgres;
import dev.workflow.client.OperatorAction;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/** Batches, resets and forks over REST, on a database. */
class SteeringRestIntegrationTests {

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withPropertyValues(TestPostgres.newDataSource())
        .withPropertyValues("spring.liquibase.enabled=false", "spring.flyway.enabled=false",
                "workflow.rest.allow-anonymous=true");

    @Test
    void batchIsBegunFollowedListedAndStopped() {
        this.runner.run((context) -> {
            MockMvcTester mvc = MockMvcTester.from(context);
            WorkflowClient client = context.getBean(WorkflowClient.class);
            IntStream.range(0, 5)
                .forEach((i) -> client.start("Elsewhere", WorkflowOptions.withId("w-" + i).taskQueue("elsewhere")));
            MvcTestResult begun = post(mvc, "/batches",
                    "{\"query\":\"WorkflowType = 'Elsewhere'\",\"operation\":\"terminate\",\"reason\":\"over\"}");
            assertThat(begun).hasStatus(202);
            String id = JsonPath.read(begun.getResponse().getContentAsString(), "$.batchId");
            assertThat(begun).hasHeader("Location", "/api/v1/batches/" + id);
            assertThat(client.batchHandle(id).await(Duration.ofSeconds(20)).done()).isEqualTo(5);
            assertThat(mvc.get().uri("/api/v1/batches/" + id)).hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"state\":\"COMPLETED\",\"total\":5,\"done\":5,\"failed\":0,"
                        + "\"operation\":\"TERMINATE\",\"reason\":\"over\",\"failures\":[]}");
            assertThat(mvc.get().uri("/api/v1/batches")).hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"batches\":[{\"batchId\":\"" + id + "\"}]}");
            assertThat(post(mvc, "/batches/" + id + "/stop", "{}")).hasStatus(202);
            assertThat(mvc.get().uri("/api/v1/batches/none")).hasStatus(404)
                .bodyText()
                .contains("urn:workflow:problem:unknown-batch");
            assertThat(post(mvc, "/batches", "{\"query\":\"\",\"operation\":\"dance\"}")).hasStatus(400)
                .bodyText()
                .contains("signal, cancel, terminate, reset, fork, delete, run-activities-now, pause-activities");
            assertThat(post(mvc, "/batches", "{\"operation\":\"cancel\"}")).hasStatus(400);
            assertThat(post(mvc, "/batches", "{\"query\":\"no\",\"operation\":\"cancel\"}")).hasStatus(400)
                .bodyText()
                .contains("invalid-list-query");
        });
    }

    @Test
    void clientBeginsBatches() {
        this.runner.run((context) -> {
            WorkflowClient client = context.getBean(WorkflowClient.class);
            client.start("Elsewhere", WorkflowOptions.withId("w").taskQueue("elsewhere"));
            var batch = client.batch("WorkflowId = 'w'").rate(0).cancel("no more");
            assertThat(batch.await(Duration.ofSeconds(20)).state()).isEqualTo("COMPLETED");
            assertThat(batch.describe().done()).isEqualTo(1);
            assertThat(context.getBean(Batches.class).newest(5)).singleElement()
                .satisfies((one) -> assertThat(one.batchId()).isEqualTo(batch.batchId()));
        });
    }

    @Test
    void batchIsPausedAndResumedAndDeletes() {
        this.runner.run((context) -> {
            MockMvcTester mvc = MockMvcTester.from(context);
            WorkflowClient client = context.getBean(WorkflowClient.class);
            IntStream.range(0, 20)
                .forEach((i) -> client.start("Elsewhere", WorkflowOptions.withId("w-" + i).taskQueue("elsewhere")));
            MvcTestResult begun = post(mvc, "/batches",
                    "{\"query\":\"\",\"operation\":\"delete\",\"terminate\":true,\"rate\":0.01}");
            String id = JsonPath.read(begun.getResponse().getContentAsString(), "$.batchId");
            assertThat(post(mvc, "/batches/" + id + "/pause", "{}")).hasStatus(202).bodyText().contains("PAUSED");
            assertThat(client.batchHandle(id).describe().state()).isEqualTo("PAUSED");
            client.batchHandle(id).resume();
            client.batchHandle(id).pause();
            assertThat(post(mvc, "/batches/" + id + "/resume", "{}")).hasStatus(202).bodyText().contains("RUNNING");
            client.batchHandle(id).stop();
            assertThat(post(mvc, "/batches/none/pause", "{}")).hasStatus(404);
            client.batch("").rate(0).delete("tidy").await(Duration.ofSeconds(20));
            var rest = client.batch("").rate(0).terminateAndDelete("tidy").await(Duration.ofSeconds(20));
            assertThat(rest.failures()).isEmpty();
            assertThat(client.count("")).isZero();
        });
    }

    @Test
    void activitiesAreSteeredByQuery() {
        this.runner.run((context) -> {
            MockMvcTester mvc = MockMvcTester.from(context);
            WorkflowClient client = context.getBean(WorkflowClient.class);
            client.start("Elsewhere", WorkflowOptions.withId("w").taskQueue("elsewhere"));
            for (String operation : List.of("run-activities-now", "pause-activities", "unpause-activities",
                    "reset-activities", "update-activity-options")) {
                MvcTestResult begun = post(mvc, "/batches", "{\"query\":\"\",\"operation\":\"" + operation
                        + "\",\"activityType\":\"A.b\",\"options\":{\"startToCloseTimeout\":\"30s\"}}");
                assertThat(begun).hasStatus(202);
                String id = JsonPath.read(begun.getResponse().getContentAsString(), "$.batchId");
                assertThat(client.batchHandle(id).await(Duration.ofSeconds(20)).failures()).singleElement()
                    .asString()
                    .contains("no activity of type A.b");
            }
            assertThat(post(mvc, "/batches", "{\"query\":\"\",\"operation\":\"update-activity-options\"}"))
                .hasStatus(400);
            var activities = client.batch("").activities("A.b");
            for (var batch : List.of(activities.runNow(), activities.pause("why"), activities.unpause(),
                    activities.unpause(true), activities.reset(),
                    client.batch("").activities().updateOptions(ActivityOptions.defaults()))) {
                assertThat(batch.await(Duration.ofSeconds(20)).failed()).isEqualTo(1);
            }
        });
    }

    @Test
    void whoeverSentARequestIsWhoActed() {
        this.runner.run((context) -> {
            MockMvcTester mvc = MockMvcTester.from(context);
            WorkflowClient client = context.getBean(WorkflowClient.class);
            client.start("Elsewhere", WorkflowOptions.withId("w").taskQueue("elsewhere"));
            as(mvc.put().uri("/api/v1/task-queues/q/slots"), "{\"activitySlots\":3,\"reason\":\"calm\"}");
            as(mvc.put().uri("/api/v1/task-queues/q/versions"), "{\"currentBuildId\":\"v1\"}");
            as(mvc.post().uri("/api/v1/schedules"),
                    "{\"scheduleId\":\"s\",\"spec\":{\"cron\":\"0 3 * * *\"},\"workflow\":"
                            + "{\"workflowType\":\"Elsewhere\",\"taskQueue\":\"elsewhere\"}}");
            as(mvc.post().uri("/api/v1/batches"), "{\"query\":\"WorkflowId = 'none'\",\"operation\":\"cancel\"}");
            as(mvc.post().uri("/api/v1/workflows/w/terminate"), "{}");
            as(mvc.delete().uri("/api/v1/workflows/w?reason=privacy"), null);
            assertThat(mvc.get().uri("/api/v1/operator-actions")).hasStatusOk();
            assertThat(client.operatorActions(100)).extracting(OperatorAction::identity).containsOnly("ann");
            assertThat(client.operatorActions(100).reversed()).extracting(OperatorAction::action)
                .containsExactly("SetTaskQueueSlots", "SetBuilds", "CreateSchedule", "BeginBatch", "DeleteWorkflow");
            assertThat(client.operatorActions(OperatorAction.Subject.WORKFLOW, "w", 1)).singleElement()
                .returns("privacy", OperatorAction::reason);
        });
    }

    @Test
    void updateCarriesTheContextOfItsRequest() {
        this.runner.withUserConfiguration(Basket.class)
            .withPropertyValues("workflow.context.mdc=tenant")
            .run((context) -> {
                WorkflowClient client = context.getBean(WorkflowClient.class);
                var basket = client.start(Basket.class, (w) -> w.fill(), WorkflowOptions.withId("b"));
                MDC.put("tenant", "acme");
                try {
                    assertThat(post(MockMvcTester.from(context), "/workflows/b/updates/put", "{\"args\":[\"pear\"]}"))
                        .hasStatusOk();
                }
                finally {
                    MDC.remove("tenant");
                }
                assertThat(basket.result(Duration.ofSeconds(20))).isEqualTo("pear for acme");
            });
    }

    private static void as(MockMvcTester.MockMvcRequestBuilder request, @Nullable String body) {
        MockMvcTester.MockMvcRequestBuilder sent = (body != null)
                ? request.contentType(MediaType.APPLICATION_JSON).content(body) : request;
        assertThat(sent.with((one) -> {
            one.setRemoteUser("ann");
            return one;
        }).exchange()).hasStatus2xxSuccessful();
    }

    @Test
    void resetAndForkOfAnOpenRun() {
        this.runner.run((context) -> {
            MockMvcTester mvc = MockMvcTester.from(context);
            WorkflowClient client = context.getBean(WorkflowClient.class);
            var handle = client.start("Elsewhere", WorkflowOptions.withId("w").taskQueue("elsewhere"));
            handle.signal("go", 1);
            MvcTestResult reset = post(mvc, "/workflows/w/reset", "{\"point\":\"FIRST\",\"reason\":\"again\"}");
            assertThat(reset).bodyText().contains("runId");
            String runId = JsonPath.read(reset.getResponse().getContentAsString(), "$.runId");
            assertThat(client.workflow("w").runId()).isEqualTo(runId).isNotEqualTo(handle.runId());
            assertThat(post(mvc, "/workflows/w/fork", "{\"newWorkflowId\":\"f\",\"eventId\":1}")).hasStatus(201)
                .hasHeader("Location", "/api/v1/workflows/f");
            assertThat(post(mvc, "/workflows/w/fork", "{\"newWorkflowId\":\"f\"}")).hasStatus(409);
            assertThat(post(mvc, "/workflows/w/reset", "{\"eventId\":9}")).hasStatus(400)
                .bodyText()
                .contains("expected 1 to 1");
            assertThat(post(mvc, "/workflows/none/reset", "{}")).hasStatus(404);
        });
    }

    private static MvcTestResult post(MockMvcTester mvc, String uri, String body) {
        return mvc.post().uri("/api/v1" + uri).contentType(MediaType.APPLICATION_JSON).content(body).exchange();
    }

    /** Is filled by one update. */
    @Workflow
    public static class Basket {

        private String content = "";

        @WorkflowMethod
        public String fill() {
            Workflows.await(() -> !this.content.isEmpty());
            return this.content;
        }

        @UpdateMethod
        public void put(String fruit) {
            this.content = fruit + " for " + MDC.get("tenant");
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

    }

}
