package dev.workflow.benchmarks.dbos;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.dbos.transact.DBOS;
import dev.dbos.transact.txstep.JdbcStepFactory;
import dev.dbos.transact.workflow.Workflow;
import dev.dbos.transact.workflow.WorkflowHandle;
import dev.workflow.benchmarks.Transfers;
import dev.workflow.benchmarks.application.Bedtimes;

/** The workloads on DBOS's steps. */
public final class DbosWorkflowsOnSteps implements DbosWorkflows {

    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final DBOS dbos;

    private final JdbcStepFactory transactions;

    private final Bedtimes bedtimes;

    private DbosWorkflows itself = this;

    public DbosWorkflowsOnSteps(DBOS dbos, JdbcStepFactory transactions, Bedtimes bedtimes) {
        this.dbos = dbos;
        this.transactions = transactions;
        this.bedtimes = bedtimes;
    }

    /** Registers it; what is returned starts workflows. */
    public DbosWorkflows register() {
        this.itself = this.dbos.registerProxy(DbosWorkflows.class, this);
        return this.itself;
    }

    @Override
    @Workflow
    public String threeSteps(String payload) {
        String first = this.dbos.runStep(() -> payload, "first");
        String second = this.dbos.runStep(() -> first, "second");
        return this.dbos.runStep(() -> second, "third");
    }

    @Override
    @Workflow
    public String oneStep(String payload) {
        return this.dbos.runStep(() -> payload, "step");
    }

    @Override
    @Workflow
    public String transfer(String payload) {
        change(payload, Transfers.from(payload), -1, "withdraw");
        change(payload, Transfers.to(payload), 1, "deposit");
        return payload;
    }

    private void change(String transfer, int account, long amount, String name) {
        try {
            this.transactions.txStep((Connection connection) -> {
                Transfers.change(connection, transfer, account, amount);
                return account;
            }, name);
        }
        catch (SQLException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Override
    @Workflow
    public String parked(String id) {
        return this.dbos.<String>recv("wake", LONGEST_WAIT).orElseThrow();
    }

    @Override
    @Workflow
    public String sleeper(String id, long millis) {
        this.bedtimes.begins(id, Instant.now());
        this.dbos.sleep(Duration.ofMillis(millis));
        return id;
    }

    @Override
    @Workflow
    public long fanOut(int width) {
        List<WorkflowHandle<Integer, RuntimeException>> children = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            int number = i;
            children.add(this.dbos.startWorkflow(() -> this.itself.child(number)));
        }
        long sum = 0;
        for (WorkflowHandle<Integer, RuntimeException> child : children) {
            sum += child.getResult();
        }
        return sum;
    }

    @Override
    @Workflow
    public int child(int number) {
        return this.dbos.runStep(() -> number, "number");
    }

    @Override
    @Workflow
    public long[] sequence(int steps) {
        long[] times = new long[steps + 1];
        for (int i = 0; i < steps; i++) {
            int number = i;
            times[i] = System.nanoTime();
            int result = this.dbos.runStep(() -> number, "number");
            if (result != number) {
                throw new IllegalStateException("Step " + number + " returned " + result);
            }
        }
        times[steps] = System.nanoTime();
        return times;
    }

}
