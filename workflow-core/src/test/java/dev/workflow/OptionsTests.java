package dev.workflow;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.workflow.client.IdConflictPolicy;
import dev.workflow.client.IdReusePolicy;
import dev.workflow.client.OverlapPolicy;
import dev.workflow.client.ScheduleOptions;
import dev.workflow.client.UpdateOptions;
import dev.workflow.client.WorkflowOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OptionsTests {

    private static final Map<Class<?>, Object> SAMPLES = Map.ofEntries(Map.entry(Duration.class, Duration.ofSeconds(7)),
            Map.entry(String.class, "a"), Map.entry(int.class, 4), Map.entry(long.class, 4L),
            Map.entry(double.class, 1.5), Map.entry(boolean.class, true), Map.entry(Map.class, Map.of("k", 1)),
            Map.entry(RetryOptions.class, RetryOptions.none()),
            Map.entry(CancellationType.class, CancellationType.ABANDON),
            Map.entry(ParentClosePolicy.class, ParentClosePolicy.ABANDON),
            Map.entry(VersioningBehavior.class, VersioningBehavior.PINNED),
            Map.entry(IdReusePolicy.class, IdReusePolicy.REJECT_DUPLICATE),
            Map.entry(IdConflictPolicy.class, IdConflictPolicy.USE_EXISTING),
            Map.entry(OverlapPolicy.class, OverlapPolicy.ALLOW_ALL));

    @ParameterizedTest
    @MethodSource("everyWither")
    void whatIsSetIsReadBackAndTheOriginalIsUnchanged(Class<?> type, Method wither) throws Exception {
        Object defaults = type.getMethod("defaults").invoke(null);
        Method accessor = type.getMethod(wither.getName());
        Object unset = accessor.invoke(defaults);
        Object value = SAMPLES.get(wither.getParameterTypes()[0]);

        Object changed = wither.invoke(defaults, value);

        assertThat(accessor.invoke(changed)).isEqualTo(value);
        assertThat(accessor.invoke(defaults)).isEqualTo(unset).isIn(null, 0, 0.0);
        assertThat(changed).isNotEqualTo(defaults)
            .isEqualTo(wither.invoke(defaults, value))
            .hasSameHashCodeAs(wither.invoke(defaults, value));
        assertThat(changed).asString().startsWith(type.getSimpleName() + "{" + wither.getName() + "=");
    }

    static Stream<Object[]> everyWither() {
        return Stream
            .of(ActivityOptions.class, LocalActivityOptions.class, RetryOptions.class, ChildOptions.class,
                    ContinueAsNewOptions.class, WorkflowOptions.class, UpdateOptions.class, ScheduleOptions.class)
            .flatMap((type) -> Arrays.stream(type.getMethods())
                .filter((method) -> !Modifier.isStatic(method.getModifiers()) && method.getParameterCount() == 1)
                .filter((method) -> method.getReturnType() == type && !method.getName().equals("orElse"))
                .filter((method) -> !method.isVarArgs())
                .map((method) -> new Object[] { type, method }));
    }

    @Test
    void activityOptionsAreCompletedByDefaultsAndRetryOptionsValueByValue() {
        ActivityOptions own = ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofSeconds(1))
            .retry(RetryOptions.defaults().maximumAttempts(3));
        ActivityOptions defaults = ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofMinutes(5))
            .taskQueue("orders")
            .retry(RetryOptions.defaults().maximumAttempts(9).backoffCoefficient(2).doNotRetry("Declined"));

        assertThat(own.orElse(defaults)).isEqualTo(ActivityOptions.defaults()
            .startToCloseTimeout(Duration.ofSeconds(1))
            .taskQueue("orders")
            .retry(RetryOptions.defaults().maximumAttempts(3).backoffCoefficient(2).doNotRetry("Declined")));
        assertThat(ActivityOptions.defaults().orElse(defaults)).isEqualTo(defaults);
        assertThat(own.orElse(ActivityOptions.defaults())).isEqualTo(own);
    }

    @Test
    void retryValuesOfZeroAreNotSet() {
        RetryOptions limited = RetryOptions.defaults().maximumAttempts(5).backoffCoefficient(3);

        assertThat(RetryOptions.defaults().maximumAttempts(0).backoffCoefficient(0).orElse(limited)).isEqualTo(limited);
        assertThat(limited.maximumAttempts(0).backoffCoefficient(0)).isEqualTo(RetryOptions.defaults());
        assertThat(RetryOptions.none().maximumAttempts()).isEqualTo(1);
        assertThat(limited.doNotRetry()).isEmpty();
        assertThat(limited.doNotRetry("A", "B").doNotRetry()).containsExactly("A", "B");
    }

    @Test
    void refusalsSayWhatWasExpectedAndWhatWasGiven() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> ActivityOptions.defaults().startToCloseTimeout(Duration.ofSeconds(-1)))
            .withMessage("startToCloseTimeout: expected a duration greater than zero, given PT-1S");
        assertThatIllegalArgumentException().isThrownBy(() -> WorkflowOptions.withId(""))
            .withMessage("workflowId: expected at least one visible character, given \"\"");
        assertThatIllegalArgumentException().isThrownBy(() -> WorkflowOptions.withId("x".repeat(1001)))
            .withMessageStartingWith("workflowId: expected at most 1000 characters, given 1001 (\"xxx");
        assertThatIllegalArgumentException().isThrownBy(() -> WorkflowOptions.defaults().priority(6))
            .withMessage("priority: expected a number from 1 to 5, given 6");
        assertThatIllegalArgumentException().isThrownBy(() -> RetryOptions.defaults().maximumAttempts(-1))
            .withMessage("maximumAttempts: expected a number from 0 to 2147483647, given -1");
        assertThatIllegalArgumentException().isThrownBy(() -> WorkflowOptions.defaults().retry(null))
            .withMessage("retry: expected a value, given null");
    }

    @ParameterizedTest
    @ValueSource(doubles = { 0.5, -1, Double.NaN, Double.POSITIVE_INFINITY })
    void coefficientsBelowOneOrNotFiniteAreRefused(double coefficient) {
        assertThatIllegalArgumentException().isThrownBy(() -> RetryOptions.defaults().backoffCoefficient(coefficient));
    }

    @Test
    void idsThatTheDatabaseCannotStoreAreRefusedAndShownReadably() {
        assertThatIllegalArgumentException().isThrownBy(() -> WorkflowOptions.withId("a\u0000b"))
            .withMessageEndingWith("given \"a\\u0000b\"");
        assertThatIllegalArgumentException().isThrownBy(() -> WorkflowOptions.withId("a\uD83D"))
            .withMessageEndingWith("given \"a\\ud83d\"");
        assertThat(WorkflowOptions.withId("order-\uD83D\uDE00").id()).isEqualTo("order-\uD83D\uDE00");
        assertThat(WorkflowOptions.withId("x".repeat(1000)).id()).hasSize(1000);
    }

    @Test
    void durationsBeyondWhatInstantsCanTakeAreRefused() {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> WorkflowOptions.defaults().startDelay(Duration.ofSeconds(Long.MAX_VALUE)))
            .withMessageStartingWith("startDelay: expected at most 365000 days");
    }

    @Test
    void attributesAreCopiedInOrderAndMayNotBeNull() {
        Map<String, Object> memo = new LinkedHashMap<>();
        List.of("c", "a", "b").forEach((key) -> memo.put(key, key));
        WorkflowOptions options = WorkflowOptions.defaults().memo(memo);
        memo.clear();

        assertThat(options.memo().keySet()).extracting(String.class::cast).containsExactly("c", "a", "b");
        assertThat(options.memo()).isUnmodifiable();
        assertThatIllegalArgumentException()
            .isThrownBy(() -> options.searchAttributes(Collections.singletonMap("CustomerId", null)))
            .withMessage("searchAttributes[CustomerId]: expected a value, given null");
    }

}
