package dev.workflow.worker;

import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import dev.workflow.Activity;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.inject.Provider;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ActivityInjectionTests {

    private static final Class<?>[] ACTIVITIES = { Stripe.class, PayPal.class, Single.class };

    @Test
    void constructorParametersAreStubs() {
        try (TestApplication application = application(ByConstructor.class)) {
            ByConstructor workflow = application.newWorkflow(ByConstructor.class);
            assertScheduled(workflow.single, "Single.work");
            assertScheduled(workflow.payments, "paypal.pay");
            assertThat(workflow.greeting).isEqualTo("hello");
            assertThat(workflow.clock).isSameAs(application.context.getBean(Clock.class));
        }
    }

    @Test
    void constructorArgumentsOfPrototypeScopeAreNewForEachInstance() {
        try (TestApplication application = application(ByConstructor.class)) {
            assertThat(application.newWorkflow(ByConstructor.class).counter)
                .isNotSameAs(application.newWorkflow(ByConstructor.class).counter);
        }
    }

    @Test
    void constructorAloneNeedsNoBeanFactory() {
        try (TestApplication application = application(ByConstructor.class, ByField.class)) {
            assertThat(((BeanWorkflowDefinition) application.workflow("ByConstructor")).instances())
                .isInstanceOf(ConstructedInstances.class);
            assertThat(((BeanWorkflowDefinition) application.workflow("ByField")).instances())
                .isInstanceOf(FactoryInstances.class);
        }
    }

    @Test
    void fieldsAndSettersAreStubs() {
        try (TestApplication application = application(ByField.class)) {
            for (int i = 0; i < 3; i++) {
                ByField workflow = application.newWorkflow(ByField.class);
                assertScheduled(workflow.single, "Single.work");
                assertScheduled(workflow.payments, "stripe.pay");
                assertScheduled(workflow.byName, "Single.work");
                assertThat(workflow.initialized).isTrue();
            }
        }
    }

    @Test
    void parametersOfBeanMethodsAreStubs() {
        try (TestApplication application = application(BeanMethods.class)) {
            for (int i = 0; i < 3; i++) {
                assertScheduled(application.newWorkflow(Plain.class).single, "Single.work");
            }
        }
    }

    @Test
    void beanMethodThatCallsAnotherBeanMethodIsRefused() {
        try (TestApplication application = new TestApplication(CallingBeanMethods.class)) {
            assertThatIllegalStateException().isThrownBy(() -> application.newWorkflow(Plain.class))
                .withMessageContaining("has in its field 'single' an activity bean that was not injected");
        }
    }

    @Test
    void providersListsMapsAndOptionalsGiveStubs() {
        try (TestApplication application = application(ByProvider.class)) {
            ByProvider workflow = application.newWorkflow(ByProvider.class);
            assertScheduled(workflow.provider.getObject(), "Single.work");
            assertScheduled(workflow.provider.getIfAvailable(), "Single.work");
            assertScheduled(workflow.provider.getIfUnique(), "Single.work");
            assertScheduled(workflow.provider.iterator().next(), "Single.work");
            assertScheduled(workflow.jakarta.get(), "Single.work");
            assertScheduled(workflow.optional.orElseThrow(), "Single.work");
            assertThat(workflow.list).hasSize(2);
            workflow.list.forEach((payments) -> assertThat(schedule(payments)).endsWith(".pay"));
            assertThat(workflow.map).containsOnlyKeys("activityInjectionTests.Stripe", "activityInjectionTests.PayPal");
            assertScheduled(workflow.map.get("activityInjectionTests.PayPal"), "paypal.pay");
            assertScheduled(workflow.array[0], schedule(workflow.array[0]));
            assertScheduled(workflow.lazy, "paypal.pay");
        }
    }

    @Test
    void beanThatIsNoWorkflowGetsTheBeanItself() {
        try (TestApplication application = application(ByConstructor.class, Controller.class)) {
            assertThat(application.context.getBean(Controller.class).single)
                .isSameAs(application.context.getBean(Single.class));
            assertThat(application.context.getBean(Controller.class).single.work()).isEqualTo("worked");
        }
    }

    @Test
    void helperOfAWorkflowCallsDurablyThroughTheBean() {
        try (TestApplication application = application(WithHelper.class, Helper.class)) {
            WithHelper workflow = application.newWorkflow(WithHelper.class);
            FakeRun run = new FakeRun("recorded");
            assertThat(run.call(workflow.helper::help)).isEqualTo("recorded");
            assertThat(run.types()).containsExactly("Single.work");
        }
    }

    @Test
    void stubRefusesThreadsThatAreNoWorkflowThread() {
        try (TestApplication application = application(ByConstructor.class)) {
            Single single = application.newWorkflow(ByConstructor.class).single;
            assertThatIllegalStateException().isThrownBy(single::work)
                .withMessageContaining("Single.work was called through an object that belongs to a workflow")
                .withMessageContaining("Workflows.async");
        }
    }

    @Test
    void parallelStreamInWorkflowCodeIsRefused() {
        try (TestApplication application = application(ByConstructor.class)) {
            Single single = application.newWorkflow(ByConstructor.class).single;
            FakeRun run = new FakeRun("recorded");
            assertThatThrownBy(() -> run.call(() -> CompletableFuture
                .supplyAsync(() -> List.of(1, 2, 3).parallelStream().map((number) -> single.work()).toList())
                .join())).isInstanceOf(CompletionException.class)
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("parallel streams");
            assertThat(run.ordered).isEmpty();
        }
    }

    @Test
    void methodsOfObjectAreLocal() {
        try (TestApplication application = application(ByConstructor.class)) {
            Single single = application.newWorkflow(ByConstructor.class).single;
            assertThat(single.equals(single)).isTrue();
            assertThat(single).isNotEqualTo(new Single());
            assertThat(single.hashCode()).isEqualTo(application.newWorkflow(ByConstructor.class).single.hashCode());
            assertThat(single).hasToString("Single (activity stub)");
        }
    }

    @Test
    void methodThatIsNotPublicIsRefused() {
        try (TestApplication application = application(ByConstructor.class)) {
            Single single = application.newWorkflow(ByConstructor.class).single;
            FakeRun run = new FakeRun("recorded");
            assertThatIllegalStateException().isThrownBy(() -> run.call(single::helper))
                .withMessageContaining("Single.helper is no activity: only public methods");
        }
    }

    @Test
    void beanThatATestPutInPlaceOfAnActivityIsStubbedToo() throws Throwable {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        Payments fake = (Payments) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] { Payments.class }, (proxy, method, arguments) -> "fake");
        context.getBeanFactory().registerSingleton("payments", fake);
        context.register(TestApplication.Infrastructure.class, Buyer.class);
        context.refresh();
        try (context) {
            BeanTypeRegistry registry = context.getBean(BeanTypeRegistry.class);
            Buyer workflow = (Buyer) registry.workflow("Buyer").newInstance();
            assertScheduled(workflow.payments, "Payments.pay");
            assertThat(registry.activity("Payments.pay").invoker().invoke(new Object[0])).isEqualTo("fake");
        }
    }

    @Test
    void proxyOfSpringIsStubbedByItsInterface() {
        try (TestApplication application = application(ByFieldOfProxies.class, EntriesFactoryBean.class,
                HttpClient.class)) {
            ByFieldOfProxies workflow = application.newWorkflow(ByFieldOfProxies.class);
            assertThat(workflow.client).isNotInstanceOf(SpringProxy.class);
            assertThat(schedule(workflow.client)).isEqualTo("Payments.pay");
            assertThat(workflow.entries).isNotInstanceOf(SpringProxy.class);
            FakeRun run = new FakeRun(List.of());
            run.call(() -> workflow.entries.save(new EntriesFactoryBean.Entry("x")));
            assertThat(run.types()).containsExactly("Entries.save");
        }
    }

    private static TestApplication application(Class<?>... components) {
        Class<?>[] all = Stream.of(ACTIVITIES, new Class<?>[] { Clock.class, Counter.class }, components)
            .flatMap(Arrays::stream)
            .toArray(Class<?>[]::new);
        return new TestApplication(Map.of("greeting", "hello"), all);
    }

    private static void assertScheduled(Payments stub, String type) {
        assertThat(schedule(stub)).isEqualTo(type);
    }

    private static void assertScheduled(Single stub, String type) {
        assertThatIllegalStateException().isThrownBy(stub::work);
        FakeRun run = new FakeRun("recorded");
        assertThat(run.call(stub::work)).isEqualTo("recorded");
        assertThat(run.types()).containsExactly(type);
    }

    private static String schedule(Payments stub) {
        assertThatIllegalStateException().isThrownBy(stub::pay);
        FakeRun run = new FakeRun("recorded");
        assertThat(run.call(stub::pay)).isEqualTo("recorded");
        return run.types().getFirst();
    }

    @Activity
    interface Payments {

        String pay();

    }

    @Activity("stripe")
    @Qualifier("first")
    static class Stripe implements Payments {

        @Override
        public String pay() {
            return "stripe";
        }

    }

    @Activity("paypal")
    @Qualifier("second")
    static class PayPal implements Payments {

        @Override
        public String pay() {
            return "paypal";
        }

    }

    @Activity
    static class Single {

        public String work() {
            return "worked";
        }

        String helper() {
            return "";
        }

    }

    @Component
    static class Clock {

    }

    @Component
    @Scope("prototype")
    static class Counter {

    }

    @Workflow
    static class ByConstructor {

        final Single single;

        final Payments payments;

        final Clock clock;

        final Counter counter;

        final String greeting;

        ByConstructor(Single single, @Qualifier("second") Payments payments, Clock clock, Counter counter,
                @Value("${greeting}") String greeting) {
            this.single = single;
            this.payments = payments;
            this.clock = clock;
            this.counter = counter;
            this.greeting = greeting;
        }

        @WorkflowMethod
        public void run() {
        }

    }

    @Workflow
    static class ByField {

        @Autowired
        Single single;

        @Resource(name = "activityInjectionTests.Single")
        Single byName;

        Payments payments;

        boolean initialized;

        @Autowired
        void payments(@Qualifier("first") Payments payments) {
            this.payments = payments;
        }

        @PostConstruct
        void initialize() {
            this.initialized = true;
        }

        @WorkflowMethod
        public void run() {
        }

    }

    @Configuration
    static class HttpClient {

        @Bean
        Payments client() {
            return ProxyFactory.getProxy(Payments.class, (MethodInterceptor) (invocation) -> "client");
        }

    }

    @Workflow
    static class ByFieldOfProxies {

        @Autowired
        @Qualifier("client")
        Payments client;

        @Autowired
        EntriesFactoryBean.Entries entries;

        @WorkflowMethod
        public void run() {
        }

    }

    @Workflow
    static class Plain {

        final Single single;

        Plain(Single single) {
            this.single = single;
        }

        @WorkflowMethod
        public void run() {
        }

    }

    @Configuration
    static class BeanMethods {

        @Bean
        Plain plain(Single single) {
            return new Plain(single);
        }

    }

    @Configuration
    static class CallingBeanMethods {

        @Bean
        Single single() {
            return new Single();
        }

        @Bean
        Plain plain() {
            return new Plain(single());
        }

    }

    @Workflow
    static class ByProvider {

        final ObjectProvider<Single> provider;

        final Provider<Single> jakarta;

        final Optional<Single> optional;

        final List<Payments> list;

        final Map<String, Payments> map;

        final Payments[] array;

        final Payments lazy;

        ByProvider(ObjectProvider<Single> provider, Provider<Single> jakarta, Optional<Single> optional,
                List<Payments> list, Map<String, Payments> map, Payments[] array,
                @Lazy @Qualifier("second") Payments lazy) {
            this.provider = provider;
            this.jakarta = jakarta;
            this.optional = optional;
            this.list = list;
            this.map = map;
            this.array = array;
            this.lazy = lazy;
        }

        @WorkflowMethod
        public void run() {
        }

    }

    @Component
    static class Controller {

        final Single single;

        Controller(Single single) {
            this.single = single;
        }

    }

    @Component
    static class Helper {

        private final Single single;

        Helper(Single single) {
            this.single = single;
        }

        String help() {
            return this.single.work();
        }

    }

    @Workflow
    static class WithHelper {

        final Helper helper;

        WithHelper(Helper helper) {
            this.helper = helper;
        }

        @WorkflowMethod
        public void run() {
        }

    }

    @Workflow
    static class Buyer {

        final Payments payments;

        Buyer(Payments payments) {
            this.payments = payments;
        }

        @WorkflowMethod
        public void run() {
        }

    }

}
