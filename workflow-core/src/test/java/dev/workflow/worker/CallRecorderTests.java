package dev.workflow.worker;

import java.io.IOException;
import java.util.List;

import dev.workflow.QueryMethod;
import dev.workflow.SignalMethod;
import dev.workflow.UpdateMethod;
import dev.workflow.VoidCall;
import dev.workflow.Workflow;
import dev.workflow.WorkflowMethod;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CallRecorderTests {

    private final CallRecorder recorder = new CallRecorder(new DefaultListableBeanFactory());

    @Test
    void workflowMethodIsRecordedWithTypeAndArguments() {
        Recorded recorded = this.recorder.record(Order.class, (w) -> w.fulfil("a", 2));
        assertThat(recorded.kind()).isEqualTo(MemberKind.WORKFLOW);
        assertThat(recorded.workflowType()).isEqualTo("order");
        assertThat(recorded.name()).isEqualTo("fulfil");
        assertThat(recorded.arguments()).containsExactly("a", 2);
    }

    @Test
    void handlersAreRecordedByTheirNames() {
        assertThat(recorded((w) -> w.approve("Ann")).name()).isEqualTo("approve-it");
        assertThat(recorded((w) -> w.approve("Ann")).kind()).isEqualTo(MemberKind.SIGNAL);
        assertThat(recorded((w) -> w.count()).kind()).isEqualTo(MemberKind.QUERY);
        assertThat(recorded((w) -> w.change(List.of())).kind()).isEqualTo(MemberKind.UPDATE);
    }

    @Test
    void primitiveResultIsZero() {
        assertThat(recorded((w) -> {
            int count = w.count();
            assertThat(count).isZero();
        }).name()).isEqualTo("count");
    }

    @Test
    void interfaceIsRecordedByProxy() {
        Recorded recorded = this.recorder.record(Remote.class, (w) -> w.run(5));
        assertThat(recorded.workflowType()).isEqualTo("Remote");
        assertThat(recorded.arguments()).containsExactly(5);
    }

    @Test
    void methodOfAnInheritedInterfaceIsRecorded() {
        Recorded recorded = this.recorder.record(RemoteBean.class, (w) -> w.run(5));
        assertThat(recorded.kind()).isEqualTo(MemberKind.WORKFLOW);
        assertThat(recorded.workflowType()).isEqualTo("Remote");
    }

    @Test
    void noConstructorRuns() {
        assertThat(recorded((w) -> w.approve("x")).name()).isEqualTo("approve-it");
    }

    @Test
    void noCallIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> recorded((w) -> {
        })).withMessageContaining("exactly one call").withMessageContaining("but it made none");
    }

    @Test
    void twoCallsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> recorded((w) -> {
            w.count();
            w.approve("x");
        })).withMessageContaining("but it made 2: count, approve");
    }

    @Test
    void methodsOfObjectDoNotCount() {
        assertThatIllegalArgumentException().isThrownBy(() -> recorded((w) -> assertThat(w.toString()).isNotEmpty()))
            .withMessageContaining("but it made none");
    }

    @Test
    void methodThatIsNoHandlerIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> recorded((w) -> w.internal()))
            .withMessageContaining("Order.internal cannot be called from outside a run");
    }

    @Test
    void usingTheResultIsRefused() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> recorded((w) -> assertThat(w.fulfil("a", 1).length()).isZero()))
            .withMessageContaining("must do nothing but call fulfil");
    }

    @Test
    void exceptionOfTheLambdaItselfComesThrough() {
        assertThatIllegalArgumentException().isThrownBy(() -> recorded((w) -> {
            throw new IOException("no");
        })).withMessageContaining("but it made none").withCauseInstanceOf(IOException.class);
    }

    @Test
    void anotherKindThanExpectedIsRefused() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> this.recorder.record(Order.class, (w) -> w.count(), MemberKind.SIGNAL))
            .withMessageContaining("must call a @SignalMethod")
            .withMessageContaining("count is a @QueryMethod");
    }

    @Test
    void finalClassIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> this.recorder.record(Final.class, (w) -> w.run()))
            .withMessageContaining("cannot be recorded, because it is final");
    }

    @Test
    void recordIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> this.recorder.record(Data.class, (w) -> w.run()))
            .withMessageContaining("because it is a record");
    }

    @Test
    void finalHandlerIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> this.recorder.record(FinalHandler.class, (w) -> w.run()))
            .withMessageContaining("because it has a final method run");
    }

    @Test
    void stubAnswersItsCaller() {
        Order stub = this.recorder.stub(Order.class, (recorded) -> recorded.name() + recorded.arguments()[0]);
        assertThat(stub.fulfil("x", 1)).isEqualTo("fulfilx");
    }

    private Recorded recorded(VoidCall<Order> call) {
        return this.recorder.record(Order.class, call);
    }

    @Workflow("order")
    static class Order {

        Order(Object dependency) {
            throw new IllegalStateException("never constructed");
        }

        @WorkflowMethod
        String fulfil(String name, int amount) {
            return name;
        }

        @SignalMethod("approve-it")
        void approve(String by) {
        }

        @QueryMethod
        public int count() {
            return 1;
        }

        @UpdateMethod
        protected boolean change(List<String> to) {
            return true;
        }

        void internal() {
        }

    }

    @Workflow
    interface Remote {

        @WorkflowMethod
        void run(int number);

    }

    static class RemoteBean implements Remote {

        @Override
        public void run(int number) {
        }

    }

    @Workflow
    static final class Final {

        @WorkflowMethod
        void run() {
        }

    }

    @Workflow
    record Data() {

        @WorkflowMethod
        void run() {
        }

    }

    @Workflow
    static class FinalHandler {

        @WorkflowMethod
        final void run() {
        }

    }

}
