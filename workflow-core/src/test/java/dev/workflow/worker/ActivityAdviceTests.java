package dev.workflow.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.ActivityOptions;
import dev.workflow.CancellationType;
import dev.workflow.Retry;
import dev.workflow.RetryOptions;
import dev.workflow.engine.ActivityDefinition;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.TransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;

class ActivityAdviceTests {

    @Test
    void callOnAWorkflowThreadIsScheduled() {
        try (TestApplication application = new TestApplication(Payments.class)) {
            Payments payments = application.context.getBean(Payments.class);
            FakeRun run = new FakeRun("recorded");
            assertThat(run.call(() -> payments.charge(List.of(1), 2))).isEqualTo("recorded");
            assertThat(run.ordered).hasSize(1);
            assertThat(run.ordered.getFirst().type()).isEqualTo("Payments.charge");
            assertThat(run.ordered.getFirst().arguments()).containsExactly(List.of(1), 2);
            assertThat(run.ordered.getFirst().resultType()).isEqualTo(String.class);
        }
    }

    @Test
    void callOnAnotherThreadIsPlain() {
        try (TestApplication application = new TestApplication(Payments.class)) {
            assertThat(application.context.getBean(Payments.class).charge(List.of(1), 2)).isEqualTo("charged");
        }
    }

    @Test
    void missingPrimitiveResultIsZero() {
        try (TestApplication application = new TestApplication(Payments.class)) {
            Payments payments = application.context.getBean(Payments.class);
            assertThat(new FakeRun(null).call(payments::count)).isZero();
        }
    }

    @Test
    void methodThatIsNoActivityIsCalledPlainly() {
        try (TestApplication application = new TestApplication(Payments.class)) {
            Payments payments = application.context.getBean(Payments.class);
            FakeRun run = new FakeRun("recorded");
            assertThat(run.call(payments::helper)).isEqualTo("help");
            assertThat(run.call(payments::toString)).isNotEqualTo("recorded");
            assertThat(run.ordered).isEmpty();
        }
    }

    @Test
    void noTransactionIsOpenedOnTheWorkflowThread() {
        try (TestApplication application = new TestApplication(Ledger.class, Transactions.class)) {
            Ledger ledger = application.context.getBean(Ledger.class);
            CountingTransactionManager transactions = application.context.getBean(CountingTransactionManager.class);
            new FakeRun("recorded").call(ledger::book);
            assertThat(transactions.begun).isEmpty();
            ledger.book();
            assertThat(transactions.begun).hasSize(1);
        }
    }

    @Test
    void adviceIsTheOutermost() {
        try (TestApplication application = new TestApplication(Ledger.class, Transactions.class)) {
            Advised advised = (Advised) application.context.getBean(Ledger.class);
            assertThat(advised.getAdvisors()).hasSize(2);
            assertThat(advised.getAdvisors()[0].getAdvice()).isInstanceOf(DurableCallAdvice.class);
        }
    }

    @Test
    void adviceIsTheOutermostOfInterfaceProxies() {
        try (TestApplication application = new TestApplication(ShippingBean.class, InterfaceTransactions.class)) {
            Shipping shipping = application.context.getBean(Shipping.class);
            assertThat(shipping).isNotInstanceOf(ShippingBean.class);
            FakeRun run = new FakeRun("recorded");
            assertThat(run.call(() -> shipping.ship("x"))).isEqualTo("recorded");
            assertThat(run.types()).containsExactly("Shipping.ship");
            assertThat(application.context.getBean(CountingTransactionManager.class).begun).isEmpty();
        }
    }

    @Test
    void onlyMethodsOfTheAnnotatedInterfaceAreActivities() {
        try (TestApplication application = new TestApplication(ShippingBean.class)) {
            assertThat(application.registry().activityTypes()).containsExactly("Shipping.ship");
        }
    }

    @Test
    void finalClassBehindAnAnnotatedInterfaceIsProxiedByInterface() {
        try (TestApplication application = new TestApplication(FinalShipping.class)) {
            Shipping shipping = application.context.getBean(Shipping.class);
            assertThat(new FakeRun("recorded").call(() -> shipping.ship("x"))).isEqualTo("recorded");
            assertThat(shipping.ship("x")).isEqualTo("final x");
        }
    }

    @Test
    void lambdaOfAnAnnotatedInterfaceIsAnActivity() throws Throwable {
        try (TestApplication application = new TestApplication(Lambda.class)) {
            Shipping shipping = application.context.getBean(Shipping.class);
            assertThat(new FakeRun("recorded").call(() -> shipping.ship("x"))).isEqualTo("recorded");
            assertThat(application.registry().activity("Shipping.ship").invoker().invoke(new Object[] { "x" }))
                .isEqualTo("lambda x");
            assertItems(application);
        }
    }

    @Test
    void proxyWithoutTargetKeepsTheGenericTypesOfItsInterface() {
        try (TestApplication application = new TestApplication(HttpClient.class)) {
            assertItems(application);
        }
    }

    @Test
    void proxyOfSeveralInterfacesHasTheActivitiesOfAll() {
        try (TestApplication application = new TestApplication(SeveralInterfaces.class)) {
            assertThat(application.registry().activityTypes()).containsExactly("Catalog.items", "Shipping.ship");
            assertItems(application);
            Shipping shipping = application.context.getBean(Shipping.class);
            assertThat(new FakeRun("recorded").call(() -> shipping.ship("x"))).isEqualTo("recorded");
        }
    }

    @Test
    void proxyOfAnInterfaceThatExtendsAGenericOneIsAnActivity() {
        try (TestApplication application = new TestApplication(GenericInterface.class)) {
            Store<Item> store = application.context.getBean(ItemStore.class);
            FakeRun run = new FakeRun(new Item("x"));
            run.call(() -> store.save(new Item("x")));
            assertThat(run.types()).containsExactly("ItemStore.save");
            assertThat(run.ordered.getFirst().resultType()).isEqualTo(Item.class);
        }
    }

    @Test
    void proxyWithAForeignTargetIsAnActivityByItsInterface() throws Throwable {
        try (TestApplication application = new TestApplication(EntriesFactoryBean.class)) {
            EntriesFactoryBean.Entries entries = application.context.getBean(EntriesFactoryBean.Entries.class);
            EntriesFactoryBean.Entry entry = new EntriesFactoryBean.Entry("x");
            assertThat(ActivityAdvisingPostProcessor.isAdvised(entries)).isTrue();
            FakeRun run = new FakeRun(List.of());
            run.call(() -> entries.save(entry));
            assertThat(run.types()).containsExactly("Entries.save");
            assertThat(entries.save(entry)).containsExactly(entry);
            assertThat(application.registry().activity("Entries.save").invoker().invoke(new Object[] { entry }))
                .isEqualTo(List.of(entry));
        }
    }

    private static void assertItems(TestApplication application) {
        Catalog catalog = application.context.getBean(Catalog.class);
        String items = "java.util.List<" + Item.class.getName() + ">";
        FakeRun run = new FakeRun(List.of());
        run.call(() -> catalog.items(List.of()));
        assertThat(run.types()).containsExactly("Catalog.items");
        assertThat(run.ordered.getFirst().resultType().getTypeName()).isEqualTo(items);
        ActivityDefinition definition = application.registry().activity("Catalog.items");
        assertThat(definition.parameterTypes()[0].getTypeName()).isEqualTo(items);
        assertThat(definition.resultType().getTypeName()).isEqualTo(items);
    }

    @Test
    void unproxyableClassesAreRefusedWithASentence() {
        assertThat(TestApplication.failureOf(FinalActivity.class)).hasMessageContaining("cannot be proxied")
            .hasMessageContaining("it is final")
            .hasMessageContaining("kotlin-spring plugin");
        assertThat(TestApplication.failureOf(FinalMethod.class)).hasMessageContaining("it has a final method run");
        assertThat(TestApplication.failureOf(RecordConfiguration.class)).hasMessageContaining("it is a record");
    }

    @Test
    void asyncActivityIsRefused() {
        assertThat(TestApplication.failureOf(AsyncActivity.class)).hasMessageContaining("is asynchronous in run")
            .hasMessageContaining("Remove @Async");
    }

    @Test
    void optionsOfTheMethodWinOverThoseOfTheClass() {
        Map<String, Object> properties = Map.of("slow", "5m", "queue", "gpu");
        try (TestApplication application = new TestApplication(properties, Configured.class)) {
            Configured configured = application.context.getBean(Configured.class);
            FakeRun run = new FakeRun("recorded");
            run.call(configured::one);
            run.call(configured::two);
            assertThat(run.types()).containsExactly("Conf.one", "renamed");
            assertThat(run.ordered.get(0).options()).isEqualTo(ActivityOptions.defaults()
                .startToCloseTimeout(Duration.ofSeconds(30))
                .taskQueue("gpu")
                .cancellationType(CancellationType.ABANDON)
                .retry(RetryOptions.defaults()
                    .maximumAttempts(5)
                    .initialInterval(Duration.ofMillis(10))
                    .doNotRetry(IllegalStateException.class.getName())));
            assertThat(run.ordered.get(1).options().startToCloseTimeout()).isEqualTo(Duration.ofMinutes(5));
            assertThat(run.ordered.get(1).options().heartbeatTimeout()).isEqualTo(Duration.ofSeconds(2));
            assertThat(run.ordered.get(1).options().taskQueue()).isEqualTo("gpu");
            assertThat(run.ordered.get(1).options().retry().maximumAttempts()).isEqualTo(2);
            assertThat(run.ordered.get(1).options().retry().initialInterval()).isEqualTo(Duration.ofMillis(10));
        }
    }

    @Test
    void optionsOfTheInterfaceFillWhatTheClassLeavesOpen() {
        try (TestApplication application = new TestApplication(SpecialTools.class)) {
            FakeRun run = new FakeRun("recorded");
            run.call(application.context.getBean(SpecialTools.class)::work);
            assertThat(run.types()).containsExactly("SpecialTools.work");
            assertThat(run.ordered.getFirst().options().taskQueue()).isEqualTo("special");
            assertThat(run.ordered.getFirst().options().heartbeatTimeout()).isEqualTo(Duration.ofSeconds(7));
        }
    }

    @Test
    void nonsenseInAnOptionIsRefused() {
        assertThat(TestApplication.failureOf(Nonsense.class))
            .hasMessageContaining("startToCloseTimeout: expected a duration like 30s or PT30S, given \"soon\"");
    }

    @Test
    void scopedProxyIsCalledDurably() {
        try (TestApplication application = new TestApplication(Scoped.class)) {
            FakeRun run = new FakeRun("recorded");
            assertThat(run.call(application.context.getBean(Scoped.class)::work)).isEqualTo("recorded");
            assertThat(run.types()).containsExactly("Scoped.work");
            assertThat(application.registry().activityTypes()).containsExactly("Scoped.work");
        }
    }

    @Test
    void beansThatNeedEachOtherShareTheAdvisedBean() {
        try (TestApplication application = new TestApplication(Left.class, Right.class, Transactions.class)) {
            Left left = application.context.getBean(Left.class);
            assertThat(application.context.getBean(Right.class).left).isSameAs(left);
            FakeRun run = new FakeRun("recorded");
            assertThat(run.call(left::work)).isEqualTo("recorded");
            assertThat(application.context.getBean(CountingTransactionManager.class).begun).isEmpty();
            assertThat(left.work()).isEqualTo("worked");
            assertThat(application.context.getBean(CountingTransactionManager.class).begun).hasSize(1);
        }
    }

    @Activity
    static class Left {

        @Autowired
        Right right;

        @Transactional
        public String work() {
            return "worked";
        }

    }

    @Component
    static class Right {

        @Autowired
        Left left;

    }

    @Activity
    static class Payments {

        public String charge(List<Integer> amounts, int times) {
            return "charged";
        }

        public int count() {
            return 5;
        }

        String helper() {
            return "help";
        }

    }

    @Activity
    static class Ledger {

        @Transactional
        public String book() {
            return "booked";
        }

    }

    @Activity
    interface Shipping {

        String ship(String what);

    }

    @Component
    static class ShippingBean implements Shipping {

        @Override
        @Transactional
        public String ship(String what) {
            return "shipped " + what;
        }

        public String notInTheInterface() {
            return "";
        }

    }

    @Component
    static final class FinalShipping implements Shipping {

        @Override
        public String ship(String what) {
            return "final " + what;
        }

    }

    @Configuration
    static class Lambda {

        @Bean
        Shipping shipping() {
            return (what) -> "lambda " + what;
        }

        @Bean
        Catalog catalog() {
            return (known) -> known;
        }

    }

    record Item(String name) {
    }

    @Activity
    interface Catalog {

        List<Item> items(List<Item> known);

    }

    @Configuration
    static class HttpClient {

        @Bean
        Catalog catalog() {
            return ProxyFactory.getProxy(Catalog.class, (MethodInterceptor) (invocation) -> List.of());
        }

    }

    @Configuration
    static class SeveralInterfaces {

        @Bean
        Catalog catalog() {
            ProxyFactory factory = new ProxyFactory(Catalog.class, Shipping.class);
            factory.addAdvice((MethodInterceptor) (invocation) -> null);
            return (Catalog) factory.getProxy();
        }

    }

    interface Store<T> {

        T save(T value);

    }

    @Activity
    interface ItemStore extends Store<Item> {

        @Override
        Item save(Item item);

    }

    @Configuration
    static class GenericInterface {

        @Bean
        ItemStore store() {
            return ProxyFactory.getProxy(ItemStore.class,
                    (MethodInterceptor) (invocation) -> invocation.getArguments()[0]);
        }

    }

    @Activity
    static final class FinalActivity {

        public void run() {
        }

    }

    @Activity
    static class FinalMethod {

        public final void run() {
        }

    }

    @Configuration
    static class RecordConfiguration {

        @Bean
        RecordActivity activity() {
            return new RecordActivity("x");
        }

    }

    @Activity
    record RecordActivity(String name) {
    }

    @Activity
    static class AsyncActivity {

        @Async
        public void run() {
        }

    }

    @Activity(name = "Conf", startToCloseTimeout = "30s", taskQueue = "${queue}",
            cancellationType = CancellationType.ABANDON,
            retry = @Retry(maximumAttempts = 5, initialInterval = "10ms", doNotRetry = IllegalStateException.class))
    static class Configured {

        public String one() {
            return "";
        }

        @ActivityMethod(name = "renamed", startToCloseTimeout = "${slow}", heartbeatTimeout = "PT2S",
                retry = @Retry(maximumAttempts = 2))
        public String two() {
            return "";
        }

    }

    @Activity(taskQueue = "general", heartbeatTimeout = "7s")
    interface Tools {

        String work();

    }

    @Activity(taskQueue = "special")
    static class SpecialTools implements Tools {

        @Override
        public String work() {
            return "";
        }

    }

    @Activity(startToCloseTimeout = "soon")
    static class Nonsense {

        public void run() {
        }

    }

    @Activity
    @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
    static class Scoped {

        public String work() {
            return "";
        }

    }

    @Configuration
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Transactions {

        @Bean
        PlatformTransactionManager transactionManager() {
            return new CountingTransactionManager();
        }

    }

    @Configuration
    @EnableTransactionManagement
    static class InterfaceTransactions {

        @Bean
        PlatformTransactionManager transactionManager() {
            return new CountingTransactionManager();
        }

    }

    static class CountingTransactionManager extends AbstractPlatformTransactionManager {

        final List<String> begun = new ArrayList<>();

        @Override
        protected Object doGetTransaction() {
            return new Object();
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            this.begun.add(String.valueOf(definition.getName()));
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
        }

    }

}
