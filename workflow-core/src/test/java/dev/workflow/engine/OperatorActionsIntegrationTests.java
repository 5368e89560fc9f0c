package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.workflow.Workflows;
import dev.workflow.batch.BatchAction;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.BatchRunner;
import dev.workflow.batch.Batches;
import dev.workflow.client.OperatorAction;
import dev.workflow.client.OperatorAction.Subject;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.ScheduleSpec;
import dev.workflow.engine.EngineStore.Control.Kind;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.visibility.WorkflowLists;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Who did what and when: in histories, and of what has none in a table. */
class OperatorActionsIntegrationTests {

    private static final Operator ANN = new Operator("ann", "because");

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    private TestNode node() {
        return this.nodes.node().workflow("Waits", (arguments) -> {
            Workflows.await(() -> false);
            return null;
        }).workflow("Ends", (arguments) -> "done").start();
    }

    private static List<OperatorAction> actions(TestNode node) {
        return node.service().operator().actions(null, null, Long.MAX_VALUE, 100).reversed();
    }

    @Test
    void whatIsDoneToQueuesAndTypesIsRecordedOnceForEachChange() {
        TestNode node = node();
        OperatorService operator = node.service().operator();
        Instant before = Instant.now().minusSeconds(5);
        operator.pause(Kind.TASK_QUEUE, "q", ANN);
        operator.pause(Kind.TASK_QUEUE, "q", ANN);
        operator.unpause(Kind.TASK_QUEUE, "q", new Operator("bob", null));
        operator.unpause(Kind.TASK_QUEUE, "q", new Operator("bob", null));
        operator.pause(Kind.WORKFLOW_TYPE, "T", ANN);
        operator.unpause(Kind.WORKFLOW_TYPE, "T", ANN);
        operator.limitRate("q", 12.5, ANN);
        operator.limitRate("q", null, ANN);
        operator.setSlots("q", 7, null, ANN);
        operator.fairness().weigh("gold", 5.0, ANN);
        assertThatIllegalArgumentException().isThrownBy(() -> operator.setSlots("q", 0, null, ANN));
        try (WorkflowService.Acting acting = node.service().actAs("eve")) {
            node.service().workerVersions().setCurrent("q", "v1");
            node.service().workerVersions().setRamp("q", "v2", 20);
            node.service().workerVersions().setCurrent("q", null);
        }
        assertThat(actions(node)).extracting(OperatorAction::action)
            .containsExactly("PauseTaskQueue", "UnpauseTaskQueue", "PauseWorkflowType", "UnpauseWorkflowType",
                    "LimitTaskQueueRate", "LimitTaskQueueRate", "SetTaskQueueSlots", "WeighFairnessKey", "SetBuilds",
                    "SetBuilds", "SetBuilds");
        assertThat(actions(node)).extracting(OperatorAction::identity)
            .containsExactly("ann", "bob", "ann", "ann", "ann", "ann", "ann", "ann", "eve", "eve", "eve");
        assertThat(actions(node)).extracting(OperatorAction::detail)
            .containsExactly(null, null, null, null, "activitiesPerSecond=12.5", "activitiesPerSecond=null",
                    "activitySlots=7, workflowSlots=null", "weight=5.0", "current=v1",
                    "current=v1, ramping=v2 with 20 %", "current=null");
        assertThat(actions(node).getFirst()).returns(Subject.TASK_QUEUE, OperatorAction::subject)
            .returns("q", OperatorAction::name)
            .returns("because", OperatorAction::reason)
            .satisfies((action) -> assertThat(action.time()).isBetween(before, Instant.now().plusSeconds(5)));
    }

    @Test
    void actionsAreFoundBySubjectAndPage() {
        TestNode node = node();
        OperatorService operator = node.service().operator();
        for (int i = 0; i < 5; i++) {
            operator.limitRate("a", 1.0 + i, ANN);
            operator.limitRate("b", 1.0 + i, ANN);
        }
        operator.pause(Kind.WORKFLOW_TYPE, "a", ANN);
        assertThat(operator.actions(Subject.TASK_QUEUE, "a", Long.MAX_VALUE, 100)).hasSize(5)
            .allMatch((action) -> action.name().equals("a"));
        assertThat(operator.actions(null, "a", Long.MAX_VALUE, 100)).hasSize(6);
        assertThat(operator.actions(Subject.WORKFLOW_TYPE, null, Long.MAX_VALUE, 100)).hasSize(1);
        List<OperatorAction> page = operator.actions(null, null, Long.MAX_VALUE, 4);
        assertThat(operator.actions(null, null, page.getLast().id(), 100)).hasSize(7)
            .allMatch((action) -> action.id() < page.getLast().id());
        assertThatIllegalArgumentException().isThrownBy(() -> operator.actions(null, null, 0, 0))
            .withMessageContaining("limit");
    }

    @Test
    void schedulesAreRecordedWithTheTransactionThatChangesThem() {
        TestNode node = node();
        ScheduleService schedules = node.service().schedules();
        ScheduleSpec spec = ScheduleSpec.cron("0 3 * * *");
        StartRequest request = node.request("Ends", null);
        this.nodes.transaction().executeWithoutResult((status) -> {
            schedules.create("s", spec, request, ScheduleOptions.defaults());
            status.setRollbackOnly();
        });
        assertThat(actions(node)).isEmpty();
        this.nodes.transaction()
            .executeWithoutResult(
                    (status) -> schedules.create("s", spec, request, ScheduleOptions.defaults().paused(true)));
        try (WorkflowService.Acting acting = node.service().actAs("ann")) {
            schedules.update("s", ScheduleSpec.cron("0 4 * * *"), ScheduleOptions.defaults().note("later"));
            schedules.pause("s", "maintenance");
            schedules.unpause("s", "over");
            schedules.trigger("s", null);
            schedules.backfill("s", Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-01-02T00:00:00Z"), null);
            schedules.delete("s");
        }
        assertThat(actions(node)).extracting(OperatorAction::action)
            .containsExactly("CreateSchedule", "UpdateSchedule", "PauseSchedule", "UnpauseSchedule", "TriggerSchedule",
                    "BackfillSchedule", "DeleteSchedule");
        assertThat(actions(node)).allMatch((action) -> action.subject() == Subject.SCHEDULE)
            .allMatch((action) -> action.name().equals("s"));
        assertThat(actions(node).get(0).identity()).isEqualTo(node.engine().identity());
        assertThat(actions(node).get(2)).returns("ann", OperatorAction::identity)
            .returns("maintenance", OperatorAction::reason);
        assertThat(actions(node).get(1).detail()).contains("0 4 * * *");
    }

    @Test
    void runThatIsDeletedLeavesWhoDeletedIt() {
        TestNode node = node();
        node.begin("Waits", "w");
        String runId = node.begin("Ends", "e").runId();
        node.result("e");
        try (WorkflowService.Acting acting = node.service().actAs("ann")) {
            node.service().delete(new WorkflowRef("e", null), false, "privacy");
            node.service().delete(new WorkflowRef("w", null), true, null);
        }
        assertThat(actions(node)).extracting(OperatorAction::action)
            .containsExactly("DeleteWorkflow", "DeleteWorkflow");
        assertThat(actions(node).getFirst()).returns("e", OperatorAction::name)
            .returns("ann", OperatorAction::identity)
            .returns("privacy", OperatorAction::reason)
            .returns("run " + runId + " of type Ends", OperatorAction::detail);
        assertThat(actions(node).getLast().detail()).endsWith("which was open");
    }

    @Test
    void batchesAreRecordedAndActInTheNameOfWhoBeganThem() {
        TestNode node = node();
        node.begin("Waits", "w");
        Batches batches = new Batches(new Batches.Database(this.nodes.database, "engine", PayloadCodecs.NONE),
                new WorkflowLists(this.nodes.database, "engine"), Instant::now, ContextPropagation.NONE,
                node.engine()::identity);
        String id;
        try (WorkflowService.Acting acting = node.service().actAs("ann")) {
            id = batches.begin(new BatchRequest("", new BatchAction.Terminate(), "over", 0));
        }
        try (WorkflowService.Acting acting = node.service().actAs("bob")) {
            batches.pause(id);
            batches.pause(id);
            batches.resume(id);
        }
        BatchRunner runner = new BatchRunner(batches, node.service());
        runner.start();
        TestNode.await(() -> batches.describe(id).endTime() != null);
        runner.stop();
        batches.stop(id);
        assertThat(events(node, "w").getLast()).isInstanceOfSatisfying(WorkflowExecutionTerminated.class,
                (event) -> assertThat(event.identity()).isEqualTo("ann"));
        assertThat(actions(node)).extracting(OperatorAction::action)
            .containsExactly("BeginBatch", "PauseBatch", "ResumeBatch");
        assertThat(actions(node)).extracting(OperatorAction::identity).containsExactly("ann", "bob", "bob");
        assertThat(actions(node).getFirst()).returns("over", OperatorAction::reason).returns(id, OperatorAction::name);
        String stopped = batches.begin(new BatchRequest("", new BatchAction.Cancel(), null, 0));
        batches.stop(stopped);
        assertThat(actions(node).getLast().action()).isEqualTo("StopBatch");
        assertThat(batches.describe(stopped).endTime()).isNotNull();
    }

    /** Whoever acts is the same everywhere: the principal, else the node. */
    @Test
    void whatIsDoneToARunIsInItsHistory() {
        TestNode node = node();
        for (String id : List.of("cancel", "terminate", "pause", "reset")) {
            node.begin("Waits", id);
        }
        WorkflowService service = node.service();
        try (WorkflowService.Acting acting = service.actAs("ann")) {
            service.cancel(new WorkflowRef("cancel", null), "c");
            service.terminate(new WorkflowRef("terminate", null), "t");
            service.operator().pause(new WorkflowRef("pause", null), Operator.UNKNOWN);
            service.operator().unpause(new WorkflowRef("pause", null), Operator.UNKNOWN);
            service.reset(new WorkflowRef("reset", null), ResetPoint.first(), ResetOptions.defaults().reason("r"));
            service.fork(new WorkflowRef("reset", null), ResetPoint.first(), "fork", ResetOptions.defaults());
        }
        service.operator().pause(new WorkflowRef("pause", null), Operator.UNKNOWN);
        TestNode.await(() -> events(node, "cancel").stream()
            .anyMatch((event) -> event instanceof WorkflowExecutionCancelRequested e && "ann".equals(e.identity())));
        assertThat(events(node, "terminate").getLast()).isInstanceOfSatisfying(WorkflowExecutionTerminated.class,
                (event) -> assertThat(event.identity()).isEqualTo("ann"));
        TestNode.await(() -> recorded(node).size() == 3);
        assertThat(recorded(node)).extracting(OperatorActionRecorded::identity)
            .containsExactly("ann", "ann", node.engine().identity());
        for (String id : List.of("reset", "fork")) {
            assertThat(events(node, id).getFirst()).isInstanceOfSatisfying(WorkflowExecutionStarted.class,
                    (event) -> assertThat(event.resets().getLast().identity()).isEqualTo("ann"));
        }
        assertThat(actions(node)).isEmpty();
    }

    private static List<OperatorActionRecorded> recorded(TestNode node) {
        return events(node, "pause").stream()
            .filter(OperatorActionRecorded.class::isInstance)
            .map(OperatorActionRecorded.class::cast)
            .toList();
    }

    private static List<HistoryEvent> events(TestNode node, String workflowId) {
        return node.service().history(new WorkflowRef(workflowId, null), 0, 1_000);
    }

    @Test
    void actionsOfLongAgoAreDeleted() {
        TestNode first = node();
        for (int i = 0; i < 3; i++) {
            first.service().operator().limitRate("q", 1.0 + i, ANN);
        }
        this.nodes.jdbc()
            .sql("update engine.workflow_operator_action set acted_at = now() - interval '400 days' where id <= 2")
            .update();
        TestNode node = this.nodes.node();
        node.records = Map.of(EngineStore.RecordKind.OPERATOR_ACTION, Duration.ofDays(365));
        node.start();
        TestNode.await(() -> actions(node).size() == 1);
        assertThat(actions(node).getFirst().detail()).isEqualTo("activitiesPerSecond=3.0");
    }

}
