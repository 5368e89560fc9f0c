package dev.workflow.boot.autoconfigure;

import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import dev.workflow.boot.TestPostgres;
import dev.workflow.determinism.DeterminismException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/** What the determinism check does when an application starts. */
@ExtendWith(OutputCaptureExtension.class)
class DeterminismAtStartIntegrationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
                DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
                WorkflowDatabaseAutoConfiguration.class, WorkflowPersistenceAutoConfiguration.class,
                WorkflowWorkerAutoConfiguration.class, WorkflowEngineAutoConfiguration.class,
                WorkflowRepositoriesAutoConfiguration.class, WorkflowClientAutoConfiguration.class))
        .withPropertyValues(TestPostgres.newDataSource())
        .withUserConfiguration(Application.class);

    @Test
    void warnsByDefaultOnceForEachWorkflowAndStarts(CapturedOutput output) {
        this.runner.run((context) -> assertThat(context).hasNotFailed());
        assertThat(output.toString().split("does what would not be the same in a replay", -1)).hasSize(3);
        assertThat(output)
            .contains(
                    "DeterminismAtStartIntegrationTests$TimedWorkflow does what would not be the same in a replay (2):")
            .contains("  1. DeterminismAtStartIntegrationTests.TimedWorkflow.run "
                    + "(DeterminismAtStartIntegrationTests.java:")
            .contains("called by DeterminismAtStartIntegrationTests.TimedWorkflow.run "
                    + "(DeterminismAtStartIntegrationTests.java:")
            .contains("DeterminismAtStartIntegrationTests.MachineClock.time")
            .contains("Use Workflows.now().")
            .contains("workflow.determinism-exclude");
    }

    @Test
    void doesNotStartWhenAskedToFailAndSaysEverything() {
        this.runner.withPropertyValues("workflow.determinism=fail").run((context) -> {
            Throwable failure = context.getStartupFailure();
            assertThat(failure).isInstanceOfSatisfying(DeterminismException.class,
                    (found) -> assertThat(found.findings()).hasSize(3));
            FailureAnalysis analysis = new DeterminismFailureAnalyzer().analyze(failure);
            assertThat(analysis.getDescription()).contains("TimedWorkflow", "DrawingWorkflow", "Math.random()");
            assertThat(analysis.getAction()).contains("@DeterminismIgnored", "workflow.determinism-exclude");
        });
    }

    @Test
    void isSilentWhenOffOrExcludedOrWithoutAWorker(CapturedOutput output) {
        this.runner.withPropertyValues("workflow.determinism=off").run((context) -> assertThat(context).hasNotFailed());
        this.runner
            .withPropertyValues("workflow.determinism=fail",
                    "workflow.determinism-exclude=dev.workflow.boot.**.DeterminismAtStartIntegrationTests")
            .run((context) -> assertThat(context).hasNotFailed());
        this.runner.withPropertyValues("workflow.determinism=fail", "workflow.worker.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed());
        assertThat(output).doesNotContain("would not be the same in a replay");
    }

    @Configuration(proxyBeanMethods = false)
    @Import({ TimedWorkflow.class, DrawingWorkflow.class })
    static class Application {

        @Bean
        Times times() {
            return new MachineClock();
        }

    }

    interface Times {

        long time();

    }

    static final class MachineClock implements Times {

        @Override
        public long time() {
            return System.currentTimeMillis();
        }

    }

    @Workflow
    static class TimedWorkflow {

        private final Times times;

        TimedWorkflow(Times times) {
            this.times = times;
        }

        @WorkflowMethod
        public long run() {
            return System.nanoTime() + this.times.time();
        }

    }

    @Workflow
    static class DrawingWorkflow {

        @WorkflowMethod
        public double run() {
            return Math.random();
        }

    }

}
