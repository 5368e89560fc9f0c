package dev.workflow.test;

import java.util.List;

import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.history.HistoryEvent;
import dev.workflow.replay.MachineSettings;

/** Replays with the types and settings of an application. */
final class EngineReplayer implements Replayer {

    private final Replayer code;

    private final WorkflowEngine engine;

    EngineReplayer(TypeRegistry types, MachineSettings settings, WorkflowEngine engine) {
        this.code = new PlainReplayer(types, settings);
        this.engine = engine;
    }

    @Override
    public void replay(List<? extends HistoryEvent> history) {
        this.code.replay(history);
    }

    @Override
    public void evictAll() {
        this.engine.evictAll();
    }

}
