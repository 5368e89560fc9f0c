package dev.workflow.boot.autoconfigure;

import java.io.UnsupportedEncodingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import com.jayway.jsonpath.JsonPath;
import dev.workflow.ActivityOptions;
import dev.workflow.RetryOptions;
import dev.workflow.Activity;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.boot.TestPostgres;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowDescription;
import dev.workflow.client.WorkflowOptions;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs that stand still, each for a reason of its own that really came about, are found
 * by the filter for it and by no other: in Java and over REST, listed, counted and
 * grouped.
 */
class StateFiltersIntegrationTests {

    private static final AtomicInteger RELEASE = new AtomicInteger(1);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withPropertyValues(TestPostgres.newDataSource())
        .withPropertyValues("spring.liquibase.enabled=false", "spring.flyway.enabled=false", "workflow.determinism=off",
                "workflow.rest.allow-anonymous=true", "workflow.concurrency.OneAtATime.max=1");

    @Test
    void eachStateIsFoundByItsFilterAndByNoOther() {
        this.runner.run((context) -> {
            WorkflowClient client = context.getBean(WorkflowClient.class);
            JdbcClient jdbc = context.getBean(JdbcClient.class);
            begin(client, jdbc);
            MockMvcTester mvc = MockMvcTester.from(context);
            expected().forEach((query, ids) -> {
                assertFound(client, query, ids);
                assertFound(mvc, query, ids);
            });
        });
    }

    private static Map<String, Set<String>> expected() {
        Map<String, Set<String>> expected = new TreeMap<>();
        expected.put("Activity = 'RETRYING'", Set.of("retrying"));
        expected.put("Activity = 'PAUSED'", Set.of("held"));
        expected.put("Activity IN ('RETRYING', 'PAUSED')", Set.of("held", "retrying"));
        expected.put("Problem = 'QUARANTINED'", Set.of("quarantined"));
        expected.put("Problem = 'NON_DETERMINISM'", Set.of("diverged"));
        expected.put("Problem = 'BLOCKED'", Set.of("blocked", "diverged", "quarantined"));
        expected.put("Problem = 'PAUSED'", Set.of("paused"));
        expected.put("Admission = 'WAITING'", Set.of("second"));
        expected.put("Status = 'RUNNING' AND Admission != 'WAITING' AND Activity NOT IN ('RETRYING', 'PAUSED') "
                + "AND Problem NOT IN ('BLOCKED', 'PAUSED')", Set.of("first", "plain"));
        expected.put("Problem = 'BLOCKED' AND WorkflowType = 'Buggy' ORDER BY WorkflowId",
                Set.of("blocked", "quarantined"));
        return expected;
    }

    private static void begin(WorkflowClient client, JdbcClient jdbc) {
        RELEASE.set(1);
        start(client, "Plain", "plain");
        start(client, "Retrying", "retrying");
        start(client, "Holding", "held");
        start(client, "Buggy", "blocked");
        start(client, "Buggy", "quarantined");
        start(client, "Changing", "diverged");
        start(client, "Plain", "paused");
        start(client, "OneAtATime", "first");
        start(client, "OneAtATime", "second");
        await(() -> !client.workflow("held").describe().pendingActivities().isEmpty());
        client.workflow("held")
            .activity(client.workflow("held").describe().pendingActivities().getFirst().activityId())
            .pause("later");
        client.workflow("paused").pause("later");
        // What is paused leaves memory, and is replayed when it goes on.
        await(() -> client.workflow("diverged").history().size() > 2);
        client.workflow("diverged").pause("deployment");
        RELEASE.set(2);
        client.workflow("diverged").unpause();
        // No try of them gets in between from now on.
        leaveAlone(jdbc, "blocked", 1);
        leaveAlone(jdbc, "quarantined", 9);
        leaveAlone(jdbc, "diverged", 1);
        await(() -> client.workflow("retrying")
            .describe()
            .pendingActivities()
            .stream()
            .anyMatch((activity) -> activity.lastFailure() != null));
        await(() -> client.workflow("first").history().size() > 2);
    }

    private static void start(WorkflowClient client, String type, String id) {
        client.start(type, WorkflowOptions.withId(id));
    }

    /** Once it stands still it is not tried again for a day. */
    private static void leaveAlone(JdbcClient jdbc, String id, int crashes) {
        await(() -> jdbc.sql("""
                update workflow_task set due_at = now() + interval '1 day', crashes = ?
                where owner is null and problem is not null and resume_at is null
                  and run_id = (select run_id from workflow_execution where workflow_id = ?)""")
            .params(crashes, id)
            .update() == 1);
    }

    private static void assertFound(WorkflowClient client, String query, Set<String> ids) {
        List<WorkflowDescription> listed = client.list(query).toList();
        assertThat(listed).as(query)
            .extracting(WorkflowDescription::workflowId)
            .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(client.count(query)).as(query).isEqualTo(ids.size());
        for (String field : List.of("Status", "WorkflowType", "TaskQueue")) {
            assertThat(client.count(query, field)).as("%s by %s", query, field).isEqualTo(grouped(listed, field));
        }
    }

    private static Map<String, Long> grouped(List<WorkflowDescription> listed, String field) {
        return listed.stream().collect(Collectors.groupingBy((run) -> switch (field) {
            case "Status" -> run.status().name();
            case "WorkflowType" -> run.workflowType();
            default -> run.taskQueue();
        }, Collectors.counting()));
    }

    private static void assertFound(MockMvcTester mvc, String query, Set<String> ids) {
        // Page by page.
        Set<String> found = new TreeSet<>();
        Map<String, Long> types = new TreeMap<>();
        String token = null;
        do {
            String page = body(get(mvc, "/workflows", query, "pageSize", "1",
                    (token != null) ? new String[] { "pageToken", token } : new String[0]));
            List<String> here = JsonPath.read(page, "$.workflows[*].workflowId");
            here.forEach((id) -> assertThat(found.add(id)).as("%s once", id).isTrue());
            List<String> type = JsonPath.read(page, "$.workflows[*].workflowType");
            type.forEach((one) -> types.merge(one, 1L, Long::sum));
            List<String> next = JsonPath.read(page, "$..nextPageToken");
            token = next.isEmpty() ? null : next.getFirst();
        }
        while (token != null);
        assertThat(found).as(query).containsExactlyInAnyOrderElementsOf(ids);
        String count = body(get(mvc, "/workflows/count", query, "groupBy", "WorkflowType"));
        assertThat((Integer) JsonPath.read(count, "$.count")).as(query).isEqualTo(ids.size());
        Map<String, Integer> groups = JsonPath.read(count, "$.groups");
        assertThat(groups).as(query)
            .isEqualTo(types.entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, (type) -> type.getValue().intValue())));
    }

    private static MvcTestResult get(MockMvcTester mvc, String path, String query, String name, String value,
            String... more) {
        MockMvcTester.MockMvcRequestBuilder request = mvc.get()
            .uri("/api/v1" + path)
            .queryParam("query", query)
            .queryParam(name, value);
        if (more.length > 0) {
            request.queryParam(more[0], Arrays.copyOfRange(more, 1, more.length));
        }
        return request.exchange();
    }

    private static String body(MvcTestResult reply) {
        assertThat(reply).hasStatusOk();
        try {
            return reply.getResponse().getContentAsString();
        }
        catch (UnsupportedEncodingException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain for a condition").isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Waits. */
    @Workflow
    public static class Plain {

        @WorkflowMethod
        public void run() {
            Workflows.await(() -> false);
        }

    }

    /** Waits, and no other of its type begins. */
    @Workflow
    public static class OneAtATime {

        @WorkflowMethod
        public void run() {
            Workflows.activity("Steps.one", Object.class, ActivityOptions.defaults());
            Workflows.await(() -> false);
        }

    }

    /** Its activity fails. */
    @Workflow
    public static class Retrying {

        @WorkflowMethod
        public void run() {
            Duration hour = Duration.ofHours(1);
            Workflows.activity("Steps.fails", Object.class, ActivityOptions.defaults()
                .retry(RetryOptions.defaults().initialInterval(hour).maximumInterval(hour)));
        }

    }

    /** Its activity is for nobody. */
    @Workflow
    public static class Holding {

        @WorkflowMethod
        public void run() {
            Workflows.activity("Steps.one", Object.class, ActivityOptions.defaults().taskQueue("nowhere"));
        }

    }

    /** Has a bug. */
    @Workflow
    public static class Buggy {

        @WorkflowMethod
        public void run() {
            throw new IllegalStateException("a bug");
        }

    }

    /** Does something else in its second release. */
    @Workflow
    public static class Changing {

        @WorkflowMethod
        public void run() {
            Workflows.activity((RELEASE.get() == 1) ? "Steps.one" : "Steps.two", Object.class,
                    ActivityOptions.defaults());
            Workflows.await(() -> false);
        }

    }

    /** Activities. */
    @Activity
    public static class Steps {

        public int one() {
            return 1;
        }

        public int two() {
            return 2;
        }

        public int fails() {
            throw new IllegalStateException("not yet");
        }

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({ Plain.class, OneAtATime.class, Retrying.class, Holding.class, Buggy.class, Changing.class, Steps.class })
    static class Application {

    }

}
