package dev.workflow.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.event.AbstractSchedulerListener;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;

/** A node of db-scheduler. A task's result is what it was given, once its row is gone. */
final class DbSchedulerSession implements Session {

    private final HikariDataSource connections;

    private final OneTimeTask<String> task = Tasks.oneTime("benchmark", String.class)
        .execute((instance, context) -> instance.getData());

    private final ConcurrentMap<String, CompletableFuture<ExecutionComplete>> ends = new ConcurrentHashMap<>();

    private final Scheduler scheduler;

    DbSchedulerSession(HikariDataSource connections, int threads, Duration pollInterval) {
        this.connections = connections;
        this.scheduler = Scheduler.create(connections, this.task)
            .threads(threads)
            .pollUsingLockAndFetch(1.0, 4.0)
            .pollingInterval(pollInterval)
            .enableImmediateExecution()
            .addSchedulerListener(new Ends())
            .build();
        this.scheduler.start();
    }

    @Override
    public String run(String payload) {
        return execute(payload, Instant.now());
    }

    @Override
    public String step(String payload) {
        return execute(payload, Instant.now());
    }

    @Override
    public Duration sleep(String id, Duration duration) {
        Instant due = Instant.now().plus(duration);
        Check.same(id, execute(id, due));
        return Duration.between(due, Instant.now());
    }

    private String execute(String payload, Instant due) {
        String id = UUID.randomUUID().toString();
        CompletableFuture<ExecutionComplete> end = new CompletableFuture<>();
        this.ends.put(id, end);
        this.scheduler.schedule(this.task.instance(id, payload), due);
        ExecutionComplete done = end.join();
        if (done.getResult() != ExecutionComplete.Result.OK) {
            throw new IllegalStateException("A task failed", done.getCause().orElse(null));
        }
        return (String) done.getExecution().taskInstance.getData();
    }

    @Override
    public void close() {
        Closing.completely(() -> {
            this.scheduler.stop();
            this.connections.close();
        });
    }

    private final class Ends extends AbstractSchedulerListener {

        @Override
        public void onExecutionComplete(ExecutionComplete done) {
            CompletableFuture<ExecutionComplete> end = DbSchedulerSession.this.ends
                .remove(done.getExecution().taskInstance.getId());
            if (end != null) {
                end.complete(done);
            }
        }

    }

}
