package dev.workflow.worker;

import java.time.Duration;
import java.util.List;

import dev.workflow.Activity;
import dev.workflow.ActivityOptions;
import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SpringActivityStubsTests {

    private final SpringActivityStubs stubs = new SpringActivityStubs(new DefaultListableBeanFactory());

    private final FakeRun run = new FakeRun("recorded");

    @Test
    void interfaceWithoutAnnotationIsNamedLikeItself() {
        Remote remote = this.stubs.stub(Remote.class, ActivityOptions.defaults().taskQueue("far"));
        assertThat(this.run.call(remote::fetch)).isEqualTo("recorded");
        assertThat(this.run.types()).containsExactly("Remote.fetch");
        assertThat(this.run.ordered.getFirst().options().taskQueue()).isEqualTo("far");
        assertThat(this.run.ordered.getFirst().resultType()).isEqualTo(Object.class);
    }

    @Test
    void givenOptionsWinOverAnnotations() {
        Payments payments = this.stubs.stub(Payments.class, ActivityOptions.defaults().taskQueue("mine"));
        this.run.call(() -> payments.pay(List.of()));
        assertThat(this.run.ordered.getFirst().options().taskQueue()).isEqualTo("mine");
        assertThat(this.run.ordered.getFirst().options().startToCloseTimeout()).isEqualTo(Duration.ofSeconds(9));
        assertThat(this.run.ordered.getFirst().type()).isEqualTo("pay.pay");
    }

    @Test
    void withOptionsKeepsTheTypesOfAnInjectedStub() {
        Object stub = this.stubs.insteadOf(new Special());
        Payments other = (Payments) this.stubs.withOptions(stub, ActivityOptions.defaults().priority(1));
        this.run.call(() -> other.pay(List.of()));
        assertThat(this.run.types()).containsExactly("Special.pay");
        assertThat(this.run.ordered.getFirst().options().priority()).isEqualTo(1);
    }

    @Test
    void withOptionsOfAStubWithOptionsAddsToThem() {
        Remote first = this.stubs.stub(Remote.class, ActivityOptions.defaults().taskQueue("far").priority(3));
        Remote second = this.stubs.withOptions(first, ActivityOptions.defaults().priority(1));
        this.run.call(second::fetch);
        assertThat(this.run.ordered.getFirst().options())
            .isEqualTo(ActivityOptions.defaults().taskQueue("far").priority(1));
    }

    @Test
    void withOptionsTakesTheAdvisedBean() {
        try (TestApplication application = new TestApplication(Special.class)) {
            Special bean = application.context.getBean(Special.class);
            Special other = this.stubs.withOptions(bean, ActivityOptions.defaults().priority(2));
            this.run.call(() -> other.pay(List.of()));
            assertThat(this.run.types()).containsExactly("Special.pay");
            assertThat(this.run.ordered.getFirst().options().priority()).isEqualTo(2);
        }
    }

    @Test
    void withOptionsOfSomethingElseIsRefused() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> this.stubs.withOptions("text", ActivityOptions.defaults()))
            .withMessageContaining("given a java.lang.String");
    }

    @Test
    void finalClassIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> this.stubs.stub(Final.class, ActivityOptions.defaults()))
            .withMessageContaining("cannot be called, because it is final");
    }

    @Test
    void stubClassesAreMadeOnce() {
        assertThat(this.stubs.stub(Special.class, ActivityOptions.defaults()).getClass())
            .isSameAs(this.stubs.stub(Special.class, ActivityOptions.defaults().priority(1)).getClass());
    }

    @Test
    void workflowAndSignalCallsAreRecorded() {
        assertThat(this.stubs.record(Flow.class, (w) -> w.run(1)).method()).isEqualTo("run");
        assertThat(this.stubs.record(Flow.class, (w) -> w.run(1)).workflowType()).isEqualTo("Flow");
        assertThat(this.stubs.record(Flow.class, (w) -> w.stop()).method()).isEqualTo("stop");
    }

    @Test
    void queryIsNotForWorkflowCode() {
        assertThatIllegalArgumentException().isThrownBy(() -> this.stubs.record(Flow.class, (w) -> w.state()))
            .withMessageContaining("state is a @QueryMethod");
    }

    interface Remote {

        Object fetch();

    }

    @Activity(name = "pay", startToCloseTimeout = "9s")
    interface Payments {

        String pay(List<String> items);

    }

    @Activity
    static class Special implements Payments {

        @Override
        public String pay(List<String> items) {
            return "";
        }

    }

    @Activity
    static final class Final {

        public void run() {
        }

    }

    @Workflow
    static class Flow {

        @WorkflowMethod
        public void run(int number) {
        }

        @SignalMethod
        public void stop() {
        }

        @QueryMethod
        public String state() {
            return "";
        }

    }

}
