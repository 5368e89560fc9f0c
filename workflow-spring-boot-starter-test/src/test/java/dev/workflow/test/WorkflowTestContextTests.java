package dev.workflow.test;

import java.time.Duration;
import java.util.List;

import javax.sql.DataSource;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;
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

    @Workflow
    static class Empty {

        @WorkflowMethod
        void run() {
        }

    }

}
