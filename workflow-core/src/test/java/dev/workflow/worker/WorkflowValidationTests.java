package dev.workflow.worker;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.workflow.Arguments;
import dev.workflow.DynamicWorkflow;
import dev.workflow.Promise;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.UpdateValidator;
import dev.workflow.Workflow;
import dev.workflow.WorkflowInit;
import dev.workflow.WorkflowMethod;
import org.junit.jupiter.api.Test;

import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WorkflowValidationTests {

    @Test
    void twoBeansOfOneTypeAreBothNamed() {
        assertThat(TestApplication.failureOf(TwoBeans.class)).hasMessageContaining("type 'Plain' has two beans")
            .hasMessageContaining("'one'")
            .hasMessageContaining("'two'");
    }

    @Test
    void workflowWithoutWorkflowMethodIsRefused() {
        assertThat(TestApplication.failureOf(NoMethod.class)).hasMessageContaining("has no @WorkflowMethod");
    }

    @Test
    void workflowWithTwoWorkflowMethodsIsRefused() {
        assertThat(TestApplication.failureOf(TwoMethods.class))
            .hasMessageContaining("has one and two as its @WorkflowMethod");
    }

    @Test
    void overloadedHandlerIsRefused() {
        assertThat(TestApplication.failureOf(Overloaded.class))
            .hasMessageContaining("has two @SignalMethods with the name 'add'");
    }

    @Test
    void signalThatReturnsSomethingIsRefused() {
        assertThat(TestApplication.failureOf(ReturningSignal.class))
            .hasMessageContaining("@SignalMethod add that returns a value");
    }

    @Test
    void queryThatReturnsNothingIsRefused() {
        assertThat(TestApplication.failureOf(VoidQuery.class))
            .hasMessageContaining("@QueryMethod state that returns nothing");
    }

    @Test
    void validatorOfUnknownUpdateIsRefused() {
        assertThat(TestApplication.failureOf(LostValidator.class))
            .hasMessageContaining("validates an update 'other' in check that it does not have");
    }

    @Test
    void validatorWithOtherParametersIsRefused() {
        assertThat(TestApplication.failureOf(OtherValidator.class))
            .hasMessageContaining("validator check whose parameters are not those of the update 'change'");
    }

    @Test
    void initWithOtherParametersIsRefused() {
        assertThat(TestApplication.failureOf(OtherInit.class))
            .hasMessageContaining("init(java.lang.String) with other parameters than its @WorkflowMethod run(int)");
    }

    @Test
    void methodOfTwoKindsIsRefused() {
        assertThat(TestApplication.failureOf(TwoKinds.class))
            .hasMessageContaining("method both with several of the annotations [@SignalMethod, @UpdateMethod]");
    }

    @Test
    void reservedNameIsRefused() {
        assertThat(TestApplication.failureOf(Reserved.class)).hasMessageContaining("named '__state'");
    }

    @Test
    void finalClassIsRefused() {
        assertThat(TestApplication.failureOf(FinalClass.class))
            .hasMessageContaining("is final, so that callers cannot record a call of run");
    }

    @Test
    void attributeWithAnUnknownPropertyIsRefused() {
        assertThat(TestApplication.failureOf(UnknownHandler.class, PropertySourcesPlaceholderConfigurer.class))
            .hasMessageContaining("UnknownHandler) has an attribute that makes no sense")
            .hasMessageContaining("no.such.signal");
        assertThat(TestApplication.failureOf(UnknownProperty.class, PropertySourcesPlaceholderConfigurer.class))
            .hasMessageContaining("UnknownProperty) has an attribute that makes no sense")
            .hasMessageContaining("no.such.queue");
    }

    @Test
    void finalHandlerIsRefused() {
        assertThat(TestApplication.failureOf(FinalHandler.class)).hasMessageContaining("has a final method add");
    }

    @Test
    void privateHandlerIsRefused() {
        assertThat(TestApplication.failureOf(PrivateHandler.class)).hasMessageContaining("has a private method add");
    }

    @Test
    void finalClassBehindAnAnnotatedInterfaceIsFine() {
        try (TestApplication application = new TestApplication(FinalImplementation.class)) {
            assertThat(application.workflow("Contract").newInstance()).isInstanceOf(FinalImplementation.class);
        }
    }

    @Test
    void signaturesThatCannotBeJsonAreRefused() {
        assertThat(TestApplication.failureOf(StreamArgument.class)).hasMessageContaining("java.io.InputStream");
        assertThat(TestApplication.failureOf(NestedStream.class)).hasMessageContaining("java.util.stream.Stream");
        assertThat(TestApplication.failureOf(PromiseResult.class)).hasMessageContaining("dev.workflow.Promise");
        assertThat(TestApplication.failureOf(LambdaArgument.class)).hasMessageContaining("java.util.function.Supplier");
    }

    @Test
    void adviceByAnnotationIsRefused() {
        assertThat(TestApplication.failureOf(TransactionalWorkflow.class))
            .hasMessageContaining("runs unproxied, but it is annotated with @Transactional");
        assertThat(TestApplication.failureOf(AsyncMethod.class)).hasMessageContaining("run is annotated with @Async");
        assertThat(TestApplication.failureOf(CacheableMethod.class))
            .hasMessageContaining("state is annotated with @Cacheable");
    }

    @Test
    void adviceByPointcutIsRefused() {
        assertThat(TestApplication.failureOf(Plain.class, BroadAdvice.class))
            .hasMessageContaining("an advice of the application applies to it")
            .hasMessageContaining("!@within(dev.workflow.Workflow)");
    }

    @Test
    void scopedProxyIsRefused() {
        assertThat(TestApplication.failureOf(ScopedWorkflow.class))
            .hasMessageContaining("is declared with a scoped proxy");
    }

    @Test
    void twoDynamicWorkflowsAreRefused() {
        assertThat(TestApplication.failureOf(DynamicOne.class, DynamicTwo.class))
            .hasMessageContaining("two dynamic workflows: 'workflowValidationTests.DynamicOne'");
    }

    @Test
    void everythingIsToldAtOnce() {
        assertThat(TestApplication.failureOf(NoMethod.class, VoidQuery.class, LostValidator.class).problems())
            .hasSize(3);
    }

    @Test
    void injectingAWorkflowIntoAServiceFailsAtStart() {
        assertThat(TestApplication.failureOf(Plain.class, Service.class))
            .hasMessageContaining("was asked for outside of a run");
    }

    @Test
    void injectingAWorkflowIntoAWorkflowFailsAtStart() {
        assertThat(TestApplication.failureOf(Plain.class, Nested.class))
            .hasMessageContaining("was asked for outside of a run");
        assertThat(TestApplication.failureOf(Plain.class, NestedField.class))
            .hasMessageContaining("was asked for outside of a run");
    }

    @Test
    void missingDependencyFailsAtStart() {
        assertThatThrownBy(() -> new TestApplication(Incomplete.class))
            .isInstanceOf(UnsatisfiedDependencyException.class)
            .hasMessageContaining("MissingBean");
    }

    @Configuration
    static class TwoBeans {

        @Bean
        Plain one() {
            return new Plain();
        }

        @Bean
        Plain two() {
            return new Plain();
        }

    }

    @Workflow
    static class Plain {

        @WorkflowMethod
        public void run() {
        }

    }

    @Workflow
    static class NoMethod {

        public void run() {
        }

    }

    @Workflow
    static class TwoMethods {

        @WorkflowMethod
        public void one() {
        }

        @WorkflowMethod
        public void two() {
        }

    }

    @Workflow
    static class Overloaded extends Plain {

        @SignalMethod
        public void add(int number) {
        }

        @SignalMethod
        public void add(String text) {
        }

    }

    @Workflow
    static class ReturningSignal extends Plain {

        @SignalMethod
        public int add(int number) {
            return number;
        }

    }

    @Workflow
    static class VoidQuery extends Plain {

        @QueryMethod
        public void state() {
        }

    }

    @Workflow
    static class LostValidator extends Plain {

        @UpdateMethod
        public void change(int number) {
        }

        @UpdateValidator("other")
        void check(int number) {
        }

    }

    @Workflow
    static class OtherValidator extends Plain {

        @UpdateMethod
        public void change(int number) {
        }

        @UpdateValidator("change")
        void check(String number) {
        }

    }

    @Workflow
    static class OtherInit {

        @WorkflowInit
        void init(String number) {
        }

        @WorkflowMethod
        public void run(int number) {
        }

    }

    @Workflow
    static class TwoKinds extends Plain {

        @SignalMethod
        @UpdateMethod
        public void both(int number) {
        }

    }

    @Workflow
    static class Reserved extends Plain {

        @QueryMethod("__state")
        public String state() {
            return "";
        }

    }

    @Workflow
    static class UnknownHandler {

        @WorkflowMethod
        void run() {
        }

        @SignalMethod("${no.such.signal}")
        void signal() {
        }

    }

    @Workflow(taskQueue = "${no.such.queue}")
    static class UnknownProperty {

        @WorkflowMethod
        void run() {
        }

    }

    @Workflow
    static final class FinalClass {

        @WorkflowMethod
        public void run() {
        }

    }

    @Workflow
    static class FinalHandler extends Plain {

        @SignalMethod
        public final void add(int number) {
        }

    }

    @Workflow
    static class PrivateHandler extends Plain {

        @SignalMethod
        private void add(int number) {
        }

    }

    @Workflow
    interface Contract {

        @WorkflowMethod
        void run();

    }

    @Component
    static final class FinalImplementation implements Contract {

        @Override
        public void run() {
        }

    }

    @Workflow
    static class StreamArgument {

        @WorkflowMethod
        public void run(InputStream stream) {
        }

    }

    record Page(List<Optional<Stream<String>>> lines) {
    }

    @Workflow
    static class NestedStream extends Plain {

        @UpdateMethod
        public Page pages() {
            return new Page(List.of());
        }

    }

    @Workflow
    static class PromiseResult {

        @WorkflowMethod
        public Promise<String> run() {
            throw new UnsupportedOperationException();
        }

    }

    @Workflow
    static class LambdaArgument extends Plain {

        @SignalMethod
        public void later(Supplier<String> text) {
        }

    }

    @Workflow
    @Transactional
    static class TransactionalWorkflow extends Plain {

    }

    @Workflow
    static class AsyncMethod {

        @Async
        @WorkflowMethod
        public void run() {
        }

    }

    @Workflow
    static class CacheableMethod extends Plain {

        @Cacheable("states")
        @QueryMethod
        public String state() {
            return "";
        }

    }

    @Configuration
    static class BroadAdvice {

        @Bean
        static DefaultAdvisorAutoProxyCreator autoProxyCreator() {
            return new DefaultAdvisorAutoProxyCreator();
        }

        @Bean
        static DefaultPointcutAdvisor advisor() {
            NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
            pointcut.addMethodName("run");
            return new DefaultPointcutAdvisor(pointcut,
                    (org.aopalliance.intercept.MethodInterceptor) (invocation) -> invocation.proceed());
        }

    }

    @Workflow
    @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
    static class ScopedWorkflow extends Plain {

    }

    @Workflow
    static class DynamicOne implements DynamicWorkflow {

        @Override
        public Object execute(Arguments arguments) {
            return "";
        }

    }

    @Workflow
    static class DynamicTwo extends DynamicOne {

    }

    @Component
    static class Service {

        Service(Plain workflow) {
        }

    }

    @Workflow
    static class Nested {

        Nested(Plain workflow) {
        }

        @WorkflowMethod
        public void run() {
        }

    }

    @Workflow
    static class NestedField {

        @Autowired
        Plain workflow;

        @WorkflowMethod
        public void run() {
        }

    }

    static class MissingBean {

    }

    @Workflow
    static class Incomplete {

        Incomplete(MissingBean missing) {
        }

        @WorkflowMethod
        public void run() {
        }

    }

}
