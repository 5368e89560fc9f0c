package dev.workflow.client;

import java.util.OptionalDouble;

import dev.workflow.engine.EngineStore.Control;
import dev.workflow.engine.Operator;
import dev.workflow.engine.OperatorService;

/** A task queue or workflow type on the engine. */
final class EngineControlHandle implements TaskQueueHandle, WorkflowTypeHandle {

    private final ClientCalls calls;

    private final Control.Kind kind;

    private final String name;

    EngineControlHandle(ClientCalls calls, Control.Kind kind, String name) {
        this.calls = calls;
        this.kind = kind;
        this.name = name;
    }

    private OperatorService operator() {
        return this.calls.service().operator();
    }

    @Override
    public String name() {
        return this.name;
    }

    @Override
    public void pause(String reason) {
        this.calls.run("pause", () -> operator().pause(this.kind, this.name, new Operator(null, reason)), this.kind,
                this.name, reason);
    }

    @Override
    public void unpause() {
        this.calls.run("unpause", () -> operator().unpause(this.kind, this.name), this.kind, this.name);
    }

    @Override
    public boolean isPaused() {
        return this.calls.call("isPaused",
                () -> operator().pauses()
                    .stream()
                    .anyMatch((paused) -> paused.kind() == this.kind && paused.name().equals(this.name)),
                this.kind, this.name);
    }

    @Override
    public void limitRate(double perSecond) {
        this.calls.run("limitRate", () -> operator().limitRate(this.name, perSecond), this.name, perSecond);
    }

    @Override
    public void unlimitRate() {
        this.calls.run("unlimitRate", () -> operator().limitRate(this.name, null), this.name);
    }

    @Override
    public OptionalDouble rateLimit() {
        return this.calls.call("rateLimit",
                () -> operator().taskQueue(this.name)
                    .map(Control::rateLimit)
                    .map(OptionalDouble::of)
                    .orElse(OptionalDouble.empty()),
                this.name);
    }

    @Override
    public void limitConcurrency(ConcurrencyLimit limit) {
        this.calls.run("limitConcurrency", () -> operator().limitConcurrency(this.name, limit, Operator.UNKNOWN),
                this.name, limit);
    }

    @Override
    public void unlimitConcurrency() {
        this.calls.run("unlimitConcurrency", () -> operator().limitConcurrency(this.name, null, Operator.UNKNOWN),
                this.name);
    }

    @Override
    public void resetConcurrency() {
        this.calls.run("resetConcurrency", () -> operator().resetConcurrency(this.name, Operator.UNKNOWN), this.name);
    }

    @Override
    public ConcurrencyDescription concurrency() {
        return this.calls.call("concurrency", () -> operator().concurrency(this.name), this.name);
    }

    @Override
    public void slots(int activitySlots, int workflowSlots) {
        this.calls.run("slots", () -> operator().setSlots(this.name, activitySlots, workflowSlots), this.name,
                activitySlots, workflowSlots);
    }

    @Override
    public void resetSlots() {
        this.calls.run("resetSlots", () -> operator().setSlots(this.name, null, null), this.name);
    }

}
