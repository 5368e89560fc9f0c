package dev.workflow.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import dev.workflow.ActivityOptions;
import dev.workflow.RetryOptions;
import dev.workflow.Workflows;
import dev.workflow.batch.BatchAction;
import dev.workflow.batch.BatchRequest;
import dev.workflow.batch.BatchRunner;
import dev.workflow.batch.Batches;
import dev.workflow.client.BatchDescription;
import dev.workflow.client.OperatorAction;
import dev.workflow.client.ResetOptions;
import dev.workflow.client.ResetPoint;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.OperatorActionRecorded;
import dev.workflow.history.ResetOrigin;
import dev.workflow.history.WorkflowExecutionCancelRequested;
import dev.workflow.history.WorkflowExecutionSignaled;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.history.WorkflowExecutionTerminated;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.payload.FailureInfo;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever an operator does to a run leaves who, what, when and why in its history, or
 * where it is gone then, among the actions of operators: one by one, and as a batch.
 */
class OperatorTracesIntegrationTests {

    private static final WorkflowRef RUN = new WorkflowRef("run", null);

    private static final Operator BECAUSE = new Operator(null, "because");

    private static final FailureInfo FAILURE = FailureInfo.application("no", "Type", true);

    @AutoClose
    private final TestNodes nodes = new TestNodes();

    /** Fails once, so that its activity waits for a retry that is far away. */
    private TestNode node() {
        ActivityOptions hourly = ActivityOptions.defaults()
            .retry(RetryOptions.defaults().initialInterval(Duration.ofHours(1)).maximumInterval(Duration.ofHours(1)));
        return this.nodes.node().activity("Fails", (arguments) -> {
            throw new IllegalStateException("not yet");
        }).workflow("Works", (arguments) -> {
            Workflows.onSignal("go", (given) -> {
            });
            Object result = Workflows.activity("Fails", Object.class, hourly);
            Workflows.await(() -> false);
            return result;
        }).start();
    }

    private static void awaitRetry(TestNode node) {
        node.begin("Works", "run");
        TestNode.await(() -> node.service()
            .describe(RUN)
            .pendingActivities()
            .stream()
            .anyMatch((activity) -> activity.lastFailure() != null));
    }

    /** What the operator's half can do to a run, and what its history calls it. */
    enum Deed {

        CANCEL("cancel") {
            @Override
            void on(WorkflowService service) {
                service.cancel(RUN, "because");
            }
        },

        TERMINATE("terminate") {
            @Override
            void on(WorkflowService service) {
                service.terminate(RUN, "because");
            }
        },

        SIGNAL("signal go") {
            @Override
            void on(WorkflowService service) {
                service.signal(RUN, "go", Json.EMPTY_ARRAY, null);
            }
        },

        RESET("reset") {
            @Override
            void on(WorkflowService service) {
                service.reset(RUN, ResetPoint.first(), ResetOptions.defaults().reason("because"));
            }
        },

        FORK("reset") {
            @Override
            void on(WorkflowService service) {
                service.fork(RUN, ResetPoint.first(), "fork", ResetOptions.defaults().reason("because"));
            }
        },

        PAUSE("PauseWorkflow") {
            @Override
            void on(WorkflowService service) {
                service.operator().pause(RUN, BECAUSE);
            }
        },

        UNPAUSE("UnpauseWorkflow") {
            @Override
            void on(WorkflowService service) {
                service.operator().pause(RUN, new Operator("bob", "before"));
                service.operator().unpause(RUN, BECAUSE);
            }
        },

        RUN_ACTIVITY_NOW("RunNowActivity") {
            @Override
            void on(WorkflowService service) {
                activity(service, new ActivityAction.RunNow(), BECAUSE);
            }
        },

        PAUSE_ACTIVITY("PauseActivity") {
            @Override
            void on(WorkflowService service) {
                activity(service, new ActivityAction.Pause(), BECAUSE);
            }
        },

        UNPAUSE_ACTIVITY("UnpauseActivity") {
            @Override
            void on(WorkflowService service) {
                activity(service, new ActivityAction.Pause(), new Operator("bob", "before"));
                activity(service, new ActivityAction.Unpause(false), BECAUSE);
            }
        },

        RESET_ACTIVITY("ResetActivity") {
            @Override
            void on(WorkflowService service) {
                activity(service, new ActivityAction.Reset(), BECAUSE);
            }
        },

        CHANGE_OPTIONS("ChangeOptionsOfActivity") {
            @Override
            void on(WorkflowService service) {
                activity(service, new ActivityAction.ChangeOptionsOf(
                        ActivityOptions.defaults().startToCloseTimeout(Duration.ofMinutes(9))), BECAUSE);
            }
        },

        COMPLETE_ACTIVITY("CompleteActivity") {
            @Override
            void on(WorkflowService service) {
                activity(service, new ActivityAction.Complete(new Json("1")), BECAUSE);
            }
        },

        FAIL_ACTIVITY("FailActivity") {
            @Override
            void on(WorkflowService service) {
                activity(service, new ActivityAction.Fail(FAILURE), BECAUSE);
            }
        };

        private final String title;

        Deed(String title) {
            this.title = title;
        }

        abstract void on(WorkflowService service);

        private static void activity(WorkflowService service, ActivityAction action, Operator operator) {
            String id = service.describe(RUN).pendingActivities().getFirst().activityId();
            service.operator().activity(RUN, id, action, operator);
        }

    }

    /** What a history says of somebody's action. */
    record Trace(String what, @Nullable String who, @Nullable String why, Instant when) {

        static @Nullable Trace of(HistoryEvent event) {
            return switch (event) {
                case WorkflowExecutionCancelRequested e -> new Trace("cancel", e.identity(), e.reason(), e.eventTime());
                case WorkflowExecutionTerminated e -> new Trace("terminate", e.identity(), e.reason(), e.eventTime());
                case WorkflowExecutionSignaled e ->
                    new Trace("signal " + e.signalName(), e.identity(), e.requestId(), e.eventTime());
                case OperatorActionRecorded e -> new Trace(e.action(), e.identity(), e.reason(), e.requestTime());
                case WorkflowExecutionStarted e -> e.resets().isEmpty() ? null : of(e.resets().getLast());
                default -> null;
            };
        }

        private static Trace of(ResetOrigin reset) {
            return new Trace("reset", reset.identity(), reset.reason(), reset.time());
        }

    }

    private static @Nullable Trace trace(TestNode node, String workflowId, String what) {
        return node.service()
            .history(new WorkflowRef(workflowId, null), 0, 1_000)
            .stream()
            .map(Trace::of)
            .filter(Objects::nonNull)
            .filter((trace) -> trace.what().equals(what) && !"bob".equals(trace.who()))
            .findFirst()
            .orElse(null);
    }

    private static Trace awaitTrace(TestNode node, String workflowId, String what) {
        TestNode.await(() -> trace(node, workflowId, what) != null);
        return Objects.requireNonNull(trace(node, workflowId, what));
    }

    @ParameterizedTest
    @EnumSource
    void deedLeavesWhoWhatWhenAndWhy(Deed deed) {
        TestNode node = node();
        awaitRetry(node);
        Instant before = node.clock.instant();
        try (WorkflowService.Acting acting = node.service().actAs("ann")) {
            deed.on(node.service());
        }
        Instant after = node.clock.instant();
        Trace trace = awaitTrace(node, (deed == Deed.FORK) ? "fork" : "run", deed.title);
        assertThat(trace.who()).isEqualTo("ann");
        // A signal is the application's own word for why.
        assertThat(trace.why()).isEqualTo((deed == Deed.SIGNAL) ? null : "because");
        assertThat(trace.when()).isBetween(before.minusSeconds(1), after.plusSeconds(60));
        assertThat(node.service().operator().actions(null, null, Long.MAX_VALUE, 10)).isEmpty();
        TestNode.await(node.engine()::isQuiet);
        assertThat(node.engine().refusedCommits()).as("commits of a run that went to somebody else").isZero();
    }

    @Test
    void signalOfNobodyInParticularNamesNobody() {
        TestNode node = node();
        awaitRetry(node);
        node.service().signal(RUN, "go", Json.EMPTY_ARRAY, null);
        assertThat(awaitTrace(node, "run", "signal go").who()).isNull();
    }

    @Test
    void signalKeepsItsSenderThroughTheInboxAndThroughAReset() {
        TestNode node = node();
        awaitRetry(node);
        try (WorkflowService.Acting acting = node.service().actAs("ann")) {
            this.nodes.transaction()
                .executeWithoutResult((status) -> node.service().signal(RUN, "go", Json.EMPTY_ARRAY, null));
        }
        assertThat(awaitTrace(node, "run", "signal go").who()).isEqualTo("ann");
        try (WorkflowService.Acting acting = node.service().actAs("eve")) {
            node.service().reset(RUN, ResetPoint.first(), ResetOptions.defaults());
        }
        assertThat(awaitTrace(node, "run", "reset").who()).isEqualTo("eve");
        assertThat(awaitTrace(node, "run", "signal go").who()).isEqualTo("ann");
    }

    static Stream<BatchAction> batches() {
        return Stream.of(new BatchAction.Signal("go", Json.EMPTY_ARRAY), new BatchAction.Cancel(),
                new BatchAction.Terminate(), new BatchAction.Reset(ResetPoint.first(), true),
                new BatchAction.Fork(ResetPoint.first(), true, "-fork"), new BatchAction.Delete(true),
                new BatchAction.OnActivities(null, new ActivityAction.RunNow()),
                new BatchAction.OnActivities("Fails", new ActivityAction.Pause()),
                new BatchAction.OnActivities(null, new ActivityAction.Unpause(true)),
                new BatchAction.OnActivities(null, new ActivityAction.Reset()),
                new BatchAction.OnActivities(null, new ActivityAction.ChangeOptionsOf(
                        ActivityOptions.defaults().heartbeatTimeout(Duration.ofHours(2)))));
    }

    @ParameterizedTest
    @MethodSource
    void batches(BatchAction action) {
        TestNode node = node();
        awaitRetry(node);
        if (action instanceof BatchAction.OnActivities on && on.action() instanceof ActivityAction.Unpause) {
            Deed.activity(node.service(), new ActivityAction.Pause(), new Operator("bob", "before"));
        }
        Batches batches = new Batches(new Batches.Database(this.nodes.database, "engine", PayloadCodecs.NONE),
                new WorkflowLists(this.nodes.database, "engine"), Instant::now, ContextPropagation.NONE,
                node.engine()::identity);
        BatchRunner runner = new BatchRunner(batches, node.service());
        runner.start();
        String id;
        try (WorkflowService.Acting acting = node.service().actAs("ann")) {
            id = batches.begin(new BatchRequest("WorkflowId = 'run'", action, "because", 0));
        }
        TestNode.await(() -> batches.describe(id).endTime() != null);
        runner.stop();
        assertThat(batches.describe(id)).returns(1L, BatchDescription::done).returns(0L, BatchDescription::failed);
        List<OperatorAction> recorded = node.service().operator().actions(null, null, Long.MAX_VALUE, 10);
        assertThat(recorded).allMatch((one) -> one.identity().equals("ann"));
        if (action instanceof BatchAction.Delete) {
            assertThat(recorded).extracting(OperatorAction::action).containsExactly("DeleteWorkflow", "BeginBatch");
            assertThat(recorded.getFirst().reason()).contains("because", id);
            return;
        }
        assertThat(recorded).extracting(OperatorAction::action).containsExactly("BeginBatch");
        Trace trace = awaitTrace(node, (action instanceof BatchAction.Fork) ? "run-fork" : "run", title(action));
        assertThat(trace.who()).isEqualTo("ann");
        assertThat(trace.why()).contains(id);
    }

    private static String title(BatchAction action) {
        return switch (action) {
            case BatchAction.Signal signal -> "signal go";
            case BatchAction.Cancel cancel -> "cancel";
            case BatchAction.Terminate terminate -> "terminate";
            case BatchAction.Reset reset -> "reset";
            case BatchAction.Fork fork -> "reset";
            case BatchAction.Delete delete -> "delete";
            case BatchAction.OnActivities on -> on.action().title();
        };
    }

    /** A new way to step in needs its place here. */
    @Test
    void everyActionOnActivitiesIsAmongTheDeeds() {
        List<String> titles = Arrays.stream(Deed.values()).map((deed) -> deed.title).toList();
        assertThat(ActivityAction.class.getPermittedSubclasses())
            .allSatisfy((action) -> assertThat(titles).contains(action.getSimpleName() + "Activity"));
        assertThat(batches().map(OperatorTracesIntegrationTests::title).toList())
            .hasSize(BatchAction.Operation.values().length);
    }

}
