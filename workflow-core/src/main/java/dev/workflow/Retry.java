package dev.workflow;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How the failed attempts of an activity are retried; {@link RetryOptions} as an
 * annotation. What is left at its default is taken from the properties
 * {@code workflow.activity.*}.
 */
@Target({})
@Retention(RetentionPolicy.RUNTIME)
public @interface Retry {

    /**
     * The pause before the second attempt, ISO-8601 or short ({@code 500ms}, {@code 1s}).
     */
    String initialInterval() default "";

    /**
     * By which factor each pause is longer than the one before: 1 or more; 0: not set.
     */
    double backoffCoefficient() default 0;

    /** The longest pause, ISO-8601 or short. */
    String maximumInterval() default "";

    /**
     * How many attempts in all; 1: no retry; 0: not set, which is unlimited unless a
     * property limits it.
     */
    int maximumAttempts() default 0;

    /** Exceptions that are not retried, and those that extend them. */
    Class<? extends Throwable>[] doNotRetry() default {};

}
