package dev.workflow.boot.actuate;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.workflow.engine.DatabaseSample;
import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.OperationGauges;
import dev.workflow.engine.ScheduleGauges;
import dev.workflow.engine.WaitingForBuild;

/** An engine that looks as a test wants. */
final class FixedGauges implements EngineGauges {

    boolean running = true;

    boolean superseded;

    boolean paused;

    int used = 3;

    Duration silence = Duration.ofSeconds(1);

    List<WaitingForBuild> waiting = List.of();

    Duration scheduleLag = Duration.ofMillis(500);

    @Override
    public boolean isRunning() {
        return this.running;
    }

    @Override
    public boolean isSuperseded() {
        return this.superseded;
    }

    @Override
    public int cachedRuns() {
        return 5;
    }

    @Override
    public Collection<String> taskQueues() {
        return List.of("orders");
    }

    @Override
    public Collection<String> waitingQueues() {
        return List.of("nobodys", "orders");
    }

    @Override
    public int activitySlots(String taskQueue) {
        return 200;
    }

    @Override
    public int activitySlotsUsed(String taskQueue) {
        return this.used;
    }

    @Override
    public int transactionalSlots() {
        return 7;
    }

    @Override
    public int transactionalSlotsUsed() {
        return 4;
    }

    @Override
    public int liveNodes() {
        return 2;
    }

    @Override
    public long backlog(String taskQueue) {
        return 7;
    }

    @Override
    public Duration backlogAge(String taskQueue) {
        return Duration.ofSeconds(4);
    }

    @Override
    public List<WaitingForBuild> waitingForBuilds() {
        return this.waiting;
    }

    @Override
    public boolean isPaused(String taskQueue) {
        return this.paused;
    }

    @Override
    public DatabaseSample database() {
        return new DatabaseSample(Duration.ofSeconds(9), 77, 6, 2, 1,
                Map.of("workflow_task", new DatabaseSample.Table(8_192, 5, 3)));
    }

    @Override
    public Duration oldestTransactionalActivity() {
        return Duration.ofSeconds(8);
    }

    @Override
    public long lostNotifications() {
        return 11;
    }

    @Override
    public Duration clockSkew() {
        return Duration.ofMillis(-20);
    }

    @Override
    public Duration sinceLastHeartbeat() {
        return this.silence;
    }

    @Override
    public Duration sinceLastPoll() {
        return Duration.ofMillis(150);
    }

    @Override
    public ScheduleGauges scheduleGauges() {
        return new FixedScheduleGauges(this.scheduleLag);
    }

    private record FixedScheduleGauges(Duration lag) implements ScheduleGauges {

        @Override
        public long count() {
            return 12;
        }

        @Override
        public long paused() {
            return 3;
        }

        @Override
        public long failing() {
            return 0;
        }

        @Override
        public long missed() {
            return 5;
        }

    }

    @Override
    public OperationGauges operationGauges() {
        return new FixedOperationGauges();
    }

    private static final class FixedOperationGauges implements OperationGauges {

        @Override
        public long refusedCalls() {
            return 21;
        }

        @Override
        public long heldUpSchedules() {
            return 22;
        }

        @Override
        public double rateLimit(String taskQueue) {
            return 12.5;
        }

        @Override
        public double rateTokens(String taskQueue) {
            return 3;
        }

        @Override
        public long deletedRuns() {
            return 23;
        }

        @Override
        public Duration deletionAge() {
            return Duration.ofMinutes(2);
        }

    }

}
