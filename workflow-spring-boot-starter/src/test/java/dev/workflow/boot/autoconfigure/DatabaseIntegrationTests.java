package dev.workflow.boot.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import dev.workflow.boot.TestPostgres;
import dev.workflow.boot.WorkflowDataSource;
import dev.workflow.boot.autoconfigure.host.HostEntity;
import dev.workflow.boot.autoconfigure.host.HostEntityRepository;
import jakarta.persistence.EntityManagerFactory;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategy;
import org.hibernate.boot.model.naming.PhysicalNamingStrategyStandardImpl;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The starter's tables and entities beside whatever an application does with its
 * database.
 */
@ExtendWith(OutputCaptureExtension.class)
class DatabaseIntegrationTests {

    private static final String TABLES = "select table_name from information_schema.tables "
            + "where table_schema = 'public' and table_name like 'workflow%'";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
                DataSourceInitializationAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
                HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class,
                TransactionAutoConfiguration.class, WorkflowDatabaseAutoConfiguration.class,
                WorkflowPersistenceAutoConfiguration.class))
        .withPropertyValues(TestPostgres.newDataSource());

    @Test
    void createsItsTablesWithoutAnyMigrationOfTheApplication() {
        this.runner.run((context) -> {
            assertThat(tables(context)).contains("workflow_execution", "workflow_event", "workflow_task",
                    "workflow_databasechangelog");
            assertThat(context).doesNotHaveBean(SpringLiquibase.class);
        });
    }

    @Test
    void createsNothingWhenTheEngineIsDisabled() {
        this.runner.withUserConfiguration(HostConfiguration.class)
            .withPropertyValues("workflow.enabled=false")
            .run((context) -> {
                assertThat(tables(context)).isEmpty();
                assertThat(context).doesNotHaveBean(WorkflowDatabase.class);
                assertThat(context.getBean(EntityManagerFactory.class).getMetamodel().getEntities()).hasSize(1);
            });
    }

    @Test
    void createsNothingWhenItsLiquibaseIsDisabled() {
        this.runner.withPropertyValues("workflow.liquibase.enabled=false")
            .run((context) -> assertThat(tables(context)).isEmpty());
    }

    @Test
    void secondStartFindsTheTablesAndReleasesTheLockOfADeadProcess(CapturedOutput output) {
        this.runner.run((context) -> jdbc(context)
            .update("update workflow_databasechangeloglock set locked = true, lockedby = 'dead', lockgranted = now()"));
        this.runner.run((context) -> assertThat(tables(context)).contains("workflow_execution"));
        assertThat(output).contains("Released the Liquibase lock");
    }

    @Test
    void putsItsTablesIntoTheSchemaThatIsSetAndLeavesPooledConnectionsAsTheyWere() {
        this.runner
            .withPropertyValues("workflow.schema=engine", "spring.datasource.hikari.maximum-pool-size=2",
                    "spring.jpa.hibernate.ddl-auto=validate")
            .run((context) -> {
                assertThat(tables(context)).isEmpty();
                assertThat(jdbc(context).queryForList(
                        "select table_name from information_schema.tables " + "where table_schema = 'engine'",
                        String.class))
                    .contains("workflow_execution", "workflow_databasechangelog", "workflow_databasechangeloglock");
                assertThat(searchPaths(context)).containsOnly("\"$user\", public");
                assertThat(countOfExecutions(context)).isZero();
            });
    }

    @Test
    void applicationsOwnLiquibaseRunsToo() {
        this.runner.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
            .withPropertyValues("spring.liquibase.change-log=classpath:host/changelog.yaml")
            .run((context) -> {
                assertThat(context).hasSingleBean(SpringLiquibase.class);
                assertThat(tables(context)).contains("workflow_execution");
                assertThat(jdbc(context).queryForList("select id from databasechangelog", String.class))
                    .containsExactly("host-1");
                assertThat(jdbc(context).queryForList("select id from workflow_databasechangelog", String.class))
                    .contains("0001-execution")
                    .doesNotContain("host-1");
            });
    }

    @Test
    void applicationsOwnFlywayRunsTooAndFirst() {
        this.runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
            .withPropertyValues("spring.flyway.locations=classpath:host/flyway")
            .run((context) -> {
                assertThat(context).hasNotFailed().hasSingleBean(Flyway.class);
                assertThat(tables(context)).contains("workflow_execution");
                assertThat(jdbc(context).queryForObject("select count(*) from host_entity", Integer.class)).isZero();
            });
    }

    @Test
    void scriptsAfterTheEntityManagerStayPossible() {
        this.runner.withUserConfiguration(HostConfiguration.class)
            .withPropertyValues("spring.jpa.defer-datasource-initialization=true",
                    "spring.jpa.hibernate.ddl-auto=create-drop", "spring.sql.init.mode=always",
                    "spring.sql.init.data-locations=classpath:host/data.sql")
            .run((context) -> {
                assertThat(context).hasNotFailed();
                assertThat(tables(context)).contains("workflow_execution");
                assertThat(jdbc(context).queryForObject("select count(*) from host_entity", Integer.class)).isOne();
            });
        this.runner.withPropertyValues("workflow.liquibase.enabled=false")
            .run((context) -> assertThat(tables(context)).as("create-drop left the engine's tables alone")
                .contains("workflow_execution"));
    }

    @Test
    void entitiesOfTheApplicationAndOfTheEngineAreManaged() {
        this.runner.withUserConfiguration(HostConfiguration.class)
            .withPropertyValues("spring.jpa.hibernate.ddl-auto=update")
            .run((context) -> {
                assertThat(entities(context)).contains("HostEntity").hasSizeGreaterThan(1);
                assertThat(countOfExecutions(context)).isZero();
            });
    }

    @Test
    void entityScanAndRepositoriesOfTheApplicationStayItsOwn() {
        this.runner.withUserConfiguration(HostWithItsOwnScan.class)
            .withPropertyValues("spring.jpa.hibernate.ddl-auto=update")
            .run((context) -> {
                assertThat(entities(context)).contains("HostEntity").hasSizeGreaterThan(1);
                assertThat(countOfExecutions(context)).isZero();
            });
    }

    @Test
    void nativeQueriesOfTheApplicationStayAsTheyAre() {
        this.runner.withUserConfiguration(HostConfiguration.class)
            .withPropertyValues("spring.jpa.hibernate.ddl-auto=update")
            .run((context) -> {
                assertThat(context).hasNotFailed();
                jdbc(context).update("insert into host_entity (id) values (1), (2)");
                assertThat(context.getBean(HostEntityRepository.class).nearest()).hasSize(2);
            });
        assertThat(ClassUtils.isPresent("net.sf.jsqlparser.parser.JSqlParser", getClass().getClassLoader()))
            .as("the parser by which Spring Data JPA would judge them")
            .isFalse();
    }

    @Test
    void entitiesKeepTheirNamesUnderAnyNamingStrategyAndDdlValidate() {
        this.runner.withUserConfiguration(CamelCaseConfiguration.class)
            .withPropertyValues("spring.jpa.hibernate.ddl-auto=validate")
            .run((context) -> {
                assertThat(context).hasNotFailed();
                assertThat(countOfExecutions(context)).isZero();
            });
    }

    @Test
    void entitiesWorkWithTheStandardNamingStrategyAndDdlValidate() {
        this.runner
            .withPropertyValues("spring.jpa.hibernate.ddl-auto=validate",
                    "spring.jpa.hibernate.naming.physical-strategy="
                            + PhysicalNamingStrategyStandardImpl.class.getName())
            .run((context) -> assertThat(countOfExecutions(context)).isZero());
    }

    @Test
    void entitiesStayInTheirSchemaWhereTheApplicationsHaveAnother() {
        this.runner.withPropertyValues("spring.jpa.properties.hibernate.default_schema=hosts")
            .run((context) -> assertThat(countOfExecutions(context)).isZero());
    }

    @Test
    void entitiesWorkWithQuotedNames() {
        this.runner
            .withPropertyValues("spring.jpa.hibernate.ddl-auto=validate",
                    "spring.jpa.properties.hibernate.globally_quoted_identifiers=true")
            .run((context) -> assertThat(countOfExecutions(context)).isZero());
    }

    @Test
    void markedDataSourceIsTheEngines() {
        this.runner.withUserConfiguration(PrimaryDataSource.class, MarkedDataSource.class).run((context) -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(WorkflowDatabase.class).dataSource())
                .isSameAs(context.getBean("marked", DataSource.class));
        });
    }

    @Test
    void severalDataSourcesWithoutAChoiceFailWithASentence() {
        this.runner.withUserConfiguration(TwoDataSources.class)
            .run((context) -> assertThat(context).getFailure()
                .rootCause()
                .isInstanceOf(WorkflowStartupException.class)
                .hasMessageContaining("the application has 2: first, second"));
    }

    private static List<String> tables(ApplicationContext context) {
        return jdbc(context).queryForList(TABLES, String.class);
    }

    private static JdbcTemplate jdbc(ApplicationContext context) {
        return new JdbcTemplate(context.getBean(DataSource.class));
    }

    private static List<String> searchPaths(ApplicationContext context) throws SQLException {
        DataSource dataSource = context.getBean(DataSource.class);
        try (Connection first = dataSource.getConnection(); Connection second = dataSource.getConnection()) {
            return List.of(searchPath(first), searchPath(second));
        }
    }

    private static String searchPath(Connection connection) throws SQLException {
        try (var row = connection.createStatement().executeQuery("show search_path")) {
            row.next();
            return row.getString(1);
        }
    }

    private static List<String> entities(ApplicationContext context) {
        return context.getBean(EntityManagerFactory.class)
            .getMetamodel()
            .getEntities()
            .stream()
            .map((entity) -> entity.getName())
            .toList();
    }

    /** Selects every column of every entity of the engine. */
    private static long countOfExecutions(ApplicationContext context) {
        long count = 0;
        try (var entityManager = context.getBean(EntityManagerFactory.class).createEntityManager()) {
            for (var entity : entityManager.getMetamodel().getEntities()) {
                if (entity.getJavaType().getPackageName().equals(StoreEntityScan.STORE_PACKAGE)) {
                    count += entityManager.createQuery("from " + entity.getName(), Object.class).getResultList().size();
                }
            }
        }
        return count;
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackageClasses = HostEntity.class)
    static class HostConfiguration {

    }

    @Configuration(proxyBeanMethods = false)
    @EntityScan(basePackageClasses = HostEntity.class)
    @EnableJpaRepositories(basePackageClasses = HostEntity.class)
    static class HostWithItsOwnScan {

    }

    @Configuration(proxyBeanMethods = false)
    static class CamelCaseConfiguration {

        @Bean
        PhysicalNamingStrategy camelCase() {
            return new PhysicalNamingStrategyStandardImpl() {

                @Override
                public Identifier toPhysicalTableName(Identifier name, JdbcEnvironment environment) {
                    return camel(name);
                }

                @Override
                public Identifier toPhysicalColumnName(Identifier name, JdbcEnvironment environment) {
                    return camel(name);
                }

                private Identifier camel(Identifier name) {
                    StringBuilder camel = new StringBuilder();
                    for (String word : name.getText().split("_")) {
                        camel.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
                    }
                    return Identifier.toIdentifier(camel.toString(), true);
                }

            };
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class TwoDataSources {

        @Bean
        DataSource first() {
            return new DriverManagerDataSource(TestPostgres.newDatabase(), "postgres", "postgres");
        }

        @Bean
        DataSource second() {
            return new DriverManagerDataSource(TestPostgres.newDatabase(), "postgres", "postgres");
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class PrimaryDataSource {

        @Bean
        @Primary
        DataSource applications() {
            return new DriverManagerDataSource(TestPostgres.newDatabase(), "postgres", "postgres");
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class MarkedDataSource {

        @Bean
        @WorkflowDataSource
        DataSource marked() {
            return new DriverManagerDataSource(TestPostgres.newDatabase(), "postgres", "postgres");
        }

    }

}
