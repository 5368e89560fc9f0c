package dev.workflow.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

import javax.sql.DataSource;

import dev.workflow.client.WorkflowStatus;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategyStandardImpl;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.MutablePersistenceUnitInfo;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The entities inside the persistence unit of an application that does all it can: a
 * naming strategy that rewrites even quoted names, converters that apply to everything,
 * other JDBC types, and a schema that Hibernate manages.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntityMappingIntegrationTests {

    private static final Instant NOW = Instant.parse("2026-11-01T10:00:00.123456Z");

    private static final UUID RUN = UUID.fromString("01990000-0000-7000-8000-000000000001");

    private static final String ROWS = """
            insert into engine.workflow_execution (run_id, workflow_id, workflow_type, task_queue, status,
                started_at, first_run_id, parent_run_id, history_length, memo, search_attributes)
            values (:run, 'order-1', 'Order', 'orders', 'RUNNING', :now, :run, :run, 7, '{"a":1}', '{"b": 2}');
            insert into engine.workflow_event
            select :run, n, 'TimerFired', :now, 1, '{"n":' || n || '}' from generate_series(1, 9) n;
            insert into engine.workflow_task (run_id, workflow_type, task_queue, due_at, last_event, problem)
            values (:run, 'Order', 'orders', :now, 9, 'stuck');
            insert into engine.workflow_activity_task (run_id, scheduled_event_id, activity_type, task_queue,
                attempt, owner, due_at, scheduled_at, cancel_requested)
            values (:run, 3, 'Payments.charge', 'orders', 2, null, :now, :now, true);
            insert into engine.workflow_message (run_id, kind, payload, created_at)
            values (:run, 'signal', '[]', :now);
            insert into engine.workflow_node (name, task_queues, workflow_types, activity_types, state, started_at,
                heartbeat_at)
            values ('n1', 'orders', 'Order', '', 'ALIVE', :now, :now);
            insert into engine.workflow_worker_version values ('q', 'v1', 'v2', 20, :now);
            insert into engine.workflow_batch (id, query, operation, input, keep_signals, rate, state, total,
                position_started_at, position_run_id, started_at, started_by, by_principal)
            values ('b1', '', 'CANCEL', '[]', true, 0.5, 'RUNNING', 3, :now, :run, :now, 'ann', true);
            insert into engine.workflow_operator_action (acted_at, identity, action, subject, name, detail)
            values (:now, 'ann', 'PauseTaskQueue', 'TASK_QUEUE', 'orders', 'more');
            insert into engine.workflow_secret values ('token', '\\x0102');
            insert into engine.workflow_schedule (schedule_id, workflow_type, spec, template, format, reuse_policy,
                overlap, catch_up_window, pause_on_failure, paused, note, remaining_actions, next_at, watching,
                open_runs, progress, action_count, missed_count, skipped_count, created_at)
            values ('nightly', 'Order', '{"a":1}', '{}', 1, 'ALLOW_DUPLICATE', 'SKIP', 60000, true, false, 'why', 7,
                :now, true, '', '{}', 3, 2, 1, :now)
            """;

    private static final List<Class<?>> CONVERTERS = List.of(Strings.class, Instants.class, Uuids.class, Booleans.class,
            Longs.class, Integers.class, Bytes.class, Statuses.class);

    private DataSource database;

    private final List<EntityManagerFactory> factories = new ArrayList<>();

    @BeforeAll
    void rows() {
        this.database = TestPostgres.newDatabase("engine");
        JdbcClient jdbc = JdbcClient.create(this.database);
        jdbc.sql("create table \"HostThing\" (\"Id\" bigint primary key, \"BigName\" text)").update();
        jdbc.sql(ROWS).param("run", RUN).param("now", java.sql.Timestamp.from(NOW)).update();
    }

    @AfterAll
    void close() {
        this.factories.forEach(EntityManagerFactory::close);
    }

    @Test
    void readsEveryTableUnderAStrategyThatRewritesAllNames() {
        readEverything(factory(PascalCase.class, "validate"));
    }

    @Test
    void readsEveryTableUnderSpringsStrategy() {
        readEverything(factory(org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl.class, "none"));
    }

    @Test
    void neitherCreateNorDropTouchesTheTables() {
        EntityManagerFactory factory = factory(PascalCase.class, "create-drop");
        readEverything(factory);
        factory.close();
        this.factories.remove(factory);
        assertThat(JdbcClient.create(this.database)
            .sql("select count(*) from pg_indexes where schemaname = 'engine' "
                    + "and indexname = 'workflow_execution_open'")
            .query(Long.class)
            .single()).isEqualTo(1);
        assertThat(JdbcClient.create(this.database)
            .sql("select count(*) from information_schema.tables where table_schema = 'public' and "
                    + "lower(table_name) like 'workflow%'")
            .query(Long.class)
            .single()).isZero();
        JdbcClient.create(this.database)
            .sql("create table if not exists \"HostThing\" (\"Id\" bigint primary key, \"BigName\" text)")
            .update();
    }

    @Test
    void everyColumnIsMapped() {
        List<String> mapped = new ArrayList<>();
        for (var entity : factory(PascalCase.class, "none").getMetamodel().getEntities()) {
            if (entity.getJavaType().getPackageName().equals("dev.workflow.store")) {
                String table = entity.getJavaType().getAnnotation(jakarta.persistence.Table.class).name();
                for (var field : entity.getJavaType().getDeclaredFields()) {
                    mapped.add(table + "." + field.getAnnotation(jakarta.persistence.Column.class).name());
                }
            }
        }
        assertThat(mapped).containsExactlyInAnyOrderElementsOf(JdbcClient.create(this.database)
            .sql("select table_name || '.' || column_name from information_schema.columns "
                    + "where table_schema = 'engine'")
            .query(String.class)
            .list());
    }

    private void readEverything(EntityManagerFactory factory) {
        try (EntityManager manager = factory.createEntityManager()) {
            JpaRepositoryFactory repositories = new JpaRepositoryFactory(manager);
            var executions = repositories.getRepository(WorkflowExecutionRepository.class);
            WorkflowExecutionEntity execution = executions.findOpen("order-1").orElseThrow();
            assertThat(execution.getStatus()).isEqualTo(WorkflowStatus.RUNNING);
            assertThat(execution.getStartedAt()).isEqualTo(NOW);
            assertThat(execution.getParentRunId()).isEqualTo(RUN);
            assertThat(execution.getSearchAttributes()).isEqualTo("{\"b\": 2}");
            assertThat(execution.getPriority()).isEqualTo(3);
            assertThat(executions.findById(RUN)).contains(execution);
            assertThat(executions.findFirstByWorkflowIdOrderByStartedAtDescRunIdDesc("order-1")).contains(execution);
            assertThat(executions.findByWorkflowIdOrderByStartedAtDescRunIdDesc("order-2", Limit.of(5))).isEmpty();

            var events = repositories.getRepository(WorkflowEventRepository.class);
            assertThat(events.findByRunIdAndEventIdGreaterThanOrderByEventId(RUN, 4, Limit.of(3)))
                .extracting(WorkflowEventEntity::getEventId)
                .containsExactly(5L, 6L, 7L);

            var tasks = repositories.getRepository(WorkflowTaskRepository.class);
            assertThat(tasks.findById(RUN).orElseThrow().getProblem()).isEqualTo("stuck");
            assertThat(tasks.countByOwner(1)).isZero();
            assertThat(tasks.backlog(NOW)).containsExactly(new TaskQueueBacklog("orders", 1, NOW));
            assertThat(tasks.backlog(NOW.minusSeconds(1))).isEmpty();

            var activities = repositories.getRepository(WorkflowActivityTaskRepository.class);
            assertThat(activities.findByRunIdOrderByScheduledEventId(RUN)).singleElement()
                .satisfies((activity) -> assertThat(activity.isCancelRequested()).isTrue());
            assertThat(activities.backlog(NOW)).containsExactly(new TaskQueueBacklog("orders", 1, NOW));

            var messages = repositories.getRepository(WorkflowMessageRepository.class);
            assertThat(messages.countByRunId(RUN)).isEqualTo(1);
            assertThat(messages.findByRunIdOrderById(RUN, Limit.of(2))).hasSize(1);

            var nodes = repositories.getRepository(WorkflowNodeRepository.class);
            assertThat(nodes.findAllByOrderById()).extracting(WorkflowNodeEntity::getName).containsExactly("n1");

            var versions = repositories.getRepository(WorkflowWorkerVersionRepository.class);
            assertThat(versions.findById("q").orElseThrow().getRampPercentage()).isEqualTo(20);

            var batches = repositories.getRepository(WorkflowBatchRepository.class);
            assertThat(batches.findById("b1").orElseThrow().getStartedAt()).isEqualTo(NOW);
            assertThat(batches.findAllByOrderByStartedAtDescIdAsc(Limit.of(2)))
                .extracting(WorkflowBatchEntity::getTotal)
                .containsExactly(3L);

            var actions = repositories.getRepository(WorkflowOperatorActionRepository.class);
            assertThat(actions.findByIdLessThanOrderByIdDesc(Long.MAX_VALUE, Limit.of(2))).singleElement()
                .returns("ann", WorkflowOperatorActionEntity::getIdentity)
                .returns("more", WorkflowOperatorActionEntity::getDetail);

            var secrets = repositories.getRepository(WorkflowSecretRepository.class);
            assertThat(secrets.findById("token").orElseThrow().getValue()).containsExactly(1, 2);

            var schedules = repositories.getRepository(WorkflowScheduleRepository.class);
            WorkflowScheduleEntity schedule = schedules.findById("nightly").orElseThrow();
            assertThat(schedule.getSpec()).isEqualTo("{\"a\":1}");
            assertThat(schedule.getRemainingActions()).isEqualTo(7);
            assertThat(schedule.getNextAt()).isEqualTo(NOW);
            assertThat(schedule.getNominalAt()).isNull();
            assertThat(schedule.isPauseOnFailure()).isTrue();
            assertThat(schedules.findByScheduleIdGreaterThanOrderByScheduleId("a", Limit.of(5)))
                .containsExactly(schedule);
        }
    }

    private EntityManagerFactory factory(Class<?> namingStrategy, String ddlAuto) {
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(this.database);
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setPackagesToScan("dev.workflow.store");
        bean.setPersistenceUnitPostProcessors((unit) -> CONVERTERS
            .forEach((converter) -> ((MutablePersistenceUnitInfo) unit).addManagedClassName(converter.getName())));
        bean.setJpaPropertyMap(Map.of("hibernate.physical_naming_strategy", namingStrategy.getName(),
                "hibernate.hbm2ddl.auto", ddlAuto, "hibernate.type.preferred_uuid_jdbc_type", "VARCHAR",
                "hibernate.type.preferred_instant_jdbc_type", "TIMESTAMP", "hibernate.type.preferred_boolean_jdbc_type",
                "TINYINT", PinnedMapping.SCHEMA, "engine"));
        bean.afterPropertiesSet();
        EntityManagerFactory factory = bean.getObject();
        this.factories.add(factory);
        return factory;
    }

    /** Rewrites explicit and quoted names, too. */
    public static class PascalCase extends PhysicalNamingStrategyStandardImpl {

        @Override
        public Identifier toPhysicalTableName(Identifier name, JdbcEnvironment environment) {
            return pascal(name);
        }

        @Override
        public Identifier toPhysicalColumnName(Identifier name, JdbcEnvironment environment) {
            return pascal(name);
        }

        private static Identifier pascal(Identifier name) {
            StringBuilder pascal = new StringBuilder();
            for (String part : name.getText().split("_")) {
                pascal.append(part.substring(0, 1).toUpperCase(Locale.ROOT)).append(part.substring(1));
            }
            return Identifier.toIdentifier(pascal.toString(), true);
        }

    }

    /** Converters that nobody asked to come here; every conversion fails. */
    abstract static class Failing<T> implements AttributeConverter<T, String> {

        @Override
        public String convertToDatabaseColumn(T value) {
            throw new IllegalStateException("Converted " + value);
        }

        @Override
        public T convertToEntityAttribute(String value) {
            throw new IllegalStateException("Converted " + value);
        }

    }

    @Converter(autoApply = true)
    public static class Strings extends Failing<String> {

    }

    @Converter(autoApply = true)
    public static class Instants extends Failing<Instant> {

    }

    @Converter(autoApply = true)
    public static class Uuids extends Failing<UUID> {

    }

    @Converter(autoApply = true)
    public static class Booleans extends Failing<Boolean> {

    }

    @Converter(autoApply = true)
    public static class Longs extends Failing<Long> {

    }

    @Converter(autoApply = true)
    public static class Integers extends Failing<Integer> {

    }

    @Converter(autoApply = true)
    public static class Bytes extends Failing<byte[]> {

    }

    @Converter(autoApply = true)
    public static class Statuses extends Failing<WorkflowStatus> {

    }

}
