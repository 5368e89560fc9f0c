package dev.workflow.boot.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import dev.workflow.batch.Batches;
import dev.workflow.client.WorkflowStatus;
import dev.workflow.engine.ActivityOutcome;
import dev.workflow.engine.ConcurrencyGauges;
import dev.workflow.interceptor.ContextPropagation;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.visibility.WorkflowLists;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

class MetersTests {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final MicrometerEngineMetrics metrics = new MicrometerEngineMetrics(this.registry, new OrderTypes());

    @Test
    void countsRunsByTypeQueueAndStatus() {
        this.metrics.workflowStarted("Order", "orders");
        this.metrics.workflowClosed("Order", WorkflowStatus.TIMED_OUT, Duration.ofSeconds(3));
        assertThat(this.registry.get("workflow.started").tag("type", "Order").tag("queue", "orders").counter().count())
            .isOne();
        assertThat(this.registry.get("workflow.closed").tag("status", "timed_out").timer().totalTime(TimeUnit.SECONDS))
            .isEqualTo(3);
    }

    @Test
    void namesThatAreNotOfThisApplicationShareOneTag() {
        for (int i = 0; i < 3; i++) {
            this.metrics.workflowStarted("made up " + i, "nobody's " + i);
            this.metrics.workflowClosed("made up " + i, WorkflowStatus.TERMINATED, Duration.ofSeconds(1));
            this.metrics.workflowTask("made up " + i, Duration.ofMillis(2));
            this.metrics.workflowTaskFailed("made up " + i);
            this.metrics.replay("made up " + i, 12);
            this.metrics.activity("made up " + i, ActivityOutcome.Kind.COMPLETED, Duration.ofMillis(5), Duration.ZERO);
        }
        this.metrics.workflowStarted("Order", "nobody's");
        assertThat(this.registry.get("workflow.started").tag("type", "other").tag("queue", "other").counter().count())
            .isEqualTo(3);
        assertThat(this.registry.get("workflow.started").tag("type", "Order").tag("queue", "other").counter().count())
            .isOne();
        assertThat(List.of("workflow.closed", "workflow.task", "workflow.task.failed", "workflow.replay",
                "workflow.activity", "workflow.activity.schedule.to.start"))
            .allSatisfy((meter) -> assertThat(this.registry.get(meter).meters()).as(meter)
                .singleElement()
                .satisfies((only) -> assertThat(only.getId().getTag("type")).isEqualTo("other")));
    }

    @Test
    void timesTasksActivitiesAndTheirWaiting() {
        this.metrics.workflowTask("Order", Duration.ofMillis(2));
        this.metrics.workflowTaskFailed("Order");
        this.metrics.activity("Payments.charge", ActivityOutcome.Kind.COMPLETED, Duration.ofMillis(5),
                Duration.ofMillis(1));
        assertThat(this.registry.get("workflow.task").timer().count()).isOne();
        assertThat(this.registry.get("workflow.task.failed").counter().count()).isOne();
        assertThat(this.registry.get("workflow.activity").tag("outcome", "completed").timer().count()).isOne();
        assertThat(this.registry.get("workflow.activity.schedule.to.start").timer().totalTime(TimeUnit.MILLISECONDS))
            .isEqualTo(1);
    }

    @Test
    void showsCommitsReplaysAndCacheHits() {
        this.metrics.commit(40, Duration.ofMillis(3));
        this.metrics.commitRefused();
        this.metrics.replay("Order", 12);
        this.metrics.cacheHit();
        assertThat(this.registry.get("workflow.commit").timer().count()).isOne();
        assertThat(this.registry.get("workflow.commit.transitions").summary().mean()).isEqualTo(40);
        assertThat(this.registry.get("workflow.commit.refused").counter().count()).isOne();
        assertThat(this.registry.get("workflow.replay").summary().totalAmount()).isEqualTo(12);
        assertThat(this.registry.get("workflow.cache.hits").counter().count()).isOne();
    }

    @Test
    void gaugesHowTheLimitOfATypeStands() {
        this.metrics.concurrencyLimited("Order", new ConcurrencyGauges() {

            @Override
            public int limit() {
                return 5;
            }

            @Override
            public int limitPerKey() {
                return 1;
            }

            @Override
            public long inProgress() {
                return 4;
            }

            @Override
            public long waiting() {
                return 7;
            }

        });
        Map.of("limit", 5, "limit.per.key", 1, "in.progress", 4, "waiting", 7)
            .forEach((name,
                    value) -> assertThat(
                            this.registry.get("workflow.concurrency." + name).tag("type", "Order").gauge().value())
                        .as(name)
                        .isEqualTo(value.doubleValue()));
    }

    @Test
    void gaugesTheEngineAndItsQueues() {
        new EngineMeterBinder(new FixedGauges()).bindTo(this.registry);
        assertThat(this.registry.get("workflow.cache.size").gauge().value()).isEqualTo(5);
        assertThat(this.registry.get("workflow.nodes").gauge().value()).isEqualTo(2);
        assertThat(this.registry.get("workflow.clock.skew").timeGauge().value(TimeUnit.MILLISECONDS)).isEqualTo(-20);
        assertThat(this.registry.get("workflow.backlog").tag("queue", "orders").gauge().value()).isEqualTo(7);
        assertThat(this.registry.get("workflow.backlog.age").timeGauge().value(TimeUnit.SECONDS)).isEqualTo(4);
        assertThat(this.registry.get("workflow.backlog.elsewhere").gauge().value()).isEqualTo(7);
        assertThat(this.registry.get("workflow.backlog.elsewhere.age").timeGauge().value(TimeUnit.SECONDS))
            .isEqualTo(4);
        assertThat(this.registry.get("workflow.schedules").gauge().value()).isEqualTo(12);
        assertThat(this.registry.get("workflow.schedules.paused").gauge().value()).isEqualTo(3);
        assertThat(this.registry.get("workflow.schedules.failing").gauge().value()).isZero();
        assertThat(this.registry.get("workflow.schedules.missed").gauge().value()).isEqualTo(5);
        assertThat(this.registry.get("workflow.schedules.lag").timeGauge().value(TimeUnit.MILLISECONDS)).isEqualTo(500);
        assertThat(this.registry.get("workflow.activity.slots").gauge().value()).isEqualTo(200);
        assertThat(this.registry.get("workflow.activity.slots.used").gauge().value()).isEqualTo(3);
        assertThat(this.registry.get("workflow.activity.transactional.slots").gauge().value()).isEqualTo(7);
        assertThat(this.registry.get("workflow.activity.transactional.slots.used").gauge().value()).isEqualTo(4);
    }

    @Test
    void gaugesTheDatabase() {
        new EngineMeterBinder(new FixedGauges()).bindTo(this.registry);
        assertThat(this.registry.get("workflow.activity.transactional.oldest").timeGauge().value(TimeUnit.SECONDS))
            .isEqualTo(8);
        assertThat(this.registry.get("workflow.notify.lost").functionCounter().count()).isEqualTo(11);
        assertThat(this.registry.get("workflow.database.oldest.transaction").timeGauge().value(TimeUnit.SECONDS))
            .isEqualTo(9);
        assertThat(this.registry.get("workflow.database.xmin.age").gauge().value()).isEqualTo(77);
        assertThat(this.registry.get("workflow.runs.blocked").gauge().value()).isEqualTo(6);
        assertThat(this.registry.get("workflow.runs.quarantined").gauge().value()).isEqualTo(2);
        assertThat(this.registry.get("workflow.runs.paused").gauge().value()).isEqualTo(1);
        assertThat(this.registry.get("workflow.table.size").tag("table", "workflow_task").gauge().value())
            .isEqualTo(8_192);
        assertThat(this.registry.get("workflow.table.rows.dead").tag("table", "workflow_task").gauge().value())
            .isEqualTo(3);
        assertThat(this.registry.get("workflow.table.rows.dead").tag("table", "workflow_event").gauge().value())
            .isZero();
    }

    @Test
    void showsWhatLimitsAndCleaningDo() {
        new EngineMeterBinder(new FixedGauges()).bindTo(this.registry);
        assertThat(this.registry.get("workflow.backpressure.refused").functionCounter().count()).isEqualTo(21);
        assertThat(this.registry.get("workflow.backpressure.held").functionCounter().count()).isEqualTo(22);
        assertThat(this.registry.get("workflow.rate.limit").tag("queue", "orders").gauge().value()).isEqualTo(12.5);
        assertThat(this.registry.get("workflow.rate.tokens").tag("queue", "orders").gauge().value()).isEqualTo(3);
        assertThat(this.registry.get("workflow.retention.deleted").functionCounter().count()).isEqualTo(23);
        assertThat(this.registry.get("workflow.retention.lag").timeGauge().value(TimeUnit.MINUTES)).isEqualTo(2);
    }

    /** Those that are alerted on; the pool's own one is Hikari's. */
    @Test
    void metersThatThePageOnOperationsNamesAreThere() throws IOException {
        this.metrics.workflowTaskFailed("Order");
        gaugesHowTheLimitOfATypeStands();
        new EngineMeterBinder(new FixedGauges()).bindTo(this.registry);
        DataSource none = new DriverManagerDataSource();
        new BatchMeterBinder(new Batches(new Batches.Database(none, null, PayloadCodecs.NONE),
                new WorkflowLists(none, null), InstantSource.system(), ContextPropagation.NONE, () -> "node"))
            .bindTo(this.registry);
        String page = Files.readString(Path.of("../docs/operations.md"));
        String table = page.substring(page.indexOf("## What to watch"));
        List<String> named = Pattern.compile("`(workflow(\\.[a-z]+)+)`")
            .matcher(table.lines()
                .filter((line) -> line.startsWith("|"))
                .map((line) -> line.split("\\|")[2])
                .collect(Collectors.joining("\n")))
            .results()
            .map((match) -> match.group(1))
            .distinct()
            .toList();
        assertThat(named).hasSizeGreaterThan(20)
            .allSatisfy((name) -> assertThat(this.registry.find(name).meters()).as(name).isNotEmpty());
    }

    @Test
    void showsBatchesByStateAndWhatBecameOfTheirRuns() {
        DataSource none = new DriverManagerDataSource();
        new BatchMeterBinder(new Batches(new Batches.Database(none, null, PayloadCodecs.NONE),
                new WorkflowLists(none, null), InstantSource.system(), ContextPropagation.NONE, () -> "node"))
            .bindTo(this.registry);
        for (String state : List.of("running", "paused", "completed", "stopped", "failed")) {
            assertThat(this.registry.get("workflow.batches").tag("state", state).gauge().value()).isZero();
        }
        assertThat(this.registry.get("workflow.batches.runs").tag("outcome", "failed").functionCounter().count())
            .isZero();
    }

}
