package dev.workflow.test;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import javax.sql.DataSource;

import dev.workflow.boot.WorkflowDataSource;
import dev.workflow.engine.EngineClock;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.replay.MachineSettings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Lazy;

/** What a {@link WorkflowTest @WorkflowTest} has beside the application's own beans. */
@Configuration(proxyBeanMethods = false)
class WorkflowTestConfiguration {

    static final String DATABASE = "workflow.testDatabase";

    /** A fallback, so that an InstantSource is the bean that it is in production. */
    @Bean("workflow.testClock")
    @Fallback
    WorkflowClock workflowTestClock(ObjectProvider<WorkflowEngine> engine) {
        return new SteppingClock(Instant.now().truncatedTo(ChronoUnit.MILLIS), engine::getObject);
    }

    @Bean(DATABASE)
    @Lazy
    OwnDatabase workflowTestDatabase(@WorkflowDataSource ObjectProvider<DataSource> marked,
            ObjectProvider<DataSource> all, OwnDatabase.Url url) {
        DataSource chosen = marked.getIfAvailable();
        return new OwnDatabase((chosen != null) ? chosen : all.getIfUnique(), url.text());
    }

    @Bean("workflow.clock")
    EngineClock workflowClock(WorkflowClock clock) {
        return new EngineClock(clock, false);
    }

    @Bean("workflow.replayer")
    Replayer workflowReplayer(TypeRegistry types, MachineSettings settings, WorkflowEngine engine) {
        return new EngineReplayer(types, settings, engine);
    }

}
