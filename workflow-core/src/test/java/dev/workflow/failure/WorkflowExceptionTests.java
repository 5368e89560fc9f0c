package dev.workflow.failure;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class WorkflowExceptionTests {

    @Test
    void additionsMakeCopiesThatKeepEverythingElse() {
        ApplicationFailure failure = ApplicationFailure.nonRetryable("no money", "Declined", "details");
        Throwable cause = new IllegalStateException("the bank said no");

        ApplicationFailure copy = failure.causedBy(cause).nextRetryDelay(Duration.ofSeconds(3));

        assertThat(copy).hasMessage("no money").hasCause(cause);
        assertThat(copy.type()).isEqualTo("Declined");
        assertThat(copy.isNonRetryable()).isTrue();
        assertThat(copy.nextRetryDelay()).isEqualTo(Duration.ofSeconds(3));
        assertThat(copy.details()).containsExactly("details");
        assertThat(copy.getStackTrace()).isEqualTo(failure.getStackTrace());
        assertThat(failure.getCause()).isNull();
        assertThat(failure.nextRetryDelay()).isNull();
    }

    @Test
    void liveDetailsAreTheObjectsThemselves() {
        List<String> items = List.of("a", "b");
        ApplicationFailure failure = ApplicationFailure.of(null, "Failed", 5, items, null);

        assertThat(failure.detail(0, Integer.class)).contains(5);
        assertThat(failure.detail(0, int.class)).contains(5);
        assertThat(failure.detail(1, new ParameterizedTypeReference<List<String>>() {
        })).containsSame(items);
        assertThat(failure.detail(2, String.class)).isEmpty();
        assertThat(failure.detail(3, String.class)).isEmpty();
        assertThat(failure.details()).containsExactly(5, items, null);
        assertThatIllegalArgumentException().isThrownBy(() -> failure.detail(0, String.class))
            .withMessage("detail 0: expected java.lang.String, given java.lang.Integer");
        assertThatIllegalArgumentException().isThrownBy(() -> failure.detail(-1, String.class));
    }

    @Test
    void detailsThatTravelledAreDecodedAsWhatTheyAreAskedFor() {
        ApplicationFailure.Details encoded = new ApplicationFailure.Details() {

            @Override
            public int size() {
                return 1;
            }

            @Override
            @SuppressWarnings("unchecked")
            public <T> T get(int index, Type type) {
                return (T) ((type == Long.class) ? 5L : "5");
            }

        };
        ApplicationFailure failure = ApplicationFailure.decoded("message", "Failed", false, null, encoded, null);

        assertThat(failure.detail(0, Long.class)).contains(5L);
        assertThat(failure.detail(1, Long.class)).isEmpty();
        assertThat(failure.details()).containsExactly("5");
        assertThat(failure.rawDetails()).isSameAs(encoded);
    }

    @Test
    void messagesNameWhatFailedAndWhy() {
        ApplicationFailure cause = ApplicationFailure.of("no money", "Declined");

        assertThat(new ActivityFailure("Payments.charge", "5", cause))
            .hasMessage("Activity Payments.charge (5) failed: no money");
        assertThat(new ActivityFailure("Payments.charge", "5", new CanceledFailure(null)))
            .hasMessage("Activity Payments.charge (5) failed: CanceledFailure");
        assertThat(new ChildWorkflowFailure("Shipping", "order-42/1", null))
            .hasMessage("Child workflow order-42/1 (Shipping) failed");
        assertThat(new WorkflowFailure("order-42", "OrderWorkflow", null, cause))
            .hasMessage("Workflow order-42 (OrderWorkflow) failed: no money");
        assertThat(new NonDeterminismException("WF-ND01", 7, "TimerStarted", "ScheduleActivity"))
            .hasMessageStartingWith("[WF-ND01] Event 7: the history has TimerStarted, but the code did");
    }

    @Test
    void cancellationIsFoundAmongTheCauses() {
        ActivityFailure canceled = new ActivityFailure("Payments.charge", "5", new CanceledFailure("stop"));
        Exception first = new Exception();
        first.initCause(new Exception(first));

        assertThat(CanceledFailure.isCancellation(new RuntimeException(canceled))).isTrue();
        assertThat(CanceledFailure.isCancellation(ApplicationFailure.of("no", "No"))).isFalse();
        assertThat(CanceledFailure.isCancellation(first)).isFalse();
        assertThat(CanceledFailure.isCancellation(null)).isFalse();
    }

}
