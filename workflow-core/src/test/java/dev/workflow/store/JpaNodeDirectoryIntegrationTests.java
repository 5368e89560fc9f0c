package dev.workflow.store;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import javax.sql.DataSource;

import dev.workflow.engine.NodeDirectory.NodeStatus;
import dev.workflow.engine.NodeDirectory.TaskQueueStatus;
import dev.workflow.engine.WaitingForBuild;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.junit.jupiter.api.Test;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** Nodes and task queues as their tables have them. */
class JpaNodeDirectoryIntegrationTests {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00Z");

    private static final String ROWS = """
            insert into engine.workflow_node (name, task_queues, workflow_types, activity_types, state,
                activity_slots, activity_slots_used, cached_runs, started_at, heartbeat_at)
            values ('a', E'orders\\nmail', 'Order', E'Pay.charge\\nMail.send', 'LIVE', 200, 3, 12, :now, :now),
                ('b', 'orders', 'Order', '', 'LIVE', 100, 0, 0, :now, :now),
                ('gone', E'orders\\nold', 'Order', '', 'DEAD', 100, 0, 0, :now, :now);
            insert into engine.workflow_task (run_id, workflow_type, task_queue, due_at, owner, last_event)
            select gen_random_uuid(), 'Order', queue, :now::timestamptz - wait, owner, 1
            from (values ('orders', interval '5s', null::bigint), ('orders', interval '2s', null),
                ('orders', interval '9s', 1), ('orders', interval '-1s', null),
                ('nobody', interval '3s', null)) as task (queue, wait, owner);
            insert into engine.workflow_activity_task (run_id, scheduled_event_id, activity_type, task_queue,
                attempt, owner, due_at, scheduled_at)
            values (gen_random_uuid(), 2, 'Pay.charge', 'orders', 0, null, :now::timestamptz - interval '7s', :now)
            """;

    private final DataSource database = TestPostgres.newDatabase("engine");

    @Test
    void nodesAndBacklogsAreShown() {
        JdbcClient.create(this.database).sql(ROWS).param("now", Timestamp.from(NOW)).update();
        try (EntityManagerFactory factory = factory(); EntityManager manager = factory.createEntityManager()) {
            JpaRepositoryFactory repositories = new JpaRepositoryFactory(manager);
            JpaNodeDirectory directory = new JpaNodeDirectory(repositories.getRepository(WorkflowNodeRepository.class),
                    repositories.getRepository(WorkflowTaskRepository.class),
                    repositories.getRepository(WorkflowActivityTaskRepository.class), () -> NOW, () -> 2,
                    () -> List.of(new WaitingForBuild("nobody", "v2", 1, NOW)));
            assertThat(directory.nodes()).extracting(NodeStatus::name, NodeStatus::state, NodeStatus::self)
                .containsExactly(tuple("a", "LIVE", false), tuple("b", "LIVE", true), tuple("gone", "DEAD", false));
            assertThat(directory.nodes().getFirst().activityTypes()).containsExactly("Pay.charge", "Mail.send");
            assertThat(directory.nodes().get(1).activityTypes()).isEmpty();
            assertThat(directory.nodes().getFirst().lastHeartbeat()).isEqualTo(NOW);
            assertThat(directory.taskQueues()).containsExactly(
                    new TaskQueueStatus("mail", 0, 0, null, Duration.ZERO, List.of("a")),
                    new TaskQueueStatus("nobody", 1, 0, NOW.minusSeconds(3), Duration.ofSeconds(3), List.of(),
                            Map.of("v2", 1L)),
                    new TaskQueueStatus("orders", 2, 1, NOW.minusSeconds(7), Duration.ofSeconds(7), List.of("a", "b")));
        }
    }

    private EntityManagerFactory factory() {
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(this.database);
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setManagedTypes(PersistenceManagedTypes.of(WorkflowNodeEntity.class.getName(),
                WorkflowTaskEntity.class.getName(), WorkflowActivityTaskEntity.class.getName()));
        bean.setJpaPropertyMap(Map.of(PinnedMapping.SCHEMA, "engine"));
        bean.afterPropertiesSet();
        return Objects.requireNonNull(bean.getObject());
    }

}
