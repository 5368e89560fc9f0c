package dev.workflow.worker;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import dev.workflow.Arguments;
import dev.workflow.DynamicWorkflow;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import dev.workflow.failure.ApplicationFailure;
import dev.workflow.replay.WorkflowDefinition;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WorkflowDiscoveryTests {

    @Test
    void annotatedClassIsATypeNamedLikeTheClass() throws Throwable {
        try (TestApplication application = new TestApplication(Greeting.class)) {
            WorkflowDefinition definition = application.workflow("Greeting");
            Object instance = definition.newInstance();
            assertThat(definition.workflowMethod().invoker().invoke(instance, new Object[] { "Ann" }))
                .isEqualTo("Hello, Ann!");
        }
    }

    @Test
    void everyRunHasAnInstanceOfItsOwn() {
        try (TestApplication application = new TestApplication(Greeting.class)) {
            assertThat(application.newWorkflow(Greeting.class)).isNotSameAs(application.newWorkflow(Greeting.class));
        }
    }

    @Test
    void beanMethodNeedNotDeclareAScope() {
        try (TestApplication application = new TestApplication(BeanMethod.class)) {
            assertThat(application.newWorkflow(Greeting.class)).isNotSameAs(application.newWorkflow(Greeting.class));
            assertThat(application.context.isPrototype("greeting")).isTrue();
        }
    }

    @Test
    void interfaceMayCarryTheAnnotations() throws Throwable {
        try (TestApplication application = new TestApplication(BillingBean.class)) {
            WorkflowDefinition definition = application.workflow("Billing");
            Object instance = definition.newInstance();
            assertThat(instance).isInstanceOf(BillingBean.class);
            definition.signals().get("pause").invoker().invoke(instance, new Object[] { "now" });
            assertThat(definition.queries().get("state").invoker().invoke(instance, new Object[0])).isEqualTo("now");
            assertThat(application.registry().taskQueueOf("Billing")).isEqualTo("billing");
        }
    }

    @Test
    void beanMethodMayReturnTheAnnotatedInterface() {
        try (TestApplication application = new TestApplication(InterfaceBeanMethod.class)) {
            assertThat(application.workflow("Billing").newInstance()).isInstanceOf(BillingBean.class);
        }
    }

    @Test
    void instanceWithMoreAnnotatedMethodsThanItsBeanMethodDeclaresIsRefused() {
        try (TestApplication application = new TestApplication(HidingMembers.class)) {
            WorkflowDefinition definition = application.workflow("Account");
            for (int i = 0; i < 2; i++) {
                assertThatIllegalStateException().isThrownBy(definition::newInstance)
                    .withMessageContaining("'account' is a " + AccountBean.class.getName())
                    .withMessageContaining("@QueryMethod owner, @UpdateValidator check, @WorkflowInit open")
                    .withMessageContaining("Declare " + AccountBean.class.getName() + " as the return type");
            }
        }
    }

    @Test
    void beanMethodThatReturnsTheClassShowsAllItsAnnotatedMethods() {
        try (TestApplication application = new TestApplication(ShowingMembers.class)) {
            WorkflowDefinition definition = application.workflow("Account");
            assertThat(definition.newInstance()).isInstanceOf(AccountBean.class);
            assertThat(definition.updateValidators()).containsOnlyKeys("change");
            assertThat(definition.init()).isNotNull();
        }
    }

    @Test
    void beanMethodThatHidesTheWorkflowIsRefused() {
        InvalidWorkflowTypeException failure = TestApplication.failureOf(HidingBeanMethod.class);
        assertThat(failure.beanName()).isEqualTo("greeting");
        assertThat(failure).hasMessageContaining("as the return type of its @Bean method");
    }

    @Test
    void namesAndQueuesResolvePlaceholders() {
        Map<String, Object> properties = Map.of("app.name", "Special", "app.queue", "q1", "app.query", "status",
                "app.update", "change");
        try (TestApplication application = new TestApplication(properties, Named.class)) {
            assertThat(application.registry().workflowTypes()).containsExactly("Special");
            assertThat(application.registry().taskQueueOf("Special")).isEqualTo("q1");
            assertThat(application.registry().taskQueues()).containsExactlyInAnyOrder("q1", "configured");
            WorkflowDefinition definition = application.workflow("Special");
            assertThat(definition.queries()).containsOnlyKeys("status");
            assertThat(definition.updates()).containsOnlyKeys("change");
            assertThat(definition.updateValidators()).containsOnlyKeys("change");
        }
    }

    @Test
    void handlersHaveTheirNamesAndGenericTypes() {
        try (TestApplication application = new TestApplication(Handlers.class)) {
            WorkflowDefinition definition = application.workflow("Handlers");
            assertThat(definition.signals()).containsOnlyKeys("add-all");
            assertThat(definition.signals().get("add-all").parameterTypes()[0].getTypeName())
                .isEqualTo("java.util.List<java.lang.Integer>");
            assertThat(definition.queries()).containsOnlyKeys("sum");
            assertThat(definition.updates()).containsOnlyKeys("replace");
            assertThat(definition.updateValidators()).containsOnlyKeys("replace");
            assertThat(definition.init()).isNotNull();
        }
    }

    @Test
    void inheritedGenericParametersAreResolved() {
        try (TestApplication application = new TestApplication(Concrete.class)) {
            assertThat(application.workflow("Concrete").workflowMethod().parameterTypes()[0]).isEqualTo(Integer.class);
            assertThat(application.workflow("Concrete").workflowMethod().returnType()).isEqualTo(String.class);
        }
    }

    @Test
    void exceptionsComeThroughAsThrown() {
        try (TestApplication application = new TestApplication(Failing.class)) {
            WorkflowDefinition definition = application.workflow("Failing");
            Object instance = definition.newInstance();
            assertThatThrownBy(() -> definition.workflowMethod().invoker().invoke(instance, new Object[0]))
                .isExactlyInstanceOf(IOException.class);
        }
    }

    @Test
    void workflowFailuresAndDeclaredExceptionsFailTheRun() {
        try (TestApplication application = new TestApplication(Failing.class)) {
            WorkflowDefinition definition = application.workflow("Failing");
            assertThat(definition.failsRun(new IOException())).isTrue();
            assertThat(definition.failsRun(ApplicationFailure.of("no", "Refused"))).isTrue();
            assertThat(definition.failsRun(new IllegalStateException())).isFalse();
        }
    }

    @Test
    void dynamicWorkflowRunsEveryOtherType() {
        try (TestApplication application = new TestApplication(Greeting.class, Dynamic.class)) {
            WorkflowDefinition definition = application.workflow("Anything");
            assertThat(definition.newInstance()).isInstanceOf(Dynamic.class);
            assertThat(definition.workflowMethod().parameterTypes()).containsExactly(Arguments.class);
            assertThat(application.workflow("Greeting").newInstance()).isInstanceOf(Greeting.class);
            assertThat(application.registry().taskQueueOf("Anything")).isEqualTo("dynamic");
            assertThat(application.registry().queueOfUnknownWorkflows()).isEqualTo("dynamic");
        }
    }

    @Test
    void unknownTypeIsNull() {
        try (TestApplication application = new TestApplication(Greeting.class)) {
            assertThat(application.registry().workflow("Other")).isNull();
            assertThat(application.registry().taskQueueOf("Other")).isNull();
        }
    }

    @Test
    void annotatedTypeWithoutBeanIsLeftToClients() {
        try (TestApplication application = new TestApplication(Object.class)) {
            assertThat(application.registry().workflowTypes()).isEmpty();
        }
    }

    @Workflow
    static class Greeting {

        @WorkflowMethod
        String greet(String name) {
            return "Hello, " + name + "!";
        }

    }

    @Configuration
    static class BeanMethod {

        @Bean
        Greeting greeting() {
            return new Greeting();
        }

    }

    @Workflow(taskQueue = "billing")
    interface Billing {

        @WorkflowMethod
        void bill();

        @SignalMethod
        void pause(String reason);

        @QueryMethod("state")
        String describe();

    }

    @Component
    static class BillingBean implements Billing {

        private String state = "new";

        @Override
        public void bill() {
        }

        @Override
        public void pause(String reason) {
            this.state = reason;
        }

        @Override
        public String describe() {
            return this.state;
        }

    }

    @Configuration
    static class InterfaceBeanMethod {

        @Bean
        Billing billing() {
            return new BillingBean();
        }

    }

    interface Changeable<T> {

        @UpdateMethod
        void change(T to);

    }

    @Workflow
    interface Account extends Changeable<String> {

        @WorkflowMethod
        void run();

    }

    static class AccountBean implements Account {

        @WorkflowInit
        void open() {
        }

        @Override
        public void run() {
        }

        @Override
        public void change(String to) {
        }

        @UpdateValidator("change")
        void check(String to) {
        }

        @QueryMethod
        String owner() {
            return "";
        }

    }

    @Configuration
    static class HidingMembers {

        @Bean
        Account account() {
            return new AccountBean();
        }

    }

    @Configuration
    static class ShowingMembers {

        @Bean
        AccountBean account() {
            return new AccountBean();
        }

    }

    @Configuration
    static class HidingBeanMethod {

        @Bean
        Object greeting() {
            return new Greeting();
        }

    }

    @Workflow(name = "${app.name}", taskQueue = "${app.queue}")
    static class Named {

        @QueryMethod("${app.query}")
        public String status() {
            return "";
        }

        @UpdateMethod("${app.update}")
        public void change(int number) {
        }

        @UpdateValidator("${app.update}")
        public void check(int number) {
        }

        @WorkflowMethod
        public void run() {
        }

    }

    @Workflow
    static class Handlers {

        @WorkflowMethod
        public void run(String name) {
        }

        @WorkflowInit
        void init(String name) {
        }

        @SignalMethod("add-all")
        void add(List<Integer> numbers) {
        }

        @QueryMethod
        int sum() {
            return 0;
        }

        @UpdateMethod
        int replace(int number) {
            return number;
        }

        @UpdateValidator("replace")
        private void check(int number) {
        }

    }

    abstract static class Generic<T, R> {

        @WorkflowMethod
        public abstract R run(T argument);

    }

    @Workflow
    static class Concrete extends Generic<Integer, String> {

        @Override
        public String run(Integer argument) {
            return "";
        }

    }

    @Workflow(failOn = IOException.class)
    static class Failing {

        @WorkflowMethod
        public void run() throws IOException {
            throw new IOException("broken");
        }

    }

    @Workflow(taskQueue = "dynamic")
    static class Dynamic implements DynamicWorkflow {

        @Override
        public Object execute(Arguments arguments) {
            return arguments.size();
        }

    }

}
