package dev.workflow.test;

import java.util.List;

import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.history.HistoryEvent;
import dev.workflow.history.WorkflowExecutionStarted;
import dev.workflow.replay.MachineSettings;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.replay.WorkflowMachine;

/** Replays with the machine that the engine itself uses. */
final class EngineReplayer implements Replayer {

    private final TypeRegistry types;

    private final MachineSettings settings;

    private final WorkflowEngine engine;

    EngineReplayer(TypeRegistry types, MachineSettings settings, WorkflowEngine engine) {
        this.types = types;
        this.settings = settings;
        this.engine = engine;
    }

    @Override
    public void replay(List<? extends HistoryEvent> history) {
        try (WorkflowMachine machine = new WorkflowMachine(definition(history), this.settings)) {
            machine.replay(history.iterator());
        }
    }

    private WorkflowDefinition definition(List<? extends HistoryEvent> history) {
        if (history.isEmpty() || !(history.get(0) instanceof WorkflowExecutionStarted started)) {
            throw new IllegalArgumentException("A history begins with WorkflowExecutionStarted, but this one "
                    + (history.isEmpty() ? "is empty" : "with " + history.get(0).eventType()));
        }
        WorkflowDefinition definition = this.types.workflow(started.workflowType());
        if (definition == null) {
            throw new IllegalArgumentException("No workflow type '" + started.workflowType()
                    + "' in this context, only " + this.types.workflowTypes());
        }
        return definition;
    }

    @Override
    public void evictAll() {
        this.engine.evictAll();
    }

}
