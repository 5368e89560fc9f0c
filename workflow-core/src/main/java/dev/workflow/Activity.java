package dev.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * A bean, or an interface of one, whose public methods are activities: called on a
 * workflow thread a method is scheduled, recorded and retried; called on any other thread
 * it is a plain call. Methods of {@link Object} are no activities, and overloaded ones
 * fail at start.
 * <p>
 * An activity type is the prefix given by {@link #name()}, a dot and the method's name,
 * for example {@code Payments.charge}. String attributes resolve
 * <code>${placeholders}</code>. Durations are ISO-8601 ({@code PT30S}) or short
 * ({@code 30s}); one left empty is taken from the properties {@code workflow.activity.*}.
 * Options given in code ({@link ActivityOptions}) win over those of
 * {@link ActivityMethod}, and these over what is said here.
 * <p>
 * What is {@code @Transactional} commits its work together with its result. An attempt
 * that throws has none and is rolled back, also after a checked exception; rules such as
 * {@code noRollbackFor} hold for plain calls and local activities only.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Component
public @interface Activity {

    /** As {@link #name()}. */
    @AliasFor("name")
    String value() default "";

    /**
     * Prefix of the activity types of this bean; the simple name of the most specific
     * annotated type when empty.
     */
    @AliasFor("value")
    String name() default "";

    /**
     * The task queue that the activities wait in; that of the calling workflow when
     * empty.
     */
    String taskQueue() default "";

    /** How long one attempt may take. */
    String startToCloseTimeout() default "";

    /** How long an activity may wait for a worker. Such a timeout is not retried. */
    String scheduleToStartTimeout() default "";

    /**
     * How long an activity may take in all, with every attempt and the pauses between
     * them.
     */
    String scheduleToCloseTimeout() default "";

    /** How long an attempt may stay without a heartbeat; none is expected when empty. */
    String heartbeatTimeout() default "";

    /**
     * What a cancellation of the workflow means for a running activity. An activity that
     * is {@code @Transactional} and says nothing else than the default waits
     * ({@link CancellationType#WAIT_CANCELLATION_COMPLETED}), so that a commit in that
     * very moment is known to the code that undoes it. Where it is not to wait
     * nevertheless, {@link ActivityOptions#cancellationType} of the call says so.
     */
    CancellationType cancellationType() default CancellationType.TRY_CANCEL;

    /** How failed attempts are retried. */
    Retry retry() default @Retry;

}
