package dev.workflow.boot.actuate;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import javax.sql.DataSource;

import dev.workflow.boot.actuate.WorkflowsEndpoint.WorkflowsDescription;
import dev.workflow.engine.ActivityDefinition;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowService;
import dev.workflow.replay.WorkflowDefinition;
import dev.workflow.visibility.WorkflowLists;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.jdbc.datasource.AbstractDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The endpoint without a database. */
class WorkflowsEndpointTests {

    private final FixedGauges gauges = new FixedGauges();

    private WorkflowsEndpoint endpoint(DataSource database) {
        WorkflowService none = (WorkflowService) java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { WorkflowService.class }, (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        return new WorkflowsEndpoint(new WorkflowLists(database, null), new NoDirectory(), new NoTypes(), this.gauges,
                none, Duration.ofMillis(200));
    }

    @Test
    void databaseThatDoesNotAnswerIsNotWaitedFor() {
        CountDownLatch never = new CountDownLatch(1);
        this.gauges.paused = true;
        WorkflowsEndpoint endpoint = endpoint(new Broken(never));
        long begin = System.nanoTime();
        WebEndpointResponse<WorkflowsDescription> response = new WorkflowsWebEndpoint(endpoint).workflows();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getBody().problem()).contains("did not answer within");
        assertThat(response.getBody().workflowTypes()).containsExactly("Order");
        assertThat(response.getBody().schedules().count()).isEqualTo(12);
        assertThat(response.getBody().schedules().paused()).isEqualTo(3);
        assertThat(response.getBody().thisNode()).isEqualTo(new WorkflowsEndpoint.ThisNode(5, List.of("orders"), 7, 4,
                Duration.ofSeconds(8), 11, Duration.ofMillis(-20)));
        assertThat(response.getBody().limits()).satisfies((limits) -> {
            assertThat(limits.refusedCalls()).isEqualTo(21);
            assertThat(limits.deletedRuns()).isEqualTo(23);
            assertThat(limits.rates().get("orders")).isEqualTo(new WorkflowsEndpoint.Rate(12.5, 3.0, 7));
        });
    }

    @Test
    void databaseThatHasBeenSilentIsNotAsked() {
        this.gauges.silence = Duration.ofSeconds(30);
        WorkflowsDescription description = endpoint(new Broken(null)).workflows();
        assertThat(description.problem()).contains("has not answered for 30 s");
        assertThat(description.nodes()).isEmpty();
        assertThat(description.database().quarantinedRuns()).isEqualTo(2);
    }

    @Test
    void databaseThatCannotBeAskedIsSaidToBeThat() {
        assertThat(endpoint(new Broken(null)).workflows().problem()).contains("could not be asked")
            .contains("no connection");
    }

    /** Gives no connection, at once or never. */
    private static final class Broken extends AbstractDataSource {

        private final @Nullable CountDownLatch answer;

        Broken(@Nullable CountDownLatch answer) {
            this.answer = answer;
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (this.answer != null) {
                try {
                    this.answer.await();
                }
                catch (InterruptedException ex) {
                    Thread.currentThread().interrupt();
                }
            }
            throw new SQLException("no connection");
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            return getConnection();
        }

    }

    private static final class NoDirectory implements NodeDirectory {

        @Override
        public List<NodeStatus> nodes() {
            return List.of();
        }

        @Override
        public List<TaskQueueStatus> taskQueues() {
            return List.of();
        }

    }

    private static final class NoTypes implements TypeRegistry {

        @Override
        public @Nullable WorkflowDefinition workflow(String type) {
            return null;
        }

        @Override
        public @Nullable String taskQueueOf(String workflowType) {
            return null;
        }

        @Override
        public Collection<String> workflowTypes() {
            return List.of("Order");
        }

        @Override
        public @Nullable ActivityDefinition activity(String type) {
            return null;
        }

        @Override
        public Collection<String> activityTypes() {
            return List.of();
        }

        @Override
        public Collection<String> taskQueues() {
            return List.of("orders");
        }

    }

}
