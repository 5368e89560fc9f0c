package dev.workflow.boot.autoconfigure;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import dev.workflow.boot.WorkflowProperties;
import dev.workflow.boot.WorkflowTransactionManager;
import dev.workflow.engine.EngineClock;
import dev.workflow.client.ConcurrencyLimit;
import dev.workflow.engine.EngineGauges;
import dev.workflow.engine.EngineLimits;
import dev.workflow.engine.EngineMetrics;
import dev.workflow.engine.EngineObservations;
import dev.workflow.engine.EngineSettings;
import dev.workflow.engine.EngineStore;
import dev.workflow.engine.EngineWorkflowService;
import dev.workflow.engine.TypeRegistry;
import dev.workflow.engine.WorkflowEngine;
import dev.workflow.engine.WorkflowService;
import dev.workflow.payload.PayloadCodecs;
import dev.workflow.replay.MachineSettings;
import dev.workflow.store.JdbcEngineStore;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Auto-configuration of the engine, which starts and stops with the application.
 */
@AutoConfiguration(after = { WorkflowWorkerAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class })
@ConditionalOnWorkflowEnabled
public final class WorkflowEngineAutoConfiguration {

    @Bean("workflow.transactionWatch")
    static TransactionWatch workflowTransactionWatch() {
        return new TransactionWatch();
    }

    @Bean("workflow.transactions")
    WorkflowTransactions workflowTransactions(WorkflowDatabase database,
            ObjectProvider<PlatformTransactionManager> managers,
            @WorkflowTransactionManager ObjectProvider<PlatformTransactionManager> marked) {
        return WorkflowTransactions.choose(marked.getIfAvailable(), managers.getIfUnique(), database.dataSource());
    }

    @Bean("workflow.clock")
    @ConditionalOnMissingBean
    EngineClock workflowClock() {
        return new EngineClock(InstantSource.system(), true);
    }

    @Bean("workflow.engineSettings")
    @ConditionalOnMissingBean
    EngineSettings workflowEngineSettings(WorkflowProperties properties, WorkflowDatabase database,
            EngineConnections connections, ObjectProvider<DataSourcePoolMetadataProvider> pools) {
        WorkflowProperties.Worker worker = properties.worker();
        Integer poolSize = ConnectionShare.poolSize(database.dataSource(), pools.stream().toList());
        return new EngineSettings(properties.nodeId(), worker.enabled(), worker.cacheSize(), properties.pollInterval(),
                properties.heartbeatInterval(), properties.lease(), properties.shutdownTimeout(),
                worker.workflowSlots(), worker.activitySlots(),
                slots(worker, WorkflowProperties.TaskQueue::activitySlots),
                slots(worker, WorkflowProperties.TaskQueue::workflowSlots), worker.committers(),
                Math.toIntExact(properties.payload().maxSize().toBytes()), properties.history().maxEvents(),
                worker.deadlockTimeout(), properties.listen(),
                ConnectionShare.of(properties.activity().transactionalSlots(), poolSize, connections.areBorrowed()),
                worker.buildId(), worker.versioning());
    }

    private static Map<String, Integer> slots(WorkflowProperties.Worker worker,
            Function<WorkflowProperties.TaskQueue, @Nullable Integer> number) {
        Map<String, Integer> slots = new LinkedHashMap<>();
        worker.taskQueues().forEach((name, queue) -> {
            Integer own = number.apply(queue);
            if (own != null) {
                slots.put(name, own);
            }
        });
        return slots;
    }

    @Bean("workflow.engineConnections")
    EngineConnections workflowEngineConnections(WorkflowDatabase database, WorkflowProperties properties) {
        return EngineConnections.beside(database.dataSource(), properties.connections(),
                properties.lease().dividedBy(2));
    }

    @Bean("workflow.engineStore")
    @ConditionalOnMissingBean
    EngineStore workflowEngineStore(EngineConnections connections, WorkflowDatabase database,
            WorkflowProperties properties, EngineClock clock, PayloadCodecs codecs) {
        return new JdbcEngineStore(connections.dataSource(), connections.heart(), database.dataSource(),
                properties.schema(), clock, codecs);
    }

    @Bean(name = "workflow.engine", destroyMethod = "")
    @DependsOnDatabaseInitialization
    WorkflowEngine workflowEngine(EngineSettings settings, EngineStore store, EngineClock clock, TypeRegistry types,
            MachineSettings machineSettings, PayloadCodecs codecs, WorkflowTransactions transactions,
            ObjectProvider<EngineMetrics> metrics, ObjectProvider<EngineObservations> observations,
            WorkflowProperties properties) {
        WorkflowEngine engine = new WorkflowEngine(settings, store, clock, types, machineSettings, codecs,
                transactions.manager(), metrics.getIfUnique(() -> EngineMetrics.NONE),
                observations.getIfUnique(() -> EngineObservations.NONE));
        engine.limitTo(limits(properties));
        engine.weigh(properties.fairness().weights());
        if (properties.retention() != null) {
            engine.keepEndedRuns(properties.retention());
        }
        engine.keepRecords(Map.of(EngineStore.RecordKind.BATCH, properties.records().batches(),
                EngineStore.RecordKind.OPERATOR_ACTION, properties.records().operatorActions()));
        return engine;
    }

    private static EngineLimits limits(WorkflowProperties properties) {
        Map<String, Double> rates = new LinkedHashMap<>();
        properties.worker().taskQueues().forEach((name, queue) -> {
            if (queue.rateLimit() != null) {
                rates.put(name, queue.rateLimit());
            }
        });
        WorkflowProperties.BackPressure pressure = properties.backPressure();
        Map<String, ConcurrencyLimit> concurrency = new LinkedHashMap<>();
        properties.concurrency()
            .forEach((type, limit) -> concurrency.put(type, new ConcurrencyLimit(limit.max(), limit.maxPerKey())));
        return new EngineLimits(rates, pressure.waitingCommits(), pressure.backlog(), concurrency);
    }

    @Bean("workflow.engineLifecycle")
    WorkflowEngineLifecycle workflowEngineLifecycle(WorkflowEngine engine) {
        return new WorkflowEngineLifecycle(engine::start, engine::stop);
    }

    @Bean("workflow.gauges")
    EngineGauges workflowGauges(WorkflowEngine engine) {
        return engine.gauges();
    }

    @Bean("workflow.keepAlive")
    @ConditionalOnBooleanProperty(name = "workflow.worker.enabled", matchIfMissing = true)
    KeepAlive workflowKeepAlive() {
        return new KeepAlive();
    }

    @Bean("workflow.service")
    @ConditionalOnMissingBean
    WorkflowService workflowService(WorkflowEngine engine) {
        return new EngineWorkflowService(engine);
    }

}
