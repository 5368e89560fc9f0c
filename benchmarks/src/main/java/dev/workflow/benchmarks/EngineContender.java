package dev.workflow.benchmarks;

import dev.workflow.benchmarks.application.BenchmarkApplication;
import dev.workflow.benchmarks.application.ThreeSteps;
import dev.workflow.client.WorkflowClient;
import dev.workflow.client.WorkflowOptions;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The engine as users have it: a Spring Boot application with the starter in its default
 * settings, called through the client.
 */
final class EngineContender implements Contender {

    static final String NAME = "engine";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Session open(Database database) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(BenchmarkApplication.class)
            .web(WebApplicationType.NONE)
            .bannerMode(Banner.Mode.OFF)
            .properties("spring.datasource.url=" + database.url(), "spring.datasource.username=" + database.user(),
                    "spring.datasource.password=" + database.password())
            .run();
        return new EngineSession(context);
    }

    private static final class EngineSession implements Session {

        private final ConfigurableApplicationContext context;

        private final WorkflowClient client;

        private final DistributionSummary commits;

        EngineSession(ConfigurableApplicationContext context) {
            this.context = context;
            this.client = context.getBean(WorkflowClient.class);
            this.commits = context.getBean(MeterRegistry.class).get("workflow.commit.transitions").summary();
        }

        @Override
        public String run(String payload) {
            return this.client.execute(ThreeSteps.class, (w) -> w.run(payload), WorkflowOptions.defaults());
        }

        @Override
        public Commits commits() {
            return new Commits(this.commits.count(), (long) this.commits.totalAmount());
        }

        @Override
        public void close() {
            this.context.close();
        }

    }

}
