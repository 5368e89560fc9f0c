package dev.workflow;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Name and options of one activity, where they differ from those of its {@link Activity}.
 * What is left empty, or at its default, is taken from there.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ActivityMethod {

    /**
     * The whole activity type, without the prefix of the bean; prefix and method name
     * when empty.
     */
    String name() default "";

    /** The task queue that the activity waits in. */
    String taskQueue() default "";

    /** How long one attempt may take. */
    String startToCloseTimeout() default "";

    /** How long the activity may wait for a worker. */
    String scheduleToStartTimeout() default "";

    /**
     * How long the activity may take in all, with every attempt and the pauses between
     * them.
     */
    String scheduleToCloseTimeout() default "";

    /** How long an attempt may stay without a heartbeat. */
    String heartbeatTimeout() default "";

    /**
     * What a cancellation of the workflow means for the running activity. An activity
     * that is {@code @Transactional} and says nothing else than the default waits
     * ({@link CancellationType#WAIT_CANCELLATION_COMPLETED}), so that a commit in that
     * very moment is known to the code that undoes it. Where it is not to wait
     * nevertheless, {@link ActivityOptions#cancellationType} of the call says so.
     */
    CancellationType cancellationType() default CancellationType.TRY_CANCEL;

    /** How failed attempts are retried. */
    Retry retry() default @Retry;

}
