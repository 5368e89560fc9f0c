package dev.workflow.sample.agents;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.Workflows;
import dev.workflow.failure.ActivityFailure;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.failure.CanceledFailure;
import dev.workflow.sample.input.Expect;
import dev.workflow.sample.input.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the model, uses the tools that it wants, tells it what came of it, and so on until
 * it has an answer. A tool that changes something is used only after somebody has agreed
 * to that very call. A call that fails, is rejected or names no tool does not end the
 * run: the model is told.
 */
@Workflow(taskQueue = "agents")
public class AgentWorkflow {

    private static final int MAX_TASK_LENGTH = 5_000;

    private static final int MAX_REASON_LENGTH = 500;

    private final Model model;

    private final Toolbox toolbox;

    private final AgentProperties properties;

    private final List<Message> transcript = new ArrayList<>();

    private final Map<String, ToolCall> waiting = new LinkedHashMap<>();

    private final Map<String, Decision> decisions = new HashMap<>();

    private int turns;

    private int calls;

    private boolean done;

    AgentWorkflow(Model model, Toolbox toolbox, AgentProperties properties) {
        this.model = model;
        this.toolbox = toolbox;
        this.properties = properties;
    }

    /** Returns the model's answer. */
    @WorkflowMethod
    public String work(String task) {
        this.transcript.add(Message.ofUser(checked(task)));
        AgentProperties limits = Workflows.sideEffect(AgentProperties.class, () -> this.properties);
        while (this.turns < limits.maxTurns()) {
            this.turns++;
            Model.Reply reply = this.model.reply(this.transcript);
            List<ToolCall> wanted = reply.requests().stream().map(this::call).toList();
            this.transcript.add(Message.ofModel(reply.text(), wanted));
            if (wanted.isEmpty()) {
                this.done = true;
                return reply.text();
            }
            use(wanted, limits);
        }
        throw ApplicationFailure.nonRetryable("The model has no answer after " + this.turns + " turns", "TooManyTurns");
    }

    private ToolCall call(Model.Request request) {
        return new ToolCall("call-" + (++this.calls), request.tool(), request.argument());
    }

    /** All of them at once; their results are told in the order of the calls. */
    private void use(List<ToolCall> wanted, AgentProperties limits) {
        List<Promise<String>> results = wanted.stream()
            .map((call) -> Workflows.async(() -> use(call, limits)))
            .toList();
        for (int i = 0; i < wanted.size(); i++) {
            this.transcript.add(Message.ofTool(wanted.get(i), results.get(i).get()));
        }
    }

    private String use(ToolCall call, AgentProperties limits) {
        Tool tool = Tool.named(call.tool()).orElse(null);
        if (tool == null) {
            return "there is no tool " + call.tool();
        }
        Decision decision = tool.isDangerous() ? awaitDecision(call, limits) : Decision.NOT_NEEDED;
        if (!decision.approved()) {
            return "not allowed: " + decision.reason();
        }
        try {
            return this.toolbox.use(tool, call.argument());
        }
        catch (ActivityFailure failure) {
            if (CanceledFailure.isCancellation(failure)) {
                throw failure;
            }
            return "failed: " + ((failure.getCause() != null) ? failure.getCause().getMessage() : failure.getMessage());
        }
    }

    private Decision awaitDecision(ToolCall call, AgentProperties limits) {
        this.waiting.put(call.id(), call);
        try {
            Workflows.await(limits.approvalTimeout(), () -> this.decisions.containsKey(call.id()));
        }
        finally {
            this.waiting.remove(call.id());
        }
        Decision decision = this.decisions.get(call.id());
        return (decision != null) ? decision : new Decision(false, "nobody decided within " + limits.approvalTimeout());
    }

    /** Returns the call that is made now. */
    @UpdateMethod
    public ToolCall approve(String callId, String by) {
        return decide(callId, new Decision(true, "by " + by));
    }

    /** Returns the call that is not made. */
    @UpdateMethod
    public ToolCall reject(String callId, String reason) {
        return decide(callId, new Decision(false, reason));
    }

    private ToolCall decide(String callId, Decision decision) {
        this.decisions.put(callId, decision);
        return Objects.requireNonNull(this.waiting.get(callId));
    }

    @UpdateValidator("approve")
    void checkApproval(@Nullable String callId, @Nullable String by) {
        checkDecision(callId);
        Expect.text("by", by, MAX_REASON_LENGTH);
    }

    @UpdateValidator("reject")
    void checkRejection(@Nullable String callId, @Nullable String reason) {
        checkDecision(callId);
        Expect.text("reason", reason, MAX_REASON_LENGTH);
    }

    /**
     * A decision names its call, so that one that comes late is not taken for another.
     */
    private void checkDecision(@Nullable String callId) {
        if (!this.waiting.containsKey(callId) || this.decisions.containsKey(callId)) {
            throw new IllegalArgumentException(
                    "No call '" + callId + "' waits for a decision, but " + this.waiting.keySet());
        }
    }

    @QueryMethod
    public List<Message> transcript() {
        return List.copyOf(this.transcript);
    }

    @QueryMethod
    public AgentStatus status() {
        return new AgentStatus(this.turns, List.copyOf(this.waiting.values()), this.done);
    }

    private static String checked(@Nullable String task) {
        try {
            return Expect.text("task", task, MAX_TASK_LENGTH);
        }
        catch (InvalidInputException ex) {
            throw ApplicationFailure.nonRetryable(ex.getMessage(), "InvalidTask");
        }
    }

    /** What somebody decided about a call. */
    private record Decision(boolean approved, String reason) {

        static final Decision NOT_NEEDED = new Decision(true, "harmless");

    }

}
