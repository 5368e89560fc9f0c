package dev.workflow.engine;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.workflow.Workflows;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.WorkflowException;
import dev.workflow.payload.EncryptionKeys;
import dev.workflow.payload.PayloadCodecs;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a run that a schedule starts knows of those before it. Each run waits until it is
 * told how to end, and its result says what it saw at its start.
 */
class ScheduleOutcomesIntegrationTests {

    private static final Instant MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z");

    private static final ScheduleSpec HOURLY = ScheduleSpec.every(Duration.ofHours(1));

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private final TestNodes.Time time = new TestNodes.Time();

    private final List<TestNode> running = new ArrayList<>();

    private TestNode node() {
        return start(this.nodes.node(this.time));
    }

    private TestNode start(TestNode node) {
        node.workflow("Tells", (arguments) -> {
            String hour = Workflows.info().workflowId().substring("s-2026-01-01T".length()).substring(0, 2);
            String last = Workflows.lastCompletionResult(String.class).map((text) -> text.substring(0, 2)).orElse("-");
            String failure = Workflows.previousFailure().map(ScheduleOutcomesIntegrationTests::message).orElse("-");
            List<String> told = new ArrayList<>();
            Workflows.onSignal("end", (signal) -> told.add(signal.get(0, String.class)));
            Workflows.await(() -> !told.isEmpty());
            switch (told.getFirst()) {
                case "fail" -> throw ApplicationFailure.of("failed at " + hour, "Test");
                case "again" -> Workflows.continueAsNew();
                default -> {
                }
            }
            return hour + " saw " + last + "/" + failure;
        });
        this.running.add(node.start());
        return node;
    }

    private static String message(RuntimeException failure) {
        Throwable cause = (failure instanceof WorkflowException && failure.getCause() != null) ? failure.getCause()
                : failure;
        return String.valueOf(cause.getMessage()).replaceAll(".*(failed at \\d+).*", "$1");
    }

    private void create(TestNode node, ScheduleOptions options) {
        create(node, node.request("Tells", null), options);
    }

    private static void create(TestNode node, StartRequest request, ScheduleOptions options) {
        node.service().schedules().create("s", HOURLY, request, options);
    }

    private static ScheduleOptions overlap(OverlapPolicy policy) {
        return ScheduleOptions.defaults().overlap(policy);
    }

    private void hours(int hours) {
        for (int i = 0; i < hours; i++) {
            pass(Duration.ofHours(1));
        }
    }

    private void pass(Duration duration) {
        this.time.advance(duration);
        this.running.forEach((node) -> node.engine().clockMoved());
        settle();
    }

    private void settle() {
        TestNode.awaitQuiet(this.running);
    }

    private static String id(int hour) {
        return "s-" + MIDNIGHT.plus(Duration.ofHours(hour));
    }

    private void tell(TestNode node, int hour, String how) {
        node.service().signal(new WorkflowRef(id(hour), null), "end", node.json(how), null);
        settle();
    }

    private static String saw(TestNode node, int hour) {
        return String.valueOf(node.result(id(hour)).result()).replace("\"", "");
    }

    // What counts

    @Test
    void runsSeeTheLastResultAndTheFailureOfTheRunBefore() {
        TestNode node = node();
        create(node, ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "succeed");
        hours(1);
        tell(node, 2, "fail");
        hours(1);
        tell(node, 3, "fail");
        hours(1);
        tell(node, 4, "succeed");
        hours(1);
        tell(node, 5, "succeed");
        assertThat(saw(node, 1)).isEqualTo("01 saw -/-");
        assertThat(saw(node, 4)).as("after two that failed").isEqualTo("04 saw 01/failed at 03");
        assertThat(saw(node, 5)).as("a success makes up for failures").isEqualTo("05 saw 04/-");
    }

    @Test
    void scheduleThatSomebodyHoldsDoesNotHoldUpThoseThatWaitForAnEnd() throws SQLException {
        TestNode node = node();
        create(node, overlap(OverlapPolicy.BUFFER_ONE));
        node.service().schedules().create("t", HOURLY, node.request("Tells", null), overlap(OverlapPolicy.BUFFER_ONE));
        hours(2);
        try (Connection holder = this.nodes.database.getConnection()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("select 1 from engine.workflow_schedule where schedule_id = 't' for update");
            }
            this.time.advance(Duration.ofHours(1));
            node.engine().clockMoved();
            node.service().signal(new WorkflowRef(id(1), null), "end", node.json("succeed"), null);
            TestNode.await(() -> this.nodes
                .count("select count(*) from engine.workflow_execution where workflow_id = ?", id(2)) == 1);
            holder.rollback();
        }
    }

    @Test
    void runThatTimedOutHasFailedAndWhatWasEndedByOthersLeavesWhatWas() {
        TestNode node = node();
        StartRequest plain = node.request("Tells", null);
        create(node,
                new StartRequest(plain.workflowType(), null, null, plain.input(), null, plain.idReusePolicy(),
                        plain.idConflictPolicy(), null, Duration.ofMinutes(150), null, null, null, Map.of(), Map.of(),
                        3, null, null),
                ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "succeed");
        hours(1);
        node.service().cancel(new WorkflowRef(id(2), null), null);
        settle();
        hours(1);
        node.service().terminate(new WorkflowRef(id(3), null), "enough");
        settle();
        hours(1);
        tell(node, 4, "succeed");
        assertThat(saw(node, 4)).isEqualTo("04 saw 01/-");
        hours(1);
        // The two that are skipped first: in one step the time-out could come before
        // them.
        hours(2);
        pass(Duration.ofMinutes(30));
        TestNode.await(() -> this.nodes
            .count("select count(*) from engine.workflow_execution where status = 'TIMED_OUT'") == 1);
        // The schedule has to hear of the end before the next time comes.
        settle();
        pass(Duration.ofMinutes(30));
        tell(node, 8, "succeed");
        assertThat(saw(node, 8)).startsWith("08 saw 04/").contains("ran out of time");
    }

    @Test
    void ofARunThatGoesOnTheLastOneCounts() {
        TestNode node = node();
        create(node, ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "again");
        tell(node, 1, "succeed");
        hours(1);
        tell(node, 2, "again");
        tell(node, 2, "succeed");
        assertThat(saw(node, 2)).as("what it goes on in sees the same").isEqualTo("02 saw 01/-");
    }

    // By overlap policy, and by hand

    @Test
    void whatWaitsSeesTheEndOfWhatItWaitedFor() {
        TestNode node = node();
        create(node, overlap(OverlapPolicy.BUFFER_ALL));
        hours(3);
        tell(node, 1, "succeed");
        tell(node, 2, "fail");
        tell(node, 3, "succeed");
        assertThat(saw(node, 2 + 1)).isEqualTo("03 saw 01/failed at 02");
    }

    @Test
    void whatIsTriggeredOrMadeUpIsOneOfThemButWhatRunsSideBySideIsNot() {
        TestNode node = node();
        create(node, overlap(OverlapPolicy.BUFFER_ALL));
        hours(1);
        tell(node, 1, "succeed");
        node.service().schedules().backfill("s", MIDNIGHT.plusSeconds(1800), MIDNIGHT.plusSeconds(3600), null);
        settle();
        tell(node, 1, "succeed");
        assertThat(saw(node, 1)).as("made up").isEqualTo("01 saw 01/-");
        node.service().schedules().trigger("s", OverlapPolicy.ALLOW_ALL);
        settle();
        String beside = this.nodes.jdbc()
            .sql("select workflow_id from engine.workflow_execution where status = 'RUNNING'")
            .query(String.class)
            .single();
        node.service().signal(new WorkflowRef(beside, null), "end", node.json("succeed"), null);
        settle();
        assertThat(String.valueOf(node.result(beside).result())).contains("saw -/-");
        hours(1);
        tell(node, 2, "fail");
        node.service().schedules().trigger("s", null);
        settle();
        String triggered = this.nodes.jdbc()
            .sql("select workflow_id from engine.workflow_execution where status = 'RUNNING'")
            .query(String.class)
            .single();
        node.service().signal(new WorkflowRef(triggered, null), "end", node.json("succeed"), null);
        assertThat(String.valueOf(node.result(triggered).result())).contains("saw 01/failed at 02");
    }

    @Test
    void runsThatMayOverlapSeeNothing() {
        TestNode node = node();
        create(node, overlap(OverlapPolicy.ALLOW_ALL));
        hours(1);
        tell(node, 1, "succeed");
        hours(1);
        tell(node, 2, "succeed");
        assertThat(saw(node, 2)).isEqualTo("02 saw -/-");
    }

    // What it outlives

    @Test
    void itIsInTheHistoryAndSurvivesTheNodeAndItsReplay() {
        TestNode first = node();
        create(first, ScheduleOptions.defaults());
        hours(1);
        tell(first, 1, "succeed");
        hours(1);
        tell(first, 2, "fail");
        first.close();
        this.running.remove(first);
        TestNode second = node();
        hours(1);
        assertThat(String.valueOf(second.service().history(new WorkflowRef(id(3), null), 0, 10).getFirst()))
            .contains("01 saw -/-")
            .contains("failed at 02");
        second.close();
        this.running.remove(second);
        TestNode third = node();
        tell(third, 3, "succeed");
        assertThat(saw(third, 3)).isEqualTo("03 saw 01/failed at 02");
        TestNodes.soundHistory(third.service(), id(3));
    }

    /** As with a monthly schedule where runs are kept for a week. */
    @Test
    void resultIsKeptThoughItsRunIsDeletedBeforeTheNextOne() {
        TestNode node = node();
        node.engine().keepEndedRuns(Duration.ofMinutes(10));
        create(node, ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "succeed");
        Supplier<Long> left = () -> this.nodes.count("select count(*) from engine.workflow_execution");
        assertThat(left.get()).isEqualTo(1);
        this.time.advance(Duration.ofMinutes(20));
        node.engine().keepEndedRuns(Duration.ofMinutes(10));
        TestNode.await(() -> left.get() == 0, Duration.ofSeconds(30));
        pass(Duration.ofMinutes(40));
        tell(node, 2, "succeed");
        assertThat(saw(node, 2)).isEqualTo("02 saw 01/-");
    }

    @Test
    void resultIsKeptThoughItsRunIsDeletedByHandBeforeTheNextOne() {
        TestNode node = node();
        create(node, ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "succeed");
        node.service().delete(new WorkflowRef(id(1), null), false, null);
        hours(1);
        tell(node, 2, "fail");
        node.service().delete(new WorkflowRef(id(2), null), false, null);
        hours(1);
        tell(node, 3, "succeed");
        assertThat(saw(node, 3)).isEqualTo("03 saw 01/failed at 02");
    }

    @Test
    void runIsNotDeletedByHandWhileItsScheduleCannotTakeNote() throws SQLException {
        TestNode node = node();
        create(node, ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "succeed");
        WorkflowRef ended = new WorkflowRef(id(1), null);
        try (Connection holder = this.nodes.database.getConnection()) {
            holder.setAutoCommit(false);
            try (Statement statement = holder.createStatement()) {
                statement.execute("select 1 from engine.workflow_schedule for update");
            }
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> node.service().delete(ended, false, null))
                .withMessage("Schedule 's' is held by somebody");
            holder.rollback();
        }
        node.service().delete(ended, false, null);
        hours(1);
        tell(node, 2, "succeed");
        assertThat(saw(node, 2)).isEqualTo("02 saw 01/-");
    }

    /** The schedule waits for nobody, and still remembers the first run. */
    @Test
    void ofAChainWhoseRememberedRunIsGoneTheLastOneCounts() {
        TestNode node = node();
        create(node, ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "again");
        tell(node, 1, "succeed");
        assertThat(node.service().schedules().describe("s").openRuns()).isEmpty();
        assertThat(deleteRuns("CONTINUED_AS_NEW")).isEqualTo(1);
        assertThat(node.service().schedules().describe("s").openRuns()).isEmpty();
        hours(1);
        tell(node, 2, "succeed");
        assertThat(saw(node, 2)).isEqualTo("02 saw 01/-");
    }

    @Test
    void chainWhoseLastRunIsGoneIsOverAndLeavesWhatWas() {
        TestNode node = node();
        create(node, ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "succeed");
        hours(1);
        tell(node, 2, "again");
        tell(node, 2, "fail");
        assertThat(deleteRuns("FAILED")).isEqualTo(1);
        hours(1);
        tell(node, 3, "succeed");
        assertThat(saw(node, 3)).isEqualTo("03 saw 01/-");
    }

    private int deleteRuns(String status) {
        return this.nodes.jdbc()
            .sql("""
                    with gone as (delete from engine.workflow_execution where status = ? returning run_id)
                    delete from engine.workflow_event where run_id in (select run_id from gone) and event_id = 1""")
            .param(status)
            .update();
    }

    @Test
    void resultIsStoredByTheCodecsWhereverItIs() {
        PayloadCodecs encryption = PayloadCodecs.of(List.of(), null,
                EncryptionKeys.of("first", "MDEyMzQ1Njc4OWFiY2RlZg==", Map.of()), false);
        TestNode node = start(this.nodes.node(this.time).codecs(encryption));
        create(node, ScheduleOptions.defaults());
        hours(1);
        tell(node, 1, "succeed");
        hours(1);
        tell(node, 2, "succeed");
        assertThat(saw(node, 2)).isEqualTo("02 saw 01/-");
        assertThat(this.nodes.jdbc()
            .sql("select last_result from engine.workflow_schedule union all "
                    + "select attributes from engine.workflow_event where event_id = 1")
            .query(String.class)
            .list()).hasSize(3).noneMatch((text) -> text.contains("saw"));
    }

}
