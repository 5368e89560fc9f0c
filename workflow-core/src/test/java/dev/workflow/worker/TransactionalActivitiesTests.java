package dev.workflow.worker;

import java.util.List;

import javax.sql.DataSource;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.engine.ActivityDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

class TransactionalActivitiesTests {

    private final Logger logger = (Logger) LoggerFactory.getLogger(TransactionalActivities.class);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        this.logger.setLevel(ch.qos.logback.classic.Level.WARN);
        this.log.start();
        this.logger.addAppender(this.log);
    }

    @AfterEach
    void stop() {
        this.logger.detachAppender(this.log);
    }

    @Test
    void requiredTransactionOfTheEnginesDatabaseIsExactlyOnce() {
        try (TestApplication application = new TestApplication(Ledger.class, OneManager.class)) {
            ActivityDefinition definition = application.registry().activity("Ledger.required");
            assertThat(definition.transaction()).isNotNull();
            assertThat(definition.transaction().getIsolationLevel()).isEqualTo(Isolation.SERIALIZABLE.value());
            assertThat(messages()).noneMatch((message) -> message.contains("Ledger.required"));
        }
    }

    @Test
    void activityWithoutTransactionIsNotMentioned() {
        try (TestApplication application = new TestApplication(Ledger.class, OneManager.class)) {
            assertThat(application.registry().activity("Ledger.plain").transaction()).isNull();
            assertThat(messages()).noneMatch((message) -> message.contains("Ledger.plain"));
        }
    }

    @Test
    void otherPropagationIsToldAtStart() {
        try (TestApplication application = new TestApplication(Ledger.class, OneManager.class)) {
            assertThat(application.registry().activity("Ledger.separate").transaction()).isNull();
            assertThat(messages()).anyMatch((message) -> message.startsWith("Ledger.separate runs at least once: ")
                    && message.contains("its propagation is REQUIRES_NEW instead of REQUIRED"));
        }
    }

    @Test
    void readOnlyIsToldAtStart() {
        try (TestApplication application = new TestApplication(Ledger.class, OneManager.class)) {
            assertThat(application.registry().activity("Ledger.reading").transaction()).isNull();
            assertThat(messages()).anyMatch((message) -> message.contains("its transaction is read-only"));
        }
    }

    @Test
    void rulesAgainstRollbackAreToldAtStartToHaveNoEffect() {
        try (TestApplication application = new TestApplication(Keeping.class, OneManager.class)) {
            for (String type : List.of("Keeping.spring", "Keeping.jakarta")) {
                assertThat(application.registry().activity(type).transaction()).isNotNull();
                assertThat(messages())
                    .filteredOn((message) -> message.startsWith(type + " is rolled back whatever it throws"))
                    .hasSize(1);
            }
            assertThat(messages()).noneMatch((message) -> message.startsWith("Keeping.separate is rolled back"));
        }
    }

    @Test
    void rulesForRollbackAreNotMentioned() {
        try (TestApplication application = new TestApplication(Keeping.class, OneManager.class)) {
            assertThat(application.registry().activity("Keeping.rolling").transaction()).isNotNull();
            assertThat(messages()).noneMatch((message) -> message.startsWith("Keeping.rolling"));
        }
    }

    @Test
    void anotherTransactionManagerIsToldAtStart() {
        try (TestApplication application = new TestApplication(Other.class, TwoManagers.class)) {
            assertThat(application.registry().activity("Other.run").transaction()).isNull();
            assertThat(messages()).anyMatch((message) -> message
                .contains("its transaction manager 'second' (DataSourceTransactionManager) is not the engine's"));
        }
    }

    @Test
    void anotherDataSourceIsToldAtStart() {
        try (TestApplication application = new TestApplication(Other.class, OtherDataSource.class)) {
            assertThat(application.registry().activity("Other.run").transaction()).isNull();
            assertThat(messages()).anyMatch((message) -> message.contains("is for another DataSource"));
        }
    }

    @Test
    void wrappedDataSourceIsTheSame() {
        try (TestApplication application = new TestApplication(Ledger.class, Wrapped.class)) {
            assertThat(application.registry().activity("Ledger.required").transaction()).isNotNull();
        }
    }

    @Test
    void whatBeginsATransactionOfTheEnginesDatabaseHoldsAConnection() {
        try (TestApplication application = new TestApplication(Ledger.class, OneManager.class)) {
            assertThat(application.registry().activity("Ledger.required").holdsConnection()).isTrue();
            assertThat(application.registry().activity("Ledger.separate").holdsConnection()).isTrue();
            assertThat(application.registry().activity("Ledger.reading").holdsConnection()).isTrue();
            assertThat(application.registry().activity("Ledger.plain").holdsConnection()).isFalse();
            assertThat(application.registry().activity("Ledger.without").holdsConnection()).isFalse();
        }
        try (TestApplication application = new TestApplication(Other.class, TwoManagers.class)) {
            assertThat(application.registry().activity("Other.run").holdsConnection()).isTrue();
        }
        try (TestApplication application = new TestApplication(Other.class, OtherDataSource.class)) {
            assertThat(application.registry().activity("Other.run").holdsConnection()).isFalse();
        }
    }

    @Test
    void whoeverIsCanceledWaitsForWhatCommitsWithItsResultUnlessTheCallSaysOtherwise() {
        try (TestApplication application = new TestApplication(Ledger.class, OneManager.class)) {
            Ledger ledger = new SpringActivityStubs(application.context.getBeanFactory()).stub(Ledger.class,
                    ActivityOptions.defaults());
            FakeRun run = new FakeRun(null);
            run.call(() -> {
                ledger.required();
                ledger.plain();
                ledger.separate();
                ledger.reading();
                new SpringActivityStubs(application.context.getBeanFactory())
                    .withOptions(ledger, ActivityOptions.defaults().cancellationType(CancellationType.TRY_CANCEL))
                    .required();
                return null;
            });
            assertThat(run.ordered.stream().map((order) -> order.options().cancellationType())).containsExactly(
                    CancellationType.WAIT_CANCELLATION_COMPLETED, null, null, null, CancellationType.TRY_CANCEL);
        }
    }

    private List<String> messages() {
        return this.log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Activity
    static class Ledger {

        @Transactional(isolation = Isolation.SERIALIZABLE)
        public void required() {
        }

        public void plain() {
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void separate() {
        }

        @Transactional(readOnly = true)
        public void reading() {
        }

        @Transactional(propagation = Propagation.NOT_SUPPORTED)
        public void without() {
        }

    }

    @Activity
    static class Keeping {

        @Transactional(noRollbackFor = IllegalStateException.class)
        public void spring() {
        }

        @jakarta.transaction.Transactional(dontRollbackOn = IllegalStateException.class)
        public void jakarta() {
        }

        @Transactional(noRollbackFor = IllegalStateException.class, propagation = Propagation.REQUIRES_NEW)
        public void separate() {
        }

        @Transactional(rollbackFor = Exception.class)
        public void rolling() {
        }

    }

    @Activity
    static class Other {

        @Transactional("second")
        public void run() {
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OneManager {

        @Bean
        DataSource dataSource() {
            return new SimpleDriverDataSource();
        }

        @Bean
        PlatformTransactionManager transactionManager(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class TwoManagers {

        @Bean
        DataSource dataSource() {
            return new SimpleDriverDataSource();
        }

        @Bean
        @Primary
        PlatformTransactionManager transactionManager(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        PlatformTransactionManager second(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class OtherDataSource {

        @Bean
        DataSource dataSource() {
            return new SimpleDriverDataSource();
        }

        @Bean
        PlatformTransactionManager second() {
            return new DataSourceTransactionManager(new SimpleDriverDataSource());
        }

    }

    @Configuration(proxyBeanMethods = false)
    static class Wrapped {

        private final DataSource target = new SimpleDriverDataSource();

        @Bean
        DataSource dataSource() {
            return new TransactionAwareDataSourceProxy(this.target);
        }

        @Bean
        PlatformTransactionManager transactionManager() {
            return new DataSourceTransactionManager(new LazyConnectionDataSourceProxy(this.target));
        }

    }

}
