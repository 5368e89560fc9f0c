package dev.workflow.engine;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import dev.workflow.failure.ApplicationFailure;
import dev.workflow.history.ActivityTaskScheduled;
import dev.workflow.interceptor.ActivityInterceptor;
import dev.workflow.interceptor.InterceptedCall;
import dev.workflow.interceptor.Interceptors;
import dev.workflow.payload.DecodedArguments;
import dev.workflow.payload.Json;
import dev.workflow.payload.PayloadConverter;
import dev.workflow.payload.PayloadException;
import org.jspecify.annotations.Nullable;

/**
 * The call of an activity's method through its interceptors: what it is given is decoded,
 * what it returns is encoded. An attempt cannot mend what does not fit, so none follows.
 *
 * @param order which activity, with what
 * @param definition the method
 * @param payloads decodes and encodes
 * @param interceptors are put around it
 */
record ActivityInvocation(ActivityTaskScheduled order, ActivityDefinition definition, PayloadConverter payloads,
        Interceptors interceptors) {

    /**
     * The arguments, as the method takes them.
     * @throws ApplicationFailure when they do not fit
     */
    @Nullable Object[] arguments() {
        try {
            return DecodedArguments.of(this.payloads, this.order.input(), this.definition.parameterTypes());
        }
        catch (PayloadException ex) {
            throw ApplicationFailure
                .nonRetryable("The arguments of " + this.order.activityType() + " do not fit: " + ex.getMessage(),
                        "BadArguments")
                .causedBy(ex);
        }
    }

    /** Calls the method; throws what it throws. */
    @Nullable Object make(@Nullable Object[] arguments) throws Throwable {
        if (this.interceptors.activities().isEmpty()) {
            return this.definition.invoker().invoke(arguments);
        }
        return InterceptedCall.make(this.order.activityType(), nullable(Arrays.asList(arguments)),
                Collections.unmodifiableMap(this.order.header()), this.interceptors.activities(),
                ActivityInterceptor::intercept, () -> this.definition.invoker().invoke(arguments));
    }

    @SuppressWarnings("NullAway") // interceptors are told that an argument may be null
    private static List<Object> nullable(List<@Nullable Object> values) {
        return values;
    }

    /**
     * The result, as it is stored.
     * @throws ApplicationFailure when it cannot be written
     */
    Json encode(@Nullable Object result) {
        try {
            return this.payloads.encode(result);
        }
        catch (PayloadException ex) {
            throw ApplicationFailure
                .nonRetryable("The result of " + this.order.activityType() + " cannot be written: " + ex.getMessage(),
                        "BadResult")
                .causedBy(ex);
        }
    }

}
