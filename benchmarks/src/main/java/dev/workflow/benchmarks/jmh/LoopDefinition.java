package dev.workflow.benchmarks.jmh;

import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

import dev.workflow.ActivityOptions;
import dev.workflow.LocalActivityOptions;
import dev.workflow.VoidCall;
import dev.workflow.WorkflowContext;
import dev.workflow.Workflows;
import dev.workflow.history.ActivityTaskCompleted;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.history.CommandEvent;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.InputEvent;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.payload.JacksonFailureConverter;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.replay.ActivityStubs;
import dev.workflow.replay.MachineSettings;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.replay.WorkflowMachine;
import org.jspecify.annotations.Nullable;

/** A workflow of activities, one after the other, without Spring. */
final class LoopDefinition implements WorkflowDefinition {

    private static final PayloadConverter PAYLOADS = new JacksonPayloadConverter();

    private static final String PAYLOAD = "-".repeat(98);

    private static final ActivityOptions OPTIONS = ActivityOptions.defaults()
        .startToCloseTimeout(Duration.ofMinutes(1));

    private static final MachineSettings SETTINGS = new MachineSettings(PAYLOADS, new JacksonFailureConverter(PAYLOADS),
            new NoStubs(), OPTIONS, false, Integer.MAX_VALUE);

    static WorkflowMachine machine() {
        return new WorkflowMachine(new LoopDefinition(), SETTINGS);
    }

    /** Of so many activities, the last of which has just been completed. */
    static List<HistoryEvent> history(int activities) {
        Instant now = Instant.parse("2026-11-24T10:00:00Z");
        List<HistoryEvent> history = new ArrayList<>();
        try (WorkflowMachine machine = machine()) {
            long scheduled = apply(machine, started(now, activities), history);
            for (int i = 0; i < activities; i++) {
                scheduled = apply(machine, new ActivityTaskCompleted(machine.lastEventId() + 1, now, scheduled, 1,
                        PAYLOADS.encode(PAYLOAD)), history);
            }
        }
        return List.copyOf(history);
    }

    private static long apply(WorkflowMachine machine, InputEvent input, List<HistoryEvent> history) {
        List<CommandEvent> commands = machine.apply(input);
        history.add(input);
        history.addAll(commands);
        return (commands.getFirst() instanceof ActivityTaskScheduled scheduled) ? scheduled.eventId() : 0;
    }

    private static WorkflowExecutionStarted started(Instant now, int activities) {
        String runId = new UUID(0x0197a3b000007000L, 0x8000000000000001L).toString();
        return new WorkflowExecutionStarted(1, now, "loop", runId, "Loop", "benchmark",
                PAYLOADS.encodeArguments(activities), runId, null, 1, null, null, null, null, null, Map.of(), Map.of(),
                null, 3, null, null, Map.of(), null, null, null);
    }

    private static @Nullable Object loop(Object target, @Nullable Object[] arguments) {
        int activities = (arguments[0] instanceof Integer number) ? number : 0;
        String last = "";
        for (int i = 0; i < activities; i++) {
            last = Workflows.activity("Steps.pass", String.class, OPTIONS, PAYLOAD);
        }
        return last;
    }

    @Override
    public String type() {
        return "Loop";
    }

    @Override
    public Object newInstance() {
        return this;
    }

    @Override
    public Handler workflowMethod() {
        return new Handler("run", new Type[] { Integer.class }, String.class, LoopDefinition::loop);
    }

    @Override
    public @Nullable Handler init() {
        return null;
    }

    @Override
    public Map<String, Handler> signals() {
        return Map.of();
    }

    @Override
    public Map<String, Handler> queries() {
        return Map.of();
    }

    @Override
    public Map<String, Handler> updates() {
        return Map.of();
    }

    @Override
    public Map<String, Handler> updateValidators() {
        return Map.of();
    }

    @Override
    public boolean failsRun(Throwable failure) {
        return false;
    }

    private static final class NoStubs implements ActivityStubs {

        @Override
        public <A> A stub(Class<A> type, ActivityOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <A> A withOptions(A activityBean, ActivityOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <W> W workflow(Class<W> workflowClass, Function<WorkflowContext.RecordedCall, @Nullable Object> onCall) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <A> A localStub(Class<A> type, LocalActivityOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <A> A localStub(A activityBean, LocalActivityOptions options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <W> WorkflowContext.RecordedCall record(Class<W> workflowClass, VoidCall<W> call) {
            throw new UnsupportedOperationException();
        }

    }

}
