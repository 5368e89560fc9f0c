package dev.workflow.boot.autoconfigure;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflow.Activity;
import dev.workflow.VersioningBehavior;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.boot.TestPostgres;
import dev.workflow.boot.WorkflowDataSource;
import dev.workflow.boot.autoconfigure.host.HostEntity;
import dev.workflow.client.BatchHandle;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowNotFoundException;
import dev.workflow.client.WorkflowOptions;
import dev.workflow.engine.EngineClock;
import dev.workflow.engine.EngineSettings;
import dev.workflow.engine.NodeDirectory;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.engine.WorkflowRef;
import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.JacksonPayloadConverter;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.worker.InvalidWorkflowTypeException;
import jakarta.persistence.EntityManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The engine in an application: what adding the starter does, and what an application may
 * do about it.
 */
class EngineIntegrationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
                JdbcClientAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
                DataJpaRepositoriesAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
                TransactionAutoConfiguration.class, WorkflowDatabaseAutoConfiguration.class,
                WorkflowPersistenceAutoConfiguration.class, WorkflowWorkerAutoConfiguration.class,
                WorkflowEngineAutoConfiguration.class, WorkflowRepositoriesAutoConfiguration.class,
                WorkflowClientAutoConfiguration.class))
        .withPropertyValues(TestPostgres.newDataSource());

    @Test
    void runsWorkflowsOfTheApplicationsBeans() {
        this.runner.withUserConfiguration(CounterApplication.class).run((context) -> {
            assertThat(count(context, "one")).isEqualTo(1);
            assertThat(context.getBean(NodeDirectory.class).nodes()).singleElement()
                .satisfies((node) -> assertThat(node.workflowTypes()).containsExactly("CountWorkflow"));
        });
    }

    @Test
    void nodeWithABuildPinsWhatItsCodeOrItsPropertySays() {
        this.runner.withUserConfiguration(CounterApplication.class)
            .withPropertyValues("workflow.worker.build-id=v1", "workflow.worker.versioning=pinned")
            .run((context) -> {
                assertThat(context.getBean(NodeDirectory.class).nodes()).singleElement()
                    .satisfies((node) -> assertThat(node.buildId()).isEqualTo("v1"));
                var types = context.getBean(TypeRegistry.class);
                assertThat(types.versioningOf("CountWorkflow")).isEqualTo(VersioningBehavior.UNSPECIFIED);
                var client = context.getBean(WorkflowClient.class);
                client.workerVersions().setCurrent("default", "v2");
                // Started for another build than this one: it waits.
                client.start("CountWorkflow", WorkflowOptions.withId("waits"), "one");
                var service = context.getBean(WorkflowService.class);
                assertThat(service.describe(new WorkflowRef("waits", null)).problem()).contains("build 'v2'");
                client.workerVersions().setCurrent("default", "v1");
                assertThat(count(context, "one")).isPositive();
                assertThat(client.workflow("waits").result(Duration.ofSeconds(20))).isNotNull();
            });
    }

    @Test
    void refusesABuildIdThatIsBlank() {
        this.runner.withUserConfiguration(CounterApplication.class)
            .withPropertyValues("workflow.worker.build-id= ")
            .run((context) -> assertThat(context).hasFailed()
                .getFailure()
                .rootCause()
                .hasMessageContaining("workflow.worker.build-id"));
    }

    @Test
    void hasNoBeanWhenDisabled() {
        this.runner.withUserConfiguration(DatabaseIntegrationTests.HostConfiguration.class)
            .withPropertyValues("workflow.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed()
                .doesNotHaveBean(WorkflowEngine.class)
                .doesNotHaveBean(WorkflowClient.class));
    }

    @Test
    void startsInAnApplicationThatInitializesLazily() {
        this.runner
            .withInitializer(
                    (context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
            .withUserConfiguration(CounterApplication.class)
            .run((context) -> {
                assertThat(new JdbcTemplate(context.getBean(DataSource.class))
                    .queryForObject("select count(*) from workflow_node", Integer.class)).isOne();
                assertThat(count(context, "one")).isEqualTo(1);
            });
    }

    @Test
    void keepsAWorkersProcessRunning() {
        this.runner.run((context) -> assertThat(context).hasSingleBean(KeepAlive.class));
        this.runner.withPropertyValues("workflow.worker.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(KeepAlive.class));
    }

    @ParameterizedTest
    @ValueSource(strings = { "workflowService", "workflowEngine", "workflowClock", "workflowClient", "workflowLists",
            "workflowDatabase", "workflowTransactions", "workflowTypeRegistry", "workflowNodeDirectory" })
    void beansOfTheApplicationMayHaveAnyName(String name) {
        this.runner.withUserConfiguration(CounterApplication.class)
            .withBean(name, StringBuilder.class, StringBuilder::new)
            .run((context) -> {
                assertThat(context).hasNotFailed().getBean(name).isInstanceOf(StringBuilder.class);
                assertThat(count(context, "one")).isEqualTo(1);
            });
    }

    @Test
    void worksInASchemaOfItsOwn() {
        this.runner.withUserConfiguration(CounterApplication.class)
            .withPropertyValues("workflow.schema=flows")
            .run((context) -> {
                assertThat(count(context, "one")).isEqualTo(1);
                assertThat(context.getBean(NodeDirectory.class).nodes()).hasSize(1);
                assertThat(context.getBean(WorkflowClient.class).count("WorkflowType = 'CountWorkflow'")).isOne();
            });
    }

    @Test
    void worksOnTheMarkedDataSourceBesideThePrimaryOne() {
        this.runner.withUserConfiguration(CounterApplication.class, PrimaryAndMarked.class).run((context) -> {
            assertThat(count(context, "one")).isEqualTo(1);
            assertThat(context.getBean(NodeDirectory.class).nodes()).hasSize(1);
            assertThat(new JdbcTemplate(context.getBean("marked", DataSource.class))
                .queryForObject("select count(*) from workflow_execution", Integer.class)).isOne();
        });
    }

    @Test
    void worksOnTheMarkedOneOfSeveralEqualDataSources() {
        this.runner.withUserConfiguration(CounterApplication.class, EqualAndMarked.class).run((context) -> {
            assertThat(count(context, "one")).isEqualTo(1);
            assertThat(context.getBean(NodeDirectory.class).nodes()).hasSize(1);
        });
    }

    @ParameterizedTest
    @ValueSource(classes = { OwnEntityManagers.class, OwnEntityManagersOfAnotherName.class })
    void worksBesideEntityManagersThatDoNotKnowItsEntities(Class<?> entityManagers) {
        this.runner.withUserConfiguration(CounterApplication.class, entityManagers).run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(count(context, "one")).isEqualTo(1);
            assertThat(context.getBean(NodeDirectory.class).nodes()).hasSize(1);
            assertThat(context.getBean(EntityManagerFactory.class).getMetamodel().getEntities()).hasSize(1);
        });
    }

    @Test
    void worksOnADataSourceThatDoesNotTellHowItConnects() {
        this.runner.withUserConfiguration(CounterApplication.class, RoutingDataSource.class).run((context) -> {
            assertThat(context.getBean(EngineConnections.class).dataSource()).isInstanceOf(BorrowedSessions.class);
            assertThat(count(context, "one")).isEqualTo(1);
        });
    }

    @Test
    void givesBackBorrowedConnectionsAsTheyCame() {
        this.runner.withUserConfiguration(CounterApplication.class, PoolWithSettings.class).run((context) -> {
            assertThat(context.getBean(EngineConnections.class).dataSource()).isInstanceOf(BorrowedSessions.class);
            assertThat(count(context, "one")).isEqualTo(1);
            HikariDataSource pool = context.getBean(HikariDataSource.class);
            List<Connection> taken = new ArrayList<>();
            try {
                while (pool.getHikariPoolMXBean().getIdleConnections() > 0) {
                    taken.add(pool.getConnection());
                    JdbcClient session = JdbcClient.create(new SingleConnectionDataSource(taken.getLast(), true));
                    assertThat(session.sql("show lock_timeout").query(String.class).single()).isEqualTo("7s");
                    assertThat(session.sql("show enable_seqscan").query(String.class).single()).isEqualTo("on");
                }
            }
            finally {
                for (Connection connection : taken) {
                    connection.close();
                }
            }
            assertThat(taken).isNotEmpty();
        });
    }

    @Test
    void worksBesideAPoolWhoseConnectionsDoNotCommit() {
        this.runner.withUserConfiguration(CounterApplication.class)
            .withPropertyValues("spring.datasource.hikari.auto-commit=false")
            .run((context) -> {
                assertThat(count(context, "one")).isEqualTo(1);
                BatchHandle batch = context.getBean(WorkflowClient.class)
                    .batch("WorkflowType = 'CountWorkflow'")
                    .delete("a test");
                assertThat(batch.describe().total()).isEqualTo(1);
                Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(batch.describe().state()).isEqualTo("COMPLETED"));
                assertThat(batch.describe().done()).isEqualTo(1);
                try (Connection connection = context.getBean(DataSource.class).getConnection()) {
                    assertThat(connection.getAutoCommit()).isFalse();
                }
            });
    }

    @Test
    void worksOnBorrowedConnectionsThatDoNotCommit() {
        this.runner.withUserConfiguration(CounterApplication.class, PoolOfADataSource.class).run((context) -> {
            assertThat(context.getBean(EngineConnections.class).dataSource()).isInstanceOf(BorrowedSessions.class);
            assertThat(count(context, "one")).isEqualTo(1);
            try (Connection connection = context.getBean(DataSource.class).getConnection()) {
                assertThat(connection.getAutoCommit()).isFalse();
            }
        });
    }

    @Test
    void joinsTransactionsThatAreOfTheTargetOfAProxy() {
        this.runner.withUserConfiguration(CounterApplication.class, ProxiedDataSource.class).run((context) -> {
            WorkflowClient client = context.getBean(WorkflowClient.class);
            new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
                .executeWithoutResult((status) -> {
                    client.start(CountWorkflow.class, (w) -> w.count("undone"), WorkflowOptions.withId("undone"));
                    status.setRollbackOnly();
                });
            assertThatExceptionOfType(WorkflowNotFoundException.class)
                .isThrownBy(() -> client.workflow("undone").describe());
            assertThat(count(context, "one")).as("in a transaction of the engine's").isEqualTo(1);
        });
    }

    @Test
    void opensItsOwnConnectionsBesideThePoolAndLeavesThatOneAlone() {
        this.runner.withPropertyValues("workflow.connections=4").run((context) -> {
            DataSource own = context.getBean(EngineConnections.class).dataSource();
            assertThat(own).hasFieldOrPropertyWithValue("poolName", "workflow")
                .hasFieldOrPropertyWithValue("maximumPoolSize", 3);
            assertThat(context.getBean(EngineConnections.class).heart())
                .hasFieldOrPropertyWithValue("poolName", "workflow-heartbeat")
                .hasFieldOrPropertyWithValue("maximumPoolSize", 1);
            assertThat(new JdbcTemplate(own).queryForObject("show enable_seqscan", String.class)).isEqualTo("off");
            assertThat(context).hasSingleBean(DataSource.class);
            assertThat(new JdbcTemplate(context.getBean(DataSource.class)).queryForObject("show enable_seqscan",
                    String.class))
                .isEqualTo("on");
        });
    }

    @Test
    void startsInTheCallersTransactionOrNotAtAll() {
        this.runner.withUserConfiguration(CounterApplication.class).run((context) -> {
            WorkflowClient client = context.getBean(WorkflowClient.class);
            TransactionTemplate transaction = new TransactionTemplate(
                    context.getBean(PlatformTransactionManager.class));
            transaction.executeWithoutResult((status) -> {
                client.start(CountWorkflow.class, (w) -> w.count("rolled back"), WorkflowOptions.withId("rolled-back"));
                status.setRollbackOnly();
            });
            transaction.executeWithoutResult((status) -> client.start(CountWorkflow.class, (w) -> w.count("committed"),
                    WorkflowOptions.withId("committed")));
            assertThat(client.workflow("committed").result(Integer.class, Duration.ofSeconds(20))).isEqualTo(1);
            assertThat(client.count(null)).isOne();
        });
    }

    @Test
    void givesWayToBeansOfTheApplication() {
        this.runner.withUserConfiguration(OwnBeans.class).run((context) -> {
            assertThat(context).getBean(PayloadConverter.class).isSameAs(context.getBean("ownConverter"));
            assertThat(context).getBean(EngineClock.class).isSameAs(context.getBean("ownClock"));
        });
    }

    @Test
    void readsItsSettingsFromProperties() {
        this.runner
            .withPropertyValues("workflow.node-id=left", "workflow.worker.enabled=false",
                    "workflow.worker.task-queues.slow.activity-slots=3", "workflow.worker.cache-size=7",
                    "workflow.payload.max-size=1KB", "workflow.history.max-events=9", "workflow.lease=7s",
                    "workflow.shutdown-timeout=1s", "workflow.activity.transactional-slots=4")
            .run((context) -> {
                EngineSettings settings = context.getBean(EngineSettings.class);
                assertThat(settings.nodeName()).isEqualTo("left");
                assertThat(settings.workerEnabled()).isFalse();
                assertThat(settings.queueActivitySlots()).isEqualTo(Map.of("slow", 3));
                assertThat(settings.cacheSize()).isEqualTo(7);
                assertThat(settings.maxPayloadBytes()).isEqualTo(1024);
                assertThat(settings.maxEvents()).isEqualTo(9);
                assertThat(settings.lease()).hasSeconds(7);
                assertThat(settings.shutdownTimeout()).hasSeconds(1);
                assertThat(settings.transactionalSlots()).isEqualTo(4);
            });
    }

    @Test
    void leavesTheApplicationAShareOfItsPool() {
        this.runner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=10")
            .run((context) -> assertThat(context.getBean(EngineSettings.class).transactionalSlots()).isEqualTo(7));
        this.runner.withPropertyValues("workflow.activity.transactional-slots=0")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .hasMessageContaining("workflow.activity.transactional-slots must be at least 1"));
    }

    @Test
    void refusesALeaseThatIsTooShort() {
        this.runner.withPropertyValues("workflow.lease=3s")
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .hasMessageContaining("workflow.lease must be at least three times workflow.heartbeat-interval"));
    }

    @Test
    void historyIsIndependentOfTheApplicationsJsonMapper() {
        this.runner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
            .withUserConfiguration(CounterApplication.class, SnakeCaseMapper.class)
            .run((context) -> {
                assertThat(context).hasSingleBean(JsonMapper.class);
                assertThat(context.getBean(PayloadConverter.class).encode(new Named("x")).text())
                    .isEqualTo("{\"firstName\":\"x\"}");
                assertThat(context.getBean(JsonMapper.class).writeValueAsString(new Named("x")))
                    .isEqualTo("{\"first_name\":\"x\"}");
            });
    }

    @Test
    void transactionManagerOfTheApplicationStaysTheOnlyOne() {
        this.runner.run((context) -> {
            assertThat(context).hasSingleBean(PlatformTransactionManager.class);
            assertThat(context.getBean(WorkflowTransactions.class).manager())
                .isSameAs(context.getBean(PlatformTransactionManager.class));
        });
    }

    @Test
    void workflowWithoutAWorkflowMethodFailsWithASentence() {
        this.runner.withUserConfiguration(NoMethodApplication.class).run((context) -> {
            var analysis = new InvalidWorkflowTypeFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis).isNotNull();
            assertThat(analysis.getCause()).isInstanceOf(InvalidWorkflowTypeException.class);
            assertThat(analysis.getDescription()).contains("@WorkflowMethod");
            assertThat(analysis.getAction()).isNotBlank();
        });
    }

    private static int count(ApplicationContext context, String id) {
        return context.getBean(WorkflowClient.class)
            .start(CountWorkflow.class, (w) -> w.count(id), WorkflowOptions.withId(id))
            .result(Duration.ofSeconds(20));
    }

    record Named(String firstName) {
    }

    /** Counts. */
    @Workflow
    public static class CountWorkflow {

        private final Counter counter;

        CountWorkflow(Counter counter) {
            this.counter = counter;
        }

        @WorkflowMethod
        public int count(String what) {
            return this.counter.next();
        }

    }

    /** Counts its calls. */
    @Activity
    public static class Counter {

        private final AtomicInteger calls = new AtomicInteger();

        @Transactional
        public int next() {
            return this.calls.incrementAndGet();
        }

    }

    @Configuration(proxyBeanMethods = false)
    @Import({ CountWorkflow.class, Counter.class })
    static class CounterApplication {

    }

    /** A workflow that does nothing. */
    @Workflow
    public static class NoMethodWorkflow {

    }

    @Configuration(proxyBeanMethods = false)
    @Import(NoMethodWorkflow.class)
    static class NoMethodApplication {

    }

    @Configuration(proxyBeanMethods = false)
    static class PrimaryAndMarked {

        @Bean
        @Primary
        DataSource applications() {
            return dataSource();
        }

        @Bean
        @WorkflowDataSource
        DataSource marked() {
            return dataSource();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class EqualAndMarked {

        @Bean
        DataSource first() {
            return dataSource();
        }

        @Bean
        @WorkflowDataSource
        DataSource marked() {
            return dataSource();
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEntityManagers {

        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
            LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
            factory.setDataSource(dataSource);
            factory.setPackagesToScan(HostEntity.class.getPackageName());
            factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
            return factory;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEntityManagersOfAnotherName {

        @Bean
        LocalContainerEntityManagerFactoryBean ordersEntityManagerFactory(DataSource dataSource) {
            return new OwnEntityManagers().entityManagerFactory(dataSource);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class RoutingDataSource {

        @Bean
        DataSource routing() {
            AbstractRoutingDataSource routing = new AbstractRoutingDataSource() {

                @Override
                protected Object determineCurrentLookupKey() {
                    return "only";
                }

            };
            routing.setTargetDataSources(Map.of("only", dataSource()));
            return routing;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class PoolWithSettings {

        @Bean(destroyMethod = "close")
        HikariDataSource pool() {
            HikariDataSource pool = new HikariDataSource();
            pool.setDataSource(dataSource());
            pool.setConnectionInitSql("set lock_timeout = '7s'");
            return pool;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class PoolOfADataSource {

        @Bean(destroyMethod = "close")
        HikariDataSource pool() {
            HikariDataSource pool = new HikariDataSource();
            pool.setDataSource(dataSource());
            pool.setAutoCommit(false);
            return pool;
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class ProxiedDataSource {

        @Bean
        DataSource proxied() {
            return new TransactionAwareDataSourceProxy(dataSource());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        @Bean
        PayloadConverter ownConverter() {
            return new JacksonPayloadConverter();
        }

        @Bean
        EngineClock ownClock() {
            return new EngineClock(java.time.InstantSource.system(), true);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class SnakeCaseMapper {

        @Bean
        JsonMapper jsonMapper() {
            return JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
        }

    }

    private static DataSource dataSource() {
        return new DriverManagerDataSource(TestPostgres.newDatabase(), "postgres", "postgres");
    }

}
