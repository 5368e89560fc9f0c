package dev.workflow.store;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.workflow.engine.EngineStore;
import dev.workflow.engine.ResetPlan;
import dev.workflow.engine.Transition;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The transaction of the calling thread, if it is one of the application's DataSource
 * that can still commit. The engine only inserts in it, keyed by scalars, through its own
 * JDBC connection.
 */
final class SpringCallerTransaction implements EngineStore.CallerTransaction {

    private static final Duration YIELDING = Duration.ofSeconds(5);

    /** One budget for whatever is delivered by the same call, to however many runs. */
    private final long yieldsUntil = System.nanoTime() + YIELDING.toNanos();

    private final CallerConnections connections;

    private final TransitionWriter transitions;

    private final MessageTable messages;

    private final ExecutionTable executions;

    private final RunResets resets;

    private final ActivityTable activities;

    private SpringCallerTransaction(CallerConnections connections, TransitionWriter transitions, MessageTable messages,
            ExecutionTable executions, RunResets resets, ActivityTable activities) {
        this.connections = connections;
        this.transitions = transitions;
        this.messages = messages;
        this.executions = executions;
        this.resets = resets;
        this.activities = activities;
    }

    static @Nullable SpringCallerTransaction current(CallerConnections connections, TransitionWriter transitions,
            MessageTable messages, ExecutionTable executions, RunResets resets, ActivityTable activities) {
        if (!connections.isPresent()) {
            return null;
        }
        return new SpringCallerTransaction(connections, transitions, messages, executions, resets, activities);
    }

    @Override
    public void requireWritable() {
        if (TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
            throw new IllegalStateException("The current transaction is read-only, so nothing can be started, signaled "
                    + "or ended in it. Call from a transaction that may write, or outside of it.");
        }
    }

    private <T> T write(Sessions.Work<T> work) {
        requireWritable();
        return this.connections.in(work);
    }

    @Override
    public Transition.Result start(Transition.NewExecution execution) {
        return write((connection) -> this.transitions.startIn(connection, execution));
    }

    @Override
    public EngineStore.@Nullable ExecutionRow execution(String workflowId) {
        return this.connections.in((connection) -> this.executions.latest(connection, workflowId));
    }

    /**
     * A transaction that holds the run's key already does not give way to its end: each
     * would wait for the other.
     */
    @Override
    public EngineStore.@Nullable Delivered deliver(UUID runId, Transition.NewMessage message, Instant now) {
        while (true) {
            boolean yielding = !touched(runId.toString()) && System.nanoTime() - this.yieldsUntil < 0;
            EngineStore.Delivered delivered = write(
                    (connection) -> this.messages.deliver(connection, runId, message, now, yielding));
            if (delivered == null || delivered.messageId() != MessageTable.RUN_IS_ENDING) {
                touch(runId.toString());
                return delivered;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Override
    public EngineStore.@Nullable Delivered deliverOutcome(EngineStore.ActivityKey activity, int attempt, long owner,
            String payload, Instant now) {
        return write((connection) -> this.messages.deliverOutcome(connection, activity, attempt, owner, payload, now));
    }

    /**
     * Holds the run first: its transitions pass it by until this transaction ends,
     * instead of waiting at the activity's row and their neighbours with them.
     */
    @Override
    public boolean retryLater(EngineStore.ActivityKey activity, int attempt, Instant dueAt, String failure) {
        return write((connection) -> this.activities.holdRun(connection, activity.runId())
                && this.activities.retryLater(connection, activity, attempt, null, dueAt, failure));
    }

    /**
     * Nothing is written while something is in the way, and nothing is waited for by the
     * database: so the transaction stays good.
     */
    @Override
    public ResetPlan.Result reset(ResetPlan plan) {
        long end = System.nanoTime() + YIELDING.toNanos();
        while (true) {
            ResetPlan.Result result = write((connection) -> this.resets.reset(connection, plan));
            if (!(result instanceof ResetPlan.Result.Locked) || System.nanoTime() > end) {
                return result;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Override
    public void afterCommit(Runnable action) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

            @Override
            public void afterCommit() {
                action.run();
            }

        });
    }

    @Override
    public boolean touched(String workflowId) {
        return Touched.current().contains(workflowId);
    }

    @Override
    public void touch(String workflowId) {
        Touched.current().add(workflowId);
    }

    /**
     * Which workflows this transaction has written something for; forgotten with its end.
     */
    private static final class Touched {

        private static Set<String> current() {
            @SuppressWarnings("unchecked")
            Set<String> touched = (Set<String>) TransactionSynchronizationManager.getResource(Touched.class);
            if (touched != null) {
                return touched;
            }
            Set<String> fresh = new HashSet<>();
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

                @Override
                public void suspend() {
                    TransactionSynchronizationManager.unbindResource(Touched.class);
                }

                @Override
                public void resume() {
                    TransactionSynchronizationManager.bindResource(Touched.class, fresh);
                }

                @Override
                public void afterCompletion(int status) {
                    TransactionSynchronizationManager.unbindResourceIfPossible(Touched.class);
                }

            });
            TransactionSynchronizationManager.bindResource(Touched.class, fresh);
            return fresh;
        }

    }

}
