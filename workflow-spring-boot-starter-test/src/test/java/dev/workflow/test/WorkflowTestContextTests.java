package dev.workflow.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.boot.WorkflowDataSource;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class WorkflowTestContextTests {

    @Test
    void testsWithTheSameAnnotationShareTheirContextAndOthersHaveADatabaseOfTheirOwn() {
        ApplicationContext first = contextOf(First.class);
        assertThat(contextOf(Same.class)).isSameAs(first);
        ApplicationContext other = contextOf(Other.class);
        assertThat(other).isNotSameAs(first);
        assertThat(databaseOf(other)).isNotEqualTo(databaseOf(first));
    }

    @Test
    void theDatabaseGoesWithItsContext() {
        TestContextManager manager = new TestContextManager(Closing.class);
        String database = databaseOf(manager.getTestContext().getApplicationContext());
        assertThat(databases()).contains(database);
        manager.getTestContext().markApplicationContextDirty(null);
        assertThat(databases()).doesNotContain(database);
    }

    @Test
    void timeStandsStillAndNeverGoesBack() {
        WorkflowClock clock = contextOf(First.class).getBean(WorkflowClock.class);
        assertThat(clock.instant()).isEqualTo(clock.instant());
        clock.advance(Duration.ZERO);
        assertThatIllegalArgumentException().isThrownBy(() -> clock.advance(Duration.ofSeconds(-1)));
    }

    @Test
    void theReplayerTakesHistoriesOfKnownTypesOnly() {
        Replayer replayer = contextOf(First.class).getBean(Replayer.class);
        assertThatIllegalArgumentException().isThrownBy(() -> replayer.replay(List.of()))
            .withMessageContaining("is empty");
    }

    @Test
    void theEngineOfATestIsNotLetIntoAnotherDatabase() {
        for (Class<?> test : List.of(Elsewhere.class, Redirected.class)) {
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> contextOf(test))
                .havingRootCause()
                .isInstanceOf(IllegalStateException.class)
                .withMessageContaining("has a database of its own")
                .withMessageContaining("leads to " + EmbeddedServer.get().url("postgres").replaceFirst("[?].*", ""))
                .withMessageContaining("${spring.datasource.url}");
        }
        assertThat(
                new JdbcTemplate(elsewhere()).queryForList("select 1 from pg_tables where tablename like 'workflow%'"))
            .isEmpty();
    }

    @Test
    void tablesAreMadeThoughTheApplicationMakesNone() {
        assertThat(new JdbcTemplate(contextOf(Migrated.class).getBean(DataSource.class))
            .queryForList("select run_id from workflow_task")).isEmpty();
    }

    private static DataSource elsewhere() {
        return new DriverManagerDataSource(EmbeddedServer.get().url("postgres"), EmbeddedServer.USER, "");
    }

    private List<String> databases() {
        return new JdbcTemplate(contextOf(First.class).getBean(DataSource.class))
            .queryForList("select datname from pg_database", String.class);
    }

    private static ApplicationContext contextOf(Class<?> testClass) {
        return new TestContextManager(testClass).getTestContext().getApplicationContext();
    }

    private static String databaseOf(ApplicationContext context) {
        return new JdbcTemplate(context.getBean(DataSource.class)).queryForObject("select current_database()",
                String.class);
    }

    @WorkflowTest(classes = Empty.class)
    static class First {

    }

    @WorkflowTest(classes = Empty.class)
    static class Same {

    }

    @WorkflowTest(classes = Empty.class, properties = "some.property=some value")
    static class Other {

    }

    @WorkflowTest(classes = Empty.class, properties = "some.property=of the one that is closed")
    static class Closing {

    }

    @WorkflowTest(classes = { Empty.class, MarkedDataSource.class })
    static class Elsewhere {

    }

    @Configuration(proxyBeanMethods = false)
    static class MarkedDataSource {

        @Bean
        @WorkflowDataSource
        DataSource dataSource() {
            return elsewhere();
        }

    }

    @WorkflowTest(classes = Empty.class)
    @ContextConfiguration(initializers = Redirects.class)
    static class Redirected {

    }

    /** As a container does that says where it is. */
    static class Redirects implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            TestPropertyValues.of("spring.datasource.url=" + EmbeddedServer.get().url("postgres")).applyTo(context);
        }

    }

    @WorkflowTest(classes = Empty.class)
    @ContextConfiguration(initializers = MigratesByItself.class)
    static class Migrated {

    }

    /** As a file of the application would say it. */
    static class MigratesByItself implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            context.getEnvironment()
                .getPropertySources()
                .addLast(new MapPropertySource("application", Map.of("workflow.liquibase.enabled", "false")));
        }

    }

    @Workflow
    static class Empty {

        @WorkflowMethod
        void run() {
        }

    }

}
