package dev.workflow.sample.crash;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node is killed in the middle of a batch's step: another goes on, does nothing twice,
 * and counts each run once.
 */
class BatchCrashTests {

    private static final int RUNS = 60;

    @Test
    @Timeout(400)
    void batchWhoseNodeIsKilledGoesOnElsewhere() throws Exception {
        try (CrashCluster cluster = new CrashCluster("batch")) {
            NodeProcess node = cluster.start(1).getFirst();
            for (int i = 0; i < RUNS; i++) {
                Rest.Answer started = cluster.rest()
                    .post(node.url(), "/api/v1/workflows", "{\"workflowType\":\"SleepingWorkflow\","
                            + "\"taskQueue\":\"crash\",\"workflowId\":\"batch-" + i + "\",\"args\":[5,0,0]}");
                assertThat(started.status()).as("%s", started).isEqualTo(201);
            }
            Database database = new Database(cluster.postgres());
            node = interrupted(cluster, database, node, """
                    {"query":"WorkflowType = 'SleepingWorkflow'","operation":"signal","signalName":"number",
                     "args":[7],"rate":0}""");
            assertThat(database.number(signals())).isEqualTo(RUNS);
            assertThat(database.number(signals().replace("count(*)", "count(distinct run_id)"))).isEqualTo(RUNS);
            // What was terminated before the crash is not found by this query any more.
            interrupted(cluster, database, node, """
                    {"query":"Status = 'RUNNING'","operation":"terminate","reason":"over","rate":0}""");
            assertThat(database.number("select count(*) from workflow_event where event_type = "
                    + "'WorkflowExecutionTerminated' and attributes like '%over (batch %'"))
                .isEqualTo(RUNS);
        }
    }

    private static String signals() {
        return "select count(*) from workflow_event where event_type = 'WorkflowExecutionSignaled'";
    }

    /** Kills the node while it deals with some runs; returns the one that went on. */
    private static NodeProcess interrupted(CrashCluster cluster, Database database, NodeProcess node, String batch)
            throws Exception {
        String id;
        try (Connection connection = cluster.postgres().connect(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // The step waits for this one.
            statement.execute("select 1 from workflow_task where run_id = (select run_id from workflow_execution "
                    + "where workflow_id = 'batch-30') for update");
            Rest.Answer begun = cluster.rest().post(node.url(), "/api/v1/batches", batch);
            assertThat(begun.status()).as("%s", begun).isEqualTo(202);
            id = begun.body().replaceAll(".*\"batchId\":\"([^\"]+)\".*", "$1");
            await(database,
                    "select count(*) from workflow_batch where id = '" + id + "' and done >= 16 and under_way <> '{}'");
            node.kill();
            cluster.forget(node);
            connection.rollback();
        }
        assertThat(database.number("select done from workflow_batch where id = '" + id + "'")).isLessThan(RUNS);
        NodeProcess next = cluster.start(1).getFirst();
        await(database, "select count(*) from workflow_batch where id = '" + id + "' and ended_at is not null");
        JsonNode ended = cluster.rest().get(next.url(), "/api/v1/batches/" + id);
        assertThat(ended.get("state").asString()).as("%s", ended).isEqualTo("COMPLETED");
        assertThat(ended.get("total").asInt()).as("%s", ended).isEqualTo(RUNS);
        assertThat(ended.get("done").asInt()).as("%s", ended).isEqualTo(RUNS);
        assertThat(ended.get("failed").asInt()).as("%s", ended).isZero();
        return next;
    }

    private static void await(Database database, String count) throws Exception {
        Waiting.until(Duration.ofSeconds(90), () -> database.number(count) > 0, () -> "None within 90 s: " + count);
    }

}
