package dev.workflow.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import dev.dbos.transact.DBOS;
import dev.dbos.transact.StartWorkflowOptions;
import dev.dbos.transact.workflow.WorkflowHandle;
import dev.workflow.benchmarks.application.Bedtimes;
import dev.workflow.benchmarks.dbos.DbosWorkflows;

/** A node of DBOS Transact. */
final class DbosSession implements Session {

    private final DBOS dbos;

    private final DbosWorkflows workflows;

    private final Bedtimes bedtimes;

    private final Runnable close;

    private final ConcurrentMap<String, WorkflowHandle<String, RuntimeException>> parked = new ConcurrentHashMap<>();

    DbosSession(DBOS dbos, DbosWorkflows workflows, Bedtimes bedtimes, Runnable close) {
        this.dbos = dbos;
        this.workflows = workflows;
        this.bedtimes = bedtimes;
        this.close = close;
    }

    @Override
    public String run(String payload) {
        return this.dbos.startWorkflow(() -> this.workflows.threeSteps(payload)).getResult();
    }

    @Override
    public String step(String payload) {
        return this.dbos.startWorkflow(() -> this.workflows.oneStep(payload)).getResult();
    }

    @Override
    public String transfer(String payload) {
        return this.dbos.startWorkflow(() -> this.workflows.transfer(payload)).getResult();
    }

    @Override
    public void park(String id) {
        this.parked.put(id, this.dbos.startWorkflow(() -> this.workflows.parked(id), new StartWorkflowOptions(id)));
    }

    @Override
    public void signal(String id, String payload) {
        this.dbos.send(id, payload, "wake");
    }

    @Override
    public String result(String id) {
        return Check.present(this.parked.remove(id), "parked run " + id).getResult();
    }

    @Override
    public Duration sleep(String id, Duration duration) {
        String result = this.dbos
            .startWorkflow(() -> this.workflows.sleeper(id, duration.toMillis()), new StartWorkflowOptions(id))
            .getResult();
        Check.same(id, result);
        return this.bedtimes.lateness(id, duration);
    }

    @Override
    public long fanOut(String id, int width) {
        return this.dbos.startWorkflow(() -> this.workflows.fanOut(width), new StartWorkflowOptions(id)).getResult();
    }

    @Override
    public Halves sequence(String id, int steps) {
        long[] times = this.dbos.startWorkflow(() -> this.workflows.sequence(steps), new StartWorkflowOptions(id))
            .getResult();
        return Halves.of(Arrays.copyOf(times, steps), times[steps]);
    }

    @Override
    public void close() {
        Closing.completely(this.close);
    }

}
