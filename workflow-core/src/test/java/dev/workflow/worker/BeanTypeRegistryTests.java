package dev.workflow.worker;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import dev.workflow.Activity;
import dev.workflow.ActivityMethod;
import dev.workflow.Arguments;
import dev.workflow.DynamicActivity;
import dev.workflow.engine.ActivityDefinition;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BeanTypeRegistryTests {

    @Test
    void everyPublicMethodIsAnActivityType() {
        try (TestApplication application = new TestApplication(Mailer.class)) {
            assertThat(application.registry().activityTypes()).containsExactlyInAnyOrder("Mailer.send",
                    "Mailer.inherited");
        }
    }

    @Test
    void activityIsCalledOnTheBean() throws Throwable {
        try (TestApplication application = new TestApplication(Mailer.class)) {
            ActivityDefinition definition = application.registry().activity("Mailer.send");
            assertThat(definition.invoker().invoke(new Object[] { List.of("a", "b") })).isEqualTo(2);
            assertThat(definition.parameterTypes()[0].getTypeName()).isEqualTo("java.util.List<java.lang.String>");
            assertThat(definition.transaction()).isNull();
        }
    }

    @Test
    void exceptionOfAnActivityComesThroughAsThrown() {
        try (TestApplication application = new TestApplication(Broken.class)) {
            assertThatThrownBy(() -> application.registry().activity("Broken.run").invoker().invoke(new Object[0]))
                .isExactlyInstanceOf(IOException.class);
        }
    }

    @Test
    void unknownActivityIsNull() {
        try (TestApplication application = new TestApplication(Mailer.class)) {
            assertThat(application.registry().activity("Mailer.other")).isNull();
        }
    }

    @Test
    void dynamicActivityRunsEveryOtherType() throws Throwable {
        try (TestApplication application = new TestApplication(Mailer.class, Dynamic.class)) {
            ActivityDefinition definition = application.registry().activity("anything");
            assertThat(definition.parameterTypes()).containsExactly(Arguments.class);
            assertThat(definition.invoker().invoke(new Object[] { arguments() })).isEqualTo("anything");
            assertThat(application.registry().activityTypes()).doesNotContain("Dynamic.execute");
        }
    }

    @Test
    void queuesOfActivitiesAreServed() {
        try (TestApplication application = new TestApplication(Queued.class)) {
            assertThat(application.registry().taskQueues()).containsExactlyInAnyOrder("gpu", "cpu", "configured");
        }
    }

    @Test
    void queueOfADynamicActivityIsServed() {
        try (TestApplication application = new TestApplication(Map.of("any.queue", "any"), QueuedDynamic.class)) {
            assertThat(application.registry().taskQueues()).containsExactlyInAnyOrder("any", "configured");
        }
    }

    @Test
    void lazyActivityIsNotCreatedAtStart() throws Throwable {
        try (TestApplication application = new TestApplication(LazyActivity.class)) {
            ConfigurableListableBeanFactory beanFactory = application.context.getBeanFactory();
            assertThat(beanFactory.containsSingleton("beanTypeRegistryTests.LazyActivity")).isFalse();
            application.registry().activity("LazyActivity.run").invoker().invoke(new Object[0]);
            assertThat(beanFactory.containsSingleton("beanTypeRegistryTests.LazyActivity")).isTrue();
        }
    }

    @Test
    void twoBeansOfOneClassAreBothNamed() {
        assertThat(TestApplication.failureOf(TwoMailers.class))
            .hasMessageContaining("The activity type 'Broken.run' has two beans: 'one' and 'two'");
    }

    @Test
    void overloadedActivityIsRefused() {
        assertThat(TestApplication.failureOf(Overloaded.class))
            .hasMessageContaining("has two activities of the type 'Overloaded.run'")
            .hasMessageContaining("@ActivityMethod(name = …)");
    }

    @Test
    void overloadedActivityWithNamesIsFine() {
        try (TestApplication application = new TestApplication(NamedOverload.class)) {
            assertThat(application.registry().activityTypes()).containsExactlyInAnyOrder("NamedOverload.run",
                    "runText");
        }
    }

    @Test
    void signaturesThatCannotBeJsonAreRefused() {
        assertThat(TestApplication.failureOf(Streaming.class))
            .hasMessageContaining("has an activity read with a java.io.InputStream in its signature");
        assertThat(TestApplication.failureOf(Futures.class))
            .hasMessageContaining("java.util.concurrent.CompletableFuture");
    }

    @Test
    void activityWithoutPublicMethodIsRefused() {
        assertThat(TestApplication.failureOf(Hidden.class)).hasMessageContaining("has no public method");
    }

    @Test
    void twoDynamicActivitiesAreRefused() {
        assertThat(TestApplication.failureOf(Dynamic.class, OtherDynamic.class))
            .hasMessageContaining("There are two dynamic activities");
    }

    @Test
    void failureHasBeanDescriptionAndAction() {
        InvalidWorkflowTypeException failure = TestApplication.failureOf(Hidden.class);
        assertThat(failure.beanName()).isEqualTo("beanTypeRegistryTests.Hidden");
        assertThat(failure.description()).contains("has no public method");
        assertThat(failure.action()).isEqualTo("Make the methods that workflows call public.");
    }

    private static Arguments arguments() {
        return (Arguments) Proxy.newProxyInstance(Arguments.class.getClassLoader(), new Class<?>[] { Arguments.class },
                (proxy, method, args) -> null);
    }

    static class Base {

        public void inherited() {
        }

    }

    @Activity
    static class Mailer extends Base implements InitializingBean, AutoCloseable {

        public int send(List<String> to) {
            return to.size();
        }

        @PostConstruct
        public void start() {
        }

        @Override
        public void afterPropertiesSet() {
        }

        @Override
        public void close() {
        }

        @Override
        public String toString() {
            return "mailer";
        }

        public static void helper() {
        }

        void hidden() {
        }

    }

    @Activity
    static class Broken {

        public void run() throws IOException {
            throw new IOException("broken");
        }

    }

    @Component
    static class Dynamic implements DynamicActivity {

        @Override
        public Object execute(String activityType, Arguments arguments) {
            return activityType;
        }

    }

    @Activity
    static class OtherDynamic extends Dynamic {

    }

    @Activity(taskQueue = "${any.queue}")
    static class QueuedDynamic extends Dynamic {

    }

    @Activity(taskQueue = "gpu")
    static class Queued {

        public void one() {
        }

        @ActivityMethod(taskQueue = "cpu")
        public void two() {
        }

    }

    @Activity
    @Lazy
    static class LazyActivity {

        public void run() {
        }

    }

    @Configuration
    static class TwoMailers {

        @Bean
        Broken one() {
            return new Broken();
        }

        @Bean
        Broken two() {
            return new Broken();
        }

    }

    @Activity
    static class Overloaded {

        public void run(int number) {
        }

        public void run(String text) {
        }

    }

    @Activity
    static class NamedOverload {

        public void run(int number) {
        }

        @ActivityMethod(name = "runText")
        public void run(String text) {
        }

    }

    @Activity
    static class Streaming {

        public void read(InputStream stream) {
        }

    }

    @Activity
    static class Futures {

        public CompletableFuture<String> later() {
            return CompletableFuture.completedFuture("");
        }

    }

    @Activity
    static class Hidden {

        void run() {
        }

    }

}
