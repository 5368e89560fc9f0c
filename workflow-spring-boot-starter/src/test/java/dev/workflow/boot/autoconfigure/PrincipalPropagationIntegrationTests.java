package dev.workflow.boot.autoconfigure;

import java.time.Duration;

import dev.workflow.Activity;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.boot.TestPostgres;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowHandle;
import dev.workflow.client.WorkflowOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/** Who started a workflow, as its activities see it. */
class PrincipalPropagationIntegrationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
                JdbcClientAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
                DataJpaRepositoriesAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
                TransactionAutoConfiguration.class, WorkflowDatabaseAutoConfiguration.class,
                WorkflowPersistenceAutoConfiguration.class, WorkflowContextAutoConfiguration.class,
                WorkflowWorkerAutoConfiguration.class, WorkflowEngineAutoConfiguration.class,
                WorkflowRepositoriesAutoConfiguration.class, WorkflowClientAutoConfiguration.class))
        .withUserConfiguration(DoorApplication.class)
        .withPropertyValues(TestPostgres.newDataSource());

    @AfterEach
    void leave() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void nameOfThePrincipalReachesTheActivityAndNothingElseOfIt() {
        this.runner.withPropertyValues("workflow.context.principal=true").run((context) -> {
            WorkflowClient client = context.getBean(WorkflowClient.class);
            enter("ada");
            WorkflowHandle<Door, String> first = client.start(Door.class, (w) -> w.open(),
                    WorkflowOptions.withId("first"));
            enter("grace");
            WorkflowHandle<Door, String> second = client.start(Door.class, (w) -> w.open(),
                    WorkflowOptions.withId("second"));
            leave();
            WorkflowHandle<Door, String> third = client.start(Door.class, (w) -> w.open(),
                    WorkflowOptions.withId("third"));
            assertThat(first.result(Duration.ofSeconds(20))).isEqualTo("ada []");
            assertThat(second.result(Duration.ofSeconds(20))).isEqualTo("grace []");
            assertThat(third.result(Duration.ofSeconds(20))).isEqualTo("nobody");
        });
    }

    @Test
    void principalStaysWhereItIsUnlessAPropertySaysOtherwise() {
        this.runner.run((context) -> {
            enter("ada");
            assertThat(context.getBean(WorkflowClient.class)
                .start(Door.class, (w) -> w.open(), WorkflowOptions.withId("first"))
                .result(Duration.ofSeconds(20))).isEqualTo("nobody");
        });
    }

    private static void enter(String name) {
        SecurityContextHolder.getContext()
            .setAuthentication(UsernamePasswordAuthenticationToken.authenticated(name, "secret",
                    AuthorityUtils.createAuthorityList("ROLE_ADMIN")));
    }

    /** Asks who is there. */
    @Workflow
    public static class Door {

        private final Porter porter;

        Door(Porter porter) {
            this.porter = porter;
        }

        @WorkflowMethod
        public String open() {
            return this.porter.whoIsThere();
        }

    }

    /** Says who is there, and what they may do. */
    @Activity
    public static class Porter {

        public String whoIsThere() {
            Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
            return (authentication != null) ? authentication.getName() + " " + authentication.getAuthorities()
                    : "nobody";
        }

    }

    @Configuration(proxyBeanMethods = false)
    @Import({ Door.class, Porter.class })
    static class DoorApplication {

    }

}
